package dockerfile

import (
	"regexp"
	"strings"
)

// instruction is one instruction: its keyword in capitals and the rest, with
// continued lines joined.
type instruction struct {
	word string
	rest string
}

var (
	directive = regexp.MustCompile(`^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$`)
	heredoc   = regexp.MustCompile(`<<(-?)\s*(['"]?)([A-Za-z_][A-Za-z0-9_.]*)(['"]?)`)
)

// instructions cuts a text into instructions. Comments, also those between
// continued lines, and the bodies of heredocs are left out.
func instructions(text string) []instruction {
	lines := strings.Split(strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n"), "\n")
	escape := escapeOf(lines)
	var list []instruction
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for strings.HasSuffix(line, escape) && i+1 < len(lines) {
			line = strings.TrimSuffix(line, escape)
			i++
			next := strings.TrimSpace(lines[i])
			if strings.HasPrefix(next, "#") || next == "" {
				line += escape // the line goes on behind it
				continue
			}
			line += next
		}
		word, rest, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
		list = append(list, instruction{strings.ToUpper(word), strings.TrimSpace(rest)})
		i = afterHeredocs(lines, i, list[len(list)-1])
	}
	return list
}

// escapeOf gives the character that continues lines: directives stand at the top.
func escapeOf(lines []string) string {
	for _, line := range lines {
		m := directive.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			break
		}
		if strings.EqualFold(m[1], "escape") && m[2] == "`" {
			return "`"
		}
	}
	return `\`
}

// afterHeredocs gives the last line of the heredocs that an instruction at line i begins.
func afterHeredocs(lines []string, i int, in instruction) int {
	if in.word != "RUN" && in.word != "COPY" && in.word != "ADD" {
		return i
	}
	for _, m := range heredoc.FindAllStringSubmatch(in.rest, -1) {
		for end := i + 1; end < len(lines); end++ {
			line := lines[end]
			if m[1] == "-" {
				line = strings.TrimLeft(line, "\t")
			}
			if line == m[3] {
				i = end
				break
			}
		}
	}
	return i
}

// words cuts the rest of an instruction at blanks outside of quotes, which stay.
func words(s string) []string {
	var list []string
	var b strings.Builder
	var quote rune
	escaped := false
	for _, r := range s {
		switch {
		case escaped:
			escaped = false
		case r == '\\' && quote != '\'':
			escaped = true
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == ' ':
			if b.Len() > 0 {
				list = append(list, b.String())
				b.Reset()
			}
			continue
		}
		b.WriteRune(r)
	}
	if b.Len() > 0 {
		list = append(list, b.String())
	}
	return list
}
