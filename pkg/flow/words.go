package flow

import (
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// LastWords gives the part of an entry that tells most: the message of a JSON
// entry, the exception of a Python traceback, the panic of a Go program, else
// the last line.
func (l Log) LastWords() string {
	if words := exception(l.Message); words != "" {
		return words
	}
	if !l.Raw {
		return strings.TrimSpace(l.Message)
	}
	for line := range strings.Lines(l.Message) {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return strings.TrimSpace(line)
		}
	}
	lines := strings.Split(l.Message, "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if line := strings.TrimSpace(lines[i]); !wordless().MatchString(line) {
			return line
		}
	}
	return ""
}

// wordless are lines without news: frames around Python's exception groups, and
// what go run adds when its program has failed.
var wordless = pattern.Lazy(`^[-+| ]*$|^exit status \d+$`)

// traceback starts one; in an exception group with a margin of bars before it.
var traceback = pattern.Lazy(`(?m)^([ |+]*)(?:Exception Group )?Traceback \(most recent call last\):`)

// An exception may go on for lines: a validation error lists its fields. What
// follows it in a log may be another's: warnings at exit, links for more.
const mostLines = 8

var notOfException = pattern.Lazy(`^exit status \d+$|Warning: |For further information visit|^-+$`)

// exception gives the exception of the last traceback in a text, or "".
func exception(text string) string {
	all := traceback().FindAllStringSubmatchIndex(text, -1)
	if all == nil {
		return ""
	}
	last := all[len(all)-1]
	margin := last[3] - last[2]
	var words []string
	for _, line := range strings.Split(text[last[1]:], "\n")[1:] {
		line = line[min(margin, len(line)):]
		frame := len(words) == 0 && (line == "" || strings.HasPrefix(line, " "))
		if frame || notOfException().MatchString(line) {
			continue
		}
		if words = append(words, strings.TrimRight(line, " \r")); len(words) == mostLines {
			break
		}
	}
	return strings.TrimSpace(strings.Join(words, "\n"))
}
