package license

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// proof gives the file that a claim names.
func (s *survey) proof(p string) (Blob, error) {
	if p == "" {
		return Blob{}, fault.Usagef("the licence path is missing: a file of the upstream is wanted").WithHint("%s", s.candidates("", true))
	}
	real, err := s.resolve(p, 0)
	if err != nil {
		return Blob{}, err
	}
	if real == "" {
		return Blob{}, fault.Usagef("the licence path %q is not in the upstream at this commit", p).WithHint("%s", s.candidates(p, false))
	}
	if entries, err := s.tree.List(s.ctx, real); err == nil && len(entries) > 0 {
		return Blob{}, fault.Usagef("the licence path %q is a folder; a file is wanted", p).WithHint("%s", s.candidates(real, true))
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Blob{}, err
	}
	got, err := s.tree.Read(s.ctx, real)
	if err != nil {
		return Blob{}, err
	}
	if _, ok := got[real]; !ok {
		return Blob{}, fault.Usagef("the licence path %q is no file", p).WithHint("%s", s.candidates(p, false))
	}
	b := got[real]
	b.Path = p
	switch {
	case strings.TrimSpace(string(b.Text)) == "":
		return Blob{}, fault.Usagef("the licence file %q is empty", p).WithHint("%s", s.candidates(p, false))
	case binary(b.Text):
		return Blob{}, fault.Usagef("the licence file %q is binary; a text is wanted", p).WithHint("%s", s.candidates(p, false))
	}
	return b, nil
}

// candidates names the files that could be meant: those in folder dir, else those
// that concern the path, those nearest to what was asked for first.
func (s *survey) candidates(p string, dir bool) string {
	var list []string
	add := func(l *level) {
		list = append(append(append(list, l.licenses...), l.metadata...), l.packages...)
	}
	if dir && p != "" {
		l := &level{dir: p}
		entries, _ := s.tree.List(s.ctx, p) // a hint may be poorer for it
		for _, e := range entries {
			if !e.Dir && !e.Module {
				l.sort(path.Join(p, e.Name), e)
			}
		}
		add(l)
	}
	for _, d := range upward(s.dir) {
		add(s.at[d])
	}
	list = slices.Compact(list)
	if !dir {
		if near := fault.Nearest(p, list); near != "" {
			return "did you mean " + near
		}
	}
	if len(list) == 0 {
		return "no licence file, metadata.yaml or package metadata stands in the path or above it"
	}
	return "what speaks of the licence there: " + strings.Join(list[:min(len(list), 5)], ", ")
}
