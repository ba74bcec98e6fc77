package run

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/flow/reduce"
)

// entry is the one document of a key in a transaction.
type entry struct {
	binding int
	key     []json.RawMessage
	packed  []byte
	same    []byte // identity of the key
	doc     []byte
	stored  []byte // what was loaded of the key
	loaded  bool
	deleted bool // by the annotations of its schema
}

// combined are the documents of a transaction, one for each key.
type combined struct {
	entries map[string]*entry
	reduce  func(binding int) *reduce.Reducer
}

func newCombined(reduce func(binding int) *reduce.Reducer) *combined {
	return &combined{map[string]*entry{}, reduce}
}

// identity is a packed key by which keys are told apart and ordered as Flow
// does, by value: 1.0 is 1.
func identity(key []json.RawMessage, packed []byte) []byte {
	if slices.ContainsFunc(key, isWholeFraction) {
		packed = nil
		for _, part := range key {
			if isWholeFraction(part) {
				f, _ := strconv.ParseFloat(string(part), 64)
				part = strconv.AppendInt(nil, int64(f), 10)
			}
			var d jsonschema.Doc
			if v, err := d.Parse(part); err == nil { // it was parsed before
				packed = append(packed, flow.PackTuple([]jsonschema.Value{v})...)
			}
		}
	}
	return packed
}

func combinedKey(binding int, same []byte) string { return strconv.Itoa(binding) + " " + string(same) }

// isWholeFraction tells whether a number is written with a fraction or exponent
// and has none. Beyond what is exact as a float it does not matter.
func isWholeFraction(number json.RawMessage) bool {
	const exact = 1 << 53
	if len(number) == 0 || number[0] == '"' || !bytes.ContainsAny(number, ".eE") {
		return false
	}
	f, err := strconv.ParseFloat(string(number), 64)
	return err == nil && f == math.Trunc(f) && math.Abs(f) < exact
}

// put takes a document; several with one key are reduced to one.
func (c *combined) put(e *entry) (*entry, error) {
	e.same = identity(e.key, e.packed)
	k := combinedKey(e.binding, e.same)
	old, ok := c.entries[k]
	if !ok {
		c.entries[k] = e
		return e, nil
	}
	var err error
	old.doc, old.deleted, err = c.reduce(e.binding).Reduce(old.doc, e.doc, false)
	return old, err
}

// settle reduces the document to what was stored of its key.
func (e *entry) settle(r *reduce.Reducer) error {
	if e.stored == nil {
		return nil
	}
	var err error
	e.doc, e.deleted, err = r.Reduce(e.stored, e.doc, true)
	return err
}

// sorted gives the entries by binding and key.
func (c *combined) sorted() []*entry {
	all := make([]*entry, 0, len(c.entries))
	for _, e := range c.entries {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b *entry) int {
		if a.binding != b.binding {
			return a.binding - b.binding
		}
		return bytes.Compare(a.same, b.same)
	})
	return all
}

// keyOf gives the key of a document in both forms.
func keyOf(doc jsonschema.Value, pointers [][]string) (raw []json.RawMessage, packed []byte) {
	values := valuesAt(doc, pointers)
	return rawOf(values), flow.PackTuple(values)
}

func valuesAt(doc jsonschema.Value, pointers [][]string) []jsonschema.Value {
	values := make([]jsonschema.Value, len(pointers))
	for i, p := range pointers {
		values[i] = doc.Find(p)
	}
	return values
}

func rawOf(values []jsonschema.Value) []json.RawMessage {
	raw := make([]json.RawMessage, len(values))
	for i, v := range values {
		raw[i] = json.RawMessage("null")
		if v.Exists() {
			raw[i] = slices.Clone(v.Raw())
		}
	}
	return raw
}

func pointersOf(list []string) [][]string {
	var all [][]string
	for _, p := range list {
		all = append(all, jsonschema.Pointer(p))
	}
	return all
}

// withUUID gives a document with the identifier that Flow gives each one.
func withUUID(doc jsonschema.Value, uuid string) []byte {
	meta := doc.Get("_meta")
	out := append([]byte(`{"_meta":{"uuid":`), quote(uuid)...)
	if meta.Exists() && meta.Kind() == jsonschema.Object {
		out = appendMembers(out, meta, "uuid")
	}
	out = append(out, '}')
	return append(appendMembers(out, doc, "_meta"), '}')
}

func appendMembers(out []byte, object jsonschema.Value, without string) []byte {
	for m := object.First(); m.Exists(); m = m.Next() {
		if string(m.Key()) != without {
			out = append(append(append(out, ','), quote(string(m.Key()))...), ':')
			out = append(out, m.Raw()...)
		}
	}
	return out
}
