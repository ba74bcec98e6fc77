package license

import (
	"path"
	"slices"
	"strings"
)

// ruling is what holds for the files of a folder that say nothing themselves.
type ruling struct {
	Statement
	coverage float64
	doubts   []string
	notes    []string
	others   []Statement
	files    []string // that decide: several, when licence texts stand side by side
}

func (r ruling) silent() bool { return r.License.IsZero() && len(r.doubts) == 0 }

// ruling asks the rules for the works in dir, which is the path or lies in it.
// Below the path the nearest folder with a LICENSE or a metadata.yaml decides,
// as the path's own would.
func (s *survey) ruling(dir string) ruling {
	rules := ruling{} // of the nearest LICENSE that gives rules instead of a licence
	remember := func(r ruling) {
		if rules.silent() {
			rules = r
		}
	}
	for _, d := range upward(dir) {
		l := s.at[d]
		beside, meta := s.licenseAt(l), s.metadataAt(l)
		switch {
		case beside.Rule == RuleDefault:
			remember(beside)
		case !beside.silent():
			beside.Rule = RuleBeside
			return beside.over(meta)
		}
		if !meta.silent() {
			return meta
		}
		if d == s.dir {
			break
		}
	}
	above := upward(s.dir)[1:]
	for _, d := range above {
		if meta := s.metadataAt(s.at[d]); !meta.silent() {
			return meta
		}
	}
	if r := s.packageAt(s.at[s.dir], RulePackage); !r.silent() {
		return r
	}
	for _, d := range above {
		r := s.licenseAt(s.at[d])
		if r.Rule == RuleDefault {
			remember(r)
			continue
		}
		if r.silent() {
			r = s.packageAt(s.at[d], RuleParent)
		}
		if !r.silent() {
			r.Rule = RuleParent
			return r
		}
	}
	return rules
}

// over notes what was outranked.
func (r ruling) over(other ruling) ruling {
	if !other.License.IsZero() {
		r.others = append(r.others, other.Statement)
		if !agree(r.License, other.License) {
			r.notes = append(r.notes, other.says()+", but a LICENSE beside the code goes before it")
		}
	}
	return r
}

// agree tells whether two statements about the same work can both be true.
func agree(a, b Expression) bool { return a.Grants(b) || b.Grants(a) }

// says spells a statement for a message: file and words.
func (st Statement) says() string {
	switch {
	case st.Says != "" && !strings.EqualFold(st.Says, st.License.String()) && !st.License.IsZero():
		return st.Path + " says " + quoted(st.Says) + " (" + st.License.String() + ")"
	case !st.License.IsZero():
		return st.Path + " says " + st.License.String()
	default:
		return st.Path + " says " + quoted(st.Says)
	}
}

// metadataAt gives what metadata.yaml of a folder says.
func (s *survey) metadataAt(l *level) ruling {
	for _, p := range l.metadata {
		b, ok := s.blobs[p]
		if !ok {
			continue
		}
		for _, f := range s.memo.metadata(b, p) {
			r := ruling{coverage: 100, files: []string{p}}
			r.Statement = Statement{License: f.license, Rule: RuleMetadata, Path: p, BlobID: b.ID, Says: f.text, family: f.family}
			if f.license.IsZero() {
				r.doubts = []string{r.says() + ", which names no licence of the SPDX list"}
			}
			return r
		}
		if why := s.memo.why(b, p); why != "" {
			return ruling{Statement: Statement{Rule: RuleMetadata, Path: p, BlobID: b.ID}, doubts: []string{"reading it for a licence: " + why}, files: []string{p}}
		}
	}
	return ruling{}
}

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
	return ruling{Statement: st, coverage: 100, files: []string{st.Path}}
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
