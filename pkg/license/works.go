package license

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
)

// part is a licence that holds for some of the works of a path.
type part struct {
	ruling
	works []string
}

// parts sorts the works of the path by what holds for them: their own header,
// else the ruling of their folder.
func (s *survey) parts() []*part {
	var own, rest []*part
	rulings := map[string]ruling{}
	annotations := s.annotations()
	for _, w := range s.works {
		b := s.blobs[w]
		if s.aside(w, b) {
			continue
		}
		if h, ok := s.ownLicense(w, annotations); ok {
			own = gather(own, h, w)
			continue
		}
		dir := parent(w)
		r, known := rulings[dir]
		if !known {
			r = s.ruling(dir)
			rulings[dir] = r
		}
		rest = gather(rest, r, w)
	}
	if len(rest)+len(own) == 0 {
		rest = gather(rest, s.ruling(s.dir), "")
	}
	top := s.ruling(s.dir)
	slices.SortStableFunc(rest, func(a, b *part) int { return cmp.Compare(b.like(top), a.like(top)) })
	return append(rest, own...)
}

// like is 1 for the part that is decided as r is, else 0.
func (p *part) like(r ruling) int {
	if p.Path == r.Path && p.Rule == r.Rule {
		return 1
	}
	return 0
}

// gather adds a work to the part with the same licence from the same file.
func gather(parts []*part, r ruling, work string) []*part {
	for _, p := range parts {
		if p.Path == r.Path && p.Rule == r.Rule || p.Rule == RuleHeader && r.Rule == RuleHeader && p.License.Equal(r.License) && len(r.doubts) == 0 && len(p.doubts) == 0 {
			p.works = append(p.works, work)
			return parts
		}
	}
	return append(parts, &part{r, []string{work}})
}

// ownLicense gives the licence that a file says itself, or that REUSE's files say about it.
func (s *survey) ownLicense(w string, annotations []annotation) (ruling, bool) {
	about := annotationOf(w, annotations)
	if about != nil && about.precedence == override {
		return about.ruling(), true
	}
	for _, file := range []string{w, w + ".license"} {
		text, ok := s.blobs[file]
		if !ok {
			continue
		}
		text.Path = file
		h := s.memo.header(text)
		if h.empty() {
			continue
		}
		r := ruling{Statement: Statement{License: h.license, Rule: RuleHeader, Path: file, BlobID: text.ID, Says: h.says, coverage: 100}, files: []string{file}}
		if h.doubt != "" {
			r.doubts = []string{file + " " + h.doubt}
		}
		if about != nil && about.precedence == aggregate {
			r = r.and(about.ruling())
		}
		return r, true
	}
	if about != nil {
		return about.ruling(), true
	}
	return ruling{}, false
}

// annotationOf gives what holds of the annotations of a file: the last one of
// the nearest folder, unless one of a folder above overrides those below.
func annotationOf(w string, annotations []annotation) *annotation {
	var about *annotation
	for i, a := range annotations {
		if a.covers(w) && (about == nil || about.precedence != override || about.source.Path == a.source.Path) {
			about = &annotations[i]
		}
	}
	return about
}

// and adds what another file says about the same work.
func (r ruling) and(other ruling) ruling {
	r.License = join("AND", r.License, other.License)
	r.doubts = append(r.doubts, other.doubts...)
	r.others = append(r.others, other.Statement)
	return r
}

func (a annotation) ruling() ruling {
	r := ruling{Statement: Statement{License: a.license, Rule: RuleHeader, Path: a.source.Path, BlobID: a.source.ID, Says: a.says, coverage: 100}, files: []string{a.source.Path}}
	if a.license.IsZero() {
		r.doubts = []string{r.says() + ", which names no licence of the SPDX list"}
	}
	return r
}

func (s *survey) annotations() []annotation {
	var list []annotation
	for _, d := range slices.Sorted(maps.Keys(s.at)) { // a folder before those in it
		for _, p := range s.at[d].reuse {
			if b, ok := s.blobs[p]; ok {
				b.Path = p
				list = append(list, readReuse(b)...)
			}
		}
	}
	return list
}

// aside tells whether a file of the path is no work whose licence matters: it is
// empty, describes the project, or is itself about licences.
func (s *survey) aside(w string, b Blob) bool {
	name := path.Base(w)
	l := s.at[parent(w)]
	switch {
	case s.file:
		return false
	case isPicture(w), len(b.Text) == 0, binary(b.Text):
		return true
	case slices.Contains(l.licenses, w), isNotice(name), isMetadata(w), name == reuseTOML, strings.HasSuffix(name, ".license"), thirdParty().MatchString(name) && licenseName().MatchString(name):
		return true
	case strings.HasPrefix(name, "."), strings.HasPrefix(name, "requirements"), name == "Dockerfile", name == "Makefile", name == "VERSION", name == "go.sum", name == "go.mod", name == "Cargo.lock", name == "uv.lock":
		return true
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".rst", ".adoc", ".lock", ".svg", ".cff":
		return true
	}
	return false
}
