package migrate

import (
	"bytes"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/yamltext"
)

var (
	oneShell   = pattern.Lazy(`(?m)^\.ONESHELL\s*:`)
	makeShell  = pattern.Lazy(`(?m)^[ ]*(?:(?:export|override)\s+)*SHELL\s*[:?]*=\s*(.*?)\s*$`)
	makePrefix = pattern.Lazy(`(?m)^\.RECIPEPREFIX\s*[:?]*=`)
)

// makefile looks at the recipes: each line is a shell of its own, and a dollar
// is make's. Recipes of another language, or behind another sign than a tab, are none.
func (s *source) makefile() {
	if m := makeShell().FindSubmatch(s.text); m != nil && !shebang().Match([]byte("#!"+string(m[1]))) || makePrefix().Match(s.text) {
		return
	}
	reason := ""
	if oneShell().Match(s.text) {
		reason = "with .ONESHELL its line is a part of a longer script"
	}
	for at := 0; at < len(s.text); {
		end := s.wholeLine(at, len(s.text))
		if s.text[at] == '\t' {
			s.recipeLine(at, end, "@-+ \t", reason)
		}
		at = end
	}
}

// recipeLine looks at a line of a recipe behind its blanks and marks.
func (s *source) recipeLine(start, end int, marks, reason string) {
	for start < end && strings.IndexByte(marks, s.text[start]) >= 0 {
		start++
	}
	s.shellApart(start, end, reason)
}

var (
	buildsLocal     = pattern.Lazy(`docker (?:buildx )?build`)
	namesByArgument = pattern.Lazy(`CONNECTOR_NAME=["']?\$`)
)

// script reports one of the two scripts, known by what it does, and tells whether it is one.
func (s *source) script() bool {
	var name string
	switch {
	case bytes.Contains(s.text, []byte("git-merge-subpath")) && bytes.Contains(s.text, []byte("git apply")):
		name = "pull_upstream.sh"
	case namesByArgument().Match(s.text) && bytes.Contains(s.text, []byte(":local")) && buildsLocal().Match(s.text):
		name = "build-local.sh"
	default:
		return false
	}
	does := map[string]string{"pull_upstream.sh": "imports a folder of another repository", "build-local.sh": "builds the :local image of a connector"}[name]
	s.report(yamltext.Span{}, Finding{
		Kind: Script, Text: s.file, Does: does, Command: commandOf(name),
		Why: "remove it when nothing calls it any more; until then a link of that name to connkit does its work",
	})
	return true
}
