package jsonschema

import (
	"regexp"
	"strings"
)

func (c *compiler) regexp(v Value, path string) *regexp.Regexp {
	if !c.is(v, String, path) {
		return nil
	}
	return c.compilePattern(v.Text(), path)
}

func (c *compiler) compilePattern(text, path string) *regexp.Regexp {
	re, err := regexp.Compile(unicodeEscapes(text))
	if err != nil {
		c.problem(path, "the pattern %q is none that Flow reads (no look-around, no back references)", text)
		return nil
	}
	return re
}

// unicodeEscapes writes \u00e9, which Flow reads, as Go does: \x{00e9}.
func unicodeEscapes(text string) string {
	if !strings.Contains(text, `\u`) {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		n := 1
		switch {
		case text[0] != '\\' || len(text) == 1:
		case escapeLen([]byte(text)) == 6 && (text[2]|0x20 != 'd' || text[3] < '8'): // of a pair of surrogates Flow reads no half
			b.WriteString(`\x{` + text[2:6] + `}`)
			text = text[6:]
			continue
		default:
			n = 2 // of \\u the backslash is the character
		}
		b.WriteString(text[:n])
		text = text[n:]
	}
	return b.String()
}
