package license

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/connkit/connkit/internal/pattern"
)

// minCoverage is the confidence bar: a text of which less is known proves nothing.
const minCoverage = 90

// maxText bounds, in bytes, what is read as a licence.
const maxText = 512 << 10

// maxRest is how many words a licence file may say besides its licences, as long as they restrict nothing.
const maxRest = 20

// reading is what a licence text says.
type reading struct {
	license  Expression
	coverage float64
	fallback Expression // what holds when nothing else does, where the text gives rules for a repository of several licences
	rules    bool       // the text gives such rules, so its licences do not hold together
	dual     bool       // the text says that one may choose
	empty    bool       // nothing stands there but who holds the copyright
	doubts   []string   // without the name of the file
}

// readText works out what a licence text says.
func readText(text []byte) reading {
	if len(text) > maxText {
		return reading{doubts: []string{"is too long for a licence text"}}
	}
	f := Identify(text)
	r := reading{coverage: f.Coverage, dual: dualWords().MatchString(f.Rest)}
	r.fallback, r.rules = repositoryRules(string(text))
	var known, addresses []Expression
	for _, m := range settleGNU(f.Matches) {
		if m.URL {
			addresses = append(addresses, plainID(m.ID))
		} else {
			known = append(known, plainID(m.ID))
		}
	}
	if len(known) == 0 {
		if r.empty = onlyCopyright(string(text)); r.empty {
			return r
		}
		r.onlyNamed(addresses, f, text)
		return r
	}
	op := "AND"
	if r.dual && len(known) > 1 {
		op = "OR"
	}
	r.license = join(op, known...)
	r.doubts = f.doubts()
	return r
}

func onlyCopyright(text string) bool {
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" && !copyrightLine().MatchString(line) {
			return false
		}
	}
	return true
}

// onlyNamed fills in what a text says that holds no licence, but perhaps the name or address of one.
func (r *reading) onlyNamed(addresses []Expression, f Found, text []byte) {
	r.coverage = 0
	if r.license = join("AND", addresses...); r.license.IsZero() {
		r.license = mentioned(string(text)).license
	}
	switch {
	case !r.license.IsZero():
		r.doubts = []string{"names " + r.license.String() + " but does not hold its text"}
	case similar(f.Rest) != "":
		r.doubts = []string{"is like " + similar(f.Rest) + ", but parts are missing or were changed"}
	default:
		r.doubts = []string{"is no licence text that is known here"}
	}
}

// doubts tells what a text says besides its licences that a person has to read.
func (f Found) doubts() []string {
	var list []string
	words := len(strings.Fields(f.Rest))
	switch {
	case f.Coverage < minCoverage:
		list = append(list, "is only "+percent(f.Coverage)+" known licence text; the rest begins: "+quoted(f.Rest))
	case words > maxRest || restricting().MatchString(f.Rest):
		list = append(list, "says more than its licence: "+quoted(f.Rest))
	}
	return list
}

// settleGNU puts together what belongs together: LGPL-3.0 is written as
// additions to GPL-3.0, whose text stands beside it; and a notice tells which
// versions hold of a licence whose text does not.
func settleGNU(matches []Match) []Match {
	has := func(id string) bool {
		for _, m := range matches {
			if m.ID == id && !m.URL {
				return true
			}
		}
		return false
	}
	var out []Match
	for _, m := range matches {
		switch {
		case m.ID == "GPL-3.0" && has("LGPL-3.0"),
			gnu(m.ID) && (has(m.ID+"-or-later") || has(m.ID+"-only")):
		default:
			out = append(out, m)
		}
	}
	return out
}

var dualWords = pattern.Lazy(`(?i)at your (option|choice|discretion)|either of|\beither (the )?(licen[cs]e|one)|dual[- ]?licen[cs]ed?|choose (either|one|between)|\bor (the )?(mit|apache)\b`)

// repositoryRules finds the sentence by which a LICENSE of several licences says
// what holds for works that no rule of it names, as that of airbytehq/airbyte does.
func repositoryRules(text string) (Expression, bool) {
	lower := strings.ToLower(text)
	hinted := slices.ContainsFunc([]string{"multiple licen", "different licen", "prioriti", "otherwise"}, func(w string) bool { return strings.Contains(lower, w) })
	if !hinted || !rulesWords().MatchString(text) { // the pattern is slow, and most texts have none of its words
		return Expression{}, false
	}
	m := defaultWords().FindStringSubmatch(text)
	if m == nil {
		return Expression{}, true
	}
	return understand(strings.TrimSpace(m[1])).license, true
}

var (
	rulesWords   = pattern.Lazy(`(?i)multiple licen[cs]es|different licen[cs]es (for|by)|prioriti[sz]ed rules|where not otherwise noted|unless otherwise (noted|stated|specified|indicated)[^.]{0,80}(work|file|content|repository|code|director)`)
	defaultWords = pattern.Lazy(`(?i)\bdefaults?\s+to\s+(?:the\s+)?([A-Za-z][^\n.]{1,60}(?:\.\d[^\n.]{0,20})?)`)
	underWords   = pattern.Lazy(`(?i)licen[cs]ed\s+under\s+(?:the\s+)?(?:terms\s+of\s+)?(?:the\s+)?([^.;,\n]{2,60}(?:\.\d+)?)`)
)

func quoted(s string) string {
	s = oneLine(s)
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "?")
	}
	return "“" + s + "”"
}

func percent(f float64) string { return strconv.FormatFloat(f, 'f', 0, 64) + " %" }
