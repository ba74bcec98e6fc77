package license

import (
	"path"
	"slices"
)

// named works out what the proof says, and what is wrong with it.
func (s *survey) named(b Blob, claim Expression, e Evidence) (Statement, []string) {
	st := Statement{Path: b.Path, BlobID: b.ID}
	if isMetadata(b.Path) {
		return s.namedMetadata(st, b, claim)
	}
	if h := s.memo.header(b); !h.empty() && (isSource(b.Path) || !isLicense(path.Base(b.Path))) {
		st.License, st.Says = h.license, h.says
		return st, disagreement(st, claim, h.doubt)
	}
	if isReuse(b.Path) {
		return namedReuse(st, b, claim)
	}
	got := s.memo.text(b)
	st.License, st.coverage = got.license, got.coverage
	if got.rules && s.contains(got, claim) {
		return st, nil // it gives several licences; the effective one decides which holds
	}
	decides := e.Path == b.Path || slices.ContainsFunc(e.Others, func(o Statement) bool { return o.Path == b.Path })
	if one := st.License; !one.IsZero() && !one.Grants(claim) && e.License.Grants(claim) && s.oneOf(b.Path, e) && within(one, claim) {
		return st, nil // one of the texts that make up the licence
	}
	if decides {
		if !e.License.Grants(claim) || len(e.Doubts) > 0 {
			return st, nil // what is to be said about the file is said already
		}
		return st, disagreement(st, claim, "")
	}
	var problems []string
	for _, d := range got.doubts {
		problems = append(problems, b.Path+" "+d)
	}
	return st, append(problems, disagreement(st, claim, "")...)
}

func (s *survey) namedMetadata(st Statement, b Blob, claim Expression) (Statement, []string) {
	all := s.memo.metadata(b, b.Path)
	if why := s.memo.why(b, b.Path); why != "" {
		return st, []string{"reading the licence path: " + why}
	}
	for _, f := range all {
		one := Statement{License: f.license, Path: b.Path, BlobID: b.ID, Says: f.text, family: f.family}
		if f.file != "" {
			continue
		}
		if st.License.IsZero() {
			st = one
		}
		if !one.License.IsZero() && !one.License.Grants(claim) || one.License.IsZero() && !one.agrees(claim) {
			return one, []string{"the claim is " + claim.String() + ", but " + one.says()}
		}
	}
	if st.License.IsZero() && len(all) == 0 {
		return st, []string{b.Path + " says nothing about a licence"}
	}
	return st, nil
}

// namedReuse wants that a file of annotations names all that is claimed; the
// effective licence decides what of it holds for the path.
func namedReuse(st Statement, b Blob, claim Expression) (Statement, []string) {
	var all []Expression
	for _, a := range readReuse(b) {
		all = append(all, a.license)
	}
	st.License = join("AND", all...)
	if within(claim, st.License) {
		return st, nil
	}
	return st, disagreement(st, claim, "")
}

// disagreement says how a statement differs from the claim.
func disagreement(st Statement, claim Expression, doubt string) []string {
	switch {
	case doubt != "":
		return []string{st.Path + " " + doubt}
	case st.License.IsZero():
		return []string{st.Path + " says no licence that is known here, so it is no proof of " + claim.String()}
	case !st.License.Grants(claim):
		return []string{"the claim is " + claim.String() + ", but " + st.says()}
	}
	return nil
}

// contains tells whether a text of several licences holds all that are claimed.
func (s *survey) contains(got reading, claim Expression) bool {
	return within(claim, join("AND", got.license, got.fallback))
}

// oneOf tells whether a file is one of the texts that stand beside that which decides.
func (s *survey) oneOf(file string, e Evidence) bool {
	for _, l := range s.at {
		for _, list := range [][]string{l.licenses, l.texts} {
			if slices.Contains(list, e.Path) && slices.Contains(list, file) {
				return true
			}
		}
	}
	return false
}
