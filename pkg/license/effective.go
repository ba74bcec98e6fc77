package license

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
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
	e.Doubts = append(e.Doubts, s.contradictions(e.License, parts)...)
	s.carry(&e, parts)
	e.Doubts, e.Notes = printable(unique(e.Doubts)), printable(unique(append(e.Notes, s.notes...)))
	e.Text = printable([]string{e.line(parts)})[0]
	return e
}

// nothing says that no rule gives a licence, and where one was looked for.
func (s *survey) nothing(p *part, some bool) string {
	if some {
		return "no rule gives a licence to " + someOf(p.works)
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

// printable keeps what an upstream wrote, names of files too, from moving the
// cursor or breaking a line of a commit message.
func printable(list []string) []string {
	for i, s := range list {
		list[i] = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || r == utf8.RuneError {
				return '?'
			}
			return r
		}, s)
	}
	return list
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
	return e.License.String() + " by " + strings.Join(texts, "; ")
}

var ruleNames = map[string]string{
	RuleHeader: "header", RuleBeside: "licence beside the code", RuleMetadata: "connector metadata",
	RulePackage: "package metadata", RuleParent: "licence above the code", RuleDefault: "default of the repository",
}

// known tells how much of a licence file is known, in brackets.
func (st Statement) known() string {
	if !isLicense(path.Base(st.Path)) {
		return ""
	}
	return " (" + percent(st.coverage) + " known text)"
}

func (p *part) line(several bool) string {
	s := p.Path + p.known()
	if p.Says != "" && p.Rule != RuleHeader && !strings.EqualFold(p.Says, p.License.String()) {
		s += ` "` + p.Says + `"`
	}
	s += ", " + ruleNames[p.Rule]
	if several {
		s += " of " + someOf(p.works) + ": " + p.License.String()
	}
	return s
}
