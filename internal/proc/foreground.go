package proc

import (
	"cmp"
	"context"
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// Foreground runs a program that has the terminal to itself, such as an editor:
// it shares the streams of connkit and its process group, so that the terminal
// takes it for the program in the foreground. c's streams are handed on as they are.
//
// When ctx ends the program gets SIGTERM, and SIGKILL after c.Grace.
func Foreground(ctx context.Context, c Cmd) error {
	cmd, err := c.build(ctx)
	if err != nil {
		return err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, c.Stdout, c.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = cmp.Or(c.Grace, time.Second)
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, exec.ErrWaitDelay):
		return nil
	case err != nil:
		return c.failure(err, Output{})
	}
	return nil
}
