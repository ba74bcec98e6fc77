package proc_test

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/proc"
)

// family starts another role of the test binary in this one's process group,
// and waits for it when it is one that ends.
func family(play string) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), role+"="+play)
	child.Stdout = os.Stdout
	if err := child.Start(); err != nil {
		panic(err)
	}
	if play == "middle" {
		_ = child.Wait() // its child is now an orphan
	}
}

// seen is a writer that tells when something was written.
type seen struct {
	once sync.Once
	came chan struct{}
}

func (s *seen) Write(p []byte) (int, error) {
	s.once.Do(func() { close(s.came) })
	return len(p), nil
}

// The leader ends at SIGTERM; its child does not, and ends all the same.
func TestRunEndsTheWholeGroup(t *testing.T) {
	t.Parallel()
	mark := "PROC_TEST_MARK=group" + t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ready := &seen{came: make(chan struct{})}
	c := self(t, "group", mark)
	c.Stdout, c.Grace = ready, 50*time.Millisecond
	done := make(chan error, 1)
	go func() {
		_, err := proc.Run(ctx, c)
		done <- err
	}()
	select {
	case <-ready.came:
	case err := <-done:
		t.Fatalf("it did not even start: %v", err)
	}
	if n := len(marked(t, mark)); n != 2 {
		t.Fatalf("%d processes run, so not what is meant is tested", n)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	waitUntil(t, "the group to end", func() bool { return len(marked(t, mark)) == 0 })
}

// builder is a program that waits for another and cleans up when that fails. A
// shell has one thread: when SIGTERM comes to both it never lives to see that end.
func builder(t *testing.T) proc.Cmd {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	if err == nil {
		err = os.Symlink(self, filepath.Join(dir, "inner-step"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return proc.Cmd{
		Argv: []string{"sh", "-c", "inner-step & wait $!; echo cleaned up; exit 1"},
		Env:  []string{role + "=waits", "PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH")},
	}
}

// A program that cleans up when what it runs fails gets the chance to.
func TestRunEndsWhatIsInnerFirst(t *testing.T) {
	t.Parallel()
	group := self(t, "group")
	group.Grace = 50 * time.Millisecond
	for name, tt := range map[string]struct {
		c           proc.Cmd
		inner, want string
	}{
		"inner first":      {builder(t), "inner-", "ready\ncleaned up\n"},
		"all at once":      {builder(t), "", "ready\n"},
		"none of the name": {group, "inner-", "ready\n"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		ready := &seen{came: make(chan struct{})}
		c := tt.c
		c.Stdout, c.Inner = ready, tt.inner
		go func() {
			<-ready.came
			cancel()
		}()
		out, err := proc.Run(ctx, c)
		if !errors.Is(err, context.Canceled) || string(out.Stdout) != tt.want {
			t.Errorf("%s: got %q, %v", name, out.Stdout, err)
		}
	}
}

func TestRunWithAContextThatHasEnded(t *testing.T) {
	t.Parallel()
	why := errors.New("that is why")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if out, err := proc.Run(ctx, self(t, "both")); !errors.Is(err, why) || out.Text() != "" {
		t.Errorf("got %q, %v", out.Text(), err)
	}
}

func TestRunGivesItsInput(t *testing.T) {
	t.Parallel()
	c := self(t, "echo")
	c.Stdin = strings.NewReader("one\ntwo")
	if out, err := proc.Run(t.Context(), c); err != nil || string(out.Stdout) != "one\ntwo" {
		t.Errorf("got %q, %v", out.Stdout, err)
	}
	c.Stdin = nil
	if out, err := proc.Run(t.Context(), c); err != nil || len(out.Stdout) != 0 {
		t.Errorf("without an input: %q, %v", out.Stdout, err)
	}
}

// A daemon forks twice and takes a session of its own: neither the group nor the family tree leads to it.
func TestStopFindsADaemon(t *testing.T) {
	t.Parallel()
	mark := "PROC_TEST_MARK=daemon" + t.TempDir()
	s := start(t, self(t, "forks", mark))
	if got := recv(t, s); got != "ready" {
		t.Fatalf("got %q", got)
	}
	if n := len(marked(t, mark)); n != 2 {
		t.Fatalf("%d processes run, so not what is meant is tested", n)
	}
	s.Stop(time.Minute)
	waitUntil(t, "the daemon to end", func() bool { return len(marked(t, mark)) == 0 })
}

// What stands behind a line in its array belongs to the caller.
func TestSendLeavesTheTextAlone(t *testing.T) {
	t.Parallel()
	s := start(t, self(t, "echo"))
	both := []byte("first second")
	for _, text := range [][]byte{both[:5], both[6:]} {
		if err := s.Send(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := recv(t, s), recv(t, s); a != "first" || b != "second" || string(both) != "first second" {
		t.Errorf("got %q, %q; the caller has %q", a, b, both)
	}
}

func TestSendToOneThatHasEnded(t *testing.T) {
	t.Parallel()
	s := start(t, self(t, "both"))
	if err := s.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), []byte("x")); err == nil {
		t.Error("nobody reads it, and no error says so")
	}
	if got := recv(t, s); got != "out" {
		t.Errorf("what it had printed is lost: %q", got)
	}
	if _, err := s.Recv(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

func TestSessionsDoNotMeet(t *testing.T) {
	t.Parallel()
	a, b := start(t, self(t, "tmp")), start(t, self(t, "tmp"))
	dirA, dirB := recv(t, a), recv(t, b)
	a.Stop(time.Minute)
	if dirA == dirB || exists(dirA) || !exists(dirB) {
		t.Errorf("%s is there: %v, %s is there: %v", dirA, exists(dirA), dirB, exists(dirB))
	}
	if err := b.CloseSend(); err != nil {
		t.Fatal(err)
	}
	if err := b.Wait(t.Context()); err != nil {
		t.Errorf("the other was ended too: %v", err)
	}
}
