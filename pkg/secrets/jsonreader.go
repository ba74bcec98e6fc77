package secrets

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/connkit/connkit/internal/fault"
)

// jsonReader finds the values of a text that is JSON.
type jsonReader struct {
	*document
	i           int
	line, start int // of the line that i is in
	counted     int // up to where the characters of that line were counted
	characters  int
}

// column gives that of i. A text may be one long line, so each byte is counted once.
func (r *jsonReader) column() int {
	if r.counted < r.start {
		r.counted, r.characters = r.start, 0
	}
	r.characters += utf8.RuneCount(r.text[r.counted:r.i])
	r.counted = r.i
	return r.characters + 1
}

func (r *jsonReader) blank() {
	for ; r.i < len(r.text); r.i++ {
		switch r.text[r.i] {
		case '\n':
			r.line++
			r.start = r.i + 1
		case ' ', '\t', '\r':
		default:
			return
		}
	}
}

func (r *jsonReader) value(depth int) (*node, error) {
	n := &node{flow: true, line: r.line, col: r.column()}
	if depth > deepest {
		return nil, r.at(n, fault.Usagef("it nests deeper than %d levels", deepest))
	}
	n.span.Start = r.i
	var err error
	switch r.text[r.i] {
	case '{':
		n.kind = mapping
		err = r.object(n, depth)
	case '[':
		n.kind = list
		err = r.array(n, depth)
	case '"':
		err = r.str(n)
	default:
		r.word(n)
	}
	n.span.End = r.i
	return n, err
}

func (r *jsonReader) object(n *node, depth int) error {
	r.i++
	for {
		if r.blank(); r.text[r.i] == '}' {
			r.i++
			return r.checkKeys(n.members)
		}
		if r.text[r.i] == ',' {
			r.i++
			r.blank()
		}
		key, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		r.blank()
		r.i++ // the colon
		r.blank()
		value, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.members = append(n.members, member{key, value})
	}
}

func (r *jsonReader) array(n *node, depth int) error {
	r.i++
	for {
		if r.blank(); r.text[r.i] == ']' {
			r.i++
			return nil
		}
		if r.text[r.i] == ',' {
			r.i++
			r.blank()
		}
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
}

func (r *jsonReader) str(n *node) error {
	n.quote, n.tag = double, "!!str"
	from, escaped := r.i, false
	for r.i++; r.text[r.i] != '"'; r.i++ {
		if r.text[r.i] == '\\' {
			escaped = true
			r.i++
		}
	}
	r.i++
	raw := string(r.text[from+1 : r.i-1])
	if n.value = raw; escaped {
		_ = json.Unmarshal(r.text[from:r.i], &n.value) // it was read as JSON before
	}
	const lost = "\ufffd" // what stands for an escape that is no character
	if strings.Contains(n.value, lost) && !strings.Contains(raw, lost) && !strings.Contains(strings.ToLower(raw), `\ufffd`) {
		return r.at(n, fault.Usagef("a \\u escape is half a character"))
	}
	return nil
}

func (r *jsonReader) word(n *node) {
	from := r.i
	for r.i < len(r.text) && bytes.IndexByte([]byte(" \t\r\n,]}"), r.text[r.i]) < 0 {
		r.i++
	}
	switch n.value = string(r.text[from:r.i]); {
	case n.value == "null":
		n.tag = "!!null"
	case n.value == "true" || n.value == "false":
		n.tag = "!!bool"
	case bytes.ContainsAny(r.text[from:r.i], ".eE"):
		n.tag = "!!float"
	default:
		n.tag = "!!int"
	}
}
