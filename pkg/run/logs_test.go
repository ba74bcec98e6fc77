package run

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/flow"
)

// A line without an end is cut; wherever a secret stands in it, no part of it
// is left, and nothing else of the line is lost.
func TestSecretsWhereALineIsCut(t *testing.T) {
	t.Parallel()
	const secret = "Hunter2&Sesame"
	for at := maxLogLine - 40; at < maxLogLine+60; at += 11 {
		for _, size := range []int{32 << 10, 3 << 20} {
			var got strings.Builder
			l := newLogs("info", func(e flow.Log) { got.WriteString(e.Message) }, nil, flow.NewMasker([]string{secret}))
			line := strings.Repeat("x", at) + secret + strings.Repeat("y", 100<<10) + "\n"
			for len(line) > 0 {
				n := min(size, len(line))
				if _, err := l.Write([]byte(line[:n])); err != nil {
					t.Fatal(err)
				}
				line = line[n:]
			}
			l.close()
			text := strings.ReplaceAll(got.String(), "\n", "")
			if want := strings.Repeat("x", at) + "***" + strings.Repeat("y", 100<<10); text != want {
				t.Fatalf("at %d, by %d: %d bytes, %d wanted, with %q", at, size, len(text), len(want), strings.Trim(text, "xy"))
			}
		}
	}
}

// Memory is not filled by a line without an end.
func TestALineWithoutAnEndIsHandedOn(t *testing.T) {
	t.Parallel()
	handed := 0
	l := newLogs("info", func(e flow.Log) { handed += len(e.Message) }, nil, flow.NewMasker([]string{"Hunter2&Sesame"}))
	chunk := []byte(strings.Repeat("z", 64<<10))
	for range 200 {
		if _, err := l.Write(chunk); err != nil {
			t.Fatal(err)
		}
		if l.rest.Len() > 2*maxLogLine {
			t.Fatalf("%d bytes are kept", l.rest.Len())
		}
	}
	l.close()
	if handed != 200*len(chunk) {
		t.Errorf("%d bytes were handed on", handed)
	}
}
