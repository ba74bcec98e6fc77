package ui_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/connkit/connkit/internal/ui"
)

func TestQuotedLinesAreBrokenAtBlanksAndKeepTheirWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line  string
		width int
		want  string
	}{
		"short":       {"a b", 20, "  a b\n"},
		"no terminal": {"a line that is longer than any width", 0, "  a line that is longer than any width\n"},
		"at blanks":   {"pass --accept-license or go", 18, "  pass\n  --accept-license\n  or go\n"},
		"long word":   {"x 0123456789abcdef", 10, "  x\n  01234567\n  89abcdef\n"},
		"indented":    {"    - name: x", 20, "      - name: x\n"},
		"deep":        {"      0123456789", 10, "        01\n  23456789\n"},
		"coloured":    {"\x1b[31mred words\x1b[0m end", 11, "  \x1b[31mred words\x1b[0m\n  end\n"},
		"empty":       {"", 10, "\n"},
		"one column":  {"ab", 3, "  a\n  b\n"},
	} {
		u, out, _ := newUI(t, map[string]string{ui.ForceTTY: strconv.Itoa(c.width)})
		if err := u.Part(func(p *ui.Page) { p.Quote(c.line) }); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if c.width > 0 {
			for line := range strings.Lines(out.String()) {
				if ansi.StringWidth(strings.TrimRight(line, "\n")) > c.width {
					t.Errorf("%s: %q is wider than %d", name, line, c.width)
				}
			}
		}
		if words := strings.Join(strings.Fields(out.String()), ""); words != strings.Join(strings.Fields(c.line), "") {
			t.Errorf("%s: the words of %q are %q", name, c.line, words)
		}
	}
}

// A program that shows the output elsewhere gets what a terminal gets, and no progress.
func TestWhatIsCapturedForATerminal(t *testing.T) {
	t.Parallel()
	for value, c := range map[string]struct {
		tty   bool
		width int
	}{"60": {true, 60}, "0": {true, 0}, "": {false, 0}, "x": {false, 0}, "-3": {false, 0}} {
		u, _, errOut := newUI(t, map[string]string{ui.ForceTTY: value})
		u.Step("working")
		u.Lines().Set("x", "working")
		if u.OutIsTerminal() != c.tty || u.Width() != c.width || (errOut.Len() == 0) != c.tty || u.CanAsk() || u.Coloured() {
			t.Errorf("%q: %v, %d, %q", value, u.OutIsTerminal(), u.Width(), errOut.String())
		}
	}
}
