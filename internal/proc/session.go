package proc

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// MaxLine is the longest line that a session takes: what gRPC allows behind Flow's runtime.
const MaxLine = 64 << 20

// Session is a conversation with a running program, line by line. Its program
// runs in a process group and a TMPDIR of its own; [Session.Stop] ends all that
// came of it and removes the TMPDIR.
type Session struct {
	cmd    *exec.Cmd
	reap   []string
	stdin  io.WriteCloser
	lines  chan line
	mark   string // in the environment of everything the program starts
	tmp    string
	exited chan struct{}
	err    error // of the program; read it after exited is closed
	outR   *os.File
	errR   *os.File
	logged chan struct{} // all of stderr has been handed on
	watch  *watcher
	stop   sync.Once
	gone   chan struct{} // nobody reads lines any more
}

type line struct {
	text []byte
	err  error
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
		lines: make(chan line), exited: make(chan struct{}), logged: make(chan struct{}), gone: make(chan struct{}),
	}
	s.watch = watch(s.mark, tmp, c.Reap)
	c.Env = append(append([]string{}, c.Env...), s.mark, "TMPDIR="+tmp)
	if err := s.start(c); err != nil {
		s.watch.end()
		_ = os.RemoveAll(tmp) // it is empty, and the error tells more
		return nil, err
	}
	s.watch.group(s.cmd.Process.Pid)
	return s, nil
}

func (s *Session) start(c Cmd) error {
	cmd, err := c.build(context.Background()) // it is Stop that ends it, gently first
	if err != nil {
		return err
	}
	s.cmd = cmd
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
	go s.read(outR)
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
	_ = s.outR.SetReadDeadline(time.Now()) // tells outlived; closed already is fine
}

func copyLogs(w io.Writer, r *os.File) {
	defer r.Close() //nolint:errcheck // read to its end
	if w == nil {
		w = io.Discard
	}
	_, _ = io.Copy(w, r)          // a log that cannot be shown does not end a session
	_, _ = io.Copy(io.Discard, r) // and never blocks the program
}

func (s *Session) read(r *os.File) {
	defer r.Close() //nolint:errcheck // read to its end
	defer close(s.lines)
	buf := bufio.NewReaderSize(outlived{r}, 64<<10)
	for {
		text, err := readLine(buf)
		if err != nil && len(text) == 0 {
			if !errors.Is(err, io.EOF) {
				s.deliver(line{err: err})
			}
			return
		}
		if !s.deliver(line{text: text, err: partial(err)}) {
			return
		}
	}
}

// outlived reads the output of a program up to the program's end, which sets a
// deadline. What the program leaves running may hold the pipe open for ever;
// what was written by then is still in it.
type outlived struct{ *os.File }

// settle is how long an output stays silent, after the program has ended, to count as ended too.
const settle = 200 * time.Millisecond

func (o outlived) Read(p []byte) (int, error) {
	n, err := o.File.Read(p)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return n, err
	}
	if err := o.SetReadDeadline(time.Now().Add(settle)); err != nil {
		return 0, err
	}
	if n, err = o.File.Read(p); errors.Is(err, os.ErrDeadlineExceeded) {
		return n, io.EOF
	}
	return n, err
}

func (s *Session) deliver(l line) bool {
	select {
	case s.lines <- l:
		return l.err == nil
	case <-s.gone:
		return false
	}
}

// readLine reads up to a line feed, which it leaves out.
func readLine(r *bufio.Reader) ([]byte, error) {
	var all []byte
	for {
		part, err := r.ReadSlice('\n')
		all = append(all, part...)
		switch {
		case len(all) > MaxLine:
			return nil, fmt.Errorf("a line is longer than %d bytes", MaxLine)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return all, err
		}
		return bytes.TrimSuffix(all, []byte("\n")), nil
	}
}

func partial(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Send writes one line. When the program does not read, ctx ends the wait.
// text is the caller's again when Send returns.
func (s *Session) Send(ctx context.Context, text []byte) error {
	line := append(bytes.Clone(bytes.TrimSuffix(text, []byte("\n"))), '\n') // what follows text in its array is not ours
	done := make(chan error, 1)
	go func() {
		_, err := s.stdin.Write(line)
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Recv reads one line, without its line feed. The end of output is [io.EOF],
// an end in the middle of a line [io.ErrUnexpectedEOF] with what there is.
func (s *Session) Recv(ctx context.Context) ([]byte, error) {
	select {
	case l, ok := <-s.lines:
		if !ok {
			return nil, io.EOF
		}
		return l.text, l.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
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
	if s.err == nil {
		return nil
	}
	var exit *exec.ExitError
	if errors.As(s.err, &exit) {
		return &Error{Argv: s.cmd.Args, Status: exit.ExitCode(), Err: exit}
	}
	return s.err
}
