package secrets

import (
	"bytes"

	"github.com/connkit/connkit/internal/yamltext"
)

// trailingComma finds a comma between the last member and the bracket.
func (d *document) trailingComma(at int) (int, bool) {
	for i := at; i < len(d.text); i++ {
		switch c := d.text[i]; {
		case c == ',':
			return i, true
		case c == '#':
			i = d.lineEnd(i)
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			return 0, false
		}
	}
	return 0, false
}

// cutBlock makes the splice that takes the sops block away: the inverse of [document.addBlock].
func (d *document) cutBlock() (yamltext.Splice, bool) {
	at, found := d.root.member(sopsKey)
	if !found {
		return yamltext.Splice{}, false
	}
	m := d.root.members[at]
	if d.root.flow {
		return yamltext.Splice{Span: d.entrySpan(d.root, at)}, true
	}
	span := d.linesOf(m)
	if d.eolBefore(span.End) == "" {
		span.Start -= len(d.eolBefore(span.Start))
	}
	return yamltext.Splice{Span: span}, true
}

// linesOf gives the lines of a member in block style, with their ends.
func (d *document) linesOf(m member) yamltext.Span {
	start := bytes.LastIndexByte(d.text[:m.key.span.Start], '\n') + 1
	if start == 0 && bytes.HasPrefix(d.text, bom) {
		start = len(bom)
	}
	end := d.lineEnd(max(m.value.end(), m.key.span.End))
	if end < len(d.text) {
		end += bytes.IndexByte(d.text[end:], '\n') + 1
	}
	return yamltext.Span{Start: start, End: end}
}

func (d *document) eolBefore(at int) string {
	switch {
	case bytes.HasSuffix(d.text[:at], []byte("\r\n")):
		return "\r\n"
	case bytes.HasSuffix(d.text[:at], []byte("\n")):
		return "\n"
	}
	return ""
}

// spans gives the bytes of the members or items of a map or list in brackets.
func (n *node) spans() []yamltext.Span {
	var list []yamltext.Span
	for _, m := range n.members {
		list = append(list, yamltext.Span{Start: m.key.span.Start, End: max(m.value.end(), m.key.span.End)})
	}
	for _, item := range n.items {
		list = append(list, item.span)
	}
	return list
}

// entrySpan is a member or item in brackets with the comma that goes with it.
func (d *document) entrySpan(n *node, at int) yamltext.Span {
	all := n.spans()
	one := all[at]
	comma, trailing := d.trailingComma(one.End)
	switch {
	case trailing && at == 0:
		return yamltext.Span{Start: one.Start, End: skipBlank(d.text, comma+1)}
	case at == 0:
		return one
	}
	before := all[at-1].End
	if trailing { // keep the comma of the one before
		if c, ok := d.trailingComma(before); ok {
			return yamltext.Span{Start: c + 1, End: comma + 1}
		}
	}
	return yamltext.Span{Start: before, End: one.End}
}

func skipBlank(text []byte, i int) int {
	for i < len(text) && bytes.IndexByte([]byte(" \t\r\n"), text[i]) >= 0 {
		i++
	}
	return i
}
