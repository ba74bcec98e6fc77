package remote

import (
	"context"
	"fmt"
	"os"
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

// unlock gives a lock free at once: closing the file would not, while a child
// that is just being started still has it.
func unlock(f *os.File) {
	_ = unix.Flock(int(f.Fd()), unix.LOCK_UN) // it ends with the file in any case
	_ = f.Close()                             // nothing was written to it
}
