package secrets

import (
	"slices"

	"github.com/connkit/connkit/pkg/secrets/suspect"
)

// spot is a scalar of a document and where it stands.
type spot struct {
	*node
	place *pointer
	keys  []string // the keys on the way, without the numbers of list items
}

// is tells whether two spots hold the same.
func (s spot) is(other spot) bool {
	return s.kind == other.kind && s.tag == other.tag && s.value == other.value
}

// spots lists the scalars of a document in its order. An empty map or list is
// one too, and so is an alias for a map or list, whose values are listed once.
func (d *document) spots() []spot {
	var list []spot
	var look func(n *node, place *pointer, keys []string)
	look = func(n *node, place *pointer, keys []string) {
		if n.kind == alias && n.target.kind == scalar {
			n = n.target
		}
		for _, m := range n.members {
			look(m.value, place.to(m.key.value), append(slices.Clip(keys), m.key.value))
		}
		for i, item := range n.items {
			look(item, place.at(i), keys)
		}
		if len(n.members)+len(n.items) == 0 {
			list = append(list, spot{n, place, keys})
		}
	}
	for _, m := range d.root.members {
		if m.key.value != sopsKey {
			var top *pointer
			look(m.value, top.to(m.key.value), []string{m.key.value})
		}
	}
	return list
}

// changes tells by which values two plain texts differ.
func changes(before, after *document, r regime) []Value {
	was, is := map[string]spot{}, map[string]spot{}
	var order []spot
	for _, s := range before.spots() {
		was[s.place.String()] = s
		order = append(order, s)
	}
	for _, s := range after.spots() {
		is[s.place.String()] = s
		if _, old := was[s.place.String()]; !old {
			order = append(order, s)
		}
	}
	var list []Value
	for _, s := range order {
		at := s.place.String()
		old, had := was[at]
		now, has := is[at]
		if had && has && old.is(now) {
			continue
		}
		v := Value{Pointer: at, Secret: r.byComment || r.hides(s.keys)}
		switch {
		case !had:
			v.Change = "added"
		case !has:
			v.Change = "removed"
		default:
			v.Change = "changed"
		}
		if !v.Secret {
			v.Before, v.After = shownValue(old, had), shownValue(now, has)
		}
		list = append(list, v)
	}
	return list
}

// shownValue is a value that is no secret by its key; one that looks like a
// secret all the same is not shown.
func shownValue(s spot, there bool) string {
	switch {
	case !there:
		return ""
	case s.kind == alias:
		return "an alias"
	case s.kind == mapping:
		return "{}"
	case s.kind == list:
		return "[]"
	case len(suspect.Find([]suspect.Leaf{{Pointer: s.place.String(), Value: s.value, Text: s.tag == "!!str"}})) > 0:
		return mask
	}
	return s.value
}
