package textedit_test

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/internal/textedit"
)

func attribute(t *testing.T, file string) {
	t.Helper()
	if err := unix.Setxattr(file, "user.mark", []byte("kept"), 0); err != nil {
		t.Fatal(err)
	}
}

func attributeOf(file, name string) string {
	buf := make([]byte, 1000)
	n, err := unix.Getxattr(file, name, buf)
	if err != nil {
		return err.Error()
	}
	return string(buf[:n])
}

func TestReplaceKeepsAttributes(t *testing.T) {
	t.Parallel()
	_, file := place(t)
	attribute(t, file)
	if err := unix.Setxattr(file, "user.empty", nil, 0); err != nil {
		t.Fatal(err)
	}
	if err := replace(file); err != nil {
		t.Fatal(err)
	}
	if got := attributeOf(file, "user.mark"); got != "kept" {
		t.Errorf("user.mark: %q", got)
	}
	if got := attributeOf(file, "user.empty"); got != "" {
		t.Errorf("user.empty: %q", got)
	}
}

// accessList writes an access list as the kernel stores it: u::rw-, u:1234:r--, g::r--, m::r--, o::---.
func accessList() []byte {
	list := []byte{2, 0, 0, 0}
	for _, e := range [][3]uint32{{1, 6, ^uint32(0)}, {2, 4, 1234}, {4, 4, ^uint32(0)}, {16, 4, ^uint32(0)}, {32, 0, ^uint32(0)}} {
		list = binary.LittleEndian.AppendUint16(list, uint16(e[0]))
		list = binary.LittleEndian.AppendUint16(list, uint16(e[1]))
		list = binary.LittleEndian.AppendUint32(list, e[2])
	}
	return list
}

func TestReplaceKeepsAccessLists(t *testing.T) {
	t.Parallel()
	_, file := place(t)
	if err := unix.Setxattr(file, "system.posix_acl_access", accessList(), 0); err != nil {
		t.Fatal(err)
	}
	before := attributeOf(file, "system.posix_acl_access")
	if err := replace(file); err != nil {
		t.Fatal(err)
	}
	if got := attributeOf(file, "system.posix_acl_access"); got != before || len(got) != 44 {
		t.Errorf("got %x, want %x", got, before)
	}
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// The default list of a folder, which a new file gets, is not that of the old file.
func TestReplaceAddsNoAccessList(t *testing.T) {
	t.Parallel()
	dir, file := place(t)
	if err := unix.Setxattr(dir, "system.posix_acl_default", accessList(), 0); err != nil {
		t.Fatal(err)
	}
	if err := replace(file); err != nil {
		t.Fatal(err)
	}
	if got := attributeOf(file, "system.posix_acl_access"); got != unix.ENODATA.Error() {
		t.Errorf("got %x", got)
	}
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o644 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestReplaceRefusesWhatItCannotKeep(t *testing.T) {
	for step, want := range map[string]string{"attribute": "attribute user.mark", "mode": "mode 0644"} {
		dir, file := place(t)
		attribute(t, file)
		restore := textedit.SetStep(func(name string) error {
			if name == step {
				return unix.EPERM
			}
			return nil
		})
		err := replace(file)
		restore()
		if fault.KindOf(err) != fault.Blocked || !strings.Contains(err.Error(), "its "+want+" cannot be kept") {
			t.Errorf("%s: got %v", step, err)
		}
		wantText(t, file, oldText)
		wantOnly(t, dir, "file")
	}
}

// asRoot tells whether files of other users can be made.
func asRoot(t *testing.T) bool {
	t.Helper()
	return os.Getuid() == 0
}

func TestReplaceKeepsTheOwner(t *testing.T) {
	t.Parallel()
	_, file := place(t)
	uid, gid := 1234, 2345
	if !asRoot(t) { // at least a group of one's own
		groups, _ := os.Getgroups()
		uid, gid = os.Getuid(), groups[len(groups)-1]
	}
	if err := errors.Join(os.Chown(file, uid, gid), os.Chmod(file, 0o640)); err != nil {
		t.Fatal(err)
	}
	if err := replace(file); err != nil {
		t.Fatal(err)
	}
	var st syscall.Stat_t
	if err := syscall.Stat(file, &st); err != nil || int(st.Uid) != uid || int(st.Gid) != gid || st.Mode&0o7777 != 0o640 {
		t.Errorf("%d:%d %o, %v", st.Uid, st.Gid, st.Mode, err)
	}
}

// asNobody runs a child without the rights of root, in a folder of which it
// can use all that lies above.
func asNobody(t *testing.T, dir string, action ...string) (string, int) {
	t.Helper()
	c := child(t, action...)
	if asRoot(t) {
		for d := dir; filepath.Dir(d) != "/"; d = filepath.Dir(d) {
			info, err := os.Stat(d)
			if err == nil && d != dir {
				err = os.Chmod(d, info.Mode()|0o055)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		own := filepath.Join(t.TempDir(), "test")
		program, err := os.ReadFile(os.Args[0])
		if err := errors.Join(err, os.Chmod(filepath.Dir(own), 0o755)); err != nil {
			t.Fatal(err)
		}
		testkit.Program(t, own, string(program))
		c.Path = own
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, _ := c.CombinedOutput()
	return string(out), c.ProcessState.ExitCode()
}

func TestReplaceInAFolderThatIsNotWritable(t *testing.T) {
	t.Parallel()
	dir, file := place(t)
	if err := errors.Join(os.Chmod(file, 0o666), os.Chmod(dir, 0o555)); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o755) //nolint:errcheck // so that it can be removed
	out, code := asNobody(t, dir, "replace", dir)
	if code != 1 || !strings.Contains(out, "its folder cannot be written to") {
		t.Errorf("%d: %s", code, out)
	}
	wantText(t, file, oldText)
}

func TestReplaceAnothersFile(t *testing.T) {
	t.Parallel()
	if !asRoot(t) {
		t.Log("only root can make a file of another user; the step is failed in TestReplaceWithEachStepFailing")
		return
	}
	dir, file := place(t)
	if err := errors.Join(os.Chmod(file, 0o666), os.Chmod(dir, 0o777)); err != nil {
		t.Fatal(err)
	}
	out, code := asNobody(t, dir, "replace", dir)
	if code != 4 || !strings.Contains(out, "its owner 0:0 cannot be kept") {
		t.Errorf("%d: %s", code, out)
	}
	wantText(t, file, oldText)
	wantOnly(t, dir, "file")
}
