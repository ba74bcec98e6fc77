package license

import (
	"slices"
	"strings"
)

// Expression is an SPDX licence expression in canonical spelling. The zero
// value says nothing. It is written as text in JSON and YAML.
type Expression struct{ root *node }

// node is a licence or two or more expressions with an operator between.
type node struct {
	op       string // "AND", "OR", or "" for a licence
	parts    []*node
	id       string // canonical; LicenseRef-… as it was written
	plus     bool   // id+
	addition string // exception after WITH, or ""
}

// IsZero tells whether the expression says nothing.
func (x Expression) IsZero() bool { return x.root == nil }

// is tells whether the expression is one licence, by its id.
func (x Expression) is(id string) bool { return x.root != nil && x.root.op == "" && x.root.id == id }

// String gives the canonical spelling.
func (x Expression) String() string {
	if x.root == nil {
		return ""
	}
	return x.root.text("")
}

func (n *node) text(around string) string {
	if n.op == "" {
		s := n.id
		if n.plus {
			s += "+"
		}
		if n.addition != "" {
			s += " WITH " + n.addition
		}
		return s
	}
	texts := make([]string, len(n.parts))
	for i, p := range n.parts {
		texts[i] = p.text(n.op)
	}
	s := strings.Join(texts, " "+n.op+" ")
	if around != "" {
		return "(" + s + ")"
	}
	return s
}

// MarshalText gives the canonical spelling.
func (x Expression) MarshalText() ([]byte, error) { return []byte(x.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (x *Expression) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*x = Expression{}
		return nil
	}
	parsed, err := Parse(string(text))
	if err == nil {
		*x = parsed
	}
	return err
}

// IDs lists the licences that are named, each once, in the order of the text, without exceptions.
func (x Expression) IDs() []string {
	var ids []string
	for n := range x.licenses() {
		if !slices.Contains(ids, n.id) {
			ids = append(ids, n.id)
		}
	}
	return ids
}

// licenses goes through the licences from left to right.
func (x Expression) licenses() func(yield func(*node) bool) {
	return func(yield func(*node) bool) {
		if x.root != nil {
			x.root.walk(yield)
		}
	}
}

func (n *node) walk(yield func(*node) bool) bool {
	if n.op == "" {
		return yield(n)
	}
	for _, p := range n.parts {
		if !p.walk(yield) {
			return false
		}
	}
	return true
}

// Deprecated gives a warning for each id that the SPDX list has replaced:
// "GPL-2.0 is deprecated: write GPL-2.0-only or GPL-2.0-or-later".
func (x Expression) Deprecated() []string {
	var warnings []string
	for _, id := range x.IDs() {
		if !deprecatedID(id) {
			continue
		}
		w := id + " is deprecated"
		switch s := successor(id); {
		case strings.HasSuffix(s, "-only"):
			w += ": write " + s + " or " + id + "-or-later"
		case s != "":
			w += ": write " + s
		}
		warnings = append(warnings, w)
	}
	return warnings
}
