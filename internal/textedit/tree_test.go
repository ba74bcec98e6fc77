package textedit_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/connkit/connkit/internal/textedit"
)

// crashDir names the folder in which a child of this test binary drafts a tree and is killed.
const crashDir = "CONNKIT_TEST_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		textedit.SetBeforeRename(func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) })
		_ = textedit.WriteTree(context.Background(), filepath.Join(dir, "new"), sampleFiles())
		os.Exit(9) // not reached
	}
	os.Exit(m.Run())
}

func sampleFiles() []textedit.File {
	return []textedit.File{
		{Path: "a.txt", Mode: 0o644, Content: []byte("a\n")},
		{Path: "sub/deep/run.sh", Mode: 0o755, Content: []byte("#!/bin/sh\n")},
	}
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	var got []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && path != dir {
			rel, _ := filepath.Rel(dir, path)
			got = append(got, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestWriteTree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target := filepath.Join(dir, "new")
	if err := textedit.WriteTree(t.Context(), target, sampleFiles()); err != nil {
		t.Fatal(err)
	}
	want := "new new/a.txt new/sub new/sub/deep new/sub/deep/run.sh"
	if got := strings.Join(entries(t, dir), " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for path, mode := range map[string]fs.FileMode{"": 0o755, "a.txt": 0o644, "sub/deep/run.sh": 0o755} {
		info, err := os.Stat(filepath.Join(target, path))
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%q: mode %v, %v; want %v", path, info.Mode().Perm(), err, mode)
		}
	}
}

func TestWriteTreeNeverReplaces(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(string) error{
		"an empty folder": func(p string) error { return os.Mkdir(p, 0o755) },
		"a file":          func(p string) error { return os.WriteFile(p, []byte("mine"), 0o644) },
		"a dangling link": func(p string) error { return os.Symlink("nowhere", p) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			target := filepath.Join(dir, "new")
			if err := prepare(target); err != nil {
				t.Fatal(err)
			}
			if err := textedit.WriteTree(t.Context(), target, sampleFiles()); !errors.Is(err, textedit.ErrExists) {
				t.Errorf("got %v, want ErrExists", err)
			}
			if got := entries(t, dir); len(got) != 1 {
				t.Errorf("left behind: %v", got)
			}
		})
	}
}

func TestWriteTreeLeavesNothing(t *testing.T) {
	t.Parallel()
	twice := append(sampleFiles(), textedit.File{Path: "a.txt", Mode: 0o644})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tt := range map[string]struct {
		ctx   context.Context
		files []textedit.File
	}{
		"a write that goes wrong": {t.Context(), twice},
		"an interrupt":            {cancelled, sampleFiles()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := textedit.WriteTree(tt.ctx, filepath.Join(dir, "new"), tt.files); err == nil {
				t.Error("no error")
			}
			if got := entries(t, dir); len(got) != 0 {
				t.Errorf("left behind: %v", got)
			}
		})
	}
}

func TestWriteTreeAfterAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashDir+"="+dir)
	var exit *exec.ExitError
	if err := child.Run(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Fatalf("the child was to be killed: %v", err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "new")); err == nil {
		t.Fatal("a killed process left a target")
	}
	if err := textedit.WriteTree(t.Context(), filepath.Join(dir, "new"), sampleFiles()); err != nil {
		t.Fatal(err)
	}
	for _, name := range entries(t, dir) {
		if !strings.HasPrefix(name, "new") {
			t.Errorf("the draft of the killed process is still there: %s", name)
		}
	}
}

func TestWriteFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := os.WriteFile(real, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", link); err != nil {
		t.Fatal(err)
	}
	if err := textedit.WriteFile(link, []byte("new"), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(real)
	info, _ := os.Lstat(real)
	if err != nil || string(got) != "new" || info.Mode().Perm() != 0o600 {
		t.Errorf("got %q, %v, mode %v", got, err, info.Mode())
	}
	if info, _ := os.Lstat(link); info.Mode()&fs.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
	if got := entries(t, dir); len(got) != 2 {
		t.Errorf("left behind: %v", got)
	}
}

func TestWriteFileInAMissingFolder(t *testing.T) {
	t.Parallel()
	if err := textedit.WriteFile(filepath.Join(t.TempDir(), "no", "x"), nil, 0o644); err == nil {
		t.Error("no error")
	}
}
