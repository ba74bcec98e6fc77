package debug

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/run"
)

type wrapped = proc.Cmd

// Debugger starts the processes of a call under a debugger. It is a [run.Debugger].
type Debugger struct {
	o       *Options
	back    backend
	door    *door
	address Address
	launch  *Launch // that is written yet; nil is none

	mu      sync.Mutex
	gaveUp  bool // nobody came
	s       run.Running
	stopped context.CancelFunc // of the clock
}

func (d *Debugger) note(format string, args ...any) {
	if d.o.Note != nil {
		d.o.Note(fmt.Sprintf(format, args...))
	}
}

// Wrap gives the command that starts p under the debugger, and writes the editor's entry.
func (d *Debugger) Wrap(ctx context.Context, p run.Process, tmp string) (proc.Cmd, error) {
	d.door.begin()
	d.mu.Lock()
	d.gaveUp = false
	d.mu.Unlock()
	cmd, err := d.back.wrap(ctx, p, tmp)
	if err == nil {
		err = d.launch.apply()
		d.launch = nil // the next session finds it written
	}
	return cmd, err
}

// startTime is what a debugger gets to listen: an image may be slow.
const startTime = time.Minute

// Started waits until the debugger listens and tells how to attach.
func (d *Debugger) Started(ctx context.Context, s run.Running) error {
	timed, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	inner, err := d.back.ready(timed, s)
	if err != nil {
		if ctx.Err() == nil && timed.Err() != nil {
			return fault.Failedf("starting the debugger: %s does not listen after %s", d.back.name(), startTime)
		}
		return err
	}
	d.door.lead(inner)
	if d.o.Tell != nil {
		d.o.Tell(d.address)
	}
	clock, stop := context.WithCancel(ctx)
	d.s, d.stopped = s, stop
	go d.watch(clock, s)
	return nil
}

// watch ends a connector that waits for a debugger in vain, and has one go on
// that a debugger has left.
func (d *Debugger) watch(ctx context.Context, s run.Running) {
	const tick = 50 * time.Millisecond
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	var waited time.Duration
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		n, since := d.door.attached()
		ever, _ := d.door.story()
		switch {
		case n > 0:
		case ever && time.Since(since) > settling:
			if d.door.released() {
				d.back.left()
			}
			fallthrough
		default:
			if d.o.Wait == 0 || d.door.released() {
				continue
			}
			if waited += tick; waited < d.o.Wait {
				continue
			}
			d.mu.Lock()
			d.gaveUp = true
			d.mu.Unlock()
			s.Kill()
			return
		}
	}
}

// Held tells that time does not count.
func (d *Debugger) Held() bool {
	n, _ := d.door.attached()
	return n > 0 || d.o.Wait > 0 && !d.door.released()
}

// Ending gives the clients a moment to hear of the end.
func (d *Debugger) Ending() {
	if d.stopped == nil {
		return // it did not listen
	}
	d.stopped()
	d.back.ending(d.s, func() bool {
		n, _ := d.door.attached()
		return n == 0
	})
}

// Explain makes the error of what the debugger has to do with an end.
func (d *Debugger) Explain(err error, silent bool) error {
	d.door.shut()
	d.mu.Lock()
	gaveUp := d.gaveUp
	d.mu.Unlock()
	ever, terminal := d.door.story()
	at := fmt.Sprintf("%s:%d", d.address.Host, d.address.Port)
	switch {
	case gaveUp:
		return fault.Blockedf("waiting for a debugger on %s: nobody attached in %s", at, d.o.Wait).
			WithHint("--wait 10m waits longer, --wait 0 not at all")
	case terminal:
		return fault.Failedf("the debugger ended the connector, so that there is no result").
			WithHint("disconnect the debugger, and do not stop it, to let the connector go on")
	case d.back.fate() != nil:
		return d.back.fate()
	case silent && ever:
		return fault.Failedf("the connector ended with status 0 in the middle of the call, with a debugger attached: there is no result").
			WithHint("the debugger may have ended it, or the connector itself")
	}
	return err
}
