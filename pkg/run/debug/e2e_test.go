//go:build e2e

package debug

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/internal/testkit/dap"
	"github.com/connkit/connkit/pkg/run"
)

// These tests attach to the real debugpy and the real dlv as an editor does.
// `make e2e` sets both up and runs them.

// debuggee is a connector whose spec is asked for under a debugger.
type debuggee struct {
	t       *testing.T
	dir     string
	mark    string // in the environment of all its processes
	address string
	result  chan outcome
	cancel  context.CancelFunc
	told    chan Address
	logs    chan string
}

type outcome struct {
	r   run.SpecResult
	err error
}

// start asks for the spec of the connector in testdata, which gets the mode as its argument.
func start(t *testing.T, language, mode string, change func(*Options, *run.Options)) *debuggee {
	t.Helper()
	d := &debuggee{t: t, dir: t.TempDir(), mark: "CONNKIT_DEBUG_TEST=" + t.Name(), result: make(chan outcome, 1), told: make(chan Address, 9), logs: make(chan string, 999)}
	d.dir, _ = filepath.EvalSymlinks(d.dir)
	source, command := "testdata/python", `[python3, -m, app, `+mode+`]`
	if language == "go" {
		source, command = "testdata/golang", `[go, run, ., `+mode+`]`
	}
	if err := os.CopyFS(d.dir, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"main.go", "go.mod"} { // they are no package of this module
		_ = os.Rename(filepath.Join(d.dir, name+".txt"), filepath.Join(d.dir, name))
	}
	name, value, _ := strings.Cut(d.mark, "=")
	testkit.Put(t, d.dir, map[string]string{"test.flow.yaml": fmt.Sprintf("captures:\n  acmeCo/x: {endpoint: {local: {command: %s, env: {%s: %q}, config: {}}}, bindings: []}\n", command, name, value)})
	ro := run.Options{Dir: d.dir, Root: d.dir, Language: language, Kind: "capture", Timeout: time.Minute, DebugCall: "spec"}
	o := Options{Name: "source-x", Dir: d.dir, Root: d.dir, Language: language, Wait: time.Minute, Copy: copyOfDebugpy(t), Tell: func(a Address) { d.told <- a }, Note: func(s string) { d.logs <- s }}
	if change != nil {
		change(&o, &ro)
	}
	var err error
	if o.Process, err = run.Program(t.Context(), ro, "spec"); err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	ro.Debug = p.Debugger
	ctx, cancel := context.WithCancel(t.Context())
	d.cancel = cancel
	t.Cleanup(func() { cancel(); d.nothingLeft() })
	go func() {
		r, err := run.Spec(ctx, ro)
		d.result <- outcome{r, err}
	}()
	d.address = net.JoinHostPort(p.Host, strconv.Itoa(p.Port))
	return d
}

func copyOfDebugpy(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", "..", ".tools", "debugpy"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Install(t.Context(), dir, false); err != nil {
		t.Fatal(err)
	}
	return dir
}

// listening waits until the debugger does.
func (d *debuggee) listening() *debuggee {
	d.t.Helper()
	select {
	case <-d.told:
	case out := <-d.result:
		d.t.Fatalf("it ended: %v", out.err)
	case <-time.After(2 * time.Minute):
		d.t.Fatal("it does not listen")
	}
	return d
}

func (d *debuggee) attach() *dap.Client {
	d.t.Helper()
	d.listening()
	if _, err := os.Stat(filepath.Join(d.dir, "go.mod")); err == nil {
		return dap.Attach(d.t, d.address, `{"mode":"remote"}`)
	}
	host, port, _ := net.SplitHostPort(d.address)
	return dap.Attach(d.t, d.address, fmt.Sprintf(`{"connect":{"host":%q,"port":%s},"justMyCode":false}`, host, port))
}

// end waits for the end of the call.
func (d *debuggee) end() outcome {
	d.t.Helper()
	select {
	case out := <-d.result:
		return out
	case <-time.After(2 * time.Minute):
		d.t.Fatal("it does not end")
	}
	return outcome{}
}

func (d *debuggee) wantSpec() {
	d.t.Helper()
	if out := d.end(); out.err != nil || out.r.Task != "acmeCo/x" {
		d.t.Errorf("got %+v, %v", out.r.Task, out.err)
	}
}

func (d *debuggee) wantError(kind fault.Kind, text string) {
	d.t.Helper()
	if out := d.end(); fault.KindOf(out.err) != kind || !strings.Contains(out.err.Error(), text) {
		d.t.Errorf("got %s: %v", fault.KindOf(out.err), out.err)
	}
}

// nothingLeft wants that no process of the connector or its debugger is there.
func (d *debuggee) nothingLeft() {
	d.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		left := processes(d.mark)
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("left running: %v", left)
		}
	}
}

// processes are those with a variable in their environment, by what they run.
func processes(mark string) map[int]string {
	found := map[int]string{}
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil || !strings.Contains("\x00"+string(text), "\x00"+mark+"\x00") {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		line, _ := os.ReadFile(filepath.Join(filepath.Dir(f), "cmdline"))
		found[pid] = strings.ReplaceAll(string(line), "\x00", " ")
	}
	return found
}

// lineOf gives the number of the line that holds a text.
func lineOf(t *testing.T, file, text string) int {
	t.Helper()
	all, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, _, ok := strings.Cut(string(all), text)
	if !ok {
		t.Fatalf("%s has no %q", file, text)
	}
	return strings.Count(before, "\n") + 1
}

func (d *debuggee) python() string { return filepath.Join(d.dir, "app", "__main__.py") }

func TestE2EPythonBreakpoint(t *testing.T) {
	for mode, want := range map[string]string{"plain": "'plain'", "async": "'in a coroutine'", "thread": "'in a thread'"} {
		t.Run(mode, func(t *testing.T) {
			d := start(t, "python", mode, nil)
			c := d.attach()
			c.Break(d.python(), lineOf(t, d.python(), "# break: "+mode))
			c.Begin()
			s := c.Stopped()
			name := map[string]string{"plain": "mode", "async": "value", "thread": "value"}[mode]
			if got := c.Variable(s, name); got != want || s.File != d.python() {
				t.Errorf("%s is %s in %s", name, got, s.File)
			}
			if got := c.Evaluate(s, name+" * 2"); !strings.Contains(got, strings.Trim(want, "'")) {
				t.Errorf("evaluated: %s", got)
			}
			c.Continue(s)
			c.Event("terminated")
			d.wantSpec()
		})
	}
}

// A child process runs by itself, and the connector's own long line comes whole.
func TestE2EPythonChildAndLongLine(t *testing.T) {
	for _, mode := range []string{"child", "big"} {
		d := start(t, "python", mode, func(_ *Options, ro *run.Options) { ro.LogLevel = "debug" })
		c := d.attach()
		c.Break(d.python(), lineOf(t, d.python(), "# break: plain"))
		c.Begin()
		c.Continue(c.Stopped())
		out := d.end()
		if out.err != nil {
			t.Errorf("%s: %v", mode, out.err)
		}
		if mode == "big" && len(out.r.Spec) < 3_000_000 {
			t.Errorf("the answer has %d bytes", len(out.r.Spec))
		}
	}
}

func TestE2EPythonNobodyComes(t *testing.T) {
	d := start(t, "python", "plain", func(o *Options, _ *run.Options) { o.Wait = time.Second })
	d.wantError(fault.Blocked, "nobody attached in 1s")
}

func TestE2EPythonWithoutWaiting(t *testing.T) {
	d := start(t, "python", "plain", func(o *Options, _ *run.Options) { o.Wait = 0 })
	d.wantSpec()
}

// Noise on the port does not keep a debugger from coming.
func TestE2ENoise(t *testing.T) {
	for _, language := range []string{"python", "go"} {
		d := start(t, language, "plain", nil).listening()
		for _, noise := range []string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "", "\x16\x03\x01\x02\x00", "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{}"} {
			conn, err := net.Dial("tcp", d.address)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = conn.Write([]byte(noise))
			_ = conn.Close()
		}
		d.told <- Address{}
		c := d.attach()
		c.Begin()
		d.wantSpec()
	}
}

// A terminated connector is no success, though it ends with status 0.
func TestE2ETerminate(t *testing.T) {
	for _, language := range []string{"python", "go"} {
		d := start(t, language, "plain", nil)
		c := d.attach()
		d.stopInAnswer(c)
		c.Disconnect(true)
		d.wantError(fault.Failed, "the debugger ended the connector")
	}
}

func (d *debuggee) stopInAnswer(c *dap.Client) dap.Stop {
	d.t.Helper()
	file, text := d.python(), "# break: plain"
	if _, err := os.Stat(file); err != nil {
		file, text = filepath.Join(d.dir, "main.go"), "length == 0"
	}
	c.Break(file, lineOf(d.t, file, text))
	c.Begin()
	return c.Stopped()
}

// A debugger that leaves at a breakpoint lets the connector go on.
func TestE2EDrop(t *testing.T) {
	for _, language := range []string{"python", "go"} {
		d := start(t, language, "plain", nil)
		c := d.attach()
		d.stopInAnswer(c)
		c.Drop()
		d.wantSpec()
	}
}

// A debugger may go before it has begun, and another come.
func TestE2EReattach(t *testing.T) {
	for _, language := range []string{"python", "go"} {
		d := start(t, language, "plain", nil)
		d.attach().Drop()
		d.told <- Address{}
		c := d.attach()
		s := d.stopInAnswer(c)
		c.Continue(s)
		d.wantSpec()
	}
}

// Interrupting ends everything, also at a breakpoint.
func TestE2EInterrupt(t *testing.T) {
	for _, language := range []string{"python", "go"} {
		d := start(t, language, "plain", nil)
		c := d.attach()
		d.stopInAnswer(c)
		d.cancel()
		if out := d.end(); fault.KindOf(out.err) != fault.Interrupted {
			t.Errorf("%s: %v", language, out.err)
		}
		c.Gone()
		d.nothingLeft()
	}
}

// The status of a connector comes through its debugger.
func TestE2EStatus(t *testing.T) {
	for _, language := range []string{"python", "go"} {
		d := start(t, language, "fail", nil)
		d.attach().Begin()
		d.wantError(fault.Failed, "ended with exit status 7")
	}
}

// Somebody who stays attached does not keep the call from ending.
func TestE2EStaysAttached(t *testing.T) {
	for _, language := range []string{"python", "go"} {
		d := start(t, language, "plain", nil)
		c := d.attach()
		c.Begin()
		d.wantSpec()
		c.Gone()
	}
}

func TestE2EGoBreakpoint(t *testing.T) {
	for _, mode := range []string{"plain", "big"} {
		d := start(t, "go", mode, nil)
		c := d.attach()
		s := d.stopInAnswer(c)
		if got := c.Variable(s, "mode"); got != strconv.Quote(mode) {
			t.Errorf("mode is %s", got)
		}
		c.Continue(s)
		out := d.end()
		if out.err != nil || mode == "big" && len(out.r.Spec) < 3_000_000 {
			t.Errorf("%s: %d bytes, %v", mode, len(out.r.Spec), out.err)
		}
	}
}

func TestE2EGoNobodyComes(t *testing.T) {
	d := start(t, "go", "plain", func(o *Options, _ *run.Options) { o.Wait = time.Second })
	d.wantError(fault.Blocked, "nobody attached in 1s")
}

func TestE2EGoWithoutWaiting(t *testing.T) {
	d := start(t, "go", "plain", func(o *Options, _ *run.Options) { o.Wait = 0 })
	d.wantSpec()
}

// A dlv that is killed leaves no connector behind.
func TestE2EKilledDelve(t *testing.T) {
	d := start(t, "go", "plain", nil)
	c := d.attach()
	d.stopInAnswer(c)
	for pid, line := range processes(d.mark) {
		if strings.Contains(line, "/dlv exec ") {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	d.wantError(fault.Failed, "dlv has ended")
	d.nothingLeft()
}
