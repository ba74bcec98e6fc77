package license

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Effective works out the licence that holds for path in a tree, by the order
// that airbytehq/airbyte publishes in its LICENSE (see the Rule constants), for
// any repository; docs/licences.md says what connkit adds to it. Where files of
// a path are under different licences, all of these hold together.
//
// What is uncertain stands in the evidence's Doubts. A path that is not there is
// a [fault.Usage] error; an error of the tree is passed on.
func Effective(ctx context.Context, t Tree, path string) (Evidence, error) {
	return new(Reader).Effective(ctx, t, path)
}

// evidence asks the rules and puts the answers together.
func (s *survey) evidence() Evidence {
	parts := s.parts()
	var e Evidence
	var licenses []Expression
	main := parts[0]
	for _, p := range parts[1:] {
		if main.License.IsZero() && !p.License.IsZero() {
			main = p
		}
	}
	s.witnesses(&main.ruling)
	e.Rule, e.Path, e.BlobID, e.Coverage = main.Rule, main.Path, main.BlobID, main.coverage
	for _, p := range parts {
		licenses = append(licenses, p.License)
		if p != main {
			e.Others = append(e.Others, p.Statement)
		}
		e.Others = append(e.Others, p.others...)
		e.Doubts = append(e.Doubts, p.doubts...)
		e.Notes = append(e.Notes, p.notes...)
		if p.silent() {
			e.Doubts = append(e.Doubts, s.nothing(p, len(parts) > 1))
		}
	}
	e.License = join("AND", licenses...)
	e.Doubts, e.Notes = unique(e.Doubts), unique(append(e.Notes, s.notes...))
	s.carry(&e, parts)
	e.Text = e.line(parts)
	return e
}

// nothing says that no rule gives a licence, and where one was looked for.
func (s *survey) nothing(p *part, some bool) string {
	if some {
		return fmt.Sprintf("no rule gives a licence to %s", someOf(p.works))
	}
	where := "the upstream's root"
	if s.dir != "" {
		where = s.dir + " and the folders above"
	}
	return "no licence was found: no file header, LICENSE, metadata.yaml or package metadata in " + where + " names one"
}

func someOf(list []string) string {
	switch {
	case len(list) <= 3:
		return strings.Join(list, ", ")
	default:
		return fmt.Sprintf("%s and %d more", strings.Join(list[:2], ", "), len(list)-2)
	}
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// line spells the evidence in a line for people and commit trailers.
func (e Evidence) line(parts []*part) string {
	if e.License.IsZero() {
		return "no licence found"
	}
	var texts []string
	several := slices.ContainsFunc(parts, func(p *part) bool { return !p.License.Equal(e.License) })
	for _, p := range parts {
		if !p.License.IsZero() && (several || len(texts) == 0) {
			texts = append(texts, p.line(several))
		}
	}
	if len(texts) > 4 {
		texts = append(texts[:3], fmt.Sprintf("and %d more", len(texts)-3))
	}
	return strings.ToValidUTF8(e.License.String()+" by "+strings.Join(texts, "; "), "?")
}

var ruleNames = map[string]string{
	RuleHeader: "header", RuleBeside: "licence beside the code", RuleMetadata: "connector metadata",
	RulePackage: "package metadata", RuleParent: "licence above the code", RuleDefault: "default of the repository",
}

func (p *part) line(several bool) string {
	s := p.Path
	if isLicense(path.Base(p.Path)) {
		s += " (" + percent(p.coverage) + " known text)"
	}
	if p.Says != "" && p.Rule != RuleHeader && !strings.EqualFold(p.Says, p.License.String()) {
		s += ` "` + p.Says + `"`
	}
	s += ", " + ruleNames[p.Rule]
	if several {
		s += " of " + someOf(p.works) + ": " + p.License.String()
	}
	return s
}

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
