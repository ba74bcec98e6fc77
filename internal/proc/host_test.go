package proc_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/proc"
)

// A program that runs another: it is prepared in the TMPDIR, its first line is
// taken off, and another status stands for its own.
func TestSessionOfAHost(t *testing.T) {
	t.Parallel()
	var tmp string
	c := proc.Cmd{Prepare: func(dir string) (proc.Cmd, error) {
		tmp = dir
		c := self(t, "litter")
		c.Output = func(stdout *os.File) (*os.File, error) {
			var line []byte
			for b := make([]byte, 1); len(line) == 0 || line[len(line)-1] != '\n'; line = append(line, b[0]) {
				if _, err := stdout.Read(b); err != nil {
					return nil, err
				}
			}
			if got := strings.TrimSpace(string(line)); got != dir {
				t.Errorf("its TMPDIR is %q, not %q", got, dir)
			}
			return stdout, nil
		}
		c.Status = func(own error) error {
			var exit *proc.Error
			if !errors.As(own, &exit) || exit.Status != -1 {
				t.Errorf("its own status: %v", own)
			}
			return &proc.Error{Argv: []string{"inner"}, Status: 7, Err: errors.New("exit status 7")}
		}
		return c, nil
	}}
	s, err := proc.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if line, err := s.Recv(t.Context()); err == nil {
		t.Errorf("the first line came again: %q", line)
	}
	var exit *proc.Error
	if err := s.Wait(t.Context()); !errors.As(err, &exit) || exit.Status != 7 {
		t.Errorf("got %v", err)
	}
	s.Stop(time.Second)
	if _, err := os.Stat(tmp); err == nil {
		t.Error("the TMPDIR is left")
	}
}

// What goes wrong before the first line leaves nothing.
func TestHostThatDoesNotStart(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong")
	var tmp string
	for name, prepare := range map[string]func(c proc.Cmd) (proc.Cmd, error){
		"preparing": func(c proc.Cmd) (proc.Cmd, error) { return c, wrong },
		"output": func(c proc.Cmd) (proc.Cmd, error) {
			c.Output = func(*os.File) (*os.File, error) { return nil, wrong }
			return c, nil
		},
	} {
		mark := "PROC_TEST_MARK=host" + t.TempDir()
		_, err := proc.Start(proc.Cmd{Prepare: func(dir string) (proc.Cmd, error) {
			tmp = dir
			return prepare(self(t, "stubborn", mark))
		}})
		if !errors.Is(err, wrong) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(tmp); err == nil {
			t.Errorf("%s: the TMPDIR is left", name)
		}
		wantGone(t, mark)
	}
}

// wantGone wants no process with the mark in its environment.
func wantGone(t *testing.T, mark string) {
	t.Helper()
	pids, _ := os.ReadDir("/proc")
	for _, p := range pids {
		if text, err := os.ReadFile("/proc/" + p.Name() + "/environ"); err == nil && strings.Contains(string(text), mark+"\x00") {
			t.Errorf("left: %s", p.Name())
		}
	}
}

// Another file stands in for the output, and its end is the end.
func TestOutputOfAnotherFile(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := self(t, "deaf")
	c.Output = func(stdout *os.File) (*os.File, error) { return r, stdout.Close() }
	s, err := proc.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop(10 * time.Millisecond)
	_, _ = w.WriteString("from another\n")
	if line, err := s.Recv(t.Context()); err != nil || string(line) != "from another" {
		t.Errorf("got %q, %v", line, err)
	}
	_ = w.Close()
	if _, err := s.Recv(t.Context()); err == nil {
		t.Error("it has no end")
	}
}
