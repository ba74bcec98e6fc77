package run_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/run"
)

// watching is a debugger that only looks on.
type watching struct {
	said    []string
	refuse  error // by Started
	held    atomic.Bool
	explain func(err error, silent bool) error
}

func (w *watching) Wrap(_ context.Context, p run.Process, tmp string) (proc.Cmd, error) {
	w.said = append(w.said, "wrap")
	if tmp == "" || p.Stderr == nil || p.Container != nil {
		return proc.Cmd{}, errors.New("something is missing")
	}
	return p.Cmd, nil
}

func (w *watching) Started(context.Context, run.Running) error {
	w.said = append(w.said, "started")
	return w.refuse
}

func (w *watching) Held() bool { return w.held.Load() }
func (w *watching) Ending()    { w.said = append(w.said, "ending") }

func (w *watching) Explain(err error, silent bool) error {
	if w.explain != nil {
		return w.explain(err, silent)
	}
	return err
}

// Only the process of the named call gets to the debugger.
func TestOneCallIsDebugged(t *testing.T) {
	t.Parallel()
	for call, want := range map[string]string{"discover": "wrap started ending", "spec": "wrap started ending", "validate": ""} {
		o, w := connector(t, "good"), &watching{}
		o.Debug, o.DebugCall = w, call
		if _, err := run.Discover(t.Context(), o); err != nil {
			t.Errorf("%s: %v", call, err)
		}
		if got := strings.Join(w.said, " "); got != want {
			t.Errorf("%s: %s", call, got)
		}
	}
}

// Each session of a preview is a process of its own.
func TestSessionsAreDebugged(t *testing.T) {
	t.Parallel()
	w := &watching{}
	o := run.PreviewOptions{Options: task(t, "capture", "good", oneBinding)}
	o.Debug, o.DebugCall, o.Sessions, o.Out = w, "open", []int{1, 1}, io.Discard
	if _, err := run.Preview(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(w.said, " "); got != "wrap started ending wrap started ending" {
		t.Errorf("got %s", got)
	}
}

// An end that the debugger caused is no success, also where a session may end so.
func TestEndsAreExplained(t *testing.T) {
	t.Parallel()
	caused := fault.Failedf("the debugger did it")
	for _, name := range []string{"mute", "quiet end"} {
		o, silent := connector(t, name), false
		o.Debug, o.DebugCall = &watching{explain: func(_ error, s bool) error { silent = s; return caused }}, "discover"
		if _, err := run.Discover(t.Context(), o); !errors.Is(err, caused) || !silent {
			t.Errorf("%s: %v, %v", name, err, silent)
		}
	}
	o := run.PreviewOptions{Options: task(t, "capture", "good", oneBinding)}
	o.Debug, o.DebugCall, o.Out = &watching{explain: func(error, bool) error { return caused }}, "open", io.Discard
	if _, err := run.Preview(t.Context(), o); !errors.Is(err, caused) {
		t.Errorf("got %v", err)
	}
	o.Sessions = []int{1} // it is stopped behind its checkpoint
	if _, err := run.Preview(t.Context(), o); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestDebuggerThatDoesNotListen(t *testing.T) {
	t.Parallel()
	o := connector(t, "hang")
	o.Debug, o.DebugCall = &watching{refuse: fault.Environmentf("no port").WithHint("one")}, "discover"
	if _, err := run.Discover(t.Context(), o); fault.KindOf(err) != fault.Environment || err.Error() != "no port" || fault.HintOf(err) != "one" {
		t.Errorf("got %v", err)
	}
}

// Time that is held does not count; that before and after does.
func TestHeldTime(t *testing.T) {
	t.Parallel()
	o, w := connector(t, "spec hang"), &watching{}
	o.Debug, o.DebugCall, o.Timeout = w, "spec", 200*time.Millisecond
	w.held.Store(true)
	ended := make(chan error, 1)
	go func() {
		_, err := run.Spec(t.Context(), o)
		ended <- err
	}()
	select {
	case err := <-ended:
		t.Fatalf("it ended while it was held: %v", err)
	case <-time.After(time.Second):
	}
	w.held.Store(false)
	if err := <-ended; fault.KindOf(err) != fault.Failed || !strings.Contains(err.Error(), "no answer after 200ms") {
		t.Errorf("got %v", err)
	}
}

func TestProgram(t *testing.T) {
	t.Parallel()
	o := connector(t, "good")
	told := false
	o.Note = func(string) { told = true }
	p, err := run.Program(t.Context(), o, "spec")
	if err != nil || len(p.Argv) != 1 || p.Kind != "capture" || p.Task != "acmeCo/x" || p.Container != nil || told {
		t.Errorf("got %+v, %v", p, err)
	}
	o.Source = "/nowhere"
	if _, err := run.Program(t.Context(), o, "spec"); err == nil {
		t.Error("there is no such file")
	}
}
