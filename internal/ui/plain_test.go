package ui_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "größe/a b.py": "größe/a b.py", "two\nlines\tand a tab": "two\nlines\tand a tab", "Icon\r": "Icon?",
		"\x1b[2J\x1b]0;title\a": "?[2J?]0;title?", "\u009b31m": "?31m", "a\x00b\x7f": "a?b?",
	} {
		if got := ui.Plain(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// An upstream chooses the names of its files, and errors tell them.
func TestErrorsDoNotMoveTheCursor(t *testing.T) {
	t.Parallel()
	u, _, errOut := newUI(t, nil)
	u.Error("x", fault.Blockedf("in the way: %s", "a\x1b[2Jb").WithHint("remove %s\r\nor not", "a\x1b[2Jb"))
	u.Warn("look at %s", "c\x1b]0;x\a")
	if got := errOut.String(); strings.ContainsAny(got, "\x1b\a\r") || got != "connkit: error: in the way: a?[2Jb\nconnkit: hint: remove a?[2Jb\nconnkit: hint: or not\nconnkit: warning: look at c?]0;x?\n" {
		t.Errorf("got %q", got)
	}
}
