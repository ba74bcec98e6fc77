package yamltext

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"
)

// literalEnd goes by indentation: what belongs to a block scalar stands at least
// as deep as its first line of text. Blank lines behind it belong to it only
// when the header says so (+), or when they are deeper.
func (d *Doc) literalEnd(n *yaml.Node, i int) (int, error) {
	line := d.lineOf(i)
	header := string(bytes.TrimRight(d.Text[i:d.lineEnd(line)], "\r\n"))
	marks, _, _ := strings.Cut(header, " ")
	keep := strings.Contains(marks, "+")
	end := i + len(strings.TrimRight(header, " \t"))
	depth := d.literalDepth(n, line+1, strings.ContainsAny(marks, "123456789"))
	kept := strings.Count(n.Value, "\n") // with no line of text, the blank lines that are its value
	for line++; line <= len(d.lines); line++ {
		text := bytes.TrimRight(d.Text[d.lines[line-1]:d.lineEnd(line)], "\r\n")
		indent := len(text) - len(bytes.TrimLeft(text, " "))
		blank := len(text) == indent
		switch {
		case depth < 0 && (!blank || kept == 0), depth >= 0 && !blank && indent < depth:
			return end, nil
		case keep && blank && !d.beyond(line), depth >= 0 && len(text) > depth:
			end = d.lines[line-1] + len(text)
		}
		kept--
	}
	return end, nil
}

// beyond tells that a line is the empty one behind the last line ending.
func (d *Doc) beyond(line int) bool { return d.lines[line-1] == len(d.Text) }

// literalDepth gives how deep the text of a block scalar stands, or -1 when it
// has no line of text. Where the header tells it, the text may begin with blanks.
func (d *Doc) literalDepth(n *yaml.Node, line int, told bool) int {
	if strings.Trim(n.Value, "\n") == "" {
		return -1
	}
	for ; line <= len(d.lines); line++ {
		text := bytes.TrimRight(d.Text[d.lines[line-1]:d.lineEnd(line)], "\r\n")
		indent := len(text) - len(bytes.TrimLeft(text, " "))
		if len(text) == indent {
			continue
		}
		if told {
			first := strings.TrimLeft(n.Value, "\n")
			indent -= len(first) - len(strings.TrimLeft(first, " "))
		}
		return max(indent, 0)
	}
	return -1
}
