package dockerfile

import (
	"slices"
	"strings"
	"unicode"

	"github.com/connkit/connkit/internal/pattern"
)

// instruction is one instruction: its keyword in capitals, its flags without
// their quotes, and the rest, with continued lines joined.
type instruction struct {
	word  string
	flags []string
	rest  string
}

// directives are those that may stand at the top of a file.
var (
	directive  = pattern.Lazy(`^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$`)
	directives = []string{"syntax", "escape", "check"}
)

// instructions cuts a text into instructions, by the rules that all builders
// have in common. Comments, also those between continued lines, and the bodies
// of heredocs are left out.
func instructions(text string) (list []instruction, escape byte) {
	lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], "\r")
	}
	escape = escapeOf(lines)
	for i := 0; i < len(lines); i++ {
		if isComment(lines[i]) {
			continue
		}
		var line string
		line, i = joined(lines, i, escape)
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		in := split(line, escape)
		list = append(list, in)
		i = afterHeredocs(lines, i, in)
	}
	return list, escape
}

// joined gives the line at i with those that it goes on in, and the place of the
// last of them. Blanks at their beginnings part words; comments and empty lines
// between them do not end it.
func joined(lines []string, i int, escape byte) (string, int) {
	line, more := goesOn(lines[i], escape)
	parts := []string{line}
	for more && i+1 < len(lines) {
		i++
		if isComment(lines[i]) || strings.TrimSpace(lines[i]) == "" {
			continue
		}
		line, more = goesOn(lines[i], escape)
		parts = append(parts, line)
	}
	return strings.Join(parts, ""), i
}

func isComment(line string) bool {
	return strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "#")
}

// escapeOf gives the character that continues lines: directives stand at the
// top, and what is none of them ends them.
func escapeOf(lines []string) byte {
	for _, line := range lines {
		m := directive().FindStringSubmatch(strings.TrimLeftFunc(line, unicode.IsSpace))
		if m == nil || !slices.Contains(directives, strings.ToLower(m[1])) {
			break
		}
		if strings.EqualFold(m[1], "escape") && m[2] == "`" {
			return '`'
		}
	}
	return '\\'
}

// goesOn takes away the mark that continues a line; a doubled one is none.
func goesOn(line string, escape byte) (string, bool) {
	text := strings.TrimRight(line, " \t")
	n := len(text)
	if n == 0 || text[n-1] != escape || n > 1 && text[n-2] == escape {
		return line, false
	}
	return text[:n-1], true
}

// EndsOpen tells whether the last line of a text goes on, so that one that is
// put behind it would belong to it.
func EndsOpen(text []byte) bool {
	lines := strings.Split(string(text), "\n")
	escape := escapeOf(lines)
	for i := len(lines) - 1; i >= 0; i-- {
		line := strings.TrimRight(lines[i], "\r")
		if _, more := goesOn(line, escape); more && !isComment(line) {
			return true
		}
		if strings.TrimSpace(line) != "" && !isComment(line) {
			return false
		}
	}
	return false
}

// afterHeredocs gives the last line of the heredocs that an instruction at line i begins.
func afterHeredocs(lines []string, i int, in instruction) int {
	if !slices.Contains([]string{"RUN", "COPY", "ADD", "ONBUILD"}, in.word) || !strings.Contains(in.rest, "<<") {
		return i
	}
	for _, h := range heredocs(in.rest) {
		for end := i + 1; end < len(lines); end++ {
			line := lines[end]
			if h.tabs {
				line = strings.TrimLeft(line, "\t")
			}
			if line == h.end {
				i = end
				break
			}
		}
	}
	return i
}
