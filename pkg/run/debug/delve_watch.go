package debug

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"syscall"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/run"
)

// errSilent is a dlv that does not answer.
var errSilent = errors.New("dlv does not answer")

// watch looks at the connector until it ends: dlv does not end with it.
func (d *delve) watch(c *client) {
	const often = 100 * time.Millisecond
	for ; ; time.Sleep(often) {
		out, err := c.state()
		status, ended := exitStatus(err)
		d.mu.Lock()
		switch {
		case ended:
			d.status = &status
		case err != nil && !errors.Is(err, errSilent):
			d.lost = true
		case err == nil:
			d.still = !out.State.Running
			d.pid = max(d.pid, out.State.Pid)
		}
		over := ended || d.lost
		d.mu.Unlock()
		if over {
			_ = c.detach() // gone already is fine
			d.orphan()
			return
		}
	}
}

// orphan ends a connector that a killed dlv has left. It has a process group of its own.
func (d *delve) orphan() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.image == nil && d.pid > 1 && d.status == nil {
		_ = syscall.Kill(-d.pid, syscall.SIGKILL) // gone already is fine
		_ = syscall.Kill(d.pid, syscall.SIGKILL)
	}
}

// end gives the status of the connector for that of dlv.
func (d *delve) end(own error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.status == nil {
		d.lost = d.lost || own != nil && d.client != nil
		return own
	}
	switch n := *d.status; {
	case n == 0:
		return nil
	case n < 0:
		return &proc.Error{Argv: d.argv, Status: -1, Err: fmt.Errorf("signal: %s", syscall.Signal(-n))}
	default:
		return &proc.Error{Argv: d.argv, Status: n, Err: errors.New("exit status " + strconv.Itoa(n))}
	}
}

// left has the connector go on when its last debugger has gone, as debugpy does.
func (d *delve) left() {
	d.mu.Lock()
	c, still := d.client, d.still && d.status == nil
	d.mu.Unlock()
	if c != nil && still {
		_ = c.resume() // it is tried again
	}
}

// ending has dlv end the connector with itself, and what a killed dlv leaves.
func (d *delve) ending(s run.Running, _ func() bool) {
	d.mu.Lock()
	c := d.client
	d.mu.Unlock()
	if over(context.Background(), s) != nil || c == nil {
		return
	}
	go func() {
		_ = s.Wait(context.Background()) // however it ends
		d.orphan()
		_ = c.rpc.Close()
	}()
}

// fate tells of a dlv that could not start the program, or was ended by somebody else.
func (d *delve) fate() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.client == nil && d.said != nil { // else it has started, or was never run
		if text := d.said.said(); text != "" {
			return d.cannot(text)
		}
	}
	if !d.lost || d.status != nil {
		return nil
	}
	return fault.Failedf("dlv has ended, and the connector with it, so that there is no result")
}
