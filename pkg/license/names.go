package license

import (
	"regexp"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// proprietary stands for "no licence is given": UNLICENSED in package.json,
// "Proprietary" in a classifier.
const proprietary = "LicenseRef-proprietary"

// maxName bounds, in bytes, what is taken for a name of a licence.
const maxName = 100

// meaning is what people mean by a name of their own for a licence.
type meaning struct {
	license Expression
	family  []string // prefixes of ids, when the name leaves the version or kind open
}

func (m meaning) empty() bool { return m.license.IsZero() && len(m.family) == 0 }

// kin is a family of licences: how people call it, and its ids. ids are full
// when the name alone tells the licence; those that end in a dash want a version.
type kin struct {
	called   func() *regexp.Regexp
	id       string
	versions []string // that may stand behind an id with a dash
	family   []string // instead of an id, when the name leaves several open
}

// usual are the ids that are most often meant by the name of a family alone.
var usual = map[string]string{
	"Apache-": "Apache-2.0", "BSD-": "BSD-3-Clause", "MPL-": "MPL-2.0", "EPL-": "EPL-2.0", "CDDL-": "CDDL-1.0",
	"GPL-": "GPL-3.0-only", "LGPL-": "LGPL-3.0-only", "AGPL-": "AGPL-3.0-only", "EUPL-": "EUPL-1.2",
	"CC-BY-": "CC-BY-4.0", "CC-BY-SA-": "CC-BY-SA-4.0", "CC-BY-NC-": "CC-BY-NC-4.0", "CC-BY-ND-": "CC-BY-ND-4.0", "CC-BY-NC-SA-": "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-": "CC-BY-NC-ND-4.0", "Artistic-": "Artistic-2.0", "OFL-": "OFL-1.1", "PSF-2.0": "PSF-2.0",
}

// kindred is asked in this order: a name of a narrower family holds that of a wider one.
var kindred = []kin{
	{pattern.Lazy(`\bcommons clause\b`), "LicenseRef-Commons-Clause", nil, nil},
	{pattern.Lazy(`\b(agpl|affero)`), "AGPL-", []string{"1.0", "3.0"}, nil},
	{pattern.Lazy(`\b(lgpl|(lesser|library) general public)`), "LGPL-", []string{"2.0", "2.1", "3.0"}, nil},
	{pattern.Lazy(`\b(gpl|general public)`), "GPL-", []string{"1.0", "2.0", "3.0"}, nil},
	{pattern.Lazy(`\b(apache|asl)\b`), "Apache-", []string{"1.0", "1.1", "2.0"}, nil},
	{pattern.Lazy(`\b(mpl|mozilla)\b`), "MPL-", []string{"1.0", "1.1", "2.0"}, nil},
	{pattern.Lazy(`\b(epl|eclipse)\b`), "EPL-", []string{"1.0", "2.0"}, nil},
	{pattern.Lazy(`\b(cddl|common development and distribution)\b`), "CDDL-", []string{"1.0", "1.1"}, nil},
	{pattern.Lazy(`\b(eupl|european union public)\b`), "EUPL-", []string{"1.0", "1.1", "1.2"}, nil},
	{pattern.Lazy(`\b(elv2|elv 2|elastic)\b`), "Elastic-2.0", nil, nil},
	{pattern.Lazy(`\b(busl|business source|bsl 1\.1)\b`), "BUSL-1.1", nil, nil},
	{pattern.Lazy(`\b(boost|bsl 1\.0)\b`), "BSL-1.0", nil, nil},
	{pattern.Lazy(`\b(sspl|server side public)\b`), "SSPL-1.0", nil, nil},
	{pattern.Lazy(`\bmit (0|no attribution)\b`), "MIT-0", nil, nil},
	{pattern.Lazy(`\b(mit|expat)\b`), "MIT", nil, nil},
	{pattern.Lazy(`\b(0 ?bsd|(zero|0) clause bsd|bsd (zero|0) clause)\b`), "0BSD", nil, nil},
	{pattern.Lazy(`\b(new|modified|revised|3|three)( clause)? bsd\b|\bbsd ?(3|three)\b|\bbsd (new|modified|revised)\b`), "BSD-3-Clause", nil, nil},
	{pattern.Lazy(`\b(simplified|freebsd|2|two)( clause)? bsd\b|\bbsd ?(2|two)\b|\bbsd simplified\b|\bfreebsd\b`), "BSD-2-Clause", nil, nil},
	{pattern.Lazy(`\b(original|old|4|four)( clause)? bsd\b|\bbsd ?(4|four)\b`), "BSD-4-Clause", nil, nil},
	{pattern.Lazy(`\bbsd\b`), "BSD-", nil, nil},
	{pattern.Lazy(`\bisc(l)?\b`), "ISC", nil, nil},
	{pattern.Lazy(`\bunlicense\b`), "Unlicense", nil, nil},
	{pattern.Lazy(`\bcc ?0\b`), "CC0-1.0", nil, nil},
	{pattern.Lazy(`\b(cc by|creative commons attribution) (nc|non ?commercial) (sa|share ?alike)\b`), "CC-BY-NC-SA-", []string{"3.0", "4.0"}, nil},
	{pattern.Lazy(`\b(cc by|creative commons attribution) (nc|non ?commercial) (nd|no ?deriv[a-z]*)\b`), "CC-BY-NC-ND-", []string{"3.0", "4.0"}, nil},
	{pattern.Lazy(`\b(cc by|creative commons attribution) (nc|non ?commercial)\b`), "CC-BY-NC-", []string{"3.0", "4.0"}, nil},
	{pattern.Lazy(`\b(cc by|creative commons attribution) (nd|no ?deriv[a-z]*)\b`), "CC-BY-ND-", []string{"3.0", "4.0"}, nil},
	{pattern.Lazy(`\b(cc by|creative commons attribution) sa\b|\bshare ?alike\b`), "CC-BY-SA-", []string{"3.0", "4.0"}, nil},
	{pattern.Lazy(`\b(cc by|creative commons attribution)\b`), "CC-BY-", []string{"3.0", "4.0"}, nil},
	{pattern.Lazy(`\bzlib\b`), "Zlib", nil, nil},
	{pattern.Lazy(`\bwtfpl\b`), "WTFPL", nil, nil},
	{pattern.Lazy(`\b(psf|python software foundation)\b`), "", nil, []string{"PSF-2.0", "Python-2.0"}},
	{pattern.Lazy(`\bpostgresql\b`), "PostgreSQL", nil, nil},
	{pattern.Lazy(`\bartistic\b`), "Artistic-", []string{"1.0", "2.0"}, nil},
	{pattern.Lazy(`\bncsa\b`), "NCSA", nil, nil},
	{pattern.Lazy(`\b(upl|universal permissive)\b`), "UPL-1.0", nil, nil},
	{pattern.Lazy(`\b(ofl|open font)\b`), "OFL-", []string{"1.0", "1.1"}, nil},
	{pattern.Lazy(`\b(proprietary|commercial|closed source|unlicensed|all rights reserved|confidential)\b`), proprietary, nil, nil},
}

var (
	bracketed   = pattern.Lazy(`\s*\([^)]*\)`)
	punctuation = pattern.Lazy(`[^a-z0-9.+]+`)
	glued       = pattern.Lazy(`([a-z])v?(\d)`)
	versionWord = pattern.Lazy(`\bv?(?:ersion )?(\d+(?:\.\d+)*)(\+|\b)`)
	// qualified tells of a name that more hangs on than the licence it names; alternatives are words of such names.
	qualified    = pattern.Lazy(`\b(and|or|not|no|never|except|exceptions?|exclud(ing|ed)|unless|with|without|style|like|non ?commercial|formerly|only for)\b`)
	alternatives = pattern.Lazy(`\bor (at your (option|choice)|any later|later|newer|above|revised|modified|simplified|lesser|old)\b|\b(new|library|simplified|original) or\b|\bno advertising\b`)
	orLater      = pattern.Lazy(`\+|\bor (later|newer|any later|above)\b|\bany later\b`)
)

// named reads a name that is no SPDX id: "Apache 2.0", "GPLv3+", "New BSD
// License", "ELv2". Long texts are no names.
func named(s string) meaning {
	if len(s) > maxName {
		return meaning{}
	}
	whole := punctuation().ReplaceAllString(strings.ToLower(strings.ReplaceAll(s, "&", " and ")), " ")
	if bare := strings.TrimSpace(bracketed().ReplaceAllString(s, "")); bare != "" {
		s = bare
	}
	s = strings.ToLower(strings.TrimSpace(s))
	plain := strings.Trim(punctuation().ReplaceAllString(s, " "), " .")
	if plain == "" || len(strings.Fields(plain)) > 12 {
		return meaning{}
	}
	if before, after, ok := strings.Cut(plain, " with "); ok {
		if m := named(before); !m.license.IsZero() && strings.Contains(after, "commons clause") {
			return meaning{license: join("AND", m.license, plainID("LicenseRef-Commons-Clause"))}
		}
		return meaning{} // an exception is never guessed away
	}
	split := glued().ReplaceAllString(plain, "$1 $2")
	for _, k := range kindred {
		if !k.called().MatchString(plain) && !k.called().MatchString(split) {
			continue
		}
		if !strings.HasPrefix(k.id, "LicenseRef-") && k.more(whole) {
			return meaning{} // what else is said of it, or beside it, is never guessed away
		}
		return k.mean(split)
	}
	return meaning{}
}

// more tells whether a name says more than the family: words on which its meaning hangs, or another family.
func (k kin) more(name string) bool {
	rest := k.called().ReplaceAllString(name, " ")
	return qualified().MatchString(alternatives().ReplaceAllString(rest, " ")) ||
		slices.ContainsFunc(kindred, func(other kin) bool { return other.clan() != k.clan() && other.called().MatchString(rest) })
}

// clan is what families share whose names hold each other's.
func (k kin) clan() string {
	for _, c := range []string{"GPL", "BSD", "MIT", "CC"} {
		if strings.Contains(k.id, c) {
			return c
		}
	}
	return k.id
}

func (k kin) mean(s string) meaning {
	if k.id == "" {
		return meaning{family: k.family}
	}
	if !strings.HasSuffix(k.id, "-") {
		return meaning{license: plainID(k.id)}
	}
	family := meaning{family: []string{k.id}}
	m := versionWord().FindStringSubmatch(s)
	if m == nil {
		return family
	}
	version := m[1]
	if !strings.Contains(version, ".") {
		version += ".0"
	}
	version = strings.TrimSuffix(version, ".0.0")
	if !slices.Contains(k.versions, version) {
		return family
	}
	id := k.id + version
	if orLater().MatchString(s) && gnu(id) {
		id += "-or-later"
	}
	return meaning{license: plainID(id)}
}

func plainID(id string) Expression { return Expression{&node{id: id}} }
