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

// appendixEnd gives where an appendix ends: before the next whole licence text, else with the text.
func appendixEnd(text []byte, from int, matches []Match) int {
	for _, m := range matches {
		if m.Start >= from && !m.URL && m.End-m.Start > 3000 {
			return m.Start
		}
	}
	return len(text)
}
