package textedit_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/textedit"
)

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
	if out, err := child(t, "tree", dir).CombinedOutput(); !killed(err) {
		t.Fatalf("the child was to be killed: %v\n%s", err, out)
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

// What runs of dead processes have left goes, and nothing else does.
func TestSweepDead(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "work [1]") // no glob
	mine := fmt.Sprintf("run-%d-x", os.Getpid())
	for name, stays := range map[string]bool{
		"run-999999999-x": false, "run-999999998-": false, mine: true, "run-999999999": true, "run--1-x": true, "run-0-x": true, "run-x-y": true, "run-": true, "other-999999999-x": true, "run-1e9-x": true,
	} {
		if err := os.MkdirAll(filepath.Join(dir, name, "below"), 0o755); err != nil {
			t.Fatal(err)
		}
		textedit.SweepDead(dir, "run-")
		if _, err := os.Lstat(filepath.Join(dir, name)); (err == nil) != stays {
			t.Errorf("%s: there %v, want %v", name, err == nil, stays)
		}
	}
	textedit.SweepDead(filepath.Join(dir, "none"), "run-") // what is not there holds nothing
}
