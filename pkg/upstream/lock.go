package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/connkit/connkit/internal/fault"
)

// lockIndex takes git's lock on the index. It is a hard link of a file of ours,
// so that a lock that a killed run left can be told from git's own; where the
// file system has no hard links, it is a file with the same words in it.
func (m *monorepo) lockIndex() error {
	mine, lock := m.statePath(lockName), filepath.Join(m.GitDir, "index.lock")
	words := fmt.Appendf(nil, "connkit %d\n", os.Getpid())
	if err := os.WriteFile(mine, words, 0o644); err != nil {
		return fmt.Errorf("locking the index: %w", err)
	}
	err := link(mine, lock)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = writeNew(lock, words)
	}
	if errors.Is(err, fs.ErrExist) {
		return fault.Blockedf("locking the index: another git command works in this repository: %q is there", lock).WithHint("wait for it, and run it again")
	}
	if err != nil {
		return fmt.Errorf("locking the index: %w", err)
	}
	return nil
}

// link is another one in the test of a file system without hard links.
var link = os.Link

// writeNew writes a file that must not be there yet, and leaves none that is written in part.
func writeNew(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(name)
	}
	return err
}

// unlockIndex gives the lock free if it is ours.
func (m *monorepo) unlockIndex() {
	mine, lock := m.statePath(lockName), filepath.Join(m.GitDir, "index.lock")
	a, errA := os.ReadFile(mine)
	b, errB := os.ReadFile(lock)
	if errA == nil && errB == nil && len(a) > 0 && bytes.Equal(a, b) { // git's own begins with DIRC, or is empty
		_ = os.Remove(lock) // when it is gone, somebody else was quicker
	}
	_ = os.Remove(mine)
}

// installIndex puts the copy of the index in place of the index, as git does: by its lock.
func (m *monorepo) installIndex() error {
	lock := filepath.Join(m.GitDir, "index.lock")
	info, err := os.Stat(m.index)
	var text []byte
	if err == nil {
		text, err = os.ReadFile(m.index)
	}
	if err == nil {
		err = os.WriteFile(lock, text, 0o644)
	}
	if err == nil {
		err = os.Chtimes(lock, info.ModTime(), info.ModTime())
	}
	if err == nil {
		err = os.Rename(lock, filepath.Join(m.GitDir, "index"))
	}
	if err != nil {
		_ = os.Remove(lock) // it is ours, whatever is in it
		return fmt.Errorf("writing the index: %w", err)
	}
	_ = os.Remove(m.statePath(lockName)) // it is the index now
	return nil
}

// patience is how long another connkit, or a git that a killed one left at work, is waited for.
const patience = 10 * time.Second

// lock makes sure that no other connkit changes this work tree. The lock is
// the kernel's and lies on .git itself, so nothing is left of it. The git that
// writes the files holds it too: one that outlives a killed connkit is waited for.
func (m *monorepo) lock(ctx context.Context) (func(), error) {
	f, err := os.Open(m.GitDir)
	if err != nil {
		return nil, fmt.Errorf("locking the repository: %w", err)
	}
	for end := time.Now().Add(patience); ; {
		if err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err == nil {
			break
		}
		switch {
		case err != unix.EWOULDBLOCK && err != unix.EINTR: //nolint:errorlint // a plain errno
			err = fmt.Errorf("locking %q: %w", m.GitDir, err) // a file system that knows no locks: waiting helps nothing
		case ctx.Err() != nil:
			err = context.Cause(ctx)
		case time.Now().After(end):
			err = fault.Blockedf("locking the repository: another connkit works in it").WithHint("wait for it")
		default:
			time.Sleep(20 * time.Millisecond)
			continue
		}
		_ = f.Close() // only opened for the lock
		return nil, err
	}
	m.held = f
	return func() {
		m.held = nil
		_ = unix.Flock(int(f.Fd()), unix.LOCK_UN) // a child that is just being started may still have it
		_ = f.Close()
	}, nil
}
