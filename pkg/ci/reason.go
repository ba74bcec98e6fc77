package ci

import (
	"fmt"
	"strings"
)

// reasonKind sorts reasons: the nearest first.
type reasonKind int

const (
	own     reasonKind = iota // in the connector's folder
	depends                   // in what the connector depends on
	shared                    // in what nothing is known of
	asked                     // nothing was compared
)

// reason is why a connector is concerned.
type reason struct {
	kind reasonKind
	path string // that has changed
	via  string // what the connector depends on
	more int    // other paths of the kind
}

// String tells the reason in words that are safe in a shell and an expression.
func (r reason) String() string {
	more := ""
	if r.more > 0 {
		more = fmt.Sprintf(" and %d more", r.more)
	}
	text := ""
	switch r.kind {
	case own:
		text = "changed: " + r.path + more
	case depends:
		text = "depends on " + r.via + ": " + r.path + more
	case shared:
		text = "shared: " + r.path + more
	case asked:
		text = "all"
	}
	return plainText(text)
}

// plainText puts a question mark where a path holds a character that could
// mean something: names of files come from whoever opens a pull request.
func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(" ._-+/:@,=", r):
			return r
		}
		return '?'
	}, s)
}
