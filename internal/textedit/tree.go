package textedit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// File is one file of a new tree.
type File struct {
	Path    string      // slash path below the tree's root
	Mode    fs.FileMode // permission bits
	Content []byte
}

// ErrExists says that the place of a new tree is taken.
var ErrExists = errors.New("exists already")

// draftPrefix begins the name of a folder that a tree is drafted in; the
// process id follows, so that another run can tell a draft in work from one
// that a killed process left.
const draftPrefix = ".connkit-draft-"

// beforeRename is called when the draft is whole; tests kill the process here.
var beforeRename = func() {}

// WriteTree makes the folder target out of files. It drafts them in a hidden
// folder beside target and renames that, so target is there whole or not at
// all. Drafts that killed processes left beside target are removed first. An
// existing target is [ErrExists] and stays untouched.
func WriteTree(ctx context.Context, target string, files []File) error {
	parent := filepath.Dir(target)
	SweepDead(parent, draftPrefix)
	draft, err := os.MkdirTemp(parent, fmt.Sprintf("%s%d-", draftPrefix, os.Getpid()))
	if err != nil {
		return fmt.Errorf("creating a folder in %q: %w", parent, errors.Unwrap(err))
	}
	defer os.RemoveAll(draft) //nolint:errcheck // gone after the rename, which is what we want
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if err := writeNew(filepath.Join(draft, filepath.FromSlash(f.Path)), f); err != nil {
			return fmt.Errorf("writing %q: %w", f.Path, err)
		}
	}
	if err := os.Chmod(draft, 0o755); err != nil {
		return fmt.Errorf("writing %q: %w", target, err)
	}
	beforeRename()
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if err := renameNew(draft, target); err != nil {
		return fmt.Errorf("creating %q: %w", target, err)
	}
	if err := syncDir(parent); err != nil {
		_ = os.RemoveAll(target) // who gets an error has no tree
		return err
	}
	return nil
}

func writeNew(path string, f File) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	w, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = w.Write(f.Content)
	if err == nil {
		err = w.Chmod(f.Mode.Perm())
	}
	if err == nil {
		err = w.Sync()
	}
	if closeErr := w.Close(); err == nil {
		err = closeErr
	}
	return err
}

// SweepDead removes what lies in parent under the name prefix, process id, dash
// and anything, and whose process is gone. What cannot be removed does not
// stand in the way of something new, so errors do not matter.
func SweepDead(parent, prefix string) {
	entries, _ := os.ReadDir(parent) // not a glob: the name of parent may hold brackets
	for _, e := range entries {
		name, ours := strings.CutPrefix(e.Name(), prefix)
		id, _, ok := strings.Cut(name, "-")
		pid, err := strconv.Atoi(id)
		if ours && ok && err == nil && pid > 0 && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			_ = os.RemoveAll(filepath.Join(parent, e.Name()))
		}
	}
}
