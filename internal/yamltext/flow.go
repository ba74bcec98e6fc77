package yamltext

import (
	"bytes"
	"encoding/json"

	"gopkg.in/yaml.v3"
)

// brackets are a list in brackets: of YAML's flow style, or of JSON in an expression.
type brackets struct {
	doc         *Doc
	open, close int // offsets of the brackets
	items       []bracketItem
}

type bracketItem struct {
	Span
	comma int // offset of the comma behind it, or -1
}

func (b brackets) seq(d *Doc) *Seq {
	s := &Seq{doc: d, flow: b}
	for _, item := range b.items {
		s.Items = append(s.Items, item.Span)
	}
	return s
}

// brackets follows a list or map in flow style to its closing bracket. A pair
// in a list needs no braces; it ends with its value.
func (d *Doc) brackets(n *yaml.Node) (brackets, error) {
	i := d.body(n)
	b := brackets{doc: d, open: i}
	closing := byte(']')
	if n.Kind == yaml.MappingNode {
		closing = '}'
	}
	if d.Text[i] != '[' && d.Text[i] != '{' {
		end, err := d.endOf(n.Content[len(n.Content)-1])
		b.close = end - 1
		return b, err
	}
	for i++; ; i++ {
		if i = d.skip(i); i >= len(d.Text) {
			return b, d.lost(n)
		}
		if d.Text[i] == closing {
			b.close = i
			return b, d.whole(n, b)
		}
		end, err := d.flowChild(n, len(b.items))
		if err != nil {
			return b, err
		}
		item := bracketItem{Span{i, end}, -1}
		i = d.skip(end)
		if i < len(d.Text) && d.Text[i] == ',' {
			item.comma = i
		} else {
			i--
		}
		b.items = append(b.items, item)
	}
}

// whole tells whether all children were met on the way.
func (d *Doc) whole(n *yaml.Node, b brackets) error {
	size := len(n.Content)
	if n.Kind == yaml.MappingNode {
		size /= 2
	}
	if len(b.items) != size {
		return d.lost(n)
	}
	return nil
}

// flowChild gives the end of a child: an item, or a pair of key and value.
func (d *Doc) flowChild(n *yaml.Node, i int) (int, error) {
	if n.Kind == yaml.SequenceNode {
		if i >= len(n.Content) {
			return 0, d.lost(n)
		}
		return d.endOf(n.Content[i])
	}
	if 2*i+1 >= len(n.Content) {
		return 0, d.lost(n)
	}
	return d.endOf(n.Content[2*i+1])
}

// JSONList finds the items of a JSON list of strings whose bracket opens at
// offset, and their values. quote is what stands at both ends of a string: in a
// YAML scalar with double quotes it is \" and the strings hold no other escape.
func (d *Doc) JSONList(offset int, quote string) (*Seq, []string, error) {
	b := brackets{doc: d, open: offset}
	var values []string
	blank := func(i int) int {
		for i < len(d.Text) && isSpace(d.Text[i]) {
			i++
		}
		return i
	}
	i := blank(offset + 1)
	if i < len(d.Text) && d.Text[i] == ']' {
		b.close = i
		return b.seq(d), nil, nil
	}
	for {
		value, end := d.jsonString(i, quote)
		if end < 0 {
			return nil, nil, errShape
		}
		item := bracketItem{Span{i, end}, -1}
		values = append(values, value)
		switch i = blank(end); {
		case i < len(d.Text) && d.Text[i] == ']':
			b.items = append(b.items, item)
			b.close = i
			return b.seq(d), values, nil
		case i == len(d.Text) || d.Text[i] != ',':
			return nil, nil, errShape
		}
		item.comma = i
		b.items = append(b.items, item)
		i = blank(i + 1)
	}
}

// jsonString gives the string that begins at i and where it ends, or -1.
func (d *Doc) jsonString(i int, quote string) (value string, end int) {
	if quote == `"` {
		if end = d.stringEnd(i); end < 0 || json.Unmarshal(d.Text[i:end], &value) != nil {
			return "", -1
		}
		return value, end
	}
	rest, ok := bytes.CutPrefix(d.Text[i:], []byte(quote))
	n := bytes.Index(rest, []byte(quote))
	if !ok || n < 0 || bytes.ContainsAny(rest[:n], "\"\\\r\n") {
		return "", -1
	}
	return string(rest[:n]), i + n + 2*len(quote)
}

// stringEnd gives where a string in double quotes that begins at i ends, or -1.
func (d *Doc) stringEnd(i int) int {
	if i >= len(d.Text) || d.Text[i] != '"' {
		return -1
	}
	for i++; i < len(d.Text); i++ {
		switch d.Text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// alone gives the line of an item that has it for itself, comma and comment
// apart: its begin and end.
func (b brackets) alone(at int) (Span, bool) {
	item := b.items[at]
	indent, ok := b.doc.indent(item.Start)
	behind := item.End
	if item.comma >= 0 {
		behind = item.comma + 1
	}
	end, free := b.doc.lineAfter(behind)
	same := b.doc.lineOf(behind) == b.doc.lineOf(item.End) && end > behind // else the closing bracket is not on another line
	return Span{item.Start - len(indent), end}, ok && free && same
}

func (b brackets) insert(at int, text string) ([]Splice, error) {
	if len(b.items) == 0 {
		return []Splice{{Span{b.open + 1, b.open + 1}, text}}, nil
	}
	near := max(at-1, 0)
	item := b.items[near]
	line, alone := b.alone(near)
	indent, _ := b.doc.indent(item.Start)
	switch {
	case alone && at == 0:
		return []Splice{{Span{line.Start, line.Start}, indent + text + "," + b.doc.newline(line.End)}}, nil
	case alone && item.comma >= 0:
		return []Splice{{Span{line.End, line.End}, indent + text + "," + b.doc.newline(line.End)}}, nil
	case alone:
		comma := Splice{Span{item.End, item.End}, ","}
		return []Splice{comma, {Span{line.End, line.End}, indent + text + b.doc.newline(line.End)}}, nil
	case at == 0:
		return []Splice{{Span{item.Start, item.Start}, text + "," + b.gap()}}, nil
	}
	return []Splice{{Span{item.End, item.End}, "," + b.gap() + text}}, nil
}

// gap is what stands between a comma and the next item on its line.
func (b brackets) gap() string {
	for i := 1; i < len(b.items); i++ {
		if comma := b.items[i-1].comma; comma >= 0 {
			if between := string(b.doc.Text[comma+1 : b.items[i].Start]); between == "" || between == " " {
				return between
			}
		}
	}
	return " "
}

func (b brackets) remove(at int) ([]Splice, error) {
	item := b.items[at]
	line, alone := b.alone(at)
	last := at == len(b.items)-1
	cut := func(start, end int) []Splice { return []Splice{{Span{start, end}, ""}} }
	switch {
	case alone && last && item.comma < 0 && at > 0:
		comma := b.items[at-1].comma
		return append(cut(comma, comma+1), cut(line.Start, line.End)...), nil
	case alone:
		return cut(line.Start, line.End), nil
	case at > 0 && b.onlyComma(b.items[at-1].End, item.Start):
		return cut(b.items[at-1].End, item.End), nil
	case !last && b.onlyComma(item.End, b.items[at+1].Start):
		return cut(item.Start, b.items[at+1].Start), nil
	case len(b.items) == 1 && item.comma < 0:
		return cut(item.Start, item.End), nil
	case item.comma >= 0:
		return cut(item.Start, item.comma+1), nil
	}
	return nil, errShape
}

// onlyComma tells that between two offsets stands one comma with blanks on one line.
func (b brackets) onlyComma(start, end int) bool {
	return string(bytes.Trim(b.doc.Text[start:end], " ")) == ","
}
