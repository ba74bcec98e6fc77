package license

import (
	"strconv"
	"strings"
	"unicode/utf8"
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
	case words > maxRest || restricting().MatchString(f.Rest) || foreign().MatchString(f.Rest):
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

func quoted(s string) string {
	s = oneLine(s)
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "?")
	}
	return "“" + s + "”"
}

func percent(f float64) string { return strconv.FormatFloat(f, 'f', 0, 64) + " %" }
