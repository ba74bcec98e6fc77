package textedit

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile puts content at path through a temporary file beside it and a
// rename. An existing file keeps its mode; a new one gets perm. A symbolic
// link stays, and what it points to is replaced.
func WriteFile(path string, content []byte, perm fs.FileMode) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		target = path
	}
	if info, err := os.Stat(target); err == nil {
		perm = info.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(target), ".connkit-*")
	if err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // gone after the rename, which is what we want
	if err := fill(tmp, content, perm); err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	if err := os.Rename(tmp.Name(), target); err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	return syncDir(filepath.Dir(target))
}

func fill(f *os.File, content []byte, perm fs.FileMode) error {
	_, err := f.Write(content)
	if err == nil {
		err = f.Chmod(perm)
	}
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// syncDir makes a rename in dir last through a power cut. File systems that
// cannot sync a folder have nothing to offer here, so their refusal is not an error.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("opening %q: %w", dir, err)
	}
	_ = d.Sync()
	return d.Close()
}
