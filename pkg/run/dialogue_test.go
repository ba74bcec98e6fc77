package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/flow"
)

// holding is a debugger that a connector is held by.
type holding struct{ held atomic.Bool }

func (*holding) Wrap(_ context.Context, p Process, _ string) (proc.Cmd, error) { return p.Cmd, nil }
func (*holding) Started(context.Context, Running) error                        { return nil }
func (h *holding) Held() bool                                                  { return h.held.Load() }
func (*holding) Ending()                                                       {}
func (*holding) Explain(err error, _ bool) error                               { return err }

// talking starts a program as the connector of a session, without a limit on its start.
func talking(t *testing.T, o Options, argv ...string) *dialogue {
	t.Helper()
	d, err := (&target{options: &o, endpoint: &local{argv: argv, dir: t.TempDir()}}).start(t.Context(), "open")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.session.Kill(); d.stop() })
	return d
}

// At a breakpoint a connector does not read, does not answer and does not end;
// while it is held that is no failure, and afterwards its time counts.
func TestHeldTimeOfASession(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		do   func(ctx context.Context, d *dialogue) error
		want string
	}{
		"does not read": {func(ctx context.Context, d *dialogue) error {
			d.out = bytes.Repeat([]byte("x"), 1<<20) // more than a pipe holds
			return d.flush(ctx)
		}, `waiting for "the connector to read its input": no answer after 150ms`},
		"does not answer": {func(ctx context.Context, d *dialogue) error { return d.await(ctx, "flushed") }, `waiting for "flushed": no answer after 150ms`},
		"does not end":    {func(ctx context.Context, d *dialogue) error { return d.farewell(ctx) }, `waiting for "the end": no answer after 150ms`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &holding{}
			h.held.Store(true)
			d := talking(t, Options{Timeout: 150 * time.Millisecond, Debug: h, DebugCall: "open"}, "sleep", "3600")
			ended := make(chan error, 1)
			go func() { ended <- tt.do(t.Context(), d) }()
			select {
			case err := <-ended:
				t.Fatalf("it ended while it was held: %v", err)
			case <-time.After(time.Second):
			}
			h.held.Store(false)
			err := <-ended
			var s *silence
			if !errors.As(err, &s) || err.Error() != tt.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Of a connector that does not open in time it is told what it logged last.
func TestNoOpenInTime(t *testing.T) {
	t.Parallel()
	h := &holding{}
	h.held.Store(true)
	o := Options{Timeout: 150 * time.Millisecond, Debug: h, DebugCall: "open", Log: func(flow.Log) { h.held.Store(false) }}
	d := talking(t, o, "sh", "-c", `echo '{"level":"info","msg":"connecting"}' >&2; exec sleep 3600`)
	_, err := d.open(t.Context(), &flow.OpenRequest{})
	d.stop()
	if err = d.failure(t.Context(), err); fault.KindOf(err) != fault.Failed || err.Error() != "waiting for \"opened\": no answer after 150ms; the last it logged:\n  info connecting" {
		t.Errorf("got %v", err)
	}
}

// An interrupt is told as such, whatever the connector was about to do.
func TestInterruptOfADialogue(t *testing.T) {
	t.Parallel()
	cause := errors.New("ctrl-c")
	for name, do := range map[string]func(ctx context.Context, d *dialogue) error{
		"flush": func(ctx context.Context, d *dialogue) error {
			d.out = bytes.Repeat([]byte("x"), 1<<20)
			return d.flush(ctx)
		},
		"await":    func(ctx context.Context, d *dialogue) error { return d.await(ctx, "flushed") },
		"recv":     func(ctx context.Context, d *dialogue) error { _, err := d.recv(ctx); return err },
		"farewell": func(ctx context.Context, d *dialogue) error { return d.farewell(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := talking(t, Options{Timeout: time.Minute}, "sleep", "3600")
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(cause)
			err := do(ctx, d)
			d.session.Kill()
			if !errors.Is(err, cause) || !errors.Is(d.failure(ctx, err), cause) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Small requests gather, and are written when they are much or an answer is awaited.
func TestRequestsGather(t *testing.T) {
	t.Parallel()
	d := talking(t, Options{Timeout: time.Minute}, "cat")
	var got []string
	d.handle = func(m message) error {
		got = append(got, m.kind)
		d.done = m.kind == "flush"
		return nil
	}
	for range 3 {
		if err := d.put(t.Context(), flow.Request{Acknowledge: &flow.AckRequest{}}); err != nil {
			t.Fatal(err)
		}
	}
	if string(d.out) != strings.Repeat("{\"acknowledge\":{}}\n", 3) {
		t.Errorf("%q waits", d.out)
	}
	if err := d.put(t.Context(), flow.Request{Flush: &flow.PatchesRequest{}}); err != nil {
		t.Fatal(err)
	}
	if err := d.await(t.Context(), "flushed"); err != nil || strings.Join(got, " ") != "acknowledge acknowledge acknowledge flush" || len(d.out) != 0 || d.due != "" {
		t.Errorf("got %q, %v", got, err)
	}
	got = nil
	long := flow.Request{Load: &flow.LoadRequest{KeyPacked: bytes.Repeat([]byte("k"), 70<<10)}}
	if err := d.put(t.Context(), long); err != nil || len(d.out) != 0 {
		t.Errorf("%d bytes wait, %v", len(d.out), err)
	}
}

// What is due is told also where a connector ends before all that has gathered is written.
func TestAnEndBeforeAllIsWritten(t *testing.T) {
	t.Parallel()
	d := talking(t, Options{Timeout: time.Minute}, "sh", "-c", "exit 0")
	d.out = bytes.Repeat([]byte("x"), 1<<20)
	err := d.await(t.Context(), "flushed")
	d.stop()
	if err = d.failure(t.Context(), err); fmt.Sprint(err) != broken+`it closed its output, and "flushed" is due` {
		t.Errorf("got %v", err)
	}
}

// An error in the middle of writing is the reason, and not that the pipe broke.
func TestAnEndWhileItIsWritten(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"exec 0<&-; echo 'the disk is full' >&2; exit 3": "the connector ended with exit status 3: the disk is full",
		"exit 0":                             broken + "it closed its output",
		`echo '{"odd":{}}'; exec sleep 3600`: broken + `it sent "odd", silence is wanted: "{\"odd\":{}}"`,
		"echo hello; exec sleep 3600":        broken + `it printed a line that is no response: "hello"`,
		"printf '{'; exit 0":                 broken + `its output ends in the middle of a line`,
	} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			d := talking(t, Options{Timeout: time.Minute}, "sh", "-c", script)
			d.handle = func(m message) error { return d.unexpected(m, "silence") }
			d.out = bytes.Repeat([]byte("x"), 1<<20)
			err := d.flush(t.Context())
			if err == nil {
				err = d.await(t.Context(), "an answer")
			}
			d.stop()
			got := fmt.Sprint(d.failure(t.Context(), err))
			early := broken + "it closed its output" // what it printed last may not have come in when the pipe broke
			if !strings.HasPrefix(got, want) && (!strings.HasSuffix(script, "exit 0") || !strings.HasPrefix(got, early)) {
				t.Errorf("got %s", got)
			}
			if fault.KindOf(err) != fault.Failed {
				t.Errorf("got the kind of %v", err)
			}
		})
	}
}

const broken = "the connector broke the protocol: "

// The only field of a response is found by what is there, in both spellings.
func TestParseOfADialogue(t *testing.T) {
	t.Parallel()
	d := &dialogue{t: &target{options: &Options{}}}
	for line, want := range map[string]string{
		`{"captured":{}}`: "captured {}", `{"sourced_schema":{"a":1},"captured":null}`: `sourcedSchema {"a":1}`, ` { "$internal" : "x" , "opened" : { } } `: "opened { }", `{"checkpoint":false}`: "checkpoint false",
	} {
		m, err := d.parse([]byte(line))
		if err != nil || m.kind+" "+string(m.value.Raw()) != want {
			t.Errorf("%s: got %s, %v", line, m.kind, err)
		}
	}
	for line, want := range map[string]string{
		``: "it printed a line that is no response: ", `[]`: "it printed a line that is no response: ", `{"a":"` + "\xff" + `"}`: "it printed a line that is no response: ", `{}`: "a response has one field, and this one has none: ",
		`{"a":null,"$internal":{}}`: "a response has one field, and this one has none: ", `{"a":1,"b":2}`: "a response has one field, and this one has several: ", `{"a":1,"a":2}`: "a response has one field, and this one has several: ",
	} {
		if _, err := d.parse([]byte(line)); err == nil || err.Error() != want+flow.Excerpt([]byte(line)) {
			t.Errorf("%q: got %v", line, err)
		}
	}
}
