package textedit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// errHeld says that somebody else holds a lock.
var errHeld = errors.New("somebody else holds it")

// Lock waits until no other run holds the lock of a folder, and takes it; it
// goes with the process, however that ends, and leaves no file behind. Where
// there are no such locks the result is that of a lock nobody holds.
func Lock(ctx context.Context, dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("locking %q: %w", dir, err)
	}
	for {
		if err := flock(f); !errors.Is(err, errHeld) {
			return func() { _ = f.Close() }, nil // closing gives the lock back
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, fmt.Errorf("locking %q: %w", dir, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}
