package ui

import (
	"strings"
	"unicode"
)

// Plain keeps what others wrote, such as the names of an upstream's files, from
// moving the cursor: of control characters line feeds and tabs alone stay.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return '?'
		}
		return r
	}, s)
}
