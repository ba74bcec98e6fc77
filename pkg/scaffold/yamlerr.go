package scaffold

import (
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

var yamlPlace = pattern.Lazy(`line (\d+): `)

// yamlLine takes the line number out of a message of the YAML parser; it has no other way to say it.
func yamlLine(err error) int {
	if m := yamlPlace().FindStringSubmatch(err.Error()); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 0
}

// yamlMessage gives the first fact of the parser's message, without its prefixes and Go types.
func yamlMessage(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	text = strings.TrimSpace(strings.TrimPrefix(text, "unmarshal errors:"))
	text, _, _ = strings.Cut(text, "\n")
	text = yamlPlace().ReplaceAllString(text, "")
	text, _, _ = strings.Cut(text, " in type ")
	text, _, _ = strings.Cut(text, " into ")
	return text
}
