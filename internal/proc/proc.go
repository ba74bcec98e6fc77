// Package proc runs other programs: git, package managers, connectors.
//
// It is the only package that starts processes. [Run] collects what a program
// prints; [Start] keeps a conversation with one and makes sure that nothing of
// it is left behind. Start reading at [Cmd].
package proc

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/connkit/connkit/internal/fault"
)

// Cmd describes a program to run. Argv[0] is looked up in PATH unless it holds
// a slash; a relative path starts at Dir.
type Cmd struct {
	Argv   []string
	Dir    string        // working directory; "" is the current one
	Env    []string      // KEY=VALUE, added to the inherited environment; the last of a key wins
	Unset  []string      // keys removed from the inherited environment
	Stdin  io.Reader     // nil is an empty input
	Stdout io.Writer     // gets a copy of stdout while the program runs; nil for none
	Stderr io.Writer     // gets a copy of stderr while the program runs; nil for none; may be Stdout
	Grace  time.Duration // between SIGTERM and SIGKILL when the context ends; 0 is 5 s
	Reap   []string      // of a session: a command that ends what the program runs elsewhere, such as a container

	Inner    string // what begins the names of programs in its group that get SIGTERM before it: one that cleans up when they fail
	Merged   bool   // stderr comes in stdout, in the order of writing; Stderr gets nothing
	Discard  bool   // keep no stdout for [Output]: Stdout alone gets it
	Terminal bool   // the program may talk to the terminal, so it stays in connkit's process group

	Hold []*os.File // stay open until the program ends, even when connkit is killed: for locks

	// Of a session whose program runs the one that is meant, as a debugger does. Each may be nil.
	Prepare func(tmp string) (Cmd, error)           // gives the command to start, when its TMPDIR is there
	Output  func(stdout *os.File) (*os.File, error) // gives what the session reads in the place of stdout
	Status  func(own error) error                   // gives how the program that is meant has ended
}

// Output is what a program printed.
type Output struct {
	Stdout []byte
	Stderr []byte
}

// Text gives stdout without surrounding white space.
func (o Output) Text() string { return strings.TrimSpace(string(o.Stdout)) }

// Error is a program that ended with a status other than 0. Argv is for
// messages: it never holds a secret, because no secret is ever put on an argv.
type Error struct {
	Argv   []string
	Status int // exit status; -1 when a signal ended it
	Stderr string
	Err    error
}

// Error gives the program's name and its last line on stderr, else its status.
func (e *Error) Error() string {
	name := filepath.Base(e.Argv[0])
	if last := lastLine(e.Stderr); last != "" {
		return fmt.Sprintf("%s: %s", name, last)
	}
	return fmt.Sprintf("%s: %v", name, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// killDelay is how long a program gets to end after SIGTERM when the context
// ends, and its output to end after the program has.
const killDelay = 5 * time.Second

// Run runs the program to its end and collects what it prints.
//
// A missing program is a [fault.Environment] error, a status other than 0 an
// [*Error]. When ctx ends the program's whole process group gets SIGTERM, then
// SIGKILL, and the error is ctx's cause.
func Run(ctx context.Context, c Cmd) (Output, error) {
	cmd, err := c.build(ctx)
	if err != nil {
		return Output{}, err
	}
	var out, errOut bytes.Buffer
	cmd.Stdin = c.Stdin
	var turn sync.Mutex // stdout and stderr may go to one writer
	cmd.Stdout = tee(&out, c.Stdout, &turn)
	if c.Discard {
		cmd.Stdout = alone(c.Stdout, &turn)
	}
	cmd.Stderr = tee(&errOut, c.Stderr, &turn)
	if c.Merged {
		cmd.Stderr = cmd.Stdout
	}
	cmd.ExtraFiles = c.Hold
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: !c.Terminal}
	group := func() int {
		if c.Terminal {
			return cmd.Process.Pid // the group is connkit's own
		}
		return -cmd.Process.Pid
	}
	ended := make(chan struct{})
	var ending sync.WaitGroup
	cmd.Cancel = func() error {
		if c.Inner != "" && !c.Terminal {
			ending.Go(func() { endInner(c.Inner, cmd.Process.Pid, ended) })
			return nil
		}
		return syscall.Kill(group(), syscall.SIGTERM)
	}
	cmd.WaitDelay = cmp.Or(c.Grace, killDelay)
	err = cmd.Run()
	close(ended)
	ending.Wait()
	output := Output{out.Bytes(), errOut.Bytes()}
	if ctx.Err() != nil {
		if cmd.Process != nil && !c.Terminal {
			_ = syscall.Kill(group(), syscall.SIGKILL) // what ignored SIGTERM; gone already is fine
		}
		return output, context.Cause(ctx)
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // it has ended well; what it left in the background, as ssh does, holds its output
	}
	if err != nil {
		return output, c.failure(err, output)
	}
	return output, nil
}

// Look finds a program in PATH; a missing one is a [fault.Environment] error.
func Look(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fault.Environmentf("looking for %q in PATH: not found", name)
	}
	return path, nil
}

func (c Cmd) build(ctx context.Context) (*exec.Cmd, error) {
	path, err := c.look()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, c.Argv[1:]...)
	cmd.Args[0] = c.Argv[0]
	cmd.Dir = c.Dir
	cmd.Env = c.environ()
	return cmd, nil
}

// look finds the program. The system resolves a relative path from the new
// working directory, so it is looked for there.
func (c Cmd) look() (string, error) {
	name := c.Argv[0]
	if c.Dir == "" || filepath.IsAbs(name) || !strings.ContainsRune(name, filepath.Separator) {
		return Look(name)
	}
	if _, err := exec.LookPath(filepath.Join(c.Dir, name)); err != nil {
		return "", fault.Environmentf("looking for %q in %q: not found, or not executable", name, c.Dir)
	}
	return name, nil
}

func (c Cmd) environ() []string {
	env := make([]string, 0, len(c.Env))
	for _, kv := range os.Environ() {
		if key, _, _ := strings.Cut(kv, "="); !slices.Contains(c.Unset, key) {
			env = append(env, kv)
		}
	}
	return append(env, c.Env...)
}

func (c Cmd) failure(err error, out Output) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return fmt.Errorf("running %q: %w", c.Argv[0], err)
	}
	return &Error{Argv: c.Argv, Status: exit.ExitCode(), Stderr: string(out.Stderr), Err: err}
}

func tee(buf *bytes.Buffer, w io.Writer, turn *sync.Mutex) io.Writer {
	if w == nil {
		return buf
	}
	return io.MultiWriter(buf, &inTurn{w, turn})
}

// alone gives a file as it is, which the program then writes to itself.
func alone(w io.Writer, turn *sync.Mutex) io.Writer {
	if _, file := w.(*os.File); file || w == nil {
		return w
	}
	return &inTurn{w, turn}
}

// inTurn writes to a writer that others write to as well.
type inTurn struct {
	w    io.Writer
	turn *sync.Mutex
}

func (i *inTurn) Write(p []byte) (int, error) {
	i.turn.Lock()
	defer i.turn.Unlock()
	return i.w.Write(p)
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return strings.TrimSpace(s[strings.LastIndexByte(s, '\n')+1:])
}
