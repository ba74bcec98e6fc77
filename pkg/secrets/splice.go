package secrets

import (
	"bytes"
	"strings"

	"github.com/connkit/connkit/internal/yamltext"
)

// source gives the text of a value, and its spans: that in its place, and that
// below the line, which a block scalar has.
func (d *document) source(n *node) (text string, inline, below yamltext.Span) {
	inline, below = n.span, yamltext.Span{Start: n.span.End, End: n.span.End}
	if n.kind == scalar && n.quote == literal {
		line := d.lineEnd(n.span.Start)
		inline.End = n.span.Start + blockMarks(d.text[n.span.Start:line])
		if n.span.End > line {
			below.Start = line
		} else {
			below = yamltext.Span{Start: line, End: line}
		}
		return d.bytes(inline) + d.bytes(below), inline, below
	}
	return d.bytes(inline), inline, below
}

// blockMarks gives the length of a block scalar's header, without what may stand behind it.
func blockMarks(line []byte) int {
	if i := bytes.IndexAny(line, " \t"); i >= 0 {
		return i
	}
	return len(line)
}

// replace makes the splices that put w where n stands. A part below the line goes
// behind the line, so that a comment stays where it is.
func (d *document) replace(n *node, w written) []yamltext.Splice {
	_, inline, below := d.source(n)
	splices := []yamltext.Splice{{Span: inline, Text: w.inline}}
	switch {
	case below.Start != below.End: // one splice: two would begin at the same byte
		splices = append(splices, yamltext.Splice{Span: below, Text: w.below})
	case w.below != "":
		end := d.lineEnd(inline.End)
		splices = append(splices, yamltext.Splice{Span: yamltext.Span{Start: end, End: end}, Text: w.below})
	}
	return splices
}

// sealedText writes a ciphertext with the quotes of what it stands for. In
// brackets it needs some.
func (d *document) sealedText(n *node, cipher string) string {
	switch {
	case n.quote == double || n.flow && n.quote == plain:
		return `"` + cipher + `"`
	case n.quote == single:
		return "'" + cipher + "'"
	}
	return cipher
}

// sealedNode is n as it stands once it is encrypted.
func sealedNode(n *node) *node {
	s := *n
	s.kind = scalar
	switch {
	case n.flow && n.quote == plain:
		s.quote = double
	case n.quote == literal:
		s.quote = plain
	}
	return &s
}

// isCipher tells whether a text is one of sops's ciphertexts.
func isCipher(s string) bool {
	return strings.HasPrefix(s, "ENC[AES256_GCM,") && strings.HasSuffix(s, "]")
}
