package license

import (
	"bytes"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// minCoverage is the confidence bar: a text of which less is known proves nothing.
const minCoverage = 90

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
	f := Identify(text)
	r := reading{coverage: f.Coverage, dual: dualWords.re().MatchString(f.Rest)}
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
		if r.empty = f.Rest == "" && len(addresses) == 0; r.empty {
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
	case words > maxRest || restricting.re().MatchString(f.Rest):
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

var dualWords = lazily(`(?i)at your (option|choice|discretion)|either of|\beither (the )?(licen[cs]e|one)|dual[- ]?licen[cs]ed?|choose (either|one|between)|\bor (the )?(mit|apache)\b`)

// repositoryRules finds the sentence by which a LICENSE of several licences says
// what holds for works that no rule of it names, as that of airbytehq/airbyte does.
func repositoryRules(text string) (Expression, bool) {
	if !rulesWords.re().MatchString(text) {
		return Expression{}, false
	}
	m := defaultWords.re().FindStringSubmatch(text)
	if m == nil {
		return Expression{}, true
	}
	return understand(strings.TrimSpace(m[1])).license, true
}

var (
	rulesWords   = lazily(`(?i)multiple licen[cs]es|different licen[cs]es (for|by)|prioriti[sz]ed rules|where not otherwise noted|unless otherwise (noted|stated|specified|indicated)[^.]{0,80}(work|file|content|repository|code|director)`)
	defaultWords = lazily(`(?i)\bdefaults?\s+to\s+(?:the\s+)?([A-Za-z][^\n.]{1,60}(?:\.\d[^\n.]{0,20})?)`)
	underWords   = lazily(`(?i)licen[cs]ed\s+under\s+(?:the\s+)?(?:terms\s+of\s+)?(?:the\s+)?([^.;,\n]{2,60}(?:\.\d+)?)`)
)

// mentioned reads a short text that only names a licence: "MIT", "Licensed under Apache 2.0".
func mentioned(text string) meaning {
	text = strings.TrimSpace(text)
	if len(text) > 600 {
		return meaning{}
	}
	if m := underWords.re().FindStringSubmatch(text); m != nil {
		if got := understand(m[1]); !got.license.IsZero() {
			return got
		}
	}
	if strings.Count(text, "\n") > 2 {
		return meaning{}
	}
	return understand(text)
}

// signs are sentences by which a text is known to be like a licence.
var signs = []struct{ words, id string }{
	{"permission is hereby granted, free of charge", "MIT"},
	{"permission to use, copy, modify, and/or distribute", "ISC"},
	{"redistribution and use in source and binary forms", "a BSD licence"},
	{"apache license version 2.0", "Apache-2.0"},
	{"gnu affero general public license", "AGPL-3.0"},
	{"gnu lesser general public license", "an LGPL"},
	{"gnu general public license", "a GPL"},
	{"mozilla public license", "MPL-2.0"},
	{"elastic license", "Elastic-2.0"},
	{"business source license", "BUSL-1.1"},
	{"server side public license", "SSPL-1.0"},
}

func similar(text string) string {
	lower := strings.ToLower(strings.Join(strings.Fields(strings.NewReplacer("*", "", "#", "", ",", ",").Replace(text)), " "))
	lower = strings.ReplaceAll(lower, "license, version", "license version")
	for _, s := range signs {
		if strings.Contains(lower, s.words) {
			return s.id
		}
	}
	return ""
}

// binary tells whether bytes are no text.
func binary(text []byte) bool {
	head := text[:min(len(text), 8000)]
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return false
	}
	return bytes.IndexByte(head, 0) >= 0
}

func quoted(s string) string {
	s = oneLine(s)
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "?")
	}
	return "“" + s + "”"
}

var licenseName = lazily(`(?i)^(un)?licen[cs]es?([-_. ].*)?$|^copying([-_. ].*)?$|^(mit|bsd|apache|gpl|lgpl|agpl|elastic|elv2|bsl)[-_ ]licen[cs]e([-_. ].*)?$|^[a-z0-9._-]+\.licen[cs]e\.(txt|md)$`)

// thirdParty is in the name of files that hold the licences of others.
var thirdParty = lazily(`(?i)(third|3rd)[-_ ]?part(y|ies)|dependenc|vendor|bundled|notices?\b|attribution`)

// isLicense tells whether a file, by its name, holds the licence of what lies beside it.
func isLicense(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".go", ".py", ".js", ".ts", ".java", ".rb", ".json", ".yaml", ".yml", ".toml", ".xml", ".cs", ".kt", ".scala", ".sh", ".c", ".h", ".cc", ".cpp", ".rs", ".php",
		".png", ".jpg", ".jpeg", ".svg", ".gif", ".pdf", ".spdx", ".key", ".lock", ".csv", ".sql", ".tpl", ".tmpl", ".j2", ".lic":
		return false
	}
	return licenseName.re().MatchString(name) && !thirdParty.re().MatchString(name)
}

var noticeName = lazily(`(?i)^notices?([-_.](txt|md|rst|upstream))?$`)

func isNotice(name string) bool { return noticeName.re().MatchString(name) }

func percent(f float64) string { return strconv.FormatFloat(f, 'f', 0, 64) + " %" }
