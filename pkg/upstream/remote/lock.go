package remote

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// lockFile takes the kernel's lock on a file, which ends with the process
// however that ends. waiting is called once when another process has it.
func lockFile(ctx context.Context, path string, waiting func()) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the cache: %w", err)
	}
	for first := true; ; first = false {
		if err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err == nil {
			return f, nil
		}
		if err != unix.EWOULDBLOCK && err != unix.EINTR { //nolint:errorlint // a plain errno
			_ = f.Close() // it was only opened for the lock
			return nil, fmt.Errorf("locking %q: %w", path, err)
		}
		if first {
			waiting()
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// lockFolder makes a folder and takes the lock in it. [Clean] may take the
// folder away while its lock is waited for: then it is made and locked anew.
func lockFolder(ctx context.Context, dir string, waiting func()) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	for {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, noRoom(err)
		}
		f, err := lockFile(ctx, path, waiting)
		if errors.Is(err, fs.ErrNotExist) {
			continue // taken away between the two
		}
		if err != nil {
			return nil, err
		}
		mine, err := f.Stat()
		if there, lerr := os.Stat(path); err == nil && lerr == nil && os.SameFile(mine, there) {
			return f, nil
		}
		unlock(f)
	}
}

// unlock gives a lock free at once: closing the file would not, while a child
// that is just being started still has it.
func unlock(f *os.File) {
	_ = unix.Flock(int(f.Fd()), unix.LOCK_UN) // it ends with the file in any case
	_ = f.Close()                             // nothing was written to it
}
