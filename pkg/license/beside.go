package license

import (
	"path"
	"slices"
	"strings"
)

// licenseAt gives what the licence texts of a folder say. A text that gives
// rules for a repository of several licences is no licence of its own: the
// ruling is then that of its default, by [RuleDefault].
func (s *survey) licenseAt(l *level) ruling {
	files := l.licenses
	if len(files) == 0 {
		files = l.texts
	}
	var said []Expression
	var r ruling
	dual := false
	for _, p := range files {
		b := s.blobs[p]
		got := s.memo.text(b)
		if got.rules {
			if d := s.byRules(l, b, got); !d.silent() {
				return d
			}
		}
		if got.license.IsZero() && got.dual && len(files) > 1 && len(strings.Fields(string(b.Text))) < 80 {
			dual = true // it only says that one may choose among the others
			continue
		}
		dual = dual || got.dual
		for _, d := range got.doubts {
			r.doubts = append(r.doubts, p+" "+d)
		}
		if r.Path == "" || r.License.IsZero() && !got.license.IsZero() {
			r.Statement = Statement{License: got.license, Path: p, BlobID: b.ID}
			r.coverage = got.coverage
		}
		r.files = append(r.files, p)
		r.coverage = min(r.coverage, got.coverage)
		said = append(said, got.license)
	}
	r.License = together(said, dual)
	s.refine(l, &r)
	return r
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
		if st.License.IsZero() || st.License.Equal(r.License) && !r.License.vague() || !within(st.License, r.License) || !within(r.License, st.License) {
			continue
		}
		r.License = st.License
		r.Says = st.Says
		r.others = append(r.others, st)
		return
	}
}

// vague tells whether the expression leaves open which versions hold.
func (x Expression) vague() bool {
	for n := range x.licenses() {
		if n.atom().versions == eitherOf {
			return true
		}
	}
	return false
}

// byRules gives the default of a text with rules: the licence that it names, or
// that of a file beside it which it points to.
func (s *survey) byRules(l *level, b Blob, got reading) ruling {
	r := ruling{Statement: Statement{License: got.fallback, Rule: RuleDefault, Path: b.Path, BlobID: b.ID}, coverage: got.coverage, files: []string{b.Path}}
	if !r.License.IsZero() {
		r.Says = "defaults to " + got.fallback.String()
		return r
	}
	for _, m := range otherwiseWords.re().FindAllString(string(b.Text), -1) {
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

var otherwiseWords = lazily(`(?i)[^.]*\botherwise\b[^.]*[A-Z]+[A-Z0-9-]*`)
