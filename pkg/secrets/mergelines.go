package secrets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/proc"
)

// byLines merges the files as they are, as git does by itself.
func (m *Merged) byLines(ctx context.Context, base, ours, theirs string, marker int) error {
	if marker <= 0 {
		marker = 7
	}
	out, err := proc.Run(ctx, proc.Cmd{
		Argv: []string{"git", "merge-file", "-p", fmt.Sprintf("--marker-size=%d", marker), "-L", "ours", "-L", "base", "-L", "theirs", ours, base, theirs},
		Env:  []string{"LC_ALL=C"},
	})
	var failed *proc.Error
	if errors.As(err, &failed) && failed.Status > 0 && failed.Status < 128 {
		m.Conflicts, err = []string{""}, nil
	}
	m.Text = out.Stdout
	return err
}

// marked puts the lines in which two texts differ between conflict markers.
func marked(ours, theirs []byte, size int) []byte {
	if size <= 0 {
		size = 7
	}
	a, b := splitLines(ours), splitLines(theirs)
	var out bytes.Buffer
	marker := func(sign, label string) {
		if n := out.Len(); n > 0 && out.Bytes()[n-1] != '\n' {
			out.WriteByte('\n')
		}
		out.WriteString(strings.TrimRight(strings.Repeat(sign, size)+" "+label, " ") + "\n")
	}
	at := 0
	for _, h := range hunks(a, b) {
		out.WriteString(strings.Join(a[at:h.a1], ""))
		marker("<", "ours")
		out.WriteString(strings.Join(a[h.a1:h.a2], ""))
		marker("=", "")
		out.WriteString(strings.Join(b[h.b1:h.b2], ""))
		marker(">", "theirs")
		at = h.a2
	}
	out.WriteString(strings.Join(a[at:], ""))
	return out.Bytes()
}

func splitLines(text []byte) []string { return strings.SplitAfter(string(text), "\n") }
