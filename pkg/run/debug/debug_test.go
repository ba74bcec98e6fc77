package debug

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/internal/testkit/dap"
	"github.com/connkit/connkit/pkg/run"
)

// call is a spec that is asked for under a played debugger.
type call struct {
	t      *testing.T
	addr   string
	told   chan Address
	notes  chan string
	result chan error
	cancel context.CancelFunc
}

func begin(t *testing.T, language, fake string, change func(*Options, *run.Options)) *call {
	t.Helper()
	t.Setenv("FAKE", fake)
	tools(t, "python3", "dlv", "go")
	c := &call{t: t, told: make(chan Address, 9), notes: make(chan string, 99), result: make(chan error, 1)}
	command := map[string]string{"python": "[python3, -m, app]", "go": "[go, run, ., x]"}[language]
	dir := testkit.Tree(t, map[string]string{"test.flow.yaml": "captures:\n  acmeCo/x: {endpoint: {local: {command: " + command + ", config: {}}}, bindings: []}\n"})
	ro := run.Options{Dir: dir, Root: dir, Language: language, Kind: "capture", Timeout: time.Minute, DebugCall: "spec"}
	o := Options{
		Name: "source-x", Dir: dir, Root: dir, Language: language, Wait: time.Minute,
		Tell: func(a Address) { c.told <- a }, Note: func(s string) { c.notes <- s },
	}
	if change != nil {
		change(&o, &ro)
	}
	var err error
	if o.Process, err = run.Program(t.Context(), ro, "spec"); err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(t.Context(), o)
	if err != nil {
		c.result <- err
		return c
	}
	t.Cleanup(p.Close)
	c.addr, ro.Debug = net.JoinHostPort(p.Host, strconv.Itoa(p.Port)), p.Debugger
	ctx, cancel := context.WithCancel(t.Context())
	c.cancel = cancel
	t.Cleanup(cancel)
	go func() {
		_, err := run.Spec(ctx, ro)
		c.result <- err
	}()
	return c
}

// attach waits until the debugger listens.
func (c *call) attach() *dap.Client {
	c.t.Helper()
	select {
	case <-c.told:
	case err := <-c.result:
		c.t.Fatalf("it ended: %v", err)
	case <-time.After(time.Minute):
		c.t.Fatal("it does not listen")
	}
	return dap.Attach(c.t, c.addr, `{"connect":{}}`)
}

func (c *call) want(kind fault.Kind, text string) {
	c.t.Helper()
	select {
	case err := <-c.result:
		switch {
		case kind == "" && err != nil, kind != "" && (err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), text)):
			c.t.Errorf("got %s: %v; want %s: %s", fault.KindOf(err), err, kind, text)
		}
	case <-time.After(time.Minute):
		c.t.Error("it does not end")
	}
}

var both = []string{"python", "go"}

func TestAnAttachedDebuggerAndTheAnswer(t *testing.T) {
	for _, language := range both {
		c := begin(t, language, "", nil)
		d := c.attach()
		d.Begin()
		c.want("", "")
		d.Gone()
	}
}

// The time that an answer may take does not run while a debugger is waited for or attached.
func TestTimeIsHeld(t *testing.T) {
	for _, language := range both {
		c := begin(t, language, "", func(_ *Options, o *run.Options) { o.Timeout = time.Second }) // that it gets to end in when the debugger has gone
		d := c.attach()
		time.Sleep(1200 * time.Millisecond)
		d.Begin()
		c.want("", "")
	}
}

// When the debugger has gone it runs.
func TestTimeRunsAgain(t *testing.T) {
	for _, language := range both {
		c := begin(t, language, "hangs", func(_ *Options, o *run.Options) { o.Timeout = 300 * time.Millisecond })
		d := c.attach()
		d.Begin()
		d.Drop()
		c.want(fault.Failed, "no answer after 300ms")
	}
}

func TestNobodyComes(t *testing.T) {
	for _, language := range both {
		c := begin(t, language, "", func(o *Options, _ *run.Options) { o.Wait = 200 * time.Millisecond })
		c.want(fault.Blocked, "nobody attached in 200ms")
	}
}

// Who is there before the debugger is waits, and is let in.
func TestEarlyDebugger(t *testing.T) {
	c := begin(t, "python", "slow", nil)
	d := dap.Attach(t, c.addr, `{}`)
	d.Begin()
	c.want("", "")
}

// A debugger may go and come again, also before it has begun.
func TestAnotherDebugger(t *testing.T) {
	for _, language := range both {
		c := begin(t, language, "", nil)
		c.attach().Drop()
		dap.Attach(t, c.addr, `{}`).Begin()
		c.want("", "")
	}
}

// Somebody who comes and goes without a word has not attached.
func TestSomebodyWhoDoesNotBegin(t *testing.T) {
	c := begin(t, "python", "", func(o *Options, _ *run.Options) { o.Wait = 2 * time.Second }) // in which it has to come
	c.attach().Drop()
	c.want(fault.Blocked, "nobody attached")
}

func TestWithoutWaiting(t *testing.T) {
	for _, language := range both {
		begin(t, language, "", func(o *Options, _ *run.Options) { o.Wait = 0 }).want("", "")
	}
}

func TestEndsThatTheDebuggerCaused(t *testing.T) {
	for _, language := range both {
		c := begin(t, language, "", nil)
		c.attach().Disconnect(true)
		c.want(fault.Failed, "the debugger ended the connector")
		c = begin(t, language, "quits", nil)
		c.attach().Begin()
		c.want(fault.Failed, "with status 0 in the middle of the call")
	}
}

func TestEndsOfTheConnector(t *testing.T) {
	for _, language := range both {
		c := begin(t, language, "fails", nil)
		c.attach().Begin()
		c.want(fault.Failed, "ended with exit status 7: the host is down")
	}
	c := begin(t, "go", "kills", nil)
	c.attach().Begin()
	c.want(fault.Failed, "ended with signal: killed")
	c = begin(t, "python", "half", nil)
	c.attach().Begin()
	c.want(fault.Failed, "ends in the middle of a line")
}

func TestInterruptWhileWaiting(t *testing.T) {
	for _, language := range both {
		c := begin(t, language, "", nil)
		<-c.told
		c.cancel()
		c.want(fault.Interrupted, "")
	}
}

// A debugger that leaves while the program stands at a breakpoint.
func TestDelveGoesOnWithoutADebugger(t *testing.T) {
	c := begin(t, "go", "stands", nil)
	d := c.attach()
	d.Begin()
	d.Drop()
	c.want("", "")
}

func TestDebuggersThatDoNotStart(t *testing.T) {
	for fake, want := range map[string]struct {
		language string
		kind     fault.Kind
		text     string
	}{
		"bare":       {"python", fault.Environment, "looking for debugpy"},
		"no copy":    {"python", fault.Environment, "looking for debugpy"},
		"dies":       {"python", fault.Failed, "ended with exit status 3: ImportError: no module"},
		"busy":       {"go", fault.Failed, "address already in use"},
		"no program": {"go", fault.Usage, "not an executable file"},
		"no build":   {"go", fault.Failed, "./main.go:3:1: syntax error"},
		"dlv dies":   {"go", fault.Failed, "dlv has ended"},
	} {
		t.Run(fake, func(t *testing.T) {
			c := begin(t, want.language, fake, nil)
			if fake == "dlv dies" {
				c.attach().Begin()
			}
			c.want(want.kind, want.text)
		})
	}
}

func TestMissingDebuggersNameTheCure(t *testing.T) {
	tools(t, "go")
	o := Options{Name: "x", Root: t.TempDir(), Language: "go", NoLaunch: true}
	o.Process.Argv = []string{"go", "run", "."}
	_, err := NewPlan(t.Context(), o)
	if fault.KindOf(err) != fault.Environment || !strings.Contains(fault.HintOf(err), "go install github.com/go-delve/delve/cmd/dlv@") {
		t.Errorf("got %v, %s", err, fault.HintOf(err))
	}
	gopath := testkit.Tree(t, map[string]string{"bin/dlv": "#!"})
	if err := os.Chmod(filepath.Join(gopath, "bin", "dlv"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("FAKE_GOPATH", "/nowhere:"+gopath)
	p, err := NewPlan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	o.Language = "rust"
	if _, err := NewPlan(t.Context(), o); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
}

// What does not speak the protocol never gets to the debugger.
func TestNoiseAtTheDoor(t *testing.T) {
	c := begin(t, "python", "", nil)
	a := <-c.told
	c.told <- a
	for _, noise := range []string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n", "{}", "Content-Type: x\r\n\r\n"} {
		conn, err := net.Dial("tcp", c.addr)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprint(conn, noise)
		buf := make([]byte, 1)
		_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
		if n, err := conn.Read(buf); n != 0 || os.IsTimeout(err) {
			t.Errorf("%q: %d bytes, %v", noise, n, err)
		}
		_ = conn.Close()
		if got := <-c.notes; !strings.Contains(got, "was sent away") {
			t.Errorf("%q: %s", noise, got)
		}
	}
	c.attach().Begin()
	c.want("", "")
}
