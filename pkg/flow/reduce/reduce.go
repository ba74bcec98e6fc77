package reduce

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/jsonschema"
)

// Reducer reduces the documents of a collection.
type Reducer struct {
	schema      *jsonschema.Schema
	annotations map[string]annotation // by how they are written
	left, right jsonschema.Doc
}

// annotation is what stands at reduce.
type annotation struct {
	Strategy string   `json:"strategy"`
	Key      []string `json:"key"`
	Delete   bool     `json:"delete"`

	key [][]string
}

// New makes a reducer of a schema. Warnings tell of what it does in another way
// than Flow, or Flow not at all.
func New(schema *jsonschema.Schema) (r *Reducer, warnings []string) {
	r = &Reducer{schema: schema, annotations: map[string]annotation{}}
	written := schema.Reductions()
	paths := make([]string, 0, len(written))
	for path := range written {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		var a annotation
		if err := json.Unmarshal(written[path], &a); err != nil {
			warnings = append(warnings, path+": an object with a strategy is wanted")
			continue
		}
		switch {
		case a.Strategy == "jsonSchemaMerge":
			warnings = append(warnings, path+": jsonSchemaMerge is not carried out, as it is made of Flow's own inference of schemas: the last value stays")
		case strategyOf(a.Strategy) == nil:
			warnings = append(warnings, fmt.Sprintf("%s: Flow knows no strategy %q", path, a.Strategy))
		}
		for _, p := range a.Key {
			a.key = append(a.key, jsonschema.Pointer(p))
		}
		r.annotations[string(written[path])] = a
	}
	return r, warnings
}

// Trivial tells that the last document of a key is all that stays of it.
func (r *Reducer) Trivial() bool { return len(r.annotations) == 0 }

// Reduce joins a document to the one before it. With full, left is all that
// there was before, so that what only says what to take away is done with.
// Deleted tells that the annotations of the document delete it as a whole.
func (r *Reducer) Reduce(left, right []byte, full bool) (doc []byte, deleted bool, err error) {
	if r.Trivial() {
		return right, false, nil
	}
	l, err := r.left.Parse(left)
	if err != nil {
		return nil, false, fmt.Errorf("reading a document again: %w", err)
	}
	v, err := r.right.Parse(right)
	if err != nil {
		return nil, false, fmt.Errorf("reading a document again: %w", err)
	}
	c := &cursor{r: r, at: r.schema.Annotated(v), full: full}
	doc, err = c.reduce(l, v)
	return doc, full && c.deletes(v), err
}

// cursor is one reduction.
type cursor struct {
	r     *Reducer
	at    map[jsonschema.Value][]byte // annotations of the right side
	full  bool
	place []string
}

var lastWins = annotation{Strategy: "lastWriteWins"}

func (c *cursor) annotation(right jsonschema.Value) annotation {
	text, ok := c.at[right]
	if !ok {
		return lastWins
	}
	a, ok := c.r.annotations[string(text)]
	if !ok || strategyOf(a.Strategy) == nil {
		return lastWins
	}
	return a
}

// deletes tells whether a full reduction leaves nothing of the place.
func (c *cursor) deletes(right jsonschema.Value) bool { return c.full && c.annotation(right).Delete }

func (c *cursor) reduce(left, right jsonschema.Value) ([]byte, error) {
	a := c.annotation(right)
	doc, err := strategyOf(a.Strategy)(c, a, left, right)
	if errors.Is(err, errKinds) {
		place := "/" + strings.Join(c.place, "/")
		return nil, fmt.Errorf("reducing %s: %s cannot join these values, and they are %s and %s", place, a.Strategy, kindNames[left.Kind()], kindNames[right.Kind()])
	}
	return doc, err
}

// both reduces a place that stands on both sides, with its name or number.
func (c *cursor) both(name string, left, right jsonschema.Value) ([]byte, error) {
	c.place = append(c.place, strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
	doc, err := c.reduce(left, right)
	c.place = c.place[:len(c.place)-1]
	return doc, err
}

var errKinds = errors.New("cannot join these values")

var kindNames = map[jsonschema.Kind]string{
	jsonschema.Null: "null", jsonschema.Bool: "a boolean", jsonschema.Number: "a number",
	jsonschema.String: "a string", jsonschema.Array: "an array", jsonschema.Object: "an object",
}

// pair is a member or item with what the other side has of the same name or key.
type pair struct{ left, right jsonschema.Value }

// join pairs two lists that are in order.
func join(left, right []jsonschema.Value, order func(l, r jsonschema.Value) int) []pair {
	var all []pair
	for len(left) > 0 || len(right) > 0 {
		var which int
		switch {
		case len(left) == 0:
			which = 1
		case len(right) == 0:
			which = -1
		default:
			which = order(left[0], right[0])
		}
		var p pair
		if which <= 0 {
			p.left, left = left[0], left[1:]
		}
		if which >= 0 {
			p.right, right = right[0], right[1:]
		}
		all = append(all, p)
	}
	return all
}

func listOf(v jsonschema.Value) []jsonschema.Value {
	var all []jsonschema.Value
	if v.Exists() {
		for item := v.First(); item.Exists(); item = item.Next() {
			all = append(all, item)
		}
	}
	return all
}

// byName orders members.
func byName(l, r jsonschema.Value) int { return strings.Compare(string(l.Key()), string(r.Key())) }

// byKey orders items by what stands at pointers in them.
func byKey(key [][]string) func(l, r jsonschema.Value) int {
	return func(l, r jsonschema.Value) int {
		for _, p := range key {
			if order := jsonschema.Compare(l.Find(p), r.Find(p)); order != 0 {
				return order
			}
		}
		return 0
	}
}

// one gives what stays of a pair, or nil for nothing.
func (c *cursor) one(name string, p pair) ([]byte, error) {
	switch {
	case !p.right.Exists():
		return p.left.Raw(), nil
	case c.deletes(p.right):
		return nil, nil
	case !p.left.Exists():
		return p.right.Raw(), nil
	}
	return c.both(name, p.left, p.right)
}

func (c *cursor) object(pairs []pair) ([]byte, error) {
	out := []byte{'{'}
	for _, p := range pairs {
		name := p.left
		if !name.Exists() {
			name = p.right
		}
		text, err := c.one(string(name.Key()), p)
		if err != nil {
			return nil, err
		}
		if text == nil {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(appendQuoted(out, name.Key()), ':'), text...)
	}
	return append(out, '}'), nil
}

func (c *cursor) array(pairs []pair) ([]byte, error) {
	out := []byte{'['}
	for i, p := range pairs {
		text, err := c.one(strconv.Itoa(i), p)
		if err != nil {
			return nil, err
		}
		if text == nil {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, text...)
	}
	return append(out, ']'), nil
}

func appendQuoted(out, name []byte) []byte {
	text, _ := json.Marshal(string(name)) // a text
	return append(out, text...)
}
