package ci_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/ci"
)

// What lies among the workflows and is no file is never read to its end, since a
// pipe has none: it is an error of its name, and the others are read.
func TestWorkflowsThatAreNoFiles(t *testing.T) {
	t.Parallel()
	good := head + "        connector: [source-a]\n" + echo
	for name, tt := range map[string]struct {
		make  func(path string) error
		error string // "" is a file like any other, or none
	}{
		"a pipe":                {func(path string) error { return syscall.Mkfifo(path, 0o644) }, "reading it: it is no file of the common kind"},
		"a device":              {func(path string) error { return os.Symlink("/dev/zero", path) }, "reading it: it is no file of the common kind"},
		"a link to a pipe":      {func(path string) error { return os.Symlink("../../pipe", path) }, "reading it: it is no file of the common kind"},
		"a folder":              {func(path string) error { return os.Mkdir(path, 0o755) }, ""},
		"a link to a folder":    {func(path string) error { return os.Symlink("..", path) }, "reading it: it is no file of the common kind"},
		"a link to nothing":     {func(path string) error { return os.Symlink("none", path) }, "no such file"},
		"a link to itself":      {func(path string) error { return os.Symlink("odd.yaml", path) }, "too many levels"},
		"a link to a text":      {func(path string) error { return os.Symlink("../../notes", path) }, ""},
		"nothing in it":         {func(path string) error { return os.WriteFile(path, nil, 0o644) }, ""},
		"no YAML, and no words": {func(path string) error { return os.WriteFile(path, []byte("a: [\n"), 0o644) }, ""}, // GitHub tells of it
		"not UTF-8":             {func(path string) error { return os.WriteFile(path, []byte("matrix: \xff\n"), 0o644) }, "odd.yaml: the text is not UTF-8"},
		"a list":                {func(path string) error { return os.WriteFile(path, []byte("- matrix\n"), 0o644) }, ""},
		"no jobs":               {func(path string) error { return os.WriteFile(path, []byte("matrix: x\njobs: [a]\n"), 0o644) }, ""},
		"odd jobs": {func(path string) error {
			return os.WriteFile(path, []byte("jobs: {a: 1, b: [], c: {strategy: []}, d: {strategy: {matrix: []}}, e: {strategy: {matrix: {x: 1, y: {}, z: [[]]}}}}\n"), 0o644)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := testkit.Tree(t, map[string]string{"source-a/main.go": "package main\n", "source-b/main.go": "package main\n", workflowFile: good, "notes": "a text\n"})
			if err := syscall.Mkfifo(filepath.Join(root, "pipe"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := tt.make(filepath.Join(root, ".github/workflows/odd.yaml")); err != nil {
				t.Fatal(err)
			}
			ws, all := openAt(t, root)
			change, err := ci.Add(ws, all, all[1:], ci.Options{})
			if tt.error == "" && (err != nil || len(change.Edits) != 1) || tt.error != "" && (err == nil || !strings.Contains(err.Error(), "odd.yaml") || !strings.Contains(err.Error(), tt.error)) {
				t.Errorf("add: %+v, %v", change.Edits, err)
			}
			if tt.error != "" { // it has a place, so that another can be named
				if fault.Code(err) != 2 || fault.HintOf(err) != "mend it, or name another with --workflow" {
					t.Errorf("add: %v (exit %d, hint %q)", err, fault.Code(err), fault.HintOf(err))
				}
				if change, err := ci.Add(ws, all, all[1:], ci.Options{Target: ci.Target{Workflow: "ci"}}); err != nil || len(change.Edits) != 1 {
					t.Errorf("add to the other: %+v, %v", change.Edits, err)
				}
			}
			found, err := ci.Check(ws, all, nil, ci.Target{})
			told := 0
			for _, f := range found {
				if strings.Contains(f.File+f.Message, "odd.yaml") || strings.Contains(f.Message, tt.error) && tt.error != "" {
					told++
				}
			}
			if err != nil || told > 0 != (tt.error != "") {
				t.Errorf("check: %+v, %v", found, err)
			}
		})
	}
}

// The files below .github that a change could concern are looked into as carefully.
func TestActionsThatAreNoFiles(t *testing.T) {
	t.Parallel()
	root, _ := testkit.Repo(t, map[string]string{"source-a/main.go": "package main\n", "go.mod": "module x\n", workflowFile: "run: connkit ci matrix\nuses: ./.github/actions/setup\n", ".github/actions/setup/action.yaml": "x"})
	for _, name := range []string{".github/pipe.yaml", ".github/actions/setup/pipe.yml"} {
		if err := syscall.Mkfifo(filepath.Join(root, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/dev/zero", filepath.Join(root, ".github/actions/setup/zero.yaml")); err != nil {
		t.Fatal(err)
	}
	testkit.Put(t, root, map[string]string{"source-a/main.go": "package main // x\n"})
	found, err := affected(t, root, ci.MatrixOptions{Since: "HEAD"})
	if err != nil || namesIn(found) != "source-a" {
		t.Errorf("got %q, %v", namesIn(found), err)
	}
}

// An addition writes through links to files, and refuses what a rename would lose.
func TestAddToFilesOfOtherKinds(t *testing.T) {
	t.Parallel()
	text := head + "        connector: [source-a]\n" + echo
	for name, tt := range map[string]struct {
		make  func(t *testing.T, root, file string)
		error string
	}{
		"a file": {func(*testing.T, string, string) {}, ""},
		"a link": {func(t *testing.T, root, file string) {
			t.Helper()
			move(t, root, file, "real.yaml")
			link(t, "../../real.yaml", file)
		}, ""},
		"a link to a link": {func(t *testing.T, root, file string) {
			t.Helper()
			move(t, root, file, "real.yaml")
			link(t, "real.yaml", filepath.Join(root, "middle.yaml"))
			link(t, "../../middle.yaml", file)
		}, ""},
		"a folder that is a link": {func(t *testing.T, root, file string) {
			t.Helper()
			if err := os.Rename(filepath.Dir(file), filepath.Join(root, "flows")); err != nil {
				t.Fatal(err)
			}
			link(t, "../flows", filepath.Dir(file))
		}, ""},
		"two names": {func(t *testing.T, root, file string) {
			t.Helper()
			if err := os.Link(file, filepath.Join(root, "other.yaml")); err != nil {
				t.Fatal(err)
			}
		}, "hard link"},
		"odd mode": {func(t *testing.T, _, file string) {
			t.Helper()
			if err := os.Chmod(file, 0o604); err != nil {
				t.Fatal(err)
			}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := testkit.Tree(t, map[string]string{"source-a/main.go": "package main\n", "source-b/main.go": "package main\n", workflowFile: text})
			file := filepath.Join(root, workflowFile)
			tt.make(t, root, file)
			before, err := os.Lstat(file)
			if err != nil {
				t.Fatal(err)
			}
			ws, all := openAt(t, root)
			change, err := ci.Add(ws, all, all[1:], ci.Options{})
			if err != nil {
				t.Fatal(err)
			}
			err = change.Apply()
			after, lerr := os.Lstat(file)
			got, rerr := os.ReadFile(file)
			want := strings.Replace(text, "[source-a]", "[source-a, source-b]", 1)
			if tt.error != "" {
				want = text
			}
			if lerr != nil || rerr != nil || string(got) != want || after.Mode() != before.Mode() || (err != nil) != (tt.error != "") || err != nil && !strings.Contains(err.Error(), tt.error) {
				t.Errorf("%v, %v, %v: %v became %v, %q", err, lerr, rerr, before.Mode(), after.Mode(), got)
			}
		})
	}
}

func move(t *testing.T, root, file, to string) {
	t.Helper()
	if err := os.Rename(file, filepath.Join(root, to)); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, to, name string) {
	t.Helper()
	if err := os.Symlink(to, name); err != nil {
		t.Fatal(err)
	}
}
