package textedit_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
)

// childAction makes this test binary play a process that is killed, or one
// with another user or other mounts.
const childAction = "CONNKIT_TEST_CHILD"

func TestMain(m *testing.M) {
	if action, ok := os.LookupEnv(childAction); ok {
		play(strings.Split(action, "|"))
	}
	os.Exit(m.Run())
}

// child gives a process that plays an action.
func child(t *testing.T, action ...string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), childAction+"="+strings.Join(action, "|"))
	return c
}

func killed(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == -1
}

// withMounts are the actions that need mounts of their own.
var withMounts = map[string]func(dir, file string){}

func play(args []string) {
	path := filepath.Join(args[1], "file")
	kill := func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }
	switch args[0] {
	case "tree":
		textedit.SetBeforeRename(kill)
		_ = textedit.WriteTree(context.Background(), filepath.Join(args[1], "new"), sampleFiles())
	case "killed at":
		textedit.SetStep(func(name string) error {
			if name == args[2] {
				kill()
			}
			return nil
		})
		report(textedit.Replace(path, []byte(oldText), []byte(newText)))
	case "replace":
		report(textedit.Replace(path, []byte(oldText), []byte(newText)))
	default:
		withMounts[args[0]](args[1], path)
	}
	os.Exit(9) // not reached
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "preparing:", err)
		os.Exit(10)
	}
}

// report ends the child with the exit code of err.
func report(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(fault.Code(err))
}
