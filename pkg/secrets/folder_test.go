package secrets

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestFolderIsPrivate(t *testing.T) {
	t.Parallel()
	runtimeDir := t.TempDir()
	if err := os.Chmod(runtimeDir, 0o700); err != nil {
		t.Fatal(err)
	}
	getenv := func(string) string { return runtimeDir }
	f, err := newFolder(getenv)
	if err != nil {
		t.Fatal(err)
	}
	path, err := f.put("/some/where/config.json", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Dir(filepath.Dir(path)) != runtimeDir || filepath.Base(path) != "config.json" {
		t.Errorf("it is at %q", path)
	}
	for at, want := range map[string]os.FileMode{f.path: 0o700, path: 0o600} {
		if info, err := os.Stat(at); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", at, info.Mode(), err)
		}
	}
	if other, err := newFolder(getenv); err != nil {
		t.Error(err)
	} else if _, err := os.Stat(path); err != nil {
		t.Error("the folder of one at work was swept")
	} else if err := other.remove(); err != nil {
		t.Error(err)
	}
	if err := f.remove(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(runtimeDir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// A runtime folder that others can look into, or that is none, is not used.
func TestFolderElsewhere(t *testing.T) {
	t.Parallel()
	open := t.TempDir()
	if err := os.Chmod(open, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{open, "", "relative", filepath.Join(open, "none")} {
		bases := folderBases(func(string) string { return dir })
		if bases[0] == dir {
			t.Errorf("%q is used", dir)
		}
		if bases[len(bases)-1] != os.TempDir() {
			t.Errorf("the last resort is %q", bases[len(bases)-1])
		}
	}
}

func TestSweepTakesWhatIsLeft(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	made := func(name string) string {
		dir := filepath.Join(base, name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	left, other := made(folderPrefix+"1"), made("another")
	target := made("target")
	if err := os.Symlink(target, filepath.Join(base, folderPrefix+"2")); err != nil {
		t.Fatal(err)
	}
	held := made(folderPrefix + "3")
	lock, err := os.Open(held)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close() //nolint:errcheck // the end of the test
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	sweepFolders(base)
	for dir, want := range map[string]bool{left: false, other: true, target: true, held: true} {
		if _, err := os.Stat(filepath.Join(dir, "config.yaml")); (err == nil) != want {
			t.Errorf("%s: there %v, want %v", filepath.Base(dir), err == nil, want)
		}
	}
}

func TestGlanceGetsAHint(t *testing.T) {
	t.Parallel()
	s := &session{r: &Rewrite{}}
	s.unchanged(glance / 2)
	if len(s.r.Notes) != 1 || !strings.Contains(s.r.Notes[0], "--wait") {
		t.Errorf("notes: %q", s.r.Notes)
	}
	s.r.Notes = nil
	if s.unchanged(glance * 2); len(s.r.Notes) > 0 {
		t.Errorf("notes: %q", s.r.Notes)
	}
}

// The editor can leave links and files beside the text; all of it goes, and a text
// that is gone is an error, not an empty config.
func TestEditorsLeaveNothing(t *testing.T) {
	file := sealFile(t, "c.yaml", twoSecrets)
	before := read(t, file)
	var dir string
	edit := func(do func(path string) error) error {
		r, err := Edit(context.Background(), file, EditOptions{Getenv: os.Getenv, Editor: func(_ context.Context, path string) error {
			dir = filepath.Dir(path)
			return do(path)
		}})
		if err == nil && r.Done != "" {
			t.Errorf("done %q", r.Done)
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the folder is left: %v", err)
		}
		if read(t, file) != before {
			t.Error("the file was written")
		}
		return err
	}
	if err := edit(func(path string) error {
		return errors.Join(os.WriteFile(path+"~", []byte("x"), 0o400), os.Mkdir(path+".d", 0o500), os.Symlink("/", dir+"/root"))
	}); err != nil {
		t.Error(err)
	}
	if err := edit(os.Remove); err == nil {
		t.Error("a text that is gone is none")
	}
	if err := edit(func(path string) error { return os.WriteFile(path, nil, 0o600) }); err == nil {
		t.Error("an empty text is none")
	}
	if err := edit(func(string) error { panicked := errors.New("no editor"); return panicked }); err == nil || err.Error() != "no editor" {
		t.Errorf("got %v", err)
	}
}
