package debug

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/run"
)

//go:embed boot.py
var boot []byte

// noDebugpy is the exit status by which the bootstrap says that there is no debugpy.
const noDebugpy = 97

// python runs a connector under debugpy.
type python struct {
	o      *Options
	folder string // gets what the bootstrap reports
	image  *run.Container
	report report
}

// report is what the bootstrap tells when a client can attach.
type report struct {
	Port    int
	Adapter int // debugpy's process group; 0 where it is not known
}

func (p *python) name() string { return "debugpy" }

// words: of the Debug Adapter Protocol.
func (p *python) words() []string { return []string{"Content-Length:"} }

// check makes sure that there is a debugpy, and that the command starts Python.
func (p *python) check(ctx context.Context) error {
	if p.o.Process.Container != nil {
		return p.checkImage()
	}
	c, err := p.local(p.o.Process)
	if err != nil || isCopy(p.o.Copy) {
		return err
	}
	argv := append(append(slices.Clone(c.python), c.flags...), "-c", "import debugpy")
	cmd := p.o.Process.Cmd
	_, err = proc.Run(ctx, proc.Cmd{Argv: argv, Dir: cmd.Dir, Env: cmd.Env, Unset: cmd.Unset})
	var exit *proc.Error
	if errors.As(err, &exit) {
		return p.missing()
	}
	if ctx.Err() != nil {
		return err
	}
	return nil // a Python that is not there is told of when it is started
}

func (p *python) missing() error {
	return fault.Environmentf("looking for debugpy: it is not in the connector's environment, and connkit has no copy").WithHint("connkit debug --install")
}

// local takes the command on this machine apart.
func (p *python) local(process run.Process) (pythonCall, error) {
	path := filepath.SplitList(os.Getenv("PATH"))
	for _, kv := range process.Env {
		if value, ok := strings.CutPrefix(kv, "PATH="); ok {
			path = filepath.SplitList(value)
		}
	}
	return parsePython(process.Argv, func(name string) (string, string) { return headOf(name, process.Dir, path) })
}

func (p *python) wrap(ctx context.Context, process run.Process, tmp string) (proc.Cmd, error) {
	p.report, p.image = report{}, process.Container
	p.folder = filepath.Join(tmp, "debugger")
	script := filepath.Join(tmp, "boot.py")
	err := errors.Join(os.Mkdir(p.folder, 0o700), os.WriteFile(script, boot, 0o644))
	if err != nil {
		return proc.Cmd{}, err
	}
	if p.image != nil {
		return p.wrapImage(ctx, process, script)
	}
	c, err := p.local(process)
	if err != nil {
		return proc.Cmd{}, err
	}
	cmd := process.Cmd
	cmd.Argv = c.argv(script, p.folder, p.o.Copy, loopback, "0", flag(p.o.Wait > 0), flag(p.o.Subprocess))
	return p.quiet(cmd), nil
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// quiet takes out what would change debugpy's own command line.
func (p *python) quiet(cmd proc.Cmd) proc.Cmd {
	cmd.Unset = append(slices.Clone(cmd.Unset), "DEBUGPY_EXTRA_ARGV", "DEBUGPY_ADAPTER_ENDPOINTS")
	cmd.Status = func(own error) error {
		var exit *proc.Error
		if errors.As(own, &exit) && exit.Status == noDebugpy {
			return p.missing()
		}
		return own
	}
	return cmd
}

// ready waits for the report. Nobody may knock at debugpy's port to see: what
// is no debugger's client stops it.
func (p *python) ready(ctx context.Context, s run.Running) (inner string, err error) {
	for {
		text, err := os.ReadFile(filepath.Join(p.folder, "listening"))
		if err == nil && json.Unmarshal(text, &p.report) == nil {
			break
		}
		if err := over(ctx, s); err != nil {
			return "", err
		}
	}
	if p.image != nil {
		return p.published(ctx)
	}
	return net.JoinHostPort(loopback, strconv.Itoa(p.report.Port)), nil
}

// errNoStart is a program that ended before its debugger listened.
var errNoStart = errors.New("it ended before the debugger was there")

// over waits a moment, and gives an error when the process has ended or the time is up.
func over(ctx context.Context, s run.Running) error {
	const moment = 20 * time.Millisecond
	short, cancel := context.WithTimeout(ctx, moment)
	defer cancel()
	err := s.Wait(short)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case short.Err() != nil:
		return nil
	case err == nil:
		return errNoStart
	}
	return err
}

// left: the program goes on by itself.
func (p *python) left() {}

// farewell is how long a client gets to hear of the end.
const farewell = 2 * time.Second

// ending ends debugpy's adapter, which has left the connector's process group:
// it lives as long as a client is there.
func (p *python) ending(s run.Running, quiet func() bool) {
	group := p.report.Adapter
	if p.image != nil || group <= 1 {
		return // a container ends as a whole
	}
	end := func() { _ = syscall.Kill(-group, syscall.SIGKILL) } // gone already is fine
	if over(context.Background(), s) == nil {
		go func() {
			_ = s.Wait(context.Background()) // however it ends
			end()
		}()
		return
	}
	for until := time.Now().Add(farewell); time.Now().Before(until) && !quiet() && syscall.Kill(-group, 0) == nil; {
		time.Sleep(20 * time.Millisecond)
	}
	end()
}

// fate: a debugpy that ends leaves the program running.
func (p *python) fate() error { return nil }
