package license

import (
	"path"
	"slices"
	"strings"
)

// packageStatements gives what the package metadata of a folder says, without references to files.
func (s *survey) packageStatements(l *level) []Statement {
	var list []Statement
	for _, name := range packageFiles {
		for _, p := range l.packages {
			b, ok := s.blobs[p]
			if !ok || path.Base(p) != name {
				continue
			}
			for _, f := range s.memo.metadata(b, p) {
				if f.file == "" {
					list = append(list, Statement{License: f.license, Rule: RulePackage, Path: p, BlobID: b.ID, Says: f.text, family: f.family, part: f.part})
				}
			}
		}
	}
	return list
}

// packageAt gives the licence that package metadata names: the first that is exact.
func (s *survey) packageAt(l *level, rule string) ruling {
	all := s.packageStatements(l)
	i := slices.IndexFunc(all, func(st Statement) bool { return !st.License.IsZero() })
	if i < 0 {
		if len(all) == 0 {
			return ruling{}
		}
		st := all[0]
		st.Rule = rule
		return ruling{Statement: st, doubts: []string{st.says() + ", which is no exact licence"}, files: []string{st.Path}}
	}
	st := all[i]
	st.Rule = rule
	st.coverage = 100
	return ruling{Statement: st, files: []string{st.Path}}
}

// witnesses compares a ruling with the package metadata of the path. Airbyte's
// order does not rank it, so where it contradicts a person has to decide.
func (s *survey) witnesses(r *ruling) {
	for _, st := range s.packageStatements(s.at[s.dir]) {
		switch {
		case st.Path == r.Path && st.License.Equal(r.License):
		case st.License.IsZero() && len(st.family) == 0:
			r.notes = append(r.notes, st.says()+", which is no licence that is known here")
		case st.agrees(r.License):
			if st.Path != r.Path {
				r.others = append(r.others, st)
			}
		case !r.License.IsZero():
			r.others = append(r.others, st)
			r.doubts = append(r.doubts, st.says()+", but "+r.says())
		}
	}
}

// contradictions compares what files say themselves with what the LICENSE and
// the metadata.yaml of the path say about it as a whole. Those may be about some
// of the files that hold together, but not about none.
func (s *survey) contradictions(all Expression, parts []*part) []string {
	if s.file || all.IsZero() {
		return nil
	}
	var list []string
	about := []ruling{s.metadataAt(s.at[s.dir])}
	if l := s.at[s.dir]; len(l.licenses) > 0 { // LICENSES/ has the texts of all, and says of none where it holds
		about = append([]ruling{s.licenseAt(l)}, about...)
	}
	for _, r := range about {
		if r.License.IsZero() || r.Rule == RuleDefault || r.agrees(all) || within(r.License, all) {
			continue
		}
		for _, p := range parts {
			if p.Path != r.Path && !p.License.IsZero() && !r.agrees(p.License) {
				list = append(list, r.says()+", but "+p.says())
				break
			}
		}
	}
	return list
}

// agrees tells whether the statement can be true of what is under x.
func (st Statement) agrees(x Expression) bool {
	if !st.License.IsZero() {
		return agree(x, st.License) || st.part && within(st.License, x)
	}
	all, some := true, false
	for n := range x.licenses() {
		in := slices.ContainsFunc(st.family, func(prefix string) bool { return strings.HasPrefix(n.id, prefix) })
		all, some = all && in, some || in
	}
	return all || st.part && some
}
