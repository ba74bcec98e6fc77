package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
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

// tourOnTerminal runs the tour by a copy of the test under the program's own
// name, for the tour starts the very program that it is.
func tourOnTerminal(t *testing.T, args ...string) (string, int) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "connkit")
	if err := os.Link(exe, program); err != nil {
		text, err := os.ReadFile(exe)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(program, text, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return onTerminalAs(t, program, t.TempDir(), "", args...)
}
