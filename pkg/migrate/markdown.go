package migrate

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/yamltext"
)

// shells are the words behind a fence whose block holds commands.
var shells = []string{"", "sh", "bash", "shell", "console", "zsh", "terminal", "shell-session", "shellsession"}

var (
	fence    = pattern.Lazy("^([ \t>]*)(`{3,}|~{3,})[ \t]*([^ \t\r\n]*)")
	codeSpan = pattern.Lazy("`([^`\n]+)`")
)

// markdown looks into fenced blocks and, where scripts are named, into the text.
func (s *source) markdown() {
	open, lead, from := "", "", 0
	isShell := false
	for at := 0; at < len(s.text); {
		end := len(s.text)
		if i := bytes.IndexByte(s.text[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		line := string(s.text[at:end])
		m := fence().FindStringSubmatch(line)
		if m != nil && m[2][0] == '`' && strings.Contains(line[len(m[1])+len(m[2]):], "`") {
			m = nil // code within a line
		}
		switch {
		case open == "" && m != nil:
			open, lead, from = m[2], m[1], end
			isShell = slices.Contains(shells, strings.ToLower(m[3]))
		case open != "" && m != nil && strings.HasPrefix(m[2], open) && m[3] == "":
			if isShell {
				s.block(from, at, strings.Contains(lead, ">"))
			}
			open = ""
		case open == "":
			s.spans(at, end)
		}
		at = end
	}
}

// block looks at a fenced block. Where lines begin with a prompt only these are
// commands; each is looked at by itself.
func (s *source) block(from, to int, cited bool) {
	prompts := regexp.MustCompile(`(?m)^[ \t>]*[$%] `).FindAllIndex(s.text[from:to], -1)
	if len(prompts) == 0 && !cited {
		s.shell(from, to, "")
		return
	}
	for _, p := range prompts {
		start := from + p[1]
		s.shell(start, s.wholeLine(start, to), "")
	}
}

// spans reports scripts that the text names.
func (s *source) spans(from, to int) {
	for _, m := range codeSpan().FindAllSubmatchIndex(s.text[from:to], -1) {
		at := yamltext.Span{Start: from + m[2], End: from + m[3]}
		if n := named().FindSubmatch(s.text[at.Start:at.End]); n != nil {
			s.report(at, Finding{Kind: Call, Does: "names " + string(n[1]), Command: commandOf(string(n[1])), Why: "it is prose"})
		}
	}
}
