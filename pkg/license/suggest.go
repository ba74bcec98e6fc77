package license

import (
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// nearest gives the expression that was probably meant by s, which is none: "" when nothing is near.
func nearest(s string) string {
	if len(s) > maxName || nothing(s) {
		return ""
	}
	m := understand(s)
	if m.license.is(proprietary) {
		return ""
	}
	if id := m.likely(); id != "" {
		return id
	}
	fixed, after := false, ""
	out := tokens().ReplaceAllStringFunc(s, func(t string) string {
		near := t
		switch upper := strings.ToUpper(t); {
		case upper == "AND" || upper == "OR" || upper == "WITH":
			near = upper
		case t == "(" || t == ")":
		case after == "WITH":
			near = nearestOf(t, list().exceptions)
		default:
			near = nearestID(t)
		}
		fixed, after = fixed || near != t, near
		return near
	})
	if x, err := parse(out); err == nil && fixed {
		return x.String()
	}
	return ""
}

// nothing tells whether s says, alone or among others, that there is no licence to speak of.
func nothing(s string) bool {
	return slices.ContainsFunc(tokens().FindAllString(s, -1), func(t string) bool { return strings.EqualFold(t, "NONE") || strings.EqualFold(t, "NOASSERTION") })
}

// likely gives an expression for a meaning, "" when there is none: of a family
// the usual id, and of the GNU licences one that says which versions hold.
func (m meaning) likely() string {
	if len(m.family) > 0 {
		return usual[m.family[0]]
	}
	if m.license.IsZero() {
		return ""
	}
	for n := range m.license.licenses() {
		if s := successor(n.id); s != "" {
			return strings.ReplaceAll(m.license.String(), n.id, s)
		}
	}
	return m.license.String()
}

// nearestID gives the id that t was probably meant to be; t itself when none is near.
func nearestID(t string) string {
	if c, ok := canonicalID(t); ok {
		return c
	}
	if m := named(t); !m.license.is(proprietary) {
		if id := m.likely(); id != "" {
			return id
		}
	}
	return nearestOf(t, list().licenses)
}

func nearestOf(t string, ids map[string]string) string {
	lower := strings.ToLower(t)
	if c, ok := ids[lower]; ok {
		return c
	}
	near := fault.Nearest(lower, sortedKeys(ids))
	letters := func(s string) []byte { return slices.Sorted(slices.Values([]byte(s))) }
	if len(t) < 4 && !slices.Equal(letters(near), letters(lower)) { // anything is near to three letters
		return t
	}
	if c, ok := ids[near]; ok {
		return c
	}
	return t
}
