package run

import (
	"fmt"
	"slices"
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

// However stderr is cut into writes, the same entries come out, and no secret is left in them.
func TestLogsInPieces(t *testing.T) {
	t.Parallel()
	const secret = "Hunter2&Sesame"
	text := strings.Join([]string{
		`{"level":"info","msg":"begin with ` + secret + `"}`, "plain text", "  and more of it", "", `{"level":"DEBUG","msg":"é😀","auth":{"k":["` + secret + `"]}}`, "Traceback (most recent call last):", "  File x", "ValueError: " + secret,
		`{"level":"error","msg":"end"}` + "\r", "no line feed: " + secret,
	}, "\n")
	entries := func(size int) (all []string, leaks int) {
		l := newLogs("debug", func(e flow.Log) { all = append(all, fmt.Sprint(e.Level, " ", e.Message, " ", e.Fields)) }, func(flow.Log) { leaks++ }, flow.NewMasker([]string{secret}))
		l.timer.Stop() // silence ends an entry too, and a test may be slow
		for i := 0; i < len(text); i += size {
			l.mu.Lock()
			l.timer.Stop()
			l.mu.Unlock()
			if _, err := l.Write([]byte(text[i:min(i+size, len(text))])); err != nil {
				t.Fatal(err)
			}
			l.timer.Stop()
		}
		l.close()
		return all, leaks
	}
	want := []string{
		"info begin with *** map[]", "warn plain text\n  and more of it map[]", "debug é😀 map[auth:map[k:[***]]]", "error Traceback (most recent call last):\n  File x\nValueError: *** map[]", "error end map[]", "warn no line feed: *** map[]",
	}
	for _, size := range []int{1, 2, 3, 7, 64, len(text)} {
		if got, leaks := entries(size); !slices.Equal(got, want) || leaks != 4 {
			t.Errorf("by %d: %d leaks, got %q", size, leaks, got)
		}
	}
}

// Only entries of the level are shown; the others are remembered for an error all the same.
func TestWhatIsShownOfALog(t *testing.T) {
	t.Parallel()
	const text = "{\"level\":\"trace\",\"msg\":\"t\"}\n{\"level\":\"debug\",\"msg\":\"d\"}\n{\"level\":\"info\",\"msg\":\"i\"}\n{\"level\":\"warning\",\"msg\":\"w\"}\n{\"level\":\"fatal\",\"msg\":\"f\"}\n"
	for level, want := range map[string]string{"trace": "t d i w f", "debug": "d i w f", "info": "i w f", "warn": "w f", "error": "f"} {
		var shown []string
		l := newLogs(level, func(e flow.Log) { shown = append(shown, e.Message) }, nil, flow.Masker{})
		if _, err := l.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		l.close()
		if strings.Join(shown, " ") != want || l.tail() != "  trace t\n  debug d\n  info i\n  warn w\n  error f" {
			t.Errorf("%s: got %q and %q", level, shown, l.tail())
		}
	}
}
