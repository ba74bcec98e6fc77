package yamltext

import (
	"bytes"
	"slices"
)

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

// joined makes one item of those to be removed that stand side by side on a line,
// since each would take the same comma away.
func (b brackets) joined(at []int) (of brackets, joined []int) {
	items := b.items
	b.items = nil
	for i, item := range items {
		n := len(b.items)
		switch {
		case !slices.Contains(at, i):
		case n > 0 && slices.Contains(joined, n-1) && b.onlyComma(b.items[n-1].End, item.Start):
			b.items[n-1].End, b.items[n-1].comma = item.End, item.comma
			continue
		default:
			joined = append(joined, n)
		}
		b.items = append(b.items, item)
	}
	return b, joined
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
