package proc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"syscall"
	"time"
)

// MaxLine is the longest line that a session takes: what gRPC allows behind Flow's runtime.
const MaxLine = 64 << 20

// chunk is what the program printed up to some line feed: whole lines. Only the
// last of an output may lack its line feed. Handing on chunks rather than lines
// spares a switch between goroutines for each.
type chunk struct {
	text []byte
	err  error
}

// readSize is the room for one read: what a pipe holds.
const readSize = 64 << 10

func (s *Session) read(r *os.File) {
	defer r.Close() //nolint:errcheck // read to its end
	defer close(s.chunks)
	in := outlived{r}
	buf := make([]byte, 0, readSize)
	for {
		if len(buf) == cap(buf) {
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
		n, err := in.Read(buf[len(buf):cap(buf)])
		fresh := buf[len(buf) : len(buf)+n]
		if n > 0 {
			s.spoke.Store(true)
		}
		buf = buf[:len(buf)+n]
		if i := bytes.LastIndexByte(fresh, '\n'); i >= 0 {
			whole := len(buf) - n + i + 1
			if !s.deliver(chunk{text: bytes.Clone(buf[:whole])}) {
				_, _ = io.Copy(io.Discard, in) // else it would die of writing, and not of what it is told
				return
			}
			buf = append(buf[:0], buf[whole:]...)
			if cap(buf) > 16*readSize && len(buf) < readSize {
				buf = append(make([]byte, 0, readSize), buf...) // one long line must not hold its memory
			}
		}
		if len(buf) > MaxLine {
			s.deliver(chunk{err: ErrLongLine})
			_, _ = io.Copy(io.Discard, in) // else it would die of writing, and not of what it is told
			return
		}
		if err != nil {
			if len(buf) > 0 || !errors.Is(err, io.EOF) {
				s.deliver(chunk{buf, partial(err)})
			}
			return
		}
	}
}

func (s *Session) deliver(c chunk) bool {
	select {
	case s.chunks <- c:
		return true
	case <-s.gone:
		return false
	}
}

func partial(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
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
		return o.rest(p)
	}
	return n, err
}

// rest reads what is there and does not wait. On a busy machine the deadline may
// be over before anything was looked at, and then a read gives nothing of it.
func (o outlived) rest(p []byte) (n int, err error) {
	_ = o.SetReadDeadline(time.Time{})  // the one before could be set
	defer o.SetReadDeadline(time.Now()) //nolint:errcheck // as above
	conn, err := o.SyscallConn()
	if err != nil {
		return 0, err
	}
	err = conn.Read(func(fd uintptr) bool {
		n, _ = syscall.Read(int(fd), p)
		return true // nothing there is the end
	})
	if err == nil && n <= 0 {
		return 0, io.EOF
	}
	return n, err
}

// ErrLongLine is a line that Flow would not take either.
var ErrLongLine = errors.New("it printed a line of more than 64 MiB")

// Recv reads one line, without its line feed. The end of output is [io.EOF],
// an end in the middle of a line [io.ErrUnexpectedEOF] with what there is.
func (s *Session) Recv(ctx context.Context) ([]byte, error) {
	for len(s.rest.text) == 0 && s.rest.err == nil {
		select {
		case c, ok := <-s.chunks:
			if !ok {
				return nil, io.EOF
			}
			s.rest = c
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return s.next()
}

// Ready tells whether [Session.Recv] has something to give at once.
func (s *Session) Ready() bool {
	if len(s.rest.text) > 0 || s.rest.err != nil {
		return true
	}
	select {
	case c, ok := <-s.chunks:
		s.rest = c
		return ok
	default:
		return false
	}
}

// next takes a line off the chunk that is at hand.
func (s *Session) next() ([]byte, error) {
	line, rest, whole := bytes.Cut(s.rest.text, []byte{'\n'})
	switch s.rest.text = rest; {
	case len(line) > MaxLine:
		return nil, ErrLongLine
	case whole:
		return line, nil
	}
	err := s.rest.err
	s.rest.err = nil
	return line, err
}

// Send writes one line. When the program does not read, ctx ends the wait.
// text is the caller's again when Send returns.
func (s *Session) Send(ctx context.Context, text []byte) error {
	select {
	case err := <-s.write(text):
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Pump writes lines and hands what the program prints meanwhile to recv, so
// that neither waits for the other for ever. An error of recv ends it.
func (s *Session) Pump(ctx context.Context, text []byte, recv func(line []byte) error) error {
	written := s.write(text)
	for {
		for len(s.rest.text) > 0 || s.rest.err != nil {
			line, err := s.next()
			if err != nil {
				return err
			}
			if err := recv(line); err != nil {
				return err
			}
		}
		select {
		case err := <-written:
			return err
		case c, ok := <-s.chunks:
			if !ok {
				return io.EOF
			}
			s.rest = c
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (s *Session) write(text []byte) <-chan error {
	lines := append(bytes.Clone(bytes.TrimSuffix(text, []byte("\n"))), '\n') // what follows text in its array is not ours
	done := make(chan error, 1)
	go func() {
		_, err := s.stdin.Write(lines)
		done <- err
	}()
	return done
}
