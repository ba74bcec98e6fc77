package textedit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// step is called before each thing that may go wrong; tests fail or kill the process here.
var step = func(string) error { return nil }

// Create makes a file that is not there yet: whole or not at all. A place
// that is taken, by a dangling link too, is [ErrExists] and stays untouched.
func Create(path string, content []byte, perm fs.FileMode) error {
	dir := filepath.Dir(path)
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("creating %q: %w", path, ErrExists)
	}
	sweep(dir)
	d, err := newDraft(dir)
	if err != nil {
		return fmt.Errorf("creating %q: %w", path, cause(err))
	}
	defer d.drop()
	if err = d.fill(content); err == nil {
		err = d.file.Chmod(perm)
	}
	if err == nil {
		err = renameNew(d.name, path)
	}
	if err != nil {
		return fmt.Errorf("creating %q: %w", path, cause(err))
	}
	if err := syncDir(dir); err != nil {
		if here, stat := os.Lstat(path); stat == nil && sameFile(d.file, here) {
			_ = os.Remove(path) // who gets an error has no file
		}
		return err
	}
	return nil
}

// WriteFile puts content at path, whatever stood there; where that was read
// before, use [Replace]. An existing file keeps what Replace keeps, a new one
// gets perm. What is no file, such as a pipe, is a [fault.Usage] error.
func WriteFile(path string, content []byte, perm fs.FileMode) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // reading a pipe would wait
		return irregular(path)
	}
	before, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Create(path, content, perm)
	}
	if err != nil {
		return fmt.Errorf("writing %q: %w", path, cause(err))
	}
	return Replace(path, before, content)
}

// syncDir makes a rename in dir last through a power cut. A file system that
// cannot sync a folder, or a folder that may be written and not read, has
// nothing to offer here, so that is not an error.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("opening %q: %w", dir, cause(err))
	}
	defer d.Close() //nolint:errcheck // only read
	err = step("sync folder")
	if err == nil {
		err = d.Sync()
	}
	if err == nil || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return fmt.Errorf("syncing %q: %w", dir, cause(err))
}

// cause takes the names of drafts, which tell a reader nothing, off an error.
func cause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
