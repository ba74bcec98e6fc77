//go:build linux

package sabotage_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/connkit/connkit/internal/testkit/sabotage"
)

const victim = "CONNKIT_TEST_VICTIM"

func TestMain(m *testing.M) {
	if err := sabotage.Main(); err != nil {
		_, _ = os.Stderr.WriteString(err.Error())
		os.Exit(111)
	}
	if path, ok := os.LookupEnv(victim); ok {
		if err := work(path); err != nil {
			_, _ = os.Stderr.WriteString(err.Error())
			os.Exit(7)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// work makes each call that can be chosen, in an order.
func work(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 100))
	return errors.Join(err, f.Chmod(0o600), f.Sync(), f.Truncate(50), os.Rename(path, path+".new"), os.Remove(path+".new"))
}

// play gives this program as the victim. Its file has a short name: an error that
// tells a long one would be written at such length that this fails too.
func play(t *testing.T) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), victim+"=x")
	return cmd
}

func TestRun(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"create", "write", "fchmod", "fsync", "truncate", "rename", "unlink"} {
		for _, errno := range []syscall.Errno{syscall.EIO, syscall.ENOSPC, sabotage.Kill} {
			cmd := play(t)
			sabotage.Run(cmd, call, errno)
			out, err := cmd.CombinedOutput()
			switch {
			case errno == sabotage.Kill && !sabotage.Killed(cmd):
				t.Errorf("%s: not killed: %v %s", call, err, out)
			case errno != sabotage.Kill && (cmd.ProcessState.ExitCode() != 7 || !strings.Contains(string(out), errno.Error())):
				t.Errorf("%s, %v: %v %s", call, errno, err, out)
			}
		}
	}
}

// A call that the program does not make changes nothing.
func TestRunOfACallThatIsNotMade(t *testing.T) {
	t.Parallel()
	cmd := play(t)
	sabotage.Run(cmd, "fsetxattr", sabotage.Kill)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
