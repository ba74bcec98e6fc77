package debug

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/rpc"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/run"
)

// delve runs a connector under dlv, which holds it as its child.
type delve struct {
	o       *Options
	program string // dlv
	image   *run.Container
	argv    []string // of the connector, for messages
	said    *words
	hold    *os.File // our own end of the connector's output, until it has its own

	mu     sync.Mutex
	addr   string // where dlv listens
	client *client
	pid    int  // of the connector, when it was seen
	still  bool // it stands at a breakpoint
	status *int // with which it ended
	lost   bool // dlv was gone before
}

func (d *delve) name() string { return "dlv" }

// words: of the Debug Adapter Protocol, and of dlv's own.
func (d *delve) words() []string { return []string{"Content-Length:", "{"} }

// headless are dlv's arguments before the connector's own.
func (d *delve) headless(program, listen string, more ...string) []string {
	argv := []string{"exec", program, "--headless", "--accept-multiclient", "--api-version=2", "--check-go-version=false", "--listen=" + listen}
	return append(append(argv, more...), "--")
}

func (d *delve) wrap(ctx context.Context, process run.Process, tmp string) (proc.Cmd, error) {
	d.mu.Lock()
	d.client, d.pid, d.still, d.status, d.lost = nil, 0, false, nil, false
	d.mu.Unlock()
	d.image, d.argv = process.Container, process.Argv
	d.said = &words{to: process.Stderr}
	process.Stderr = d.said
	if d.image != nil {
		return d.wrapImage(ctx, process)
	}
	c := parseGo(process.Argv)
	program := filepath.Join(tmp, filepath.Base(d.o.Name))
	if c.build == nil {
		program, c.args = c.args[0], c.args[1:]
		if found, err := proc.Look(program); err == nil && !strings.Contains(program, "/") {
			program = found // dlv would look in its own folder
		}
	} else if err := d.build(ctx, process, c.command(program)); err != nil {
		return proc.Cmd{}, err
	}
	fifo := filepath.Join(tmp, "stdout")
	in, err := d.pipe(fifo)
	if err != nil {
		return proc.Cmd{}, fmt.Errorf("creating %q: %w", fifo, cause(err))
	}
	cmd := process.Cmd
	if cmd.Dir = filepath.Join(process.Dir, c.dir); filepath.IsAbs(c.dir) {
		cmd.Dir = c.dir
	}
	cmd.Argv = append(append([]string{d.program}, d.headless(program, loopback+":0", "-r", "stdout:"+fifo)...), c.args...)
	cmd.Status = d.end
	cmd.Output = func(own *os.File) (*os.File, error) {
		addr, err := banner(ctx, own)
		if err != nil {
			return nil, errors.Join(err, in.Close())
		}
		d.setAddr(addr)
		go func() {
			_, _ = io.Copy(io.Discard, own) // dlv says nothing more that matters
			_ = own.Close()
		}()
		return in, nil
	}
	return cmd, nil
}

// pipe makes one for the connector's output alone: dlv keeps the output that it
// has itself, so that nobody would see the end. Its end to read from comes with
// a writer of our own, without which it would be at its end at once.
func (d *delve) pipe(fifo string) (in *os.File, err error) {
	d.release()
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		return nil, err
	}
	if in, err = os.OpenFile(fifo, os.O_RDONLY|syscall.O_NONBLOCK, 0); err != nil {
		return nil, err
	}
	if d.hold, err = os.OpenFile(fifo, os.O_WRONLY|syscall.O_NONBLOCK, 0); err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return in, nil
}

// buildGrace is what go build gets to end in, when it is not wanted any more.
const buildGrace = 2 * time.Second

// build builds the connector for the debugger, in a session: of a connkit that
// is killed no compiler goes on, which would make the temporary folder anew.
func (d *delve) build(ctx context.Context, process run.Process, argv []string) error {
	if d.o.Note != nil {
		d.o.Note("building " + d.o.Name + " for the debugger")
	}
	var said bytes.Buffer
	s, err := proc.Start(proc.Cmd{Argv: argv, Dir: process.Dir, Env: process.Env, Unset: process.Unset, Stderr: &said})
	if err != nil {
		return err
	}
	err = s.Wait(ctx)
	s.Stop(buildGrace) // then all that it said is there
	var exit *proc.Error
	if errors.As(err, &exit) {
		return fault.Failedf("building %q for the debugger:\n%s", d.o.Name, strings.TrimSpace(said.String()))
	}
	return err
}

func (d *delve) setAddr(addr string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.addr = addr
}

var bannerLine = pattern.Lazy(`listening at: (\S+)`)

// banner reads dlv's first line, and not a byte more.
func banner(ctx context.Context, own *os.File) (addr string, err error) {
	defer context.AfterFunc(ctx, func() { _ = own.SetReadDeadline(time.Now()) })() // a pipe can have one
	_ = own.SetReadDeadline(time.Now().Add(startTime))
	defer own.SetReadDeadline(time.Time{}) //nolint:errcheck // as above
	var line []byte
	for b := make([]byte, 1); len(line) < 4096; {
		if _, err := own.Read(b); err != nil {
			if ctx.Err() != nil {
				return "", context.Cause(ctx)
			}
			return "", fault.Failedf("starting dlv: it ended: %s", strings.TrimSpace(string(line))).WithHint("connkit doctor --for debug")
		}
		if b[0] != '\n' {
			line = append(line, b[0])
			continue
		}
		if m := bannerLine().FindSubmatch(line); m != nil {
			return string(m[1]), nil
		}
	}
	return "", fault.Failedf("starting dlv: it does not tell its port: %s", line)
}

func (d *delve) ready(ctx context.Context, s run.Running) (string, error) {
	defer d.release()
	if d.image != nil {
		addr, err := outside(ctx, d.image, delvePort)
		if err != nil {
			return "", err
		}
		d.setAddr(addr)
	}
	for {
		c, err := dialDelve(ctx, d.addr)
		if err == nil {
			_, err = c.state()
		}
		_, ended := exitStatus(err)
		var refused rpc.ServerError
		if !ended && errors.As(err, &refused) {
			return "", fault.Failedf("starting dlv: %w", err)
		}
		if err == nil || ended {
			d.mu.Lock()
			d.client = c
			d.mu.Unlock()
			if err == nil && d.o.Wait == 0 {
				err = c.resume()
			}
			go d.watch(c)
			return d.addr, err
		}
		if err := over(ctx, s); err != nil {
			return "", err // why is told by [delve.fate], when dlv's words have been read to their end
		}
	}
}

// release lets go of the connector's output, when it has its own end.
func (d *delve) release() {
	if d.hold != nil {
		_ = d.hold.Close() // nothing was written
		d.hold = nil
	}
}
