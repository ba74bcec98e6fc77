package cli_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// onTerminal runs connkit on a terminal that answers no queries, types input,
// and gives what came out. A program that waits for an answer of the terminal
// never ends here, so the deadline tells it from one that does not.
func onTerminal(t *testing.T, dir, input string, args ...string) (string, int) {
	t.Helper()
	return onTerminalAs(t, linkAs(t, "connkit"), dir, input, args...)
}

// onTerminalAs does so with the program of that path.
func onTerminalAs(t *testing.T, program, dir, input string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Args[0] = "connkit" // testscript.Main goes by this name
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=", "CI=", "COLORTERM=truecolor")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 60})
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close() //nolint:errcheck // the end of the test
	timer := time.AfterFunc(10*time.Minute, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	var out bytes.Buffer
	if input != "" {
		readUntil(t, tty, &out, "]")
		if _, err := tty.WriteString(input); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.Copy(&out, tty); err != nil && !errors.Is(err, syscall.EIO) { // EIO: the program closed its end
		t.Fatal(err)
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// readUntil reads until a question, which ends with its default in brackets, is there.
func readUntil(t *testing.T, tty io.Reader, out *bytes.Buffer, end string) {
	t.Helper()
	for b := make([]byte, 1); !bytes.Contains(out.Bytes(), []byte(">=3.11,<4.0"+end)); {
		if _, err := tty.Read(b); err != nil {
			t.Fatalf("no question in %q: %v", out, err)
		}
		out.Write(b)
	}
}

// linkAs makes the test binary available under a program's name.
func linkAs(t *testing.T, name string) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), name)
	if err := os.Symlink(exe, link); err != nil {
		t.Fatal(err)
	}
	return link
}

func TestTerminalIsAskedNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, args := range [][]string{{"--help"}, {}, {"version"}, {"new", "--list"}, {"list"}, {"new", "source-x", "--dry-run"}} {
		out, code := onTerminal(t, dir, "", args...)
		if code != 0 {
			t.Errorf("%v: exit status %d\n%s", args, code, out)
		}
		for name, query := range map[string]string{"background colour": "\x1b]11;?", "cursor position": "\x1b[6n", "device": "\x1b[c"} {
			if bytes.Contains([]byte(out), []byte(query)) {
				t.Errorf("%v asks the terminal for its %s", args, name)
			}
		}
	}
}

func TestTerminalGetsColourAndItsWidth(t *testing.T) {
	t.Parallel()
	out, _ := onTerminal(t, t.TempDir(), "", "new", "--list")
	if !bytes.Contains([]byte(out), []byte("\x1b[")) {
		t.Errorf("no colour in %q", out)
	}
}

func TestTerminalIsAskedForAnswers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out, code := onTerminal(t, dir, ">=3.12,<4.0\nhttps://docs.example.com/x\n", "new", "source-x", "--ask")
	if code != 0 || !bytes.Contains([]byte(out), []byte("[>=3.11,<4.0]")) || !bytes.Contains([]byte(out), []byte("[https://go.estuary.dev/source-x]")) {
		t.Fatalf("exit status %d\n%s", code, out)
	}
	for file, answer := range map[string]string{"pyproject.toml": ">=3.12,<4.0", "source_x/__init__.py": "https://docs.example.com/x"} {
		text, err := os.ReadFile(filepath.Join(dir, "source-x", filepath.FromSlash(file)))
		if err != nil || !bytes.Contains(text, []byte(answer)) {
			t.Errorf("the answer is not in %s: %v\n%s", file, err, text)
		}
	}
}

func TestEndOfInputAndCtrlCAtAQuestionInterrupt(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{"Ctrl-D": "\x04", "Ctrl-C": "\x03"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			out, code := onTerminal(t, dir, key, "new", "source-x", "--ask")
			if code != 130 {
				t.Errorf("exit status %d\n%s", code, out)
			}
			if left, _ := os.ReadDir(dir); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}
