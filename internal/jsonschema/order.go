package jsonschema

import (
	"bytes"
	"slices"
	"strings"
)

// Compare orders two values as Flow does: null, booleans, numbers by value,
// texts, arrays by their items, objects by their members in order of name. A
// value that is not there comes before all others.
func Compare(a, b Value) int {
	switch {
	case !a.Exists() || !b.Exists():
		return truth(a.Exists()) - truth(b.Exists())
	case a.Kind() != b.Kind():
		return int(a.Kind()) - int(b.Kind())
	}
	switch a.Kind() {
	case Bool:
		return truth(a.True()) - truth(b.True())
	case Number:
		return compare(a.Raw(), b.Raw())
	case String:
		return strings.Compare(a.Text(), b.Text())
	case Array:
		return compareLists(items(a), items(b), false)
	case Object:
		return compareLists(Members(a), Members(b), true)
	}
	return 0
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func compareLists(a, b []Value, named bool) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if named {
			if order := bytes.Compare(a[i].Key(), b[i].Key()); order != 0 {
				return order
			}
		}
		if order := Compare(a[i], b[i]); order != 0 {
			return order
		}
	}
	return len(a) - len(b)
}

func items(v Value) []Value {
	var all []Value
	for item := v.First(); item.Exists(); item = item.Next() {
		all = append(all, item)
	}
	return all
}

// Members gives the members of an object in the order of their names. Of
// several of one name the last counts.
func Members(v Value) []Value {
	all := items(v)
	slices.SortStableFunc(all, func(a, b Value) int { return bytes.Compare(a.Key(), b.Key()) })
	kept := all[:0]
	for i, m := range all {
		if i+1 == len(all) || !bytes.Equal(m.Key(), all[i+1].Key()) {
			kept = append(kept, m)
		}
	}
	return kept
}
