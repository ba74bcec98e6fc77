package run

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/connkit/connkit/internal/proc"
)

// Debugger runs the process of one call under a debugger; pkg/run/debug has
// two. Its methods are called in this order, for each process of the call anew.
type Debugger interface {
	// Wrap gives the command that starts p under the debugger. tmp is p's own folder, which is gone with it.
	Wrap(ctx context.Context, p Process, tmp string) (proc.Cmd, error)
	// Started waits until the debugger listens. When nobody attaches it kills the process.
	Started(ctx context.Context, s Running) error
	// Held tells that time does not count: the connector waits for a debugger, or one is attached.
	Held() bool
	// Ending is told that the process has ended, or is ended now.
	Ending()
	// Explain makes the error of what the debugger has to do with the end; else it gives err. silent is
	// an end with status 0, without the last response.
	Explain(err error, silent bool) error
}

// Running is a process that a debugger has started.
type Running interface {
	Wait(ctx context.Context) error
	Kill()
}

// Process is the program of a connector that a debugger is to start.
type Process struct {
	proc.Cmd
	Task, Kind string     // of the catalog: its name, and capture, derivation or materialization
	Container  *Container // nil for one on this machine
}

// Container is where the program of an image runs.
type Container struct {
	Ref        string
	Name       string
	Engine     string   // program
	Network    string   // "" is the engine's default
	Entrypoint []string // of the image, or what is run without one
	WorkDir    string   // in the image

	// Argv gives the engine's command line with more flags and another entrypoint.
	Argv func(flags, entrypoint []string) []string
}

func (l *local) process() Process { return Process{Cmd: l.command()} }

func (c *container) process() Process {
	cmd := c.command()
	name := cmd.Reap[len(cmd.Reap)-1]
	entry := c.image.Config.Entrypoint
	if len(entry) == 0 {
		entry = c.image.Config.Cmd
	}
	return Process{Cmd: cmd, Container: &Container{
		Ref: c.ref, Name: name, Engine: c.engine.program, Network: c.network, Entrypoint: entry, WorkDir: c.image.Config.WorkingDir,
		Argv: func(flags, entrypoint []string) []string {
			own := *c
			own.flags, own.image.Config.Entrypoint, own.image.Config.Cmd = flags, entrypoint, []string{"replaced"}
			return own.argv(name)
		},
	}}
}

// begin starts a connector for a call, under the debugger if that is the one.
func (d *dialogue) begin(ctx context.Context, call string) (err error) {
	o := d.t.options
	if o.Debug == nil || call != o.DebugCall {
		if l, ok := d.t.endpoint.(*local); ok {
			if err := l.compile(ctx, o); err != nil {
				return context.Cause(ctx)
			}
		}
		command := d.t.endpoint.command()
		command.Stderr = d.logs
		d.session, err = proc.Start(command)
		return err
	}
	p := d.t.endpoint.process()
	p.Stderr, d.debugger = d.logs, o.Debug
	d.session, err = proc.Start(proc.Cmd{Reap: p.Reap, Prepare: func(tmp string) (proc.Cmd, error) {
		return o.Debug.Wrap(ctx, p, tmp)
	}})
	if err != nil {
		return d.explain(err)
	}
	if err = o.Debug.Started(ctx, d.session); err == nil {
		return nil
	}
	d.stop()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err = d.explain(err); isFault(err) {
		return err
	}
	return d.t.failure(err, d.logs)
}

// Program gives the process that would be started for a call. One that is not
// asked of a task of this kind is [fault.Usage].
func Program(ctx context.Context, o Options, call string) (Process, error) {
	o.Note, o.Found = nil, nil // it is told when the call is made
	t, err := o.prepare(ctx, false)
	if err != nil {
		return Process{}, err
	}
	if call == "discover" {
		if err := discovers(t.task.Name, t.task.Kind); err != nil {
			return Process{}, err
		}
	}
	p := t.endpoint.process()
	p.Task, p.Kind = t.task.Name, t.task.Kind
	return p, nil
}

// within gives a context that ends when the connector has had its time, of
// which that under a debugger is none.
func (d *dialogue) within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if d.debugger == nil {
		return context.WithTimeout(ctx, limit)
	}
	timed, cancel := context.WithCancel(ctx)
	go func() {
		const tick = 50 * time.Millisecond
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for left := limit; left > 0; {
			select {
			case <-timed.Done():
				return
			case <-ticker.C:
				if !d.debugger.Held() {
					left -= tick
				}
			}
		}
		cancel()
	}()
	return timed, cancel
}

// explain gives the debugger's part in an end.
func (d *dialogue) explain(err error) error {
	if d.debugger == nil {
		return err
	}
	return d.debugger.Explain(err, errors.Is(err, errNoAnswer) || errors.Is(err, io.EOF))
}
