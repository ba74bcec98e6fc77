package textedit_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
)

// snapshot tells all that lies in a folder: names, modes, texts, where links lead.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text := ""
		switch {
		case info.Mode().IsRegular():
			all, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = string(all)
		case info.Mode()&fs.ModeSymlink != 0:
			text, _ = os.Readlink(path)
		}
		rel, _ := filepath.Rel(dir, path)
		fmt.Fprintf(&b, "%s %v %q\n", rel, info.Mode(), text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// several makes files of different kinds and the changes of them: one to be
// changed, a link to one, one that is new, two new ones in new folders.
func several(t *testing.T) (dir string, changes []textedit.Change) {
	t.Helper()
	dir = t.TempDir()
	for name, mode := range map[string]os.FileMode{"one": 0o644, "two": 0o600, "three": 0o755} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name+"\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("two", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	return dir, []textedit.Change{
		{Path: at("one"), Before: []byte("one\n"), After: []byte("1\n")},
		{Path: at("link"), Before: []byte("two\n"), After: []byte{}},
		{Path: at("new"), After: []byte("new\n"), Perm: 0o600},
		{Path: at("a/b/deep"), After: []byte("deep\n")},
		{Path: at("three"), Before: []byte("three\n"), After: []byte("3, and more of it\n")},
		{Path: at("a/b/other"), After: nil, Perm: 0o755},
	}
}

// Whatever step of whatever file fails, and with whatever error: all is as it was,
// down to the modes and folders. Without a failure all is new.
func TestApplyWithEachStepFailing(t *testing.T) {
	dir, changes := several(t)
	before := snapshot(t, dir)
	if err := textedit.Apply(changes...); err != nil {
		t.Fatal(err)
	}
	after := snapshot(t, dir)
	for _, want := range []string{`one -rw-r--r-- "1\n"`, `two -rw------- ""`, `link Lrwxrwxrwx "two"`, `three -rwxr-xr-x "3, and more of it\n"`, `new -rw------- "new\n"`, `a/b/deep -rw-r--r-- "deep\n"`, `a/b/other -rwxr-xr-x ""`} {
		if !strings.Contains(after, want) {
			t.Errorf("%s is not in\n%s", want, after)
		}
	}
	failed := 0
	for at := 0; ; at++ {
		dir, changes := several(t)
		n, name := 0, ""
		restore := textedit.SetStep(func(step string) error {
			if n++; n-1 == at {
				name = step
				return []error{syscall.EIO, syscall.ENOSPC, syscall.EPERM}[at%3]
			}
			return nil
		})
		err := textedit.Apply(changes...)
		restore()
		switch got := snapshot(t, dir); {
		case name == "":
			if err != nil || got != after {
				t.Errorf("no step failed: %v\n%s", err, got)
			}
			if failed < 20 {
				t.Errorf("%d steps were made to fail", failed)
			}
			return
		case err == nil && name != "sync folder":
			t.Errorf("step %d, %s, failed without an error", at, name)
		case err != nil && got != before:
			t.Errorf("step %d, %s: %v, and there is\n%s\nwhere was\n%s", at, name, err, got, before)
		}
		failed++
	}
}

// A place that is no file is not read: a pipe would wait for who writes to it.
func TestWriteFileToWhatIsNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"link": "pipe", "zero": "/dev/zero", "null": "/dev/null", "folder": dir} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	before := []string{}
	for _, name := range []string{"pipe", "link", "zero", "null", "folder", "."} {
		path := filepath.Join(dir, name)
		if err := textedit.WriteFile(path, []byte("x"), 0o644); fault.Code(err) != 2 || !strings.HasSuffix(err.Error(), "it is not a regular file") {
			t.Errorf("%s: %v", name, err)
		}
		before = append(before, name)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(before)-1 {
		t.Errorf("%d things are there, %v", len(entries), err)
	}
}

// A file that is there keeps its mode, a link stays one, and a new file gets the mode that is asked for.
func TestWriteFileKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"old": 0o640, "target": 0o600} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("old"), mode); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{"link": "target", "dangling": "nowhere"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"old", "link", "new"} {
		for range 2 {
			if err := textedit.WriteFile(filepath.Join(dir, name), []byte("new"), 0o604); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if err := textedit.WriteFile(filepath.Join(dir, "dangling"), []byte("x"), 0o644); !errors.Is(err, textedit.ErrExists) {
		t.Errorf("a link to nothing: %v", err)
	}
	const want = `. drwxr-xr-x ""` + "\n" + `dangling Lrwxrwxrwx "nowhere"` + "\n" + `link Lrwxrwxrwx "target"` + "\n" + `new -rw----r-- "new"` + "\n" + `old -rw-r----- "new"` + "\n" + `target -rw------- "new"` + "\n"
	if got := snapshot(t, dir); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if err := textedit.WriteFile(filepath.Join(dir, "none", "x"), []byte("x"), 0o644); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a folder that is not there: %v", err)
	}
}

// A new file or tree that could not be brought to the disk is not there.
func TestWhatIsNotOnTheDiskIsNotThere(t *testing.T) {
	dir := t.TempDir()
	defer textedit.SetStep(func(step string) error {
		if step == "sync folder" {
			return syscall.EIO
		}
		return nil
	})()
	if err := textedit.Create(filepath.Join(dir, "new"), []byte("x"), 0o644); !errors.Is(err, syscall.EIO) {
		t.Errorf("a file: %v", err)
	}
	if err := textedit.WriteTree(t.Context(), filepath.Join(dir, "tree"), []textedit.File{{Path: "a/b", Mode: 0o644, Content: []byte("x")}}); !errors.Is(err, syscall.EIO) {
		t.Errorf("a tree: %v", err)
	}
	if got := snapshot(t, dir); got != ". drwxr-xr-x \"\"\n" {
		t.Errorf("left:\n%s", got)
	}
}
