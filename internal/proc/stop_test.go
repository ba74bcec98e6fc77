package proc_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/internal/testkit"
)

// outlive ends and leaves a child that holds its output open and that no mark finds.
func outlive() {
	child := exec.Command("sleep", "3600")
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	child.Env = []string{"EMPTY=1"}
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	_ = child.Start()
	fmt.Print(child.Process.Pid, "\nhalf")
}

// runner starts another program and waits for it, as go run does.
func runner() {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), role+"=litter")
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	_ = child.Run()
}

// owner is a connkit in the middle of a session.
func owner() {
	s, err := proc.Start(proc.Cmd{Argv: []string{os.Args[0]}, Env: []string{role + "=runner"}})
	if err != nil {
		panic(err)
	}
	line, _ := s.Recv(context.Background())
	fmt.Println(string(line))
	time.Sleep(time.Hour)
}

// endLater ends a process that a test could not but leave.
func endLater(t *testing.T, pid string) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err != nil {
		t.Fatalf("no process id: %q", pid)
	}
	t.Cleanup(func() { _ = syscall.Kill(n, syscall.SIGKILL) })
}

func waitUntil(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func TestAKilledConnkitLeavesNothing(t *testing.T) {
	t.Parallel()
	mark := "PROC_TEST_MARK=killed" + t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), role+"=owner", mark)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dir, err := bufio.NewReader(out).ReadString('\n')
	if dir = strings.TrimSpace(dir); err != nil || !exists(filepath.Join(dir, "secret")) {
		t.Fatalf("the connector is not there: %q, %v", dir, err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // killed
	waitUntil(t, "the program's child to end", func() bool { return len(marked(t, mark)) == 0 })
	waitUntil(t, "the temporary folder to go", func() bool { return !exists(dir) })
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// What a program leaves behind with its output does not keep the session.
func TestTheOutputEndsWithTheProgram(t *testing.T) {
	t.Parallel()
	s := start(t, self(t, "outlive"))
	endLater(t, recv(t, s))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if line, err := s.Recv(ctx); !errors.Is(err, io.ErrUnexpectedEOF) || string(line) != "half" {
		t.Errorf("got %q, %v", line, err)
	}
	if _, err := s.Recv(ctx); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
	if err := s.Wait(ctx); err != nil {
		t.Error(err)
	}
}

func TestRunEndsWithTheProgram(t *testing.T) {
	t.Parallel()
	out, err := proc.Run(t.Context(), self(t, "outlive"))
	pid, rest, _ := strings.Cut(out.Text(), "\n")
	endLater(t, pid)
	if err != nil || rest != "half" {
		t.Errorf("got %q, %v", rest, err)
	}
}

// Not parallel: it counts.
func TestASessionLeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, play := range []string{"echo", "deaf", "flood", "outlive", "stubborn"} {
		s := start(t, self(t, play))
		if play == "outlive" {
			endLater(t, recv(t, s))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_ = s.Send(ctx, make([]byte, 1<<20)) // most of them do not read it
		s.Stop(50 * time.Millisecond)
		s.Stop(time.Hour) // a second time does nothing
		waitUntil(t, play+": goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
	}
	if _, err := proc.Start(proc.Cmd{Argv: []string{os.Args[0]}, Dir: "/nonexistent"}); err == nil {
		t.Error("a folder that is not there is no error")
	}
	waitUntil(t, "goroutines of a failed start to end", func() bool { return runtime.NumGoroutine() <= before })
}

func TestALineHasALimit(t *testing.T) {
	t.Parallel()
	s := start(t, self(t, "long"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if line, err := s.Recv(ctx); !errors.Is(err, proc.ErrLongLine) {
		t.Errorf("got %d bytes, %v", len(line), err)
	}
}

func TestARelativeProgramStartsAtTheFolder(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, map[string]string{"bin/say": "#!/bin/sh\necho here\n", "bin/text": "no program\n"})
	if err := os.Chmod(filepath.Join(dir, "bin", "say"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"./bin/say", "bin/say", filepath.Join(dir, "bin", "say")} {
		if out, err := proc.Run(t.Context(), proc.Cmd{Argv: []string{name}, Dir: dir}); err != nil || out.Text() != "here" {
			t.Errorf("%s: got %q, %v", name, out.Text(), err)
		}
	}
	for _, name := range []string{"./bin/none", "./bin/text", "./say"} {
		if _, err := proc.Run(t.Context(), proc.Cmd{Argv: []string{name}, Dir: dir}); fault.KindOf(err) != fault.Environment {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// busy is where logs go on a machine that has no time for them until it is released.
type busy struct {
	released chan struct{}
	got      int
}

func (b *busy) Write(p []byte) (int, error) {
	<-b.released
	b.got += len(p)
	return len(p), nil
}

// Logs that a pipe still holds when the program has ended are handed on, also by a machine that is busy for a second.
func TestLastLogsOnABusyMachine(t *testing.T) {
	t.Parallel()
	logs := &busy{released: make(chan struct{})}
	s, err := proc.Start(proc.Cmd{Argv: []string{"sh", "-c", "head -c 60000 /dev/zero >&2"}, Stderr: logs})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	time.AfterFunc(1200*time.Millisecond, func() { close(logs.released) })
	s.Stop(time.Minute)
	if logs.got != 60000 {
		t.Errorf("%d bytes of 60000 came", logs.got)
	}
}
