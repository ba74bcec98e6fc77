package migrate

import (
	"slices"
	"strings"
)

// keywords may stand before a command.
var keywords = []string{"if", "then", "elif", "else", "while", "until", "do", "!", "{", "time"}

// programs run the command behind them.
var programs = []string{"sudo", "exec", "command", "env", "nohup", "bash", "sh", "nice", "xargs"}

// bare takes off what stands before the command proper, and says so.
func (c call) bare() call {
	for len(c.words) > 1 {
		w := c.words[0].value
		name, _, isSet := strings.Cut(w, "=")
		pair := w + " " + c.words[1].value
		switch {
		case isSet && isName(name):
			c = c.from(1, assigned)
		case slices.Contains(keywords, w), slices.Contains(programs, w):
			c = c.from(1, behindWord)
		case len(c.words) > 2 && (pair == "poetry run" || pair == "uv run"):
			c = c.from(2, behindWord)
		default:
			return c
		}
	}
	return c
}

func (c call) from(n int, why string) call {
	c.words = c.words[n:]
	c.start = c.words[0].start
	if c.why == "" {
		c.why = why
	}
	return c
}

func isName(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
