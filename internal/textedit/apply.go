package textedit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/connkit/connkit/internal/fault"
)

// Change is a file as it was read and as it shall be.
type Change struct {
	Path   string
	Before []byte      // nil for a file that is not there yet
	After  []byte      // what it shall hold
	Perm   fs.FileMode // of a file that is not there yet; 0 is 0644
}

// Apply makes all changes or none. Before the first file is written each must
// still be what was read, else the error is [fault.Blocked] as that of
// [Replace]. When one cannot be written, those before it are put back, and
// files and folders that were made are removed.
func Apply(changes ...Change) error {
	for _, c := range changes {
		if err := c.current(); err != nil {
			return err
		}
	}
	var undo []func()
	for _, c := range changes {
		back, err := c.apply()
		undo = append(undo, back)
		if err == nil {
			continue
		}
		for i := len(undo) - 1; i >= 0; i-- {
			undo[i]()
		}
		return err
	}
	return nil
}

// current is an error when the file is not any more what was read.
func (c Change) current() error {
	if c.Before == nil {
		if _, err := os.Lstat(c.Path); err == nil {
			return moved(c.Path)
		}
		return nil
	}
	target, err := follow(c.Path)
	if err != nil {
		return err
	}
	f, err := hold(c.Path, target, c.Before)
	if err != nil {
		return err
	}
	return f.Close()
}

// apply writes the file, and gives what takes it back; the error of that does
// not matter, since there is one to tell already.
func (c Change) apply() (back func(), err error) {
	if c.Before != nil {
		return func() { _ = Replace(c.Path, c.After, c.Before) }, Replace(c.Path, c.Before, c.After)
	}
	perm := c.Perm
	if perm == 0 {
		perm = 0o644
	}
	made, err := makeFolders(filepath.Dir(c.Path), perm)
	if err == nil {
		err = Create(c.Path, c.After, perm)
	}
	if errors.Is(err, ErrExists) {
		err = fault.Blockedf("%w", err).WithHint("run it again")
	}
	created := err == nil
	return func() {
		if created {
			_ = os.Remove(c.Path)
		}
		for _, dir := range made {
			_ = os.Remove(dir)
		}
	}, err
}

// makeFolders makes a folder with those above it, for a file of that mode: what
// only its owner may read lies in a folder of the owner's alone. It gives what
// it has made, the deepest first.
func makeFolders(dir string, perm fs.FileMode) (made []string, err error) {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); err == nil || d == filepath.Dir(d) {
			break
		}
		made = append(made, d)
	}
	mode := fs.FileMode(0o755)
	if perm&0o077 == 0 {
		mode = 0o700
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return made, fmt.Errorf("creating %q: %w", dir, cause(err))
	}
	return made, nil
}
