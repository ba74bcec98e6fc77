package cli_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"

	"github.com/connkit/connkit/internal/testkit"
)

// On a terminal the tour is coloured, and what commands print does not stand out of it.
func TestATourOnANarrowTerminal(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	if out, status := tourOnTerminal(t, "tour", "--engine", "none-of-them"); status != 2 || !strings.Contains(out, "none-of-them") || strings.Contains(out, "touring") {
		t.Errorf("status %d, %q", status, out)
	}
	t.Setenv("DOCKER_HOST", "unix:///nonexistent.sock")
	out, status := tourOnTerminal(t, "tour", "--engine", "docker")
	if status != 0 {
		t.Fatalf("status %d, %s", status, out)
	}
	for _, want := range []string{"\x1b[36m$ connkit new source-weather --template ../template\x1b[0m", "\x1b[1mpull-upstream\x1b[0m", "left out: no container engine answers"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %q", want, out)
		}
	}
	for line := range strings.Lines(redrawn.ReplaceAllString(out, "")) {
		plain := strings.TrimRight(ansi.Strip(line), "\r\n")
		if quoted := strings.HasPrefix(plain, "  "); quoted && ansi.StringWidth(plain) > 60 && !strings.HasPrefix(plain, "  upstream") {
			t.Errorf("wider than the terminal: %q", plain)
		}
	}
	if left, _ := os.ReadDir(tmp); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// redrawn is the progress line with what clears it.
var redrawn = regexp.MustCompile(`\r\x1b\[2K[^\r\n]*`)

// tourOnTerminal runs connkit on a terminal by a copy of the test.
func tourOnTerminal(t *testing.T, args ...string) (string, int) {
	t.Helper()
	return onTerminalAs(t, programCopy(t), t.TempDir(), "", args...)
}

// programCopy makes a copy of the test under the program's own name: the tour
// starts the very program that it is.
func programCopy(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "connkit")
	if os.Link(exe, program) == nil {
		return program
	}
	text, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	testkit.Program(t, program, string(text))
	return program
}

// Ctrl-C reaches a tour in the middle of a command, which ends with it.
func TestCtrlCEndsATour(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	for _, at := range []string{"$ connkit pull-upstream", "$ connkit run preview", "$ connkit run test"} {
		cmd := exec.Command(programCopy(t), "tour", "--engine", "docker")
		cmd.Args[0], cmd.Dir = "connkit", t.TempDir()
		cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=1", "CI=", "DOCKER_HOST=unix:///nonexistent.sock")
		tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
		if err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(10*time.Minute, func() { _ = cmd.Process.Kill() })
		var out bytes.Buffer
		for b := make([]byte, 1); !strings.Contains(out.String(), at); out.Write(b) {
			if _, err := tty.Read(b); err != nil {
				t.Fatalf("no %q in %q: %v", at, out.String(), err)
			}
		}
		if _, err := tty.WriteString("\x03"); err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(&out, tty) // the end of the terminal is an error
		_ = cmd.Wait()            // its exit code is looked at
		timer.Stop()
		_ = tty.Close()
		if code := cmd.ProcessState.ExitCode(); code != 130 || !strings.Contains(out.String(), "connkit: interrupted") {
			t.Errorf("%s: exit status %d\n%s", at, code, out.String())
		}
		if left, _ := os.ReadDir(tmp); len(left) != 0 {
			t.Errorf("%s: left behind: %v", at, left)
		}
	}
}
