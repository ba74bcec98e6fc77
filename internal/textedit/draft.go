package textedit

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// filePrefix begins the names of files that are written before they are
// renamed to what they shall be.
const filePrefix = ".connkit-file-"

// draft is such a file. As long as its process lives it holds a lock on it,
// by which another run tells a draft in work from one that was left behind.
type draft struct {
	file *os.File
	name string
}

// newDraft makes an empty draft that only its owner can read.
func newDraft(dir string) (*draft, error) {
	for {
		if err := step("create"); err != nil {
			return nil, err
		}
		f, err := os.CreateTemp(dir, filePrefix+"*") // O_EXCL and 0600
		if err != nil {
			return nil, err
		}
		d := &draft{f, f.Name()}
		if taken := busy(f); !taken {
			if here, err := os.Lstat(d.name); err == nil && sameFile(f, here) {
				return d, nil
			}
		}
		_ = f.Close() // another run took it for left behind before it was locked, and removes it
	}
}

func sameFile(f *os.File, info os.FileInfo) bool {
	own, err := f.Stat()
	return err == nil && os.SameFile(own, info)
}

func (d *draft) fill(content []byte) error {
	err := step("write")
	if err == nil {
		_, err = d.file.Write(content)
	}
	if err == nil {
		err = step("sync")
	}
	if err == nil {
		err = d.file.Sync()
	}
	return err
}

// drop removes the draft, unless it has been renamed.
func (d *draft) drop() {
	if here, err := os.Lstat(d.name); err == nil && sameFile(d.file, here) {
		_ = os.Remove(d.name)
	}
	_ = d.file.Close()
}

// sweep removes the drafts in dir that killed processes left. What cannot be
// removed does not stand in the way of a new draft, so errors do not matter.
func sweep(dir string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	defer d.Close() //nolint:errcheck // only read
	names, _ := d.Readdirnames(-1)
	for _, name := range names {
		if strings.HasPrefix(name, filePrefix) {
			sweepOne(filepath.Join(dir, name))
		}
	}
}

func sweepOne(name string) {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return
	}
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer f.Close() //nolint:errcheck // only read
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if here, statErr := os.Lstat(name); err == nil && statErr == nil && sameFile(f, here) {
		_ = os.Remove(name)
	}
}

// patience is how long a lock may be another's before that counts: a program
// that is being started holds the locks of its parent until it runs.
const patience = time.Second

// staysBusy takes the lock of a file, and tells that another keeps it.
func staysBusy(f *os.File) bool {
	for end := time.Now().Add(patience); busy(f); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			return true
		}
	}
	return false
}

// busy takes the lock of a file, and tells that another holds it. That a file
// system has no locks does not matter: there nothing is swept.
func busy(f *os.File) bool {
	return errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}
