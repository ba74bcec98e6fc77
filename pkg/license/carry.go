package license

import (
	"maps"
	"slices"
)

// carry collects the texts and notices that do not come along with the path.
func (s *survey) carry(e *Evidence, parts []*part) {
	take := map[string]bool{}
	for _, p := range parts {
		found := false
		for _, f := range p.files {
			if slices.ContainsFunc(slices.Collect(maps.Values(s.at)), func(l *level) bool {
				return slices.Contains(l.licenses, f) || slices.Contains(l.texts, f)
			}) {
				take[f], found = true, true
			}
		}
		if !found && !p.License.IsZero() && !s.textOf(p.License, take) {
			e.Notes = append(e.Notes, "the upstream holds no text of "+p.License.String()+" that could be carried along")
		}
	}
	for _, d := range upward(s.dir) {
		for _, f := range s.at[d].notices {
			take[f] = true
		}
	}
	for _, f := range slices.Sorted(maps.Keys(take)) {
		if b, ok := s.blobs[f]; ok && s.outside(f) {
			b.Path = f
			e.Carry = append(e.Carry, b)
		}
	}
}

// textOf takes the nearest texts of the licences of x, and tells whether all were found.
func (s *survey) textOf(x Expression, take map[string]bool) bool {
	all := true
	for n := range x.licenses() {
		found := false
		for _, d := range upward(s.dir) {
			for _, f := range append(slices.Clone(s.at[d].licenses), s.at[d].texts...) {
				if found {
					break
				}
				for m := range s.memo.text(s.blobs[f]).license.licenses() {
					found = found || n.atom().agrees(m.atom())
				}
				if found {
					take[f] = true
				}
			}
		}
		all = all && found
	}
	return all
}
