package license

import "slices"

// choices gives the expression as the sets of licences that one may choose from.
func (n *node) choices() [][]atom {
	switch n.op {
	case "":
		return [][]atom{{n.atom()}}
	case "OR":
		var all [][]atom
		for _, p := range n.parts {
			all = append(all, p.choices()...)
		}
		return all
	default:
		all := [][]atom{nil}
		for _, p := range n.parts {
			var next [][]atom
			for _, left := range all {
				for _, right := range p.choices() {
					next = append(next, union(left, right))
				}
			}
			all = next
		}
		return all
	}
}

// count gives how many choices there are, without making them.
func (n *node) count() int {
	switch n.op {
	case "":
		return 1
	case "OR":
		sum := 0
		for _, p := range n.parts {
			sum += p.count()
		}
		return sum
	default:
		product := 1
		for _, p := range n.parts {
			if product *= p.count(); product > maxChoices {
				return product
			}
		}
		return product
	}
}

func union(a, b []atom) []atom {
	u := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(u, x) {
			u = append(u, x)
		}
	}
	return u
}

func agreeAll(a, b []atom) bool {
	covers := func(a, b []atom) bool {
		for _, x := range a {
			if !slices.ContainsFunc(b, x.agrees) {
				return false
			}
		}
		return true
	}
	return covers(a, b) && covers(b, a)
}
