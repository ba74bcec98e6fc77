package migrate

import (
	"bytes"
	"regexp"

	"github.com/connkit/connkit/internal/yamltext"
)

// makefile looks at the recipes: each line is a shell of its own, and a dollar is make's.
func (s *source) makefile() {
	for at := 0; at < len(s.text); {
		end := at
		for more := true; more; {
			i := bytes.IndexByte(s.text[end:], '\n')
			if i < 0 {
				end = len(s.text)
				break
			}
			end += i + 1
			more = bytes.HasSuffix(bytes.TrimRight(s.text[at:end], "\r\n"), []byte("\\"))
		}
		if s.text[at] == '\t' {
			start := at + 1
			for start < end && bytes.IndexByte([]byte("@-+ \t"), s.text[start]) >= 0 {
				start++
			}
			s.shell(start, end, "")
		}
		at = end
	}
}

var (
	buildsLocal     = regexp.MustCompile(`docker (?:buildx )?build`)
	namesByArgument = regexp.MustCompile(`CONNECTOR_NAME=["']?\$`)
)

// script reports one of the two scripts, known by what it does, and tells whether it is one.
func (s *source) script() bool {
	var name string
	switch {
	case bytes.Contains(s.text, []byte("git-merge-subpath")) && bytes.Contains(s.text, []byte("git apply")):
		name = "pull_upstream.sh"
	case namesByArgument.Match(s.text) && bytes.Contains(s.text, []byte(":local")) && buildsLocal.Match(s.text):
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
