package textedit

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/connkit/connkit/internal/fault"
)

// acl is the attribute that holds an access list on Linux. A new file gets one
// from its folder's default.
const acl = "system.posix_acl_access"

// keep gives the draft owner, extended attributes and mode of the old file, in
// this order: a new owner takes set-user-ID away, an access list changes the
// mode, and nobody else shall read the draft before all is done.
func keep(path string, old, draft *os.File) error {
	var was, is unix.Stat_t
	if err := unix.Fstat(int(old.Fd()), &was); err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	if err := unix.Fstat(int(draft.Fd()), &is); err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	if was.Uid != is.Uid || was.Gid != is.Gid {
		err := step("owner")
		if err == nil {
			err = unix.Fchown(int(draft.Fd()), int(was.Uid), int(was.Gid))
		}
		if err != nil {
			return lost(path, fmt.Sprintf("owner %d:%d", was.Uid, was.Gid), err).WithHint("run it as the file's owner")
		}
	}
	if err := keepAttributes(path, int(old.Fd()), int(draft.Fd())); err != nil {
		return err
	}
	mode := uint32(was.Mode) & 0o7777 //nolint:unconvert // 16 bits on macOS
	// Set-group-ID is dropped in silence for who is not in the group.
	err := step("mode")
	if err == nil {
		err = unix.Fchmod(int(draft.Fd()), mode)
	}
	if err == nil {
		err = unix.Fstat(int(draft.Fd()), &is)
	}
	if err != nil || uint32(is.Mode)&0o7777 != mode { //nolint:unconvert // 16 bits on macOS
		return lost(path, fmt.Sprintf("mode %04o", mode), err).WithHint("run it as the file's owner")
	}
	return nil
}

func lost(path, what string, err error) *fault.Error {
	if err == nil {
		return fault.Blockedf("writing %q: its %s cannot be kept", path, what)
	}
	return fault.Blockedf("writing %q: its %s cannot be kept: %w", path, what, err)
}

// keepAttributes copies the extended attributes. Those of people and access
// lists must come along; the system's own labels come along where they may.
func keepAttributes(path string, old, draft int) error {
	names, err := attributes(old)
	if err != nil {
		return lost(path, "extended attributes", err)
	}
	for _, name := range names {
		err := step("attribute")
		if err == nil {
			err = copyAttribute(old, draft, name)
		}
		if err != nil && (strings.HasPrefix(name, "user.") || name == acl) {
			return lost(path, "attribute "+name, err)
		}
	}
	has, _ := attributes(draft) // what it has from its folder
	if slices.Contains(has, acl) && !slices.Contains(names, acl) {
		if err := unix.Fremovexattr(draft, acl); err != nil {
			return lost(path, "access list", err)
		}
	}
	return nil
}

func copyAttribute(old, draft int, name string) error {
	value, err := attribute(old, name)
	if err != nil {
		return err
	}
	if now, err := attribute(draft, name); err == nil && bytes.Equal(now, value) {
		return nil
	}
	return unix.Fsetxattr(draft, name, value, 0)
}

// attributes lists the names; checksums that the system keeps of a file's
// content are not among them.
func attributes(fd int) ([]string, error) {
	buf, err := sized(func(b []byte) (int, error) { return unix.Flistxattr(fd, b) })
	if err == unix.ENOTSUP { //nolint:errorlint // a bare number
		return nil, nil
	}
	names := strings.FieldsFunc(string(buf), func(r rune) bool { return r == 0 })
	return slices.DeleteFunc(names, func(n string) bool { return n == "security.ima" || n == "security.evm" }), err
}

func attribute(fd int, name string) ([]byte, error) {
	return sized(func(b []byte) (int, error) { return unix.Fgetxattr(fd, name, b) })
}

// sized asks for the size, makes room and asks again, until it fits.
func sized(get func([]byte) (int, error)) ([]byte, error) {
	for {
		n, err := get(nil)
		if err != nil || n == 0 {
			return nil, err
		}
		buf := make([]byte, n)
		n, err = get(buf)
		if err == unix.ERANGE { //nolint:errorlint // a bare number
			continue
		}
		return buf[:max(n, 0)], err
	}
}
