package jsonschema

import (
	"errors"
	"fmt"
)

const maxDepth = 1000

var errSyntax = errors.New("it is no JSON")

// Parse reads a text of one JSON value. The text stays the caller's, and must
// stay as it is while the values are used.
func (d *Doc) Parse(text []byte) (Value, error) {
	d.nodes, d.text, d.at = d.nodes[:0], text, 0
	d.space()
	if err := d.parse(nil, 0); err != nil {
		return Value{}, err
	}
	d.space()
	if d.at != len(text) {
		return Value{}, fmt.Errorf("%w: something follows it at byte %d", errSyntax, d.at)
	}
	return Value{d, 0}, nil
}

func (d *Doc) space() {
	for d.at < len(d.text) {
		switch d.text[d.at] {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return
		}
	}
}

func (d *Doc) fail() error { return fmt.Errorf("%w: byte %d", errSyntax, d.at) }

func (d *Doc) peek() byte {
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return 0
}

func (d *Doc) parse(key []byte, depth int) error {
	start, at := d.at, len(d.nodes)
	d.nodes = append(d.nodes, node{key: key})
	var kind Kind
	var escaped bool
	var err error
	switch d.peek() {
	case '{':
		kind, err = Object, d.members(at, depth)
	case '[':
		kind, err = Array, d.items(at, depth)
	case '"':
		kind = String
		escaped, err = d.str()
	case 't':
		kind, err = Bool, d.word("true")
	case 'f':
		kind, err = Bool, d.word("false")
	case 'n':
		kind, err = Null, d.word("null")
	default:
		kind, err = Number, d.number()
	}
	n := &d.nodes[at]
	n.kind, n.escaped, n.text = kind, escaped, d.text[start:d.at]
	return err
}

func (d *Doc) members(parent, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("it is deeper than %d levels", maxDepth)
	}
	d.at++
	d.space()
	if d.peek() == '}' {
		d.at++
		return nil
	}
	for last := 0; ; {
		start := d.at
		if d.peek() != '"' {
			return d.fail()
		}
		escaped, err := d.str()
		if err != nil {
			return err
		}
		key := d.text[start+1 : d.at-1]
		if escaped {
			key = unescape(d.text[start:d.at])
		}
		d.space()
		if d.peek() != ':' {
			return d.fail()
		}
		d.at++
		d.space()
		if last, err = d.child(parent, last, key, depth); err != nil {
			return err
		}
		if more, err := d.more('}'); !more {
			return err
		}
	}
}

func (d *Doc) items(parent, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("it is deeper than %d levels", maxDepth)
	}
	d.at++
	d.space()
	if d.peek() == ']' {
		d.at++
		return nil
	}
	var err error
	for last := 0; ; {
		if last, err = d.child(parent, last, nil, depth); err != nil {
			return err
		}
		if more, err := d.more(']'); !more {
			return err
		}
	}
}

// child reads a value and links it to its elder sibling, or to its parent.
func (d *Doc) child(parent, elder int, key []byte, depth int) (int, error) {
	me := len(d.nodes)
	if err := d.parse(key, depth+1); err != nil {
		return 0, err
	}
	if elder == 0 {
		d.nodes[parent].child = int32(me) //nolint:gosec // lines are limited to 64 MiB
	} else {
		d.nodes[elder].next = int32(me) //nolint:gosec // lines are limited to 64 MiB
	}
	return me, nil
}

// more reads a comma, or the closing bracket.
func (d *Doc) more(closing byte) (bool, error) {
	d.space()
	switch d.peek() {
	case ',':
		d.at++
		d.space()
		return true, nil
	case closing:
		d.at++
		return false, nil
	}
	return false, d.fail()
}
