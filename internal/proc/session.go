package proc

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Session is a conversation with a running program, line by line. Its program
// runs in a process group and a TMPDIR of its own; [Session.Stop] ends all that
// came of it and removes the TMPDIR.
type Session struct {
	cmd     *exec.Cmd
	reap    []string
	stdin   io.WriteCloser
	chunks  chan chunk
	rest    chunk  // what of a chunk was not received yet
	mark    string // in the environment of everything the program starts
	tmp     string
	exited  chan struct{}
	status  func(error) error // of [Cmd.Status]
	reading chan struct{}     // it is settled what is read
	spoke   atomic.Bool       // it has printed something; what is logged may be an engine's
	err     error             // of the program; read it after exited is closed
	outR    *os.File
	errR    *os.File
	logged  chan struct{} // all of stderr has been handed on
	watch   *watcher
	stop    sync.Once
	gone    chan struct{} // nobody reads chunks any more
}

// Start starts the program and leaves stdin and stdout to the session.
// [Cmd.Stdin] and [Cmd.Stdout] are not used; [Cmd.Stderr] gets stderr as it
// comes. Call [Session.Stop] in every case.
func Start(c Cmd) (*Session, error) {
	tmp, err := os.MkdirTemp("", "connkit-run-*")
	if err != nil {
		return nil, fmt.Errorf("creating a temporary folder: %w", err)
	}
	s := &Session{
		mark: "CONNKIT_SESSION=" + rand.Text(), tmp: tmp, reap: c.Reap,
		chunks: make(chan chunk, 1), exited: make(chan struct{}), reading: make(chan struct{}), logged: make(chan struct{}), gone: make(chan struct{}),
	}
	adopt()
	s.watch = watch(s.mark, tmp, c.Reap)
	if c.Prepare != nil {
		c, err = c.Prepare(tmp)
	}
	if err == nil {
		c.Env = append(append([]string{}, c.Env...), s.mark, "TMPDIR="+tmp)
		err = s.start(c)
	}
	if err != nil {
		s.watch.end()
		_ = os.RemoveAll(tmp) // nothing runs in it, and the error tells more
		return nil, err
	}
	s.watch.group(s.cmd.Process.Pid)
	if c.Output != nil {
		var out *os.File
		if out, err = c.Output(s.outR); err == nil {
			s.outR = out
		}
	}
	close(s.reading)
	if err != nil {
		close(s.chunks)
		s.Stop(killDelay)
		return nil, err
	}
	go s.read(s.outR)
	return s, nil
}

func (s *Session) start(c Cmd) error {
	cmd, err := c.build(context.Background()) // it is Stop that ends it, gently first
	if err != nil {
		return err
	}
	s.cmd, s.status = cmd, c.Status
	cmd.SysProcAttr = dieWithParent(&syscall.SysProcAttr{Setpgid: true})
	if s.stdin, err = cmd.StdinPipe(); err != nil {
		return fmt.Errorf("starting %q: %w", c.Argv[0], err)
	}
	outR, outW, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("starting %q: %w", c.Argv[0], err)
	}
	errR, errW, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("starting %q: %w", c.Argv[0], errors.Join(err, outR.Close(), outW.Close()))
	}
	s.outR, s.errR, cmd.Stdout, cmd.Stderr = outR, errR, outW, errW
	started := make(chan error)
	go s.run(started, outW, errW)
	if err := <-started; err != nil {
		_, _ = outR.Close(), errR.Close() // nothing was read
		return fmt.Errorf("starting %q: %w", c.Argv[0], err)
	}
	go func() {
		defer close(s.logged)
		copyLogs(c.Stderr, errR)
	}()
	return nil
}

// run starts the program and waits for it, on one thread of the system: the
// program is to die with the thread that started it, so that thread must not
// end before.
func (s *Session) run(started chan<- error, outW, errW *os.File) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := s.cmd.Start()
	_, _ = outW.Close(), errW.Close() // the program has its own
	started <- err
	if err != nil {
		return
	}
	s.err = s.cmd.Wait()
	close(s.exited)
	<-s.reading
	_ = s.outR.SetReadDeadline(time.Now()) // tells outlived; closed already is fine
}

func copyLogs(w io.Writer, r *os.File) {
	defer r.Close() //nolint:errcheck // read to its end
	if w == nil {
		w = io.Discard
	}
	in := struct{ io.Reader }{outlived{r}} // without the ways past its Read that a file has
	_, _ = io.Copy(w, in)                  // a log that cannot be shown does not end a session
	_, _ = io.Copy(io.Discard, in)         // and never blocks the program
}

// CloseSend ends the program's input. One that has ended already has none.
func (s *Session) CloseSend() error {
	if err := s.stdin.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// Wait waits for the program to end. A status other than 0 is an [*Error].
func (s *Session) Wait(ctx context.Context) error {
	select {
	case <-s.exited:
		return s.exit()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s *Session) exit() error {
	err := s.err
	var exit *exec.ExitError
	if errors.As(s.err, &exit) {
		err = &Error{Argv: s.cmd.Args, Status: exit.ExitCode(), Err: exit}
	}
	if s.status != nil {
		return s.status(err)
	}
	return err
}
