package proc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// A program that answers while it is written to fills a pipe in each direction. Pump
// writes and reads at once, so that neither waits for the other.
func TestPumpFillsNoPipe(t *testing.T) {
	t.Parallel()
	s := start(t, self(t, "echo"))
	var lines strings.Builder
	const n = 20000 // more than two pipes hold
	for i := range n {
		fmt.Fprintf(&lines, "line %d\n", i)
	}
	got := 0
	take := func(line []byte) error {
		if want := fmt.Sprintf("line %d", got); string(line) != want {
			return fmt.Errorf("got %q, want %q", line, want)
		}
		got++
		return nil
	}
	if err := s.Pump(t.Context(), []byte(lines.String()), take); err != nil {
		t.Fatal(err)
	}
	if err := s.CloseSend(); err != nil {
		t.Fatal(err)
	}
	for { // what comes behind the last write
		line, err := s.Recv(t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := take(line); err != nil {
			t.Fatal(err)
		}
	}
	if got != n {
		t.Errorf("%d lines of %d came back", got, n)
	}
	if err := s.CloseSend(); err != nil {
		t.Errorf("a second end of the input: %v", err)
	}
}

func TestPumpEnds(t *testing.T) {
	t.Parallel()
	stop := errors.New("enough")
	s := start(t, self(t, "echo"))
	if err := s.Send(t.Context(), []byte("one\ntwo")); err != nil { // whole, though its last line has no end
		t.Fatal(err)
	}
	if got := recv(t, s); got != "one" {
		t.Errorf("got %q", got)
	}
	// The error of who takes the lines ends it.
	big := bytes.Repeat([]byte("x\n"), 200_000)
	if err := s.Pump(t.Context(), big, func([]byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	// So does the end of the context, while nobody reads the program's answers.
	deaf := start(t, self(t, "deaf"))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	if err := deaf.Pump(ctx, bytes.Repeat([]byte("x\n"), 200_000), nil); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

// Ready tells that Recv gives a line, or the end, without waiting.
func TestReadyTellsWhatRecvGives(t *testing.T) {
	t.Parallel()
	s := start(t, self(t, "echo"))
	if s.Ready() {
		t.Error("nothing was said")
	}
	if err := s.Send(t.Context(), []byte("a\nb")); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "a line", s.Ready)
	if got := recv(t, s); got != "a" {
		t.Errorf("got %q", got)
	}
	waitUntil(t, "the second line", s.Ready)
	if got := recv(t, s); got != "b" || s.Ready() {
		t.Errorf("got %q, and there is more", got)
	}
	half := start(t, self(t, "half"))
	if got := recv(t, half); got != "whole" {
		t.Errorf("got %q", got)
	}
	waitUntil(t, "half a line", half.Ready)
	if line, err := half.Recv(t.Context()); string(line) != "half" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q, %v", line, err)
	}
	if line, err := half.Recv(t.Context()); line != nil || !errors.Is(err, io.EOF) {
		t.Errorf("got %q, %v", line, err)
	}
}

// A program in the foreground has connkit's streams, and its status is told as any.
func TestForeground(t *testing.T) {
	t.Parallel()
	var out, errOut bytes.Buffer
	c := self(t, "both")
	c.Stdout, c.Stderr = &out, &errOut
	if err := proc.Foreground(t.Context(), c); err != nil || out.String() != "out\n" || errOut.String() != "err\n" {
		t.Errorf("%q, %q, %v", out.String(), errOut.String(), err)
	}
	echo := self(t, "echo")
	out.Reset()
	echo.Stdin, echo.Stdout = strings.NewReader("typed"), &out
	if err := proc.Foreground(t.Context(), echo); err != nil || out.String() != "typed" {
		t.Errorf("%q, %v", out.String(), err)
	}
	var exit *proc.Error
	if err := proc.Foreground(t.Context(), self(t, "fail")); !errors.As(err, &exit) || exit.Status != 7 {
		t.Errorf("got %v", err)
	}
	if err := proc.Foreground(t.Context(), proc.Cmd{Argv: []string{"no-such-editor"}}); fault.KindOf(err) != fault.Environment {
		t.Errorf("got %v", err)
	}
	stop := errors.New("ended")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(stop) })
	if err := proc.Foreground(ctx, self(t, "deaf")); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

// What a program said last is its error, else its status; its name is told without its folder.
func TestTheErrorOfAProgram(t *testing.T) {
	t.Parallel()
	status := errors.New("exit status 3")
	for stderr, want := range map[string]string{
		"": "tool: exit status 3", "one line": "tool: one line", "first\nlast\n": "tool: last", "first\nlast  \n\n \n": "tool: last", "\r\nwith CR\r\n": "tool: with CR", "größe": "tool: größe",
	} {
		err := &proc.Error{Argv: []string{"/opt/bin/tool", "--secretless"}, Status: 3, Stderr: stderr, Err: status}
		if err.Error() != want || !errors.Is(err, status) {
			t.Errorf("%q: got %q", stderr, err.Error())
		}
	}
	_, err := proc.Run(t.Context(), proc.Cmd{Argv: []string{"./tool"}, Dir: t.TempDir()})
	if fault.KindOf(err) != fault.Environment || !strings.HasPrefix(err.Error(), `looking for "./tool" in "`) || !strings.HasSuffix(err.Error(), "not found, or not executable") {
		t.Errorf("got %v", err)
	}
	if _, err := proc.Look("no such program"); fault.KindOf(err) != fault.Environment || err.Error() != `looking for "no such program" in PATH: not found` {
		t.Errorf("got %v", err)
	}
}

// Of a variable that is set and given the given one counts, the last of several; what is
// to be unset is.
func TestVariablesOfAProgram(t *testing.T) {
	t.Setenv("A", "inherited")
	t.Setenv("B", "inherited")
	c := self(t, "env", "A=first", "A=last")
	c.Unset = []string{"B", "NOT_SET"}
	out, err := proc.Run(t.Context(), c)
	if fields := strings.Fields(out.Text()); err != nil || fields[0] != "last" || len(fields) > 2 {
		t.Errorf("got %q, %v", out.Text(), err)
	}
	c.Discard = true
	var said bytes.Buffer
	c.Stdout = &said
	if out, err = proc.Run(t.Context(), c); err != nil || len(out.Stdout) > 0 || !strings.HasPrefix(said.String(), "last ") {
		t.Errorf("got %q, %q, %v", out.Stdout, said.String(), err)
	}
}
