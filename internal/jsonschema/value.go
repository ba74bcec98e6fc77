package jsonschema

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Kind is what a JSON value is.
type Kind uint8

// The kinds of JSON values.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// Doc is a parsed text. Its nodes are taken anew for the next text, so values
// hold until then.
type Doc struct {
	nodes []node
	text  []byte
	at    int
}

type node struct {
	text        []byte // as it was written
	key         []byte // of a member, without quotes and escapes
	child, next int32  // 0 is none: the root is nobody's child
	kind        Kind
	escaped     bool // a string that holds a backslash
}

// Value is one value of a document. The zero value is none.
type Value struct {
	doc *Doc
	at  int32
}

func (v Value) node() *node { return &v.doc.nodes[v.at] }

// Exists tells that there is such a value.
func (v Value) Exists() bool { return v.doc != nil }

// Kind tells what the value is.
func (v Value) Kind() Kind { return v.node().kind }

// Raw gives the value as it was written.
func (v Value) Raw() []byte { return v.node().text }

// Key gives the name of a member of an object.
func (v Value) Key() []byte { return v.node().key }

// Text gives the characters of a string.
func (v Value) Text() string {
	n := v.node()
	if !n.escaped {
		return string(n.text[1 : len(n.text)-1])
	}
	return string(unescape(n.text))
}

// True tells that the value is true.
func (v Value) True() bool { return v.Exists() && v.Kind() == Bool && v.Raw()[0] == 't' }

// Int gives a number without fraction, if the value is one.
func (v Value) Int() (int, bool) {
	if v.Kind() != Number {
		return 0, false
	}
	n, err := strconv.Atoi(string(v.Raw()))
	return n, err == nil
}

// First gives the first item or member.
func (v Value) First() Value { return v.doc.value(v.node().child) }

// Next gives the item or member behind this one.
func (v Value) Next() Value { return v.doc.value(v.node().next) }

func (d *Doc) value(i int32) Value {
	if i == 0 {
		return Value{}
	}
	return Value{d, i}
}

// Get gives a member of an object, the last of that name.
func (v Value) Get(key string) Value {
	var found Value
	if !v.Exists() || v.Kind() != Object {
		return found
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		if string(m.Key()) == key {
			found = m
		}
	}
	return found
}

// Pointer splits a JSON pointer (RFC 6901) for [Value.Find].
func Pointer(text string) []string {
	if text == "" {
		return nil
	}
	parts := strings.Split(strings.TrimPrefix(text, "/"), "/")
	for i, p := range parts {
		parts[i] = unescapePointer.Replace(p)
	}
	return parts
}

var (
	unescapePointer = strings.NewReplacer("~1", "/", "~0", "~")
	escapePointer   = strings.NewReplacer("~", "~0", "/", "~1")
)

// Find follows the parts of a JSON pointer.
func (v Value) Find(parts []string) Value {
	for _, part := range parts {
		if !v.Exists() {
			return v
		}
		if v.Kind() != Array {
			v = v.Get(part)
			continue
		}
		i, err := strconv.Atoi(part)
		for v = v.First(); v.Exists() && i > 0; i-- {
			v = v.Next()
		}
		if err != nil || i < 0 {
			return Value{}
		}
	}
	return v
}

// Put adds a text, given with its quotes, as the member at the parts below an
// object, with the objects on the way, unless something stands there.
func (v Value) Put(parts []string, text []byte) {
	for i, part := range parts {
		if v.Kind() != Object {
			return
		}
		next := v.Get(part)
		if !next.Exists() {
			kind, raw := Object, []byte("{}")
			if i == len(parts)-1 {
				kind, raw = String, text
			}
			next = v.doc.add(v, node{kind: kind, text: raw, key: []byte(part)})
		}
		v = next
	}
}

func (d *Doc) add(parent Value, n node) Value {
	d.nodes = append(d.nodes, n)
	i := int32(len(d.nodes) - 1) //nolint:gosec // lines are limited to 64 MiB
	last := parent.First()
	if !last.Exists() {
		parent.node().child = i
		return Value{d, i}
	}
	for last.Next().Exists() {
		last = last.Next()
	}
	last.node().next = i
	return Value{d, i}
}

func unescape(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return nil // it was parsed before
	}
	return []byte(s)
}
