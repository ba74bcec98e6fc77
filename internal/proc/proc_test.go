package proc_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// role makes the test binary play a program.
const role = "PROC_TEST_ROLE"

func TestMain(m *testing.M) {
	if play, ok := roles()[os.Getenv(role)]; ok {
		play()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func roles() map[string]func() {
	return map[string]func(){
		"both":  func() { fmt.Println("out"); fmt.Fprintln(os.Stderr, "err") },
		"fail":  func() { fmt.Fprintln(os.Stderr, "first\nlast words"); os.Exit(7) },
		"env":   func() { fmt.Println(os.Getenv("A"), os.Getenv("B"), os.Getenv("TMPDIR")) },
		"echo":  func() { _, _ = io.Copy(os.Stdout, os.Stdin) },
		"half":  func() { fmt.Print("whole\nhalf") },
		"flood": flood,
		"deaf":  func() { time.Sleep(time.Hour) },
		"waits": func() { fmt.Println("ready"); time.Sleep(time.Hour) },
		"stubborn": func() {
			signal.Ignore(syscall.SIGTERM)
			escape()
			fmt.Println("ready")
			time.Sleep(time.Hour)
		},
		"emptied": func() { emptied(); time.Sleep(time.Hour) },
		"left":    emptied,
		"gone":    func() { escape(); fmt.Println("ready") },
		"forks":   func() { family("middle"); fmt.Println("ready"); time.Sleep(time.Hour) },
		"middle":  func() { escape() },
		"group":   func() { family("mule"); time.Sleep(time.Hour) },
		"mule":    func() { signal.Ignore(syscall.SIGTERM); fmt.Println("ready"); time.Sleep(time.Hour) },
		"tmp":     func() { fmt.Println(os.TempDir()); _, _ = io.Copy(io.Discard, os.Stdin) },
		"outlive": outlive,
		"long":    func() { fmt.Print(strings.Repeat("z", proc.MaxLine+1<<20)); time.Sleep(time.Hour) },
		"runner":  runner,
		"owner":   owner,
		"litter": func() {
			_ = os.WriteFile(filepath.Join(os.TempDir(), "secret"), nil, 0o600)
			fmt.Println(os.TempDir())
			time.Sleep(time.Hour)
		},
	}
}

// flood fills stderr beyond any pipe before it answers.
func flood() {
	for range 5000 {
		fmt.Fprintln(os.Stderr, strings.Repeat("x", 200))
	}
	fmt.Println(strings.Repeat("y", 1<<20))
}

// emptied leaves a child in a session of its own that has nothing of the
// environment, as daemons do, and tells its number.
func emptied() {
	child := exec.Command("/bin/sh", "-c", "sleep 3600 & echo $!")
	child.Env, child.SysProcAttr = []string{"A=b"}, &syscall.SysProcAttr{Setsid: true}
	out, _ := child.StdoutPipe()
	_ = child.Start()
	line, _ := bufio.NewReader(out).ReadString('\n')
	fmt.Print(line)
}

// escape leaves a child in a session of its own, with stdout and stderr closed.
func escape() {
	child := exec.Command("sleep", "3600")
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	_ = child.Start()
}

func self(t *testing.T, play string, env ...string) proc.Cmd {
	t.Helper()
	return proc.Cmd{Argv: []string{os.Args[0]}, Env: append([]string{role + "=" + play}, env...)}
}

func TestRun(t *testing.T) {
	t.Parallel()
	var copied bytes.Buffer
	c := self(t, "both")
	c.Stdout, c.Stderr = &copied, &copied
	out, err := proc.Run(t.Context(), c)
	if err != nil || out.Text() != "out" || string(out.Stderr) != "err\n" {
		t.Errorf("got %q, %q, %v", out.Stdout, out.Stderr, err)
	}
	if got := copied.String(); !strings.Contains(got, "out\n") || !strings.Contains(got, "err\n") {
		t.Errorf("copied %q", got)
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	_, err := proc.Run(t.Context(), self(t, "fail"))
	var exit *proc.Error
	if !errors.As(err, &exit) || exit.Status != 7 || !strings.HasSuffix(err.Error(), ": last words") {
		t.Errorf("got %v", err)
	}
	_, err = proc.Run(t.Context(), proc.Cmd{Argv: []string{"no-such-program-at-all"}})
	if fault.KindOf(err) != fault.Environment {
		t.Errorf("got %v", err)
	}
	if _, err := proc.Run(t.Context(), proc.Cmd{Argv: []string{os.Args[0]}, Dir: "/nonexistent"}); err == nil {
		t.Error("a folder that is not there is no error")
	}
}

func TestRunSetsTheEnvironment(t *testing.T) {
	t.Setenv("A", "inherited")
	t.Setenv("B", "removed")
	c := self(t, "env", "A=ours")
	c.Unset = []string{"B", "TMPDIR"}
	out, err := proc.Run(t.Context(), c)
	if err != nil || out.Text() != "ours" {
		t.Errorf("got %q, %v", out.Text(), err)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	why := errors.New("that is why")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(100*time.Millisecond, func() { cancel(why) })
	if _, err := proc.Run(ctx, self(t, "deaf")); !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
}

func TestRunWaitsNoLongerThanItsGrace(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	ready := &seen{came: make(chan struct{})}
	c := self(t, "mule") // which would wait for an hour
	c.Stdout, c.Grace = ready, 50*time.Millisecond
	go func() {
		<-ready.came
		cancel()
	}()
	if out, err := proc.Run(ctx, c); !errors.Is(err, context.Canceled) || out.Text() != "ready" {
		t.Errorf("got %q, %v", out.Text(), err)
	}
}

func start(t *testing.T, c proc.Cmd) *proc.Session {
	t.Helper()
	s, err := proc.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Stop(0) })
	return s
}

func recv(t *testing.T, s *proc.Session) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	line, err := s.Recv(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

func TestSessionTalks(t *testing.T) {
	t.Parallel()
	s := start(t, self(t, "echo"))
	for _, text := range []string{"one", "", strings.Repeat("long", 1<<18), "last"} {
		if err := s.Send(t.Context(), []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got := recv(t, s); got != text {
			t.Errorf("got %d bytes, want %d", len(got), len(text))
		}
	}
	if err := s.CloseSend(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Recv(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("after the end: %v", err)
	}
	if err := s.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.CloseSend(); err != nil {
		t.Errorf("a second time: %v", err)
	}
}

func TestSessionTellsHalfALine(t *testing.T) {
	t.Parallel()
	s := start(t, self(t, "half"))
	if got := recv(t, s); got != "whole" {
		t.Errorf("got %q", got)
	}
	if line, err := s.Recv(t.Context()); !errors.Is(err, io.ErrUnexpectedEOF) || string(line) != "half" {
		t.Errorf("got %q, %v", line, err)
	}
}

func TestSessionTakesAFloodOfLogs(t *testing.T) {
	t.Parallel()
	var logs bytes.Buffer
	c := self(t, "flood")
	c.Stderr = &logs
	s := start(t, c)
	if got := recv(t, s); len(got) != 1<<20 {
		t.Errorf("got %d bytes", len(got))
	}
	s.Stop(time.Minute)
	if logs.Len() != 5000*201 {
		t.Errorf("%d bytes of logs came", logs.Len())
	}
}

func TestSessionTellsTheStatus(t *testing.T) {
	t.Parallel()
	s := start(t, self(t, "fail"))
	var exit *proc.Error
	if err := s.Wait(t.Context()); !errors.As(err, &exit) || exit.Status != 7 {
		t.Errorf("got %v", err)
	}
	if _, err := proc.Start(proc.Cmd{Argv: []string{"no-such-program-at-all"}}); fault.KindOf(err) != fault.Environment {
		t.Errorf("got %v", err)
	}
	if _, err := proc.Start(proc.Cmd{Argv: []string{os.Args[0]}, Dir: "/nonexistent"}); err == nil {
		t.Error("a folder that is not there is no error")
	}
}

func TestSessionEndsWithTheContext(t *testing.T) {
	t.Parallel()
	s := start(t, self(t, "deaf"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Recv(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("receiving: %v", err)
	}
	if err := s.Send(ctx, bytes.Repeat([]byte("x"), 1<<20)); !errors.Is(err, context.Canceled) {
		t.Errorf("sending to one that does not read: %v", err)
	}
	if err := s.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting: %v", err)
	}
}

// marked lists the running processes with a variable in their environment.
func marked(t *testing.T, mark string) []string {
	t.Helper()
	var left []string
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil || len(files) == 0 {
		t.Fatalf("looking for processes: %v", err)
	}
	for _, f := range files {
		if text, err := os.ReadFile(f); err == nil && bytes.Contains(text, []byte(mark+"\x00")) {
			left = append(left, f)
		}
	}
	return left
}

func TestStopLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, play := range []string{"stubborn", "gone"} {
		t.Run(play, func(t *testing.T) {
			t.Parallel()
			mark := "PROC_TEST_MARK=" + play + t.TempDir()
			s := start(t, self(t, play, mark))
			if got := recv(t, s); got != "ready" {
				t.Fatalf("got %q", got)
			}
			if len(marked(t, mark)) == 0 {
				t.Fatal("nothing runs, so nothing is tested")
			}
			s.Stop(50 * time.Millisecond)
			for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
				left := marked(t, mark)
				if len(left) == 0 {
					return
				}
				if time.Now().After(deadline) {
					t.Fatalf("left running: %v", left)
				}
			}
		})
	}
}

func TestStopRemovesTheTemporaryFolder(t *testing.T) {
	t.Parallel()
	s := start(t, self(t, "litter"))
	dir := recv(t, s)
	if _, err := os.Stat(filepath.Join(dir, "secret")); err != nil {
		t.Fatal(err)
	}
	s.Stop(time.Minute)
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left: %v", dir, err)
	}
}

// Both streams come in one, in the order of writing, also where they are many lines.
func TestMergedStreamsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	const script = "i=0; while [ $i -lt 200 ]; do echo out $i; echo err $i >&2; i=$((i + 1)); done; exit 3"
	var want strings.Builder
	for i := range 200 {
		fmt.Fprintf(&want, "out %d\nerr %d\n", i, i)
	}
	out, err := proc.Run(t.Context(), proc.Cmd{Argv: []string{"sh", "-c", script}, Merged: true})
	var exit *proc.Error
	if !errors.As(err, &exit) || exit.Status != 3 || string(out.Stdout) != want.String() || len(out.Stderr) != 0 {
		t.Errorf("%v, %q, %q", err, out.Stdout, out.Stderr)
	}
}

// One writer for both streams is written to by one of them at a time, with -race and without.
func TestStreamsTakeTurns(t *testing.T) {
	t.Parallel()
	const script = "(i=0; while [ $i -lt 300 ]; do echo out; i=$((i + 1)); done) & i=0; while [ $i -lt 300 ]; do echo err >&2; i=$((i + 1)); done; wait"
	for _, discard := range []bool{false, true} {
		var both strings.Builder
		c := proc.Cmd{Argv: []string{"sh", "-c", script}, Stdout: &both, Stderr: &both, Discard: discard}
		out, err := proc.Run(t.Context(), c)
		if err != nil || strings.Count(both.String(), "out\n") != 300 || strings.Count(both.String(), "err\n") != 300 {
			t.Errorf("discard %v: %v, %d bytes", discard, err, both.Len())
		}
		if discard && len(out.Stdout) != 0 {
			t.Errorf("%d bytes were kept", len(out.Stdout))
		}
	}
}
