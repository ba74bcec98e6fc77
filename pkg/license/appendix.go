package license

import (
	"regexp"

	"github.com/connkit/connkit/internal/pattern"
)

// appendices are what follows the terms of some licences and belongs to them:
// how to apply them. It holds notices that say nothing about the work at hand.
var appendices = []struct{ id, begins func() *regexp.Regexp }{
	{pattern.Lazy(`^(L|A)?GPL-[0-9.]+$`), pattern.Lazy(`(?i)^\W*(end\s+of\s+terms\s+and\s+conditions\W+)?(appendix:?\s+)?how\s+to\s+apply\s+these\s+terms`)},
	{pattern.Lazy(`^CC-`), pattern.Lazy(`(?i)^\W*creative\s+commons\s+is\s+not\s+a\s+party`)},
	{pattern.Lazy(`^(Apache-2\.0|ECL-2\.0)$`), pattern.Lazy(`(?i)^\W*(end\s+of\s+terms\s+and\s+conditions\W+)?appendix:\s+how\s+to\s+apply`)},
}

// widen stretches matches over their appendices and drops the matches in these.
func widen(text []byte, matches []Match) []Match {
	var out []Match
	for _, m := range matches {
		if n := len(out); n > 0 && m.Start < out[n-1].End {
			continue
		}
		for _, a := range appendices {
			if !m.URL && a.id().MatchString(m.ID) && a.begins().Match(text[m.End:]) {
				m.End = appendixEnd(text, m.End, matches)
			}
		}
		out = append(out, m)
	}
	return out
}

// appendixEnds are the last words of the appendices.
var appendixEnds = pattern.Lazy(`(?i)(why-not-lgpl\.html|instead\s+of\s+this\s+license|that's\s+all\s+there\s+is\s+to\s+it|gnu\.org/licenses/|limitations\s+under\s+the\s+license|contacted\s+at\s+creativecommons\.org)[\s>.!]*`)

// appendixEnd gives where an appendix ends: with its last words, where they are
// missing before the next whole licence text, else with the text.
func appendixEnd(text []byte, from int, matches []Match) int {
	end := len(text)
	for _, m := range matches {
		if m.Start >= from && !m.URL && m.End-m.Start > 3000 {
			end = m.Start
			break
		}
	}
	if last := appendixEnds().FindAllIndex(text[from:end], -1); len(last) > 0 {
		return from + last[len(last)-1][1]
	}
	return end
}
