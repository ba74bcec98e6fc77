package license

import (
	"slices"
)

// join puts expressions together with AND or OR, without what is there already.
// Of GPL-3.0 and GPL-3.0-or-later the one that says which versions hold is kept.
func join(op string, xs ...Expression) Expression {
	var parts []Expression
	add := func(x Expression) {
		i := slices.IndexFunc(parts, x.Equal)
		switch {
		case i < 0:
			parts = append(parts, x)
		case parts[i].vague() && !x.vague():
			parts[i] = x
		}
	}
	for _, x := range xs {
		switch {
		case x.root == nil:
		case x.root.op == op:
			for _, p := range x.root.parts {
				add(Expression{p})
			}
		default:
			add(x)
		}
	}
	switch len(parts) {
	case 0:
		return Expression{}
	case 1:
		return parts[0]
	}
	n := &node{op: op}
	for _, p := range parts {
		n.parts = append(n.parts, p.root)
	}
	return Expression{n}
}

// vague tells whether the expression leaves open which versions hold.
func (x Expression) vague() bool {
	for n := range x.licenses() {
		if n.atom().versions == eitherOf {
			return true
		}
	}
	return false
}
