package license

import (
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// licenseAt gives what the licence texts of a folder say. A text that gives
// rules for a repository of several licences is no licence of its own: the
// ruling is then that of its default, by [RuleDefault].
func (s *survey) licenseAt(l *level) ruling {
	files := l.licenses
	if len(files) == 0 {
		files = l.texts
	}
	var r ruling
	var said []Expression
	var pointers []Blob // files that hold no licence's text
	dual := false
	for _, p := range files {
		b := s.blobs[p]
		b.Path = p
		got := s.memo.text(b)
		if got.rules {
			if d := s.byRules(l, b, got); !d.silent() {
				return d
			}
		}
		dual = dual || got.dual
		switch {
		case got.empty:
		case got.coverage == 0:
			pointers = append(pointers, b)
		default:
			r.take(b, got)
			said = append(said, got.license)
		}
	}
	for _, b := range pointers {
		got := s.memo.text(b)
		if held := join("AND", said...); got.dual && !held.IsZero() && len(strings.Fields(string(b.Text))) < 80 || !got.license.IsZero() && within(got.license, held) {
			continue // it only says how the texts beside it belong together
		}
		r.take(b, got)
		said = append(said, got.license)
	}
	r.License = together(said, dual)
	s.refine(l, &r)
	return r
}

// take adds what a file says.
func (r *ruling) take(b Blob, got reading) {
	if len(r.files) == 0 {
		r.Statement, r.coverage = Statement{License: got.license, Path: b.Path, BlobID: b.ID}, got.coverage
	}
	r.coverage = min(r.coverage, got.coverage)
	r.files = append(r.files, b.Path)
	for _, d := range got.doubts {
		r.doubts = append(r.doubts, b.Path+" "+d)
	}
}

// together joins the licences of texts that stand side by side.
func together(all []Expression, dual bool) Expression {
	if slices.ContainsFunc(all, func(x Expression) bool { return x.is("LGPL-3.0") }) {
		all = slices.DeleteFunc(slices.Clone(all), func(x Expression) bool { return x.is("GPL-3.0") })
	}
	if dual {
		return join("OR", all...)
	}
	return join("AND", all...)
}

// refine takes from the package metadata beside licence texts what texts cannot
// tell: whether later versions hold, and whether several hold together or one may choose.
func (s *survey) refine(l *level, r *ruling) {
	if r.License.IsZero() {
		return
	}
	for _, st := range s.packageStatements(l) {
		if st.License.IsZero() || st.License.Equal(r.License) && (!r.License.vague() || st.License.vague()) || !within(st.License, r.License) || !within(r.License, st.License) {
			continue
		}
		r.License = st.License
		r.Says = st.Says
		r.others = append(r.others, st)
		return
	}
}

// byRules gives the default of a text with rules: the licence that it names, or
// that of a file beside it which it points to.
func (s *survey) byRules(l *level, b Blob, got reading) ruling {
	r := ruling{Statement: Statement{License: got.fallback, Rule: RuleDefault, Path: b.Path, BlobID: b.ID, coverage: got.coverage}, files: []string{b.Path}}
	if !r.License.IsZero() {
		r.Says = "defaults to " + got.fallback.String()
		return r
	}
	for _, m := range otherwiseWords().FindAllString(string(b.Text), -1) {
		for _, word := range strings.Fields(m) {
			other := path.Join(l.dir, strings.Trim(word, ".,;:()`*\"'"))
			if other == b.Path || !slices.Contains(l.licenses, other) {
				continue
			}
			text := s.memo.text(s.blobs[other])
			if text.license.IsZero() {
				continue
			}
			r.License, r.coverage, r.Says = text.license, text.coverage, oneLine(m)
			r.Path, r.BlobID = other, s.blobs[other].ID
			r.files = append(r.files, other)
			for _, d := range text.doubts {
				r.doubts = append(r.doubts, other+" "+d)
			}
			return r
		}
	}
	if len(got.license.IDs()) < 2 {
		return ruling{} // it reads like rules, but gives no choice
	}
	r.doubts = []string{b.Path + " gives several licences and rules for them, none of which names the licence of this path"}
	r.License = got.license
	return r
}

var otherwiseWords = pattern.Lazy(`(?i)[^.]*\botherwise\b[^.]*[A-Z]+[A-Z0-9-]*`)
