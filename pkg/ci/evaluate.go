package ci

import (
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// unquoted takes a shell's quotes off a word.
func unquoted(word string) string { return strings.NewReplacer(`"`, "", `'`, "").Replace(word) }

var expression = pattern.Lazy(`\$\{\{\s*(.*?)\s*\}\}`)

// evaluate puts the values of the matrix into a text; ok is false when it needs
// something else.
func (m matrixValues) evaluate(text string) (string, bool) {
	if strings.Contains(expression().ReplaceAllString(text, ""), "$") {
		return "", false // a shell's variable
	}
	ok := true
	value := expression().ReplaceAllStringFunc(text, func(s string) string {
		v, known := m.value(expression().FindStringSubmatch(s)[1])
		ok = ok && known
		return v
	})
	return value, ok
}

// value evaluates matrix.a.b, a text in quotes, a number, and a || b of these.
func (m matrixValues) value(text string) (string, bool) {
	for _, part := range strings.Split(text, "||") {
		part = strings.TrimSpace(part)
		var value string
		switch path, isMatrix := strings.CutPrefix(part, "matrix."); {
		case isMatrix && !strings.ContainsAny(path, " ()!=<>&"):
			value = m[path] // what an entry does not say is empty
		case len(part) > 1 && part[0] == '\'' && part[len(part)-1] == '\'':
			value = strings.ReplaceAll(part[1:len(part)-1], "''", "'")
		case number().MatchString(part):
			value = part
		default:
			return "", false
		}
		if value != "" && value != "0" && value != "false" {
			return value, true
		}
		if !strings.Contains(text, "||") {
			return value, true
		}
	}
	return "", true
}

var number = pattern.Lazy(`^-?\d+(\.\d+)?$`)
