package textedit

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// renameNew renames without ever replacing: a plain rename takes an empty
// folder for free space, and one may appear after the check.
func renameNew(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	switch {
	case errors.Is(err, unix.EEXIST):
		return ErrExists
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS): // this file system or kernel cannot
		return renameChecked(from, to)
	case err != nil:
		return &os.SyscallError{Syscall: "rename", Err: err}
	}
	return nil
}
