package secrets

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

// A file that is named twice, once by a link, is one file.
func TestFilesAreTakenOnce(t *testing.T) {
	file := sealFile(t, "c.yaml", sample)
	link := filepath.Join(filepath.Dir(file), "link.yaml")
	if err := os.Symlink("c.yaml", link); err != nil {
		t.Fatal(err)
	}
	list := Rotate(t.Context(), []string{file, link, file}, OpenOptions{})
	WriteAll(t.Context(), list)
	if len(list) != 1 || list[0].Err != nil || inClear(t, link) != sample {
		t.Errorf("%d files, %v", len(list), list[0].Err)
	}
	sealed := Encrypt(t.Context(), []string{link, file}, EncryptOptions{})
	if len(sealed) != 1 {
		t.Errorf("%d files", len(sealed))
	}
}

// An interrupt before the first write leaves all files as they are.
func TestInterruptedWriteAll(t *testing.T) {
	file := sealFile(t, "c.yaml", sample)
	before := read(t, file)
	list := Rotate(t.Context(), []string{file}, OpenOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	WriteAll(ctx, list)
	if fault.KindOf(list[0].Err) != fault.Interrupted || read(t, file) != before {
		t.Errorf("%v", list[0].Err)
	}
	for _, r := range Rotate(ctx, []string{file}, OpenOptions{}) {
		if fault.KindOf(r.Err) != fault.Interrupted {
			t.Errorf("%v", r.Err)
		}
	}
}

// In JSON the file of an error has a field of its own.
func TestErrorsNameTheFile(t *testing.T) {
	file := sealFile(t, "c.yaml", "only_sops: {a: x}\n")
	for name, do := range map[string]func() error{
		"no map": func() error {
			_, err := Set(t.Context(), file, "/only_sops/a/b", []byte("x"), SetOptions{})
			return err
		},
		"last of all": func() error { _, err := Unset(t.Context(), file, "/only_sops", SetOptions{}); return err },
	} {
		var f *fault.Error
		if err := do(); !errors.As(err, &f) || f.File == "" || filepath.Base(f.File) != "c.yaml" || fault.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a surrounding git command, such as one that runs a hook, says of its own repository does not count.
func TestWithinAHook(t *testing.T) {
	file := sealFile(t, "c.yaml", "# one\na_sops: x\n")
	dir := filepath.Dir(file)
	testkit.Git(t, dir, "init", "-q")
	testkit.Git(t, dir, "add", "-A")
	testkit.Git(t, dir, "commit", "-qm", "one")
	for _, name := range []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX"} {
		t.Setenv(name, "/nowhere")
	}
	found, err := Check(t.Context(), []string{dir}, CheckOptions{})
	if err != nil || found.Files != 1 || found.Sealed != 1 {
		t.Errorf("%+v, %v", found, err)
	}
	o, err := Open(t.Context(), file, OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if base, commit := o.opened.lastSound(t.Context(), file, OpenOptions{}); base == nil || len(commit) != 40 {
		t.Errorf("the commit is not found: %q", commit)
	}
	d, err := PlanDriver(t.Context(), dir, nil)
	if err != nil || d.Attributes != filepath.Join(real(t, dir), ".gitattributes") || len(d.Config) != 3 {
		t.Errorf("%+v, %v", d, err)
	}
}

func real(t *testing.T, dir string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// A folder in no repository is one thing, a machine without git another.
func TestDriverNeedsARepositoryAndGit(t *testing.T) {
	if _, err := PlanDriver(t.Context(), t.TempDir(), nil); fault.KindOf(err) != fault.Usage {
		t.Errorf("in no repository: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := exec.LookPath("git"); err == nil {
		t.Fatal("git is still there")
	}
	if _, err := PlanDriver(t.Context(), t.TempDir(), nil); fault.KindOf(err) != fault.Environment {
		t.Errorf("without git: %v", err)
	}
}

// The plain text of a killed edit goes, whatever the folder for such things is called.
func TestSweepBelowBrackets(t *testing.T) {
	t.Parallel()
	base := filepath.Join(t.TempDir(), "run [1]")
	left := filepath.Join(base, folderPrefix+"9")
	testkit.Put(t, left, map[string]string{"c.yaml": "secret"})
	if sweepFolders(base); exists(left) {
		t.Error("it is left")
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
