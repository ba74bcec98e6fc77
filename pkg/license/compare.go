package license

import (
	"slices"
	"strings"
)

// Which versions of a licence hold. A licence text alone does not tell.
const (
	thisVersion  = "only"
	laterVersion = "later"
	eitherOf     = "either"
)

// atom is a licence as it is compared.
type atom struct{ family, versions, addition string }

func (n *node) atom() atom {
	a := atom{family: n.id, addition: n.addition, versions: thisVersion}
	if s := successor(n.id); s != "" && s != n.id+"-only" && !strings.HasSuffix(s, "-or-later") {
		if x, err := parse(s); err == nil && x.root.op == "" {
			return x.root.atom()
		}
	}
	switch {
	case n.plus:
		a.versions = laterVersion
	case strings.HasSuffix(n.id, "-or-later"):
		a.family, a.versions = strings.TrimSuffix(n.id, "-or-later"), laterVersion
	case strings.HasSuffix(n.id, "+"):
		a.family, a.versions = strings.TrimSuffix(n.id, "+"), laterVersion
	case strings.HasSuffix(n.id, "-only"):
		a.family = strings.TrimSuffix(n.id, "-only")
	case gnu(n.id):
		a.versions = eitherOf
	}
	return a
}

func (a atom) agrees(b atom) bool {
	return a.family == b.family && a.addition == b.addition &&
		(a.versions == b.versions || a.versions == eitherOf || b.versions == eitherOf)
}

// Grants tells whether claim can be taken under x: it is x, or one or some of
// the choices that x gives. GPL-3.0, which is all that the text of that licence
// says, grants GPL-3.0-only and GPL-3.0-or-later.
func (x Expression) Grants(claim Expression) bool {
	if x.root == nil || claim.root == nil {
		return false
	}
	if x.root.count() > maxChoices || claim.root.count() > maxChoices {
		return x.String() == claim.String()
	}
	given := x.root.choices()
	for _, want := range claim.root.choices() {
		if !slices.ContainsFunc(given, func(g []atom) bool { return agreeAll(g, want) }) {
			return false
		}
	}
	return true
}

// Equal tells whether both give the same choices, however they are written.
func (x Expression) Equal(y Expression) bool {
	if x.root == nil || y.root == nil {
		return x.root == y.root
	}
	return x.Grants(y) && y.Grants(x)
}

// within tells whether every licence of a is named in b.
func within(a, b Expression) bool {
	for n := range a.licenses() {
		found := false
		for m := range b.licenses() {
			found = found || n.atom().agrees(m.atom())
		}
		if !found {
			return false
		}
	}
	return true
}
