package reduce

import (
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/jsonschema"
)

// terms are what an update of a set says. What is not there is no value.
type terms struct{ add, intersect, remove jsonschema.Value }

// set joins two updates of a set: what is kept or taken away first, then what
// is added. In a full reduction only what is added stays: it is the set.
func (c *cursor) set(key [][]string, left, right jsonschema.Value) ([]byte, error) {
	if !bothAre(jsonschema.Object, left, right) {
		return nil, errKinds
	}
	l, err := c.terms(left)
	if err != nil {
		return nil, err
	}
	r, err := c.terms(right)
	if err != nil {
		return nil, err
	}
	s := setJoin{c: c, key: key}
	for _, v := range []jsonschema.Value{l.add, l.intersect, l.remove, r.add, r.intersect, r.remove} {
		if !v.Exists() {
			continue
		}
		if s.known && s.objects != (v.Kind() == jsonschema.Object) {
			return nil, c.setError("it is arrays or objects all over")
		}
		s.known, s.objects = true, v.Kind() == jsonschema.Object
	}
	return s.join(l, r)
}

func (c *cursor) setError(want string) error {
	return fmt.Errorf("reducing /%s: set cannot join these values: %s", strings.Join(c.place, "/"), want)
}

func (c *cursor) terms(v jsonschema.Value) (terms, error) {
	var t terms
	for m := v.First(); m.Exists(); m = m.Next() {
		place, known := map[string]*jsonschema.Value{"add": &t.add, "intersect": &t.intersect, "remove": &t.remove}[string(m.Key())]
		if !known || m.Kind() != jsonschema.Object && m.Kind() != jsonschema.Array {
			return t, c.setError("they have add, intersect and remove, which are arrays or objects")
		}
		*place = m
	}
	if t.intersect.Exists() && t.remove.Exists() {
		return t, c.setError("intersect and remove do not stand side by side")
	}
	return t, nil
}

// setJoin makes the terms of the result.
type setJoin struct {
	c              *cursor
	key            [][]string
	objects, known bool
}

func (s setJoin) join(l, r terms) ([]byte, error) {
	var parts []string
	say := func(name string, pairs []pair, there bool) error {
		if !there {
			return nil
		}
		write := s.c.array
		if s.objects {
			write = s.c.object
		}
		text, err := write(pairs)
		parts = append(parts, fmt.Sprintf("%q:%s", name, text))
		return err
	}
	base := s.members(l.add)
	switch {
	case r.intersect.Exists():
		base = s.filter(base, s.members(r.intersect), true)
	case r.remove.Exists():
		base = s.filter(base, s.members(r.remove), false)
	}
	if err := say("add", join(base, s.members(r.add), s.order()), l.add.Exists() || r.add.Exists()); err != nil {
		return nil, err
	}
	if !s.c.full {
		name, pairs, there := s.rest(l, r)
		if err := say(name, pairs, there); err != nil {
			return nil, err
		}
	}
	return []byte("{" + strings.Join(parts, ",") + "}"), nil
}

// rest is what the two together still say of what came before them.
func (s setJoin) rest(l, r terms) (name string, pairs []pair, there bool) {
	li, ri, lr, rr := s.members(l.intersect), s.members(r.intersect), s.members(l.remove), s.members(r.remove)
	switch {
	case l.intersect.Exists() && r.intersect.Exists():
		for _, p := range join(li, ri, s.order()) {
			if p.left.Exists() && p.right.Exists() {
				pairs = append(pairs, p)
			}
		}
		return "intersect", pairs, true
	case l.intersect.Exists():
		return "intersect", alone(s.filter(li, rr, false)), true
	case r.intersect.Exists():
		return "intersect", alone(s.filter(ri, lr, false)), true
	}
	return "remove", join(lr, rr, s.order()), l.remove.Exists() || r.remove.Exists()
}

func alone(list []jsonschema.Value) []pair {
	pairs := make([]pair, 0, len(list))
	for _, v := range list {
		pairs = append(pairs, pair{left: v})
	}
	return pairs
}

// filter keeps of a list what is in another, or what is not.
func (s setJoin) filter(list, other []jsonschema.Value, in bool) []jsonschema.Value {
	var kept []jsonschema.Value
	for _, p := range join(list, other, s.order()) {
		if p.left.Exists() && p.right.Exists() == in {
			kept = append(kept, p.left)
		}
	}
	return kept
}

func (s setJoin) members(v jsonschema.Value) []jsonschema.Value {
	if v.Exists() && s.objects {
		return jsonschema.Members(v)
	}
	return listOf(v)
}

func (s setJoin) order() func(l, r jsonschema.Value) int {
	if s.objects {
		return byName
	}
	if len(s.key) == 0 {
		return byKey([][]string{nil})
	}
	return byKey(s.key)
}
