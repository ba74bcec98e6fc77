package workspace

import (
	"strings"
	"unicode"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// maxName keeps a name usable as an image name and a DNS label.
const maxName = 63

var nameForm = pattern.Lazy(`^(source|materialize|derive)(-[a-z0-9]+)+$`)

// CheckName tells whether name can be that of a new connector: source-,
// materialize- or derive-, then lower-case words of letters and digits with
// single dashes between, at most 63 characters. The error's hint is the nearest
// name that can.
func CheckName(name string) error {
	if len(name) <= maxName && nameForm().MatchString(name) {
		return nil
	}
	e := fault.Usagef("naming the connector %q: it must be source-, materialize- or derive- and lower-case words of letters and digits, at most %d characters", name, maxName)
	return e.WithHint("for example %s", suggestName(name))
}

// suggestName makes a name that [CheckName] takes out of what was given.
func suggestName(name string) string {
	words := splitWords(name)
	prefix := "source"
	if len(words) > 0 {
		switch words[0] {
		case "source", "sources", "src", "capture", "tap":
			words = words[1:]
		case "materialize", "materialise", "materialization", "destination", "target", "sink":
			prefix, words = "materialize", words[1:]
		case "derive", "derivation":
			prefix, words = "derive", words[1:]
		}
	}
	if len(words) == 0 {
		words = []string{"example"}
	}
	out := prefix
	for _, w := range words {
		if len(out)+1+len(w) > maxName {
			if out == prefix {
				out += "-" + w[:maxName-len(out)-1]
			}
			break
		}
		out += "-" + w
	}
	return out
}

// splitWords cuts a name at everything that is no letter or digit and where a
// capital follows a small letter, and drops letters beyond ASCII.
func splitWords(name string) []string {
	var b strings.Builder
	prev := ' '
	for _, r := range name {
		switch {
		case r > unicode.MaxASCII && unicode.IsLetter(r):
			continue
		case r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			if unicode.IsUpper(r) && (unicode.IsLower(prev) || unicode.IsDigit(prev)) {
				b.WriteByte(' ')
			}
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteByte(' ')
		}
		prev = r
	}
	return strings.Fields(b.String())
}
