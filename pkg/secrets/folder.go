package secrets

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// folder is a private folder for a text in clear while an editor has it: of the
// user alone, in memory where the system offers that, and locked, so that the
// next run can tell one that a killed connkit has left.
type folder struct {
	path string
	lock *os.File
}

const folderPrefix = "connkit-edit-"

// folderBases are the places for such folders, the best first: those in memory.
func folderBases(getenv func(string) string) []string {
	var list []string
	if dir := getenv("XDG_RUNTIME_DIR"); private(dir) {
		list = append(list, dir)
	}
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		list = append(list, "/dev/shm")
	}
	return append(list, os.TempDir())
}

// private tells whether a folder is the user's alone.
func private(dir string) bool {
	if !filepath.IsAbs(dir) {
		return false
	}
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() || info.Mode().Perm()&0o077 != 0 {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Getuid()
}

// newFolder makes a private folder in the first place that has room for it.
func newFolder(getenv func(string) string) (*folder, error) {
	var errs []error
	for _, base := range folderBases(getenv) {
		sweepFolders(base)
		f, err := folderIn(base)
		if err == nil {
			return f, nil
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("making a private folder: %w", errors.Join(errs...))
}

func folderIn(base string) (*folder, error) {
	path, err := os.MkdirTemp(base, folderPrefix) // 0700
	if err != nil {
		return nil, err
	}
	lock, err := os.Open(path)
	if err == nil {
		err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err != nil {
		_ = lock.Close() // nil when it could not be opened, which is no harm
		_ = os.RemoveAll(path)
		return nil, err
	}
	return &folder{path, lock}, nil
}

// remove ends the folder and all that an editor put beside the text.
func (f *folder) remove() error {
	err := os.RemoveAll(f.path)
	_ = f.lock.Close()
	return err
}

// sweepFolders removes what killed runs have left: folders of the user that no
// process holds. One that was just made and is not locked yet is left alone.
func sweepFolders(base string) {
	entries, _ := os.ReadDir(base) // not a glob: the name of base may hold brackets
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), folderPrefix) {
			continue
		}
		path := filepath.Join(base, e.Name())
		info, err := os.Lstat(path)
		if err != nil || !info.IsDir() {
			continue
		}
		if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != os.Getuid() {
			continue
		}
		lock, err := os.Open(path)
		if err != nil {
			continue
		}
		if entries, _ := os.ReadDir(path); len(entries) > 0 && syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			_ = os.RemoveAll(path)
		}
		_ = lock.Close()
	}
}

// put writes a text that only the user can read.
func (f *folder) put(name string, text []byte) (string, error) {
	path := filepath.Join(f.path, strings.TrimLeft(filepath.Base(name), "-"))
	return path, os.WriteFile(path, text, 0o600)
}
