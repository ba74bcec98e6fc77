package remote

import (
	"bytes"

	"github.com/connkit/connkit/internal/pattern"
)

// progressWriter picks git's own progress out of its stderr.
type progressWriter struct {
	report func(string)
	line   []byte
}

var progressForm = pattern.Lazy(`^(?:remote: )?(Counting|Compressing|Receiving|Resolving)[a-z ]*: +(\d+%|\d+)(?: \([^)]*\))?(?:, ([0-9.]+ [KMG]?i?B))?`)

func (w *progressWriter) Write(p []byte) (int, error) {
	w.line = append(w.line, p...)
	for {
		i := bytes.IndexAny(w.line, "\r\n")
		if i < 0 {
			return len(p), nil
		}
		if m := progressForm().FindSubmatch(w.line[:i]); m != nil {
			text := string(bytes.ToLower(m[1])) + " " + string(m[2])
			if len(m[3]) > 0 {
				text += ", " + string(m[3])
			}
			w.report(text)
		}
		w.line = w.line[i+1:]
	}
}
