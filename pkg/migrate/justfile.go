package migrate

import (
	"bytes"

	"github.com/connkit/connkit/internal/pattern"
)

var (
	justShell  = pattern.Lazy(`(?m)^set\s+shell\s*:=\s*(.*)$`)
	plainShell = pattern.Lazy(`^\[\s*["'](?:\S*/)?(?:ba|da|z|k)?sh["']`)
	justFolder = pattern.Lazy(`(?m)^(?:set\s+working-directory\b|\[.*\b(?:no-cd|working-directory)\b)`)
	justScript = pattern.Lazy(`(?m)^\[.*\bscript\b`)
)

// justfile looks at the recipes of just: the indented lines, each a shell of its
// own, or all of a recipe in one when it begins with #!.
func (s *source) justfile() {
	if m := justShell().FindSubmatch(s.text); m != nil && !plainShell().Match(m[1]) || justScript().Match(s.text) {
		return // recipes of other languages
	}
	if justFolder().Match(s.text) {
		s.elsewhere = otherFolder
	}
	for at := 0; at < len(s.text); {
		end := s.wholeLine(at, len(s.text))
		if !indented(s.text[at:end]) {
			at = end
			continue
		}
		if body := bytes.TrimLeft(s.text[at:end], " \t"); !bytes.HasPrefix(body, []byte("#!")) {
			s.recipeLine(at, end, "@- \t", "")
			at = end
			continue
		}
		start := at
		for at = end; at < len(s.text) && (indented(s.text[at:]) || len(bytes.TrimSpace(s.text[at:s.wholeLine(at, len(s.text))])) == 0); {
			at = s.wholeLine(at, len(s.text))
		}
		if shebang().Match(bytes.TrimLeft(s.text[start:end], " \t")) {
			s.shellApart(start, at, "")
		}
	}
}

func indented(line []byte) bool { return len(line) > 0 && (line[0] == ' ' || line[0] == '\t') }
