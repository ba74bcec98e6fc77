package textedit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/connkit/connkit/internal/fault"
)

// Replace puts after in the place of before, which was read from path. At any
// time the file is the old one or the new one: the new one is written beside
// it, readable by its owner only, brought to the disk, given the old one's
// mode, owner and extended attributes, and renamed.
//
// A symbolic link stays and the file that it leads to is replaced, in the
// folder of that. What cannot be kept is not written but a [fault.Blocked]
// error: a file that is not before any more, hard links, a mount on the very
// file, an owner that is not ours to give. The mode of a file does not stand
// in the way, that of its folder does.
func Replace(path string, before, after []byte) error {
	if bytes.Equal(before, after) {
		return nil
	}
	target, err := follow(path)
	if err != nil {
		return err
	}
	old, err := hold(path, target, before)
	if err != nil {
		return err
	}
	defer old.Close() //nolint:errcheck // only read
	dir := filepath.Dir(target)
	sweep(dir)
	d, err := newDraft(dir)
	if err != nil {
		return explain(path, err)
	}
	defer d.drop()
	if err := d.fill(after); err != nil {
		return explain(path, err)
	}
	if err := keep(path, old, d.file); err != nil {
		return err
	}
	if err := unchanged(path, target, old, before); err != nil {
		return err
	}
	if err = step("rename"); err == nil {
		err = os.Rename(d.name, target)
	}
	if err != nil {
		return explain(path, err)
	}
	return syncDir(dir)
}

// follow gives the file that path leads to.
func follow(path string) (string, error) {
	target, err := filepath.EvalSymlinks(path)
	if err == nil {
		return target, nil
	}
	if info, lstat := os.Lstat(path); lstat == nil && info.Mode()&fs.ModeSymlink != 0 {
		to, _ := os.Readlink(path)
		if errors.Is(err, fs.ErrNotExist) {
			return "", fault.Usagef("writing %q: it is a link to %q, which is not there", path, to)
		}
		return "", fault.Usagef("writing %q: it is a link to %q, which leads nowhere: %w", path, to, cause(err))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "", moved(path)
	}
	return "", fmt.Errorf("writing %q: %w", path, cause(err))
}

func irregular(path string) error {
	return fault.Usagef("writing %q: it is not a regular file", path)
}

func moved(path string) error {
	return fault.Blockedf("writing %q: it has changed in the meantime", path).WithHint("run it again")
}

// hold opens the file, locks it against other runs of connkit, and makes sure
// that it is what was read and can be replaced.
func hold(path, target string, before []byte) (*os.File, error) {
	info, err := os.Lstat(target)
	if err == nil && !info.Mode().IsRegular() { // opening a pipe would wait
		return nil, irregular(path)
	}
	f, err := os.OpenFile(target, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("writing %q: %w", path, cause(err))
	}
	switch {
	case staysBusy(f):
		err = fault.Blockedf("writing %q: another process is at it", path).WithHint("run it again")
	case links(f) > 1:
		err = fault.Blockedf("writing %q: the file has %d names (hard links), and replacing it would part them", path, links(f)).
			WithHint("give this name a file of its own: cp -p %[1]q %[1]q.own && mv %[1]q.own %[1]q", path)
	default:
		err = unchanged(path, target, f, before)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// unchanged is an error when what stands at target is not the open file, or
// when that does not hold before any more.
func unchanged(path, target string, f *os.File, before []byte) error {
	err := step("read")
	if err != nil {
		return fmt.Errorf("reading %q: %w", path, cause(err))
	}
	now, err := io.ReadAll(io.NewSectionReader(f, 0, int64(len(before))+1))
	if err != nil {
		return fmt.Errorf("reading %q: %w", path, cause(err))
	}
	here, err := os.Lstat(target)
	if err != nil || !sameFile(f, here) || !bytes.Equal(now, before) {
		return moved(path)
	}
	return nil
}

// explain turns what the system says to a new file or a rename into what a person can do about it.
func explain(path string, err error) error {
	dir := filepath.Dir(path)
	switch {
	case errors.Is(err, syscall.EBUSY), errors.Is(err, syscall.EXDEV):
		return fault.Blockedf("writing %q: the file itself is mounted here, so it cannot be replaced in one step", path).
			WithHint("mount its folder instead, or run connkit where the file is not a mount")
	case errors.Is(err, syscall.EPERM):
		return fault.Blockedf("writing %q: the system does not let it be replaced", path).
			WithHint("it may be immutable (lsattr), or in a folder where only owners may (ls -ld %q)", dir)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fault.Failedf("writing %q: its folder cannot be written to: %w", path, cause(err)).
			WithHint("the new file is written beside the old one: make the folder %q writable", dir)
	}
	return fmt.Errorf("writing %q: %w", path, cause(err))
}
