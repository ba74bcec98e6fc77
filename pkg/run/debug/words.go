package debug

import (
	"bytes"
	"io"
	"strings"
	"sync"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// delveLine are lines that dlv itself writes among those of the connector.
var delveLine = pattern.Lazy(`^(?:\d{4}-\d\d-\d\dT\S+ \w+ layer=|could not launch process: |Stop reason: )`)

// delveStarts are beginnings that may become one.
var delveStarts = []string{"could not launch process: ", "Stop reason: "}

// words parts dlv's own lines from what a connector writes to stderr.
type words struct {
	to io.Writer

	mu     sync.Mutex
	rest   []byte // may become a line of dlv's
	middle bool   // of a line that is the connector's
	last   string // that dlv said of a program that it cannot start
}

// Write takes stderr as it comes.
func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, p...)
	for len(w.rest) > 0 {
		line, whole := w.rest, false
		if i := bytes.IndexByte(w.rest, '\n'); i >= 0 {
			line, whole = w.rest[:i+1], true
		}
		if !w.middle && !whole && mayBeDelve(line) {
			break
		}
		if !w.middle && delveLine().Match(line) {
			if text, ok := strings.CutPrefix(string(line), delveStarts[0]); ok {
				w.last = strings.TrimSpace(text)
			}
		} else if _, err := w.to.Write(line); err != nil {
			return 0, err
		}
		w.rest = w.rest[len(line):]
		w.middle = !whole
	}
	return len(p), nil
}

func mayBeDelve(line []byte) bool {
	for _, start := range delveStarts {
		n := min(len(line), len(start))
		if string(line[:n]) == start[:n] {
			return true
		}
	}
	return len(line) < 64 && string(line[:min(2, len(line))]) == "20"[:min(2, len(line))] && !bytes.ContainsAny(line, "/{")
}

// said gives why dlv cannot start the program; "" when it can.
func (w *words) said() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// cannot makes an error of dlv's words about a program.
func (d *delve) cannot(text string) error {
	text, _, _ = strings.Cut(text, "\n")
	switch {
	case strings.Contains(text, "debug info"), strings.Contains(text, "must not be built with"), strings.Contains(text, "-ldflags"):
		return fault.Usagef("debugging %q: its program is stripped, so that dlv finds no name in it", d.o.Name).
			WithHint("build it without -ldflags '-s -w', or debug the code: --local")
	case strings.Contains(text, "operation not permitted"):
		return fault.Environmentf("debugging %q: dlv: %s", d.o.Name, text).
			WithHint("the system forbids it here: an engine that grants SYS_PTRACE, or debug the code: --local")
	}
	return fault.Usagef("debugging %q: dlv: %s", d.o.Name, text).WithHint("the command has to be go run, or a program that Go has built")
}
