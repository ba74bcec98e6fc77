package run

import (
	"bytes"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/connkit/connkit/pkg/flow"
)

const (
	keptLogs   = 20                     // entries that an error of time shows
	maxLogLine = 1 << 20                // where a line is cut, so that one without an end cannot fill the memory
	idle       = 300 * time.Millisecond // silence that ends an entry of plain text
)

// logs decodes stderr, hides secrets, hands entries on, and remembers the last.
type logs struct {
	mu      sync.Mutex // a timer ends entries too
	decoder *flow.LogDecoder
	mask    flow.Masker
	rest    bytes.Buffer
	last    []flow.Log
	timer   *time.Timer
	closed  bool
}

// newLogs makes one that hands on the entries of the level and above, as Flow
// does, whatever the connector makes of LOG_LEVEL.
func newLogs(level string, emit, leak func(flow.Log), mask flow.Masker) *logs {
	l := &logs{mask: mask}
	l.decoder = flow.NewLogDecoder(func(entry flow.Log) {
		before := entry
		entry.Message = mask.Text(entry.Message)
		entry.Fields = mask.Fields(entry.Fields)
		if leak != nil && (entry.Message != before.Message || !reflect.DeepEqual(entry.Fields, before.Fields)) {
			leak(entry)
		}
		if l.last = append(l.last, entry); len(l.last) > keptLogs {
			l.last = l.last[1:]
		}
		if entry.AtLeast(level) {
			emit(entry)
		}
	})
	// Only the next line tells whether plain text goes on. Somebody watches, so silence tells too.
	l.timer = time.AfterFunc(idle, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.decoder.Flush()
	})
	return l
}

// Write takes stderr as it comes.
func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return len(p), nil
	}
	l.rest.Write(p)
	for {
		i := bytes.IndexByte(l.rest.Bytes(), '\n')
		switch {
		case i >= 0:
			l.decoder.Line(string(l.rest.Next(i + 1)[:i]))
		case l.rest.Len() > maxLogLine+l.mask.Longest():
			l.cut()
		default:
			l.timer.Reset(idle)
			return len(p), nil
		}
	}
}

// cut hands on the beginning of a line that has grown too long. Its secrets are
// hidden before: half of one would not be found. What may be the beginning of
// one stays.
func (l *logs) cut() {
	text := l.mask.Text(l.rest.String())
	end := max(len(text)-l.mask.Longest(), 0)
	l.decoder.Line(text[:end])
	l.rest.Reset()
	l.rest.WriteString(text[end:])
}

// close hands on what is left. Nothing comes after it.
func (l *logs) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.timer.Stop()
	if l.rest.Len() > 0 {
		l.decoder.Line(l.rest.String())
		l.rest.Reset()
	}
	l.decoder.Flush()
}

// lastWords gives what the connector said last: its last error, else its last
// entry. The last words of a Go connector may be plain text that does not sound
// like an error; after those of a Python one come warnings of the interpreter.
func (l *logs) lastWords(language string) string {
	last := ""
	for i := len(l.last) - 1; i >= 0; i-- {
		entry := l.last[i]
		words := entry.LastWords()
		if words == "" {
			continue
		}
		if entry.Level == "error" || entry.Raw && language != "python" {
			return words
		}
		if last == "" {
			last = words
		}
	}
	return last
}

func (l *logs) tail() string {
	var lines []string
	for _, entry := range l.last {
		lines = append(lines, "  "+entry.Level+" "+strings.ReplaceAll(entry.LastWords(), "\n", "\n    "))
	}
	return strings.Join(lines, "\n")
}

// engineWords gives what the engine, rather than the connector in it, said
// last. It keeps three statuses for itself, which a connector may use as well.
func (l *logs) engineWords(e engine, status int) string {
	if status < 125 || status > 127 {
		return ""
	}
	prefix := "docker: "
	if e.podman {
		prefix = "Error: "
	}
	for i := len(l.last) - 1; i >= 0; i-- {
		for line := range strings.Lines(l.last[i].Message) {
			if words, ok := strings.CutPrefix(line, prefix); ok {
				return strings.TrimSpace(words)
			}
		}
	}
	return ""
}
