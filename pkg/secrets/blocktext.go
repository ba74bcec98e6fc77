package secrets

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/getsops/sops/v3"
)

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
