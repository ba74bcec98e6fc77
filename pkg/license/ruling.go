package license

import (
	"strings"
)

// ruling is what holds for the files of a folder that say nothing themselves.
type ruling struct {
	Statement
	doubts []string
	notes  []string
	others []Statement
	files  []string // that decide: several, when licence texts stand side by side
}

func (r ruling) silent() bool { return r.License.IsZero() && len(r.doubts) == 0 }

// ruling asks the rules for the works in dir, which is the path or lies in it.
// Below the path the nearest folder with a LICENSE or a metadata.yaml decides,
// as the path's own would.
func (s *survey) ruling(dir string) ruling {
	var general ruling // of the nearest LICENSE that gives rules instead of a licence
	for _, d := range upward(dir) {
		beside, meta := s.licenseAt(s.at[d]), s.metadataAt(s.at[d])
		switch {
		case beside.Rule == RuleDefault:
			general = beside.unless(general)
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
	for _, d := range upward(s.dir)[1:] {
		if meta := s.metadataAt(s.at[d]); !meta.silent() {
			return meta
		}
	}
	above := s.above(general)
	if r := s.packageAt(s.at[s.dir], RulePackage); !r.silent() {
		if !r.License.IsZero() && !above.License.IsZero() && !agree(r.License, above.License) {
			r.doubts = append(r.doubts, r.says()+", but "+above.says())
			r.others = append(r.others, above.Statement)
		}
		return r
	}
	return above
}

// above asks the folders above the path for a LICENSE or package metadata; what
// holds in general counts when there is neither.
func (s *survey) above(general ruling) ruling {
	for _, d := range upward(s.dir)[1:] {
		r := s.licenseAt(s.at[d])
		if r.Rule == RuleDefault {
			general = r.unless(general)
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
	return general
}

// unless gives r when nothing was known before.
func (r ruling) unless(before ruling) ruling {
	if before.silent() {
		return r
	}
	return before
}

// over keeps what was outranked. Where it contradicts, a person has to decide:
// the order says which of two holds, not that both were meant.
func (r ruling) over(other ruling) ruling {
	if other.Path == "" {
		return r
	}
	r.others = append(r.others, other.Statement)
	switch {
	case other.License.IsZero() && len(other.family) == 0:
		r.notes = append(r.notes, other.doubts...)
	case !r.License.IsZero() && !other.agrees(r.License):
		r.doubts = append(r.doubts, other.says()+", but "+r.says())
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

// metadataAt gives what metadata.yaml of a folder says. When it says more than
// one thing the first decides.
func (s *survey) metadataAt(l *level) ruling {
	var first ruling
	for _, p := range l.metadata {
		b, ok := s.blobs[p]
		if !ok {
			continue
		}
		for _, f := range s.memo.metadata(b, p) {
			r := ruling{files: []string{p}}
			r.Statement = Statement{coverage: 100, License: f.license, Rule: RuleMetadata, Path: p, BlobID: b.ID, Says: f.text, family: f.family}
			if f.license.IsZero() {
				r.doubts = []string{r.says() + ", which names no licence of the SPDX list"}
			}
			if first.Path != "" {
				first = first.over(r)
				continue
			}
			first = r
		}
		if why := s.memo.why(b, p); why != "" && first.Path == "" {
			return ruling{Statement: Statement{Rule: RuleMetadata, Path: p, BlobID: b.ID}, doubts: []string{"reading it for a licence: " + why}, files: []string{p}}
		}
	}
	return first
}
