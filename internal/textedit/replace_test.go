package textedit_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
)

const oldText, newText = "the old one\n", "the new one, which is longer\n"

// place makes a folder with a file of the old text.
func place(t *testing.T) (dir, file string) {
	t.Helper()
	dir = t.TempDir()
	file = filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte(oldText), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, file
}

func replace(path string) error { return textedit.Replace(path, []byte(oldText), []byte(newText)) }

func wantText(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s: got %q, %v; want %q", filepath.Base(path), got, err, want)
	}
}

// wantOnly wants that nothing was left behind.
func wantOnly(t *testing.T, dir, want string) {
	t.Helper()
	if got := strings.Join(entries(t, dir), " "); got != want {
		t.Errorf("there is %s, want %s", got, want)
	}
}

func TestReplaceKeepsTheMode(t *testing.T) {
	t.Parallel()
	for _, mode := range []uint32{0o600, 0o644, 0o640, 0o755, 0o666, 0o400, 0o444, 0o4755, 0o2755, 0o1644} {
		dir, file := place(t)
		if err := syscall.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		if err := replace(file); err != nil {
			t.Errorf("%04o: %v", mode, err)
		}
		var st syscall.Stat_t
		if err := syscall.Stat(file, &st); err != nil || uint32(st.Mode)&0o7777 != mode { //nolint:unconvert // 16 bits on macOS
			t.Errorf("%04o became %04o, %v", mode, st.Mode&0o7777, err)
		}
		wantText(t, file, newText)
		wantOnly(t, dir, "file")
	}
}

func TestReplaceThroughLinks(t *testing.T) {
	t.Parallel()
	for name, link := range map[string]func(dir string) error{
		"beside":   func(dir string) error { return os.Symlink("file", filepath.Join(dir, "link")) },
		"absolute": func(dir string) error { return os.Symlink(filepath.Join(dir, "file"), filepath.Join(dir, "link")) },
		"of a link": func(dir string) error {
			return errors.Join(os.Symlink("file", filepath.Join(dir, "l")), os.Symlink("l", filepath.Join(dir, "link")))
		},
		"to another folder": func(dir string) error {
			return os.Symlink("../"+filepath.Base(dir)+"/file", filepath.Join(dir, "link"))
		},
		"through a folder": func(dir string) error {
			return errors.Join(os.Symlink(".", filepath.Join(dir, "d")), os.Symlink("d/file", filepath.Join(dir, "link")))
		},
	} {
		dir, file := place(t)
		if err := link(dir); err != nil {
			t.Fatal(err)
		}
		to, _ := os.Readlink(filepath.Join(dir, "link"))
		if err := replace(filepath.Join(dir, "link")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if now, err := os.Readlink(filepath.Join(dir, "link")); err != nil || now != to {
			t.Errorf("%s: the link became %q, %v", name, now, err)
		}
		wantText(t, file, newText)
	}
}

// The new file is written in the target's folder: that of the link may not be writable, or on another disk.
func TestReplaceWritesBesideTheTarget(t *testing.T) {
	dir, file := place(t)
	other := t.TempDir()
	link := filepath.Join(other, "link")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	defer textedit.SetStep(func(name string) error {
		if name == "rename" && (len(entries(t, dir)) != 2 || len(entries(t, other)) != 1) {
			t.Errorf("the draft is not beside the target: %v, %v", entries(t, dir), entries(t, other))
		}
		return nil
	})()
	if err := replace(link); err != nil {
		t.Fatal(err)
	}
	wantText(t, file, newText)
}

func TestReplaceRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(dir, file string) error
		want    string
		code    int
	}{
		"a dangling link":      {func(_, f string) error { return errors.Join(os.Remove(f), os.Symlink("nowhere", f)) }, `is a link to "nowhere", which is not there`, 2},
		"links in a loop":      {func(_, f string) error { return errors.Join(os.Remove(f), os.Symlink("file", f)) }, "leads nowhere", 2},
		"a folder":             {func(_, f string) error { return errors.Join(os.Remove(f), os.Mkdir(f, 0o755)) }, "not a regular file", 2},
		"a pipe":               {func(_, f string) error { return errors.Join(os.Remove(f), syscall.Mkfifo(f, 0o644)) }, "not a regular file", 2},
		"hard links":           {func(d, f string) error { return os.Link(f, filepath.Join(d, "other")) }, "2 names (hard links)", 4},
		"a change":             {func(_, f string) error { return os.WriteFile(f, []byte("not old one\n"), 0o644) }, "changed in the meantime", 4},
		"more text":            {func(_, f string) error { return os.WriteFile(f, []byte(oldText+"x"), 0o644) }, "changed in the meantime", 4},
		"an emptied file":      {func(_, f string) error { return os.Truncate(f, 0) }, "changed in the meantime", 4},
		"a file that is gone":  {func(_, f string) error { return os.Remove(f) }, "changed in the meantime", 4},
		"a folder that is not": {func(d, _ string) error { return os.RemoveAll(d) }, "changed in the meantime", 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, file := place(t)
			if err := tt.prepare(dir, file); err != nil {
				t.Fatal(err)
			}
			var before []string
			if name != "a folder that is not" {
				before = entries(t, dir)
			}
			was := regular(file)
			err := replace(file)
			if fault.Code(err) != tt.code || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v (%d), want %q (%d)", err, fault.Code(err), tt.want, tt.code)
			}
			if fault.Code(err) == 4 && fault.HintOf(err) == "" {
				t.Error("no hint")
			}
			if before != nil {
				wantOnly(t, dir, strings.Join(before, " "))
			}
			if now := regular(file); now != was {
				t.Errorf("became %q", now)
			}
		})
	}
}

// regular reads what can be read without waiting.
func regular(file string) string {
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	text, _ := os.ReadFile(file)
	return string(text)
}

func TestReplaceByTheSameIsNoWrite(t *testing.T) {
	t.Parallel()
	_, file := place(t)
	before, _ := os.Stat(file)
	if err := textedit.Replace(file, []byte(oldText), []byte(oldText)); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(file); err != nil || !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("it was written")
	}
}

// Of several that read the same text one writes; the others are told.
func TestReplaceAtTheSameTime(t *testing.T) {
	t.Parallel()
	for range 50 {
		dir, file := place(t)
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				switch err := replace(file); fault.Code(err) {
				case 0:
					won.Add(1)
				case 4:
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d wrote", won.Load())
		}
		wantText(t, file, newText)
		wantOnly(t, dir, "file")
	}
}

// Runs in one folder sweep it while others begin their drafts there.
func TestReplaceManyInOneFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 400 {
		file := filepath.Join(dir, strconv.Itoa(i))
		if err := os.WriteFile(file, []byte(oldText), 0o644); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			if err := replace(file); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := entries(t, dir); len(got) != 400 {
		t.Errorf("%d files are left", len(got))
	}
}

// Somebody writes between our reading and our rename.
func TestReplaceSeesALateChange(t *testing.T) {
	for _, change := range []func(file string) error{
		func(f string) error { return os.WriteFile(f, []byte("theirs\n"), 0o644) },
		func(f string) error {
			return errors.Join(os.WriteFile(f+".new", []byte("theirs\n"), 0o644), os.Rename(f+".new", f))
		},
	} {
		dir, file := place(t)
		restore := textedit.SetStep(func(name string) error {
			if name == "mode" {
				return change(file)
			}
			return nil
		})
		err := replace(file)
		restore()
		if fault.KindOf(err) != fault.Blocked {
			t.Errorf("got %v", err)
		}
		wantText(t, file, "theirs\n")
		wantOnly(t, dir, "file")
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "new")
	if err := textedit.Create(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"new", "link", "."} {
		if err := textedit.Create(filepath.Join(dir, name), []byte("y"), 0o644); !errors.Is(err, textedit.ErrExists) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := textedit.Create(filepath.Join(dir, "no", "x"), nil, 0o644); !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), ".connkit") {
		t.Errorf("got %v", err)
	}
	wantText(t, file, "x")
	wantOnly(t, dir, "link new")
}

func TestWriteFile(t *testing.T) {
	t.Parallel()
	dir, file := place(t)
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"file", "new"} {
		if err := textedit.WriteFile(filepath.Join(dir, name), []byte(newText), 0o600); err != nil {
			t.Fatal(err)
		}
		wantText(t, filepath.Join(dir, name), newText)
	}
	for name, mode := range map[string]fs.FileMode{"file": 0o640, "new": 0o600} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if err := textedit.WriteFile(filepath.Join(dir, "no", "x"), nil, 0o644); err == nil {
		t.Error("no error for a folder that is not there")
	}
	wantOnly(t, dir, "file new")
}
