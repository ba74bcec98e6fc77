package yamltext

import (
	"bytes"
	"encoding/json"
)

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
