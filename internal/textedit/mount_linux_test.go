package textedit_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/connkit/connkit/internal/textedit"
)

func init() {
	private := func() { must(unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")) }
	withMounts["bind mount"] = func(_, file string) {
		private()
		must(unix.Mount(file, file, "", unix.MS_BIND, ""))
		report(textedit.Replace(file, []byte(oldText), []byte(newText)))
	}
	withMounts["full disk"] = func(dir, file string) {
		private()
		must(unix.Mount("tmpfs", dir, "tmpfs", 0, "size=16k"))
		must(os.WriteFile(file, []byte(oldText), 0o644))
		err := textedit.Replace(file, []byte(oldText), make([]byte, 64<<10))
		names, _ := os.ReadDir(dir)
		now, _ := os.ReadFile(file)
		fmt.Fprintf(os.Stderr, "%d files, whole %t: ", len(names), string(now) == oldText)
		report(err)
	}
}

// apart runs a child with mounts of its own, as root or as root of a user namespace.
func apart(t *testing.T, action ...string) (string, int) {
	t.Helper()
	c := child(t, action...)
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := c.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !isExit(err, &exit) {
		t.Fatalf("the test needs mounts of its own, as root or as a user who may have a user namespace: %v", err)
	}
	return string(out), c.ProcessState.ExitCode()
}

func isExit(err error, exit **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError) //nolint:errorlint // Run wraps nothing
	*exit = e
	return ok
}

// A file that is a mount of its own, as `docker run -v file:file` makes it, cannot be renamed over.
func TestReplaceAMountedFile(t *testing.T) {
	t.Parallel()
	dir, file := place(t)
	out, code := apart(t, "bind mount", dir)
	if code != 4 || !strings.Contains(out, "the file itself is mounted here") {
		t.Errorf("%d: %s", code, out)
	}
	wantText(t, file, oldText)
	wantOnly(t, dir, "file")
}

func TestReplaceOnAFullDisk(t *testing.T) {
	t.Parallel()
	out, code := apart(t, "full disk", t.TempDir())
	if code != 1 || !strings.Contains(out, "1 files, whole true: ") || !strings.Contains(out, "no space left on device") {
		t.Errorf("%d: %s", code, out)
	}
}

func TestReplaceAnImmutableFile(t *testing.T) {
	t.Parallel()
	dir, file := place(t)
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // only read
	const immutable = 0x10
	if err := unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, immutable); err != nil {
		t.Logf("this user or file system has no such flag (%v); EPERM is played in TestReplaceWithEachStepFailing", err)
		return
	}
	defer unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, 0) //nolint:errcheck // so that it can be removed
	out, err := child(t, "replace", dir).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "the system does not let it be replaced") {
		t.Errorf("%v: %s", err, out)
	}
	wantText(t, file, oldText)
	wantOnly(t, dir, "file")
}
