package secrets

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/yamltext"
)

// sopsKey is the member that sops keeps its metadata in.
const sopsKey = "sops"

// addBlock makes the splice that adds the sops block: behind the last line, or,
// in brackets, behind the last member.
func (d *document) addBlock(block sops.TreeBranch) (yamltext.Splice, error) {
	text, err := d.blockText(block)
	return d.insertBlock(text), err
}

// blockText writes the sops block in the style of the text: lines, or a member.
func (d *document) blockText(block sops.TreeBranch) (string, error) {
	if d.root.flow {
		return d.blockMember(block)
	}
	text, err := emit(YAML, block)
	indent := strings.Repeat(" ", d.root.members[0].key.col-1)
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		b.WriteString(indent + strings.TrimSuffix(line, "\n") + d.eol)
	}
	return b.String(), err
}

// insertBlock makes the splice that adds the text of a sops block.
func (d *document) insertBlock(text string) yamltext.Splice {
	if d.root.flow {
		return d.insertMember(text)
	}
	at := d.documentEnd()
	if at > 0 && d.text[at-1] != '\n' {
		text = d.eol + strings.TrimSuffix(text, d.eol)
	}
	return yamltext.Splice{Span: yamltext.Span{Start: at, End: at}, Text: text}
}

// documentEnd is the end of the text, or the line "..." that ends the document.
func (d *document) documentEnd() int {
	for at := d.lineEnd(d.root.end()); at < len(d.text); {
		next := bytes.IndexByte(d.text[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
		if bytes.HasPrefix(d.text[at:], []byte("...")) {
			return at
		}
	}
	return len(d.text)
}

// blockMember writes the block for a root in brackets, in its style: on lines of
// its own with the indentation of the others, or on one line.
func (d *document) blockMember(block sops.TreeBranch) (string, error) {
	value, err := emitValue(JSON, block[0].Value)
	if err != nil {
		return "", err
	}
	first := d.root.members[0].key
	gap, unit := d.memberGap(first)
	colon := `": `
	if between := d.text[first.span.End:max(d.root.members[0].value.span.Start, first.span.End)]; d.format == JSON && !bytes.ContainsAny(between, " \t\r\n") {
		colon = `":`
	}
	return `"` + sopsKey + colon + indented(value, strings.TrimLeft(gap, "\r\n"), unit, d.eol, colon == `":`), nil
}

// insertMember makes the splice that adds a member behind the last one of a root in brackets.
func (d *document) insertMember(text string) yamltext.Splice {
	last := d.root.members[len(d.root.members)-1]
	gap, _ := d.memberGap(d.root.members[0].key)
	at := max(last.value.end(), last.key.span.End)
	if comma, ok := d.trailingComma(at); ok {
		return yamltext.Splice{Span: yamltext.Span{Start: comma + 1, End: comma + 1}, Text: gap + text + ","}
	}
	return yamltext.Splice{Span: yamltext.Span{Start: at, End: at}, Text: "," + gap + text}
}

// memberGap gives what stands before the first member when it has its line for
// itself, and by how much it is indented; else a blank or nothing.
func (d *document) memberGap(first *node) (gap, unit string) {
	before := string(d.text[:first.span.Start])
	line := before[strings.LastIndexByte(before, '\n')+1:]
	if strings.TrimSpace(line) == "" && line != before {
		open := string(d.text[:d.root.span.Start])
		open = open[strings.LastIndexByte(open, '\n')+1:]
		unit = strings.TrimPrefix(line, open[:len(open)-len(strings.TrimLeft(open, " \t"))])
		if unit == "" {
			unit = "  "
		}
		return d.eol + line, unit
	}
	if d.format == JSON && len(d.root.members) > 1 {
		if second := d.root.members[1].key.span.Start; d.text[second-1] == ',' {
			return "", ""
		}
	} else if d.format == JSON && !bytes.Contains(d.text[d.root.span.Start:first.span.Start], []byte(" ")) && !bytes.Contains(d.text[first.span.End:d.root.members[0].value.span.Start], []byte(" ")) {
		return "", ""
	}
	return " ", ""
}

// indented lays out a JSON value: on lines with unit for each level behind prefix, else on one line.
func indented(value []byte, prefix, unit, eol string, tight bool) string {
	var b bytes.Buffer
	if unit != "" {
		_ = json.Indent(&b, bytes.TrimSpace(value), prefix, unit) // it is sops's own JSON
		return strings.ReplaceAll(b.String(), "\n", eol)
	}
	_ = json.Compact(&b, value)
	if tight {
		return b.String()
	}
	return spaced(b.String())
}

// spaced puts a blank behind the commas and colons of compact JSON.
func spaced(s string) string {
	var b strings.Builder
	inText := false
	for i := 0; i < len(s); i++ {
		b.WriteByte(s[i])
		switch {
		case inText && s[i] == '\\':
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			inText = !inText
		case !inText && (s[i] == ',' || s[i] == ':'):
			b.WriteByte(' ')
		}
	}
	return b.String()
}

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
