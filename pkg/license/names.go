package license

import (
	"regexp"
	"slices"
	"strings"
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
	called   *regexp.Regexp
	id       string
	versions []string // that may stand behind an id with a dash
	family   []string // instead of an id, when the name leaves several open
}

// kindred is asked in this order: a name of a narrower family holds that of a wider one.
var kindred = []kin{
	{regexp.MustCompile(`\bcommons clause\b`), "LicenseRef-Commons-Clause", nil, nil},
	{regexp.MustCompile(`\b(agpl|affero)`), "AGPL-", []string{"1.0", "3.0"}, nil},
	{regexp.MustCompile(`\b(lgpl|(lesser|library) general public)`), "LGPL-", []string{"2.0", "2.1", "3.0"}, nil},
	{regexp.MustCompile(`\b(gpl|general public)`), "GPL-", []string{"1.0", "2.0", "3.0"}, nil},
	{regexp.MustCompile(`\b(apache|asl)\b`), "Apache-", []string{"1.0", "1.1", "2.0"}, nil},
	{regexp.MustCompile(`\b(mpl|mozilla)\b`), "MPL-", []string{"1.0", "1.1", "2.0"}, nil},
	{regexp.MustCompile(`\b(epl|eclipse)\b`), "EPL-", []string{"1.0", "2.0"}, nil},
	{regexp.MustCompile(`\b(cddl|common development and distribution)\b`), "CDDL-", []string{"1.0", "1.1"}, nil},
	{regexp.MustCompile(`\b(eupl|european union public)\b`), "EUPL-", []string{"1.0", "1.1", "1.2"}, nil},
	{regexp.MustCompile(`\b(elv2|elv 2|elastic)\b`), "Elastic-2.0", nil, nil},
	{regexp.MustCompile(`\b(busl|business source|bsl 1\.1)\b`), "BUSL-1.1", nil, nil},
	{regexp.MustCompile(`\b(boost|bsl 1\.0)\b`), "BSL-1.0", nil, nil},
	{regexp.MustCompile(`\b(sspl|server side public)\b`), "SSPL-1.0", nil, nil},
	{regexp.MustCompile(`\bmit (0|no attribution)\b`), "MIT-0", nil, nil},
	{regexp.MustCompile(`\b(mit|expat)\b`), "MIT", nil, nil},
	{regexp.MustCompile(`\b(0 ?bsd|(zero|0) clause bsd|bsd (zero|0) clause)\b`), "0BSD", nil, nil},
	{regexp.MustCompile(`\b(new|modified|revised|3|three)( clause)? bsd\b|\bbsd ?(3|three)\b|\bbsd (new|modified|revised)\b`), "BSD-3-Clause", nil, nil},
	{regexp.MustCompile(`\b(simplified|freebsd|2|two)( clause)? bsd\b|\bbsd ?(2|two)\b|\bbsd simplified\b|\bfreebsd\b`), "BSD-2-Clause", nil, nil},
	{regexp.MustCompile(`\b(original|old|4|four)( clause)? bsd\b|\bbsd ?(4|four)\b`), "BSD-4-Clause", nil, nil},
	{regexp.MustCompile(`\bbsd\b`), "BSD-", nil, nil},
	{regexp.MustCompile(`\bisc(l)?\b`), "ISC", nil, nil},
	{regexp.MustCompile(`\bunlicense\b`), "Unlicense", nil, nil},
	{regexp.MustCompile(`\bcc ?0\b`), "CC0-1.0", nil, nil},
	{regexp.MustCompile(`\b(cc by|creative commons attribution) sa\b|\bsharealike\b`), "CC-BY-SA-", []string{"3.0", "4.0"}, nil},
	{regexp.MustCompile(`\b(cc by|creative commons attribution)\b`), "CC-BY-", []string{"3.0", "4.0"}, nil},
	{regexp.MustCompile(`\bzlib\b`), "Zlib", nil, nil},
	{regexp.MustCompile(`\bwtfpl\b`), "WTFPL", nil, nil},
	{regexp.MustCompile(`\b(psf|python software foundation)\b`), "", nil, []string{"PSF-2.0", "Python-2.0"}},
	{regexp.MustCompile(`\bpostgresql\b`), "PostgreSQL", nil, nil},
	{regexp.MustCompile(`\bartistic\b`), "Artistic-", []string{"1.0", "2.0"}, nil},
	{regexp.MustCompile(`\bncsa\b`), "NCSA", nil, nil},
	{regexp.MustCompile(`\b(upl|universal permissive)\b`), "UPL-1.0", nil, nil},
	{regexp.MustCompile(`\b(ofl|open font)\b`), "OFL-", []string{"1.0", "1.1"}, nil},
	{regexp.MustCompile(`\b(proprietary|commercial|closed source|unlicensed|all rights reserved|confidential)\b`), proprietary, nil, nil},
}

var (
	bracketed   = regexp.MustCompile(`\s*\([^)]*\)`)
	punctuation = regexp.MustCompile(`[^a-z0-9.+]+`)
	glued       = regexp.MustCompile(`([a-z])v?(\d)`)
	versionWord = regexp.MustCompile(`\bv?(?:ersion )?(\d+(?:\.\d+)*)(\+|\b)`)
	orLater     = regexp.MustCompile(`\+|\bor (later|newer|any later|above)\b|\bany later\b`)
)

// named reads a name that is no SPDX id: "Apache 2.0", "GPLv3+", "New BSD
// License", "ELv2". Long texts are no names.
func named(s string) meaning {
	if len(s) > maxName {
		return meaning{}
	}
	if bare := strings.TrimSpace(bracketed.ReplaceAllString(s, "")); bare != "" {
		s = bare
	}
	s = strings.ToLower(strings.TrimSpace(s))
	plain := strings.Trim(punctuation.ReplaceAllString(s, " "), " .")
	if plain == "" || len(strings.Fields(plain)) > 12 {
		return meaning{}
	}
	split := glued.ReplaceAllString(plain, "$1 $2")
	for _, k := range kindred {
		if k.called.MatchString(plain) || k.called.MatchString(split) {
			return k.mean(split)
		}
	}
	return meaning{}
}

func (k kin) mean(s string) meaning {
	if k.id == "" {
		return meaning{family: k.family}
	}
	if !strings.HasSuffix(k.id, "-") {
		return meaning{license: plainID(k.id)}
	}
	family := meaning{family: []string{k.id}}
	m := versionWord.FindStringSubmatch(s)
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
	if orLater.MatchString(s) && gnu(id) {
		id += "-or-later"
	}
	return meaning{license: plainID(id)}
}

func plainID(id string) Expression { return Expression{&node{id: id}} }

var operators = regexp.MustCompile(`(?i)\s+(and|or)\s+|\s*(//?|\||,|&|;)\s*`)

// understand reads an expression as people write them: with names for ids, small
// letters for operators and slashes for OR. Commas and & hold together.
func understand(s string) meaning {
	s = strings.Trim(strings.TrimSpace(s), `"'`)
	if x, err := parse(s); err == nil {
		return meaning{license: x}
	}
	if upper := upperOperators.ReplaceAllStringFunc(s, strings.ToUpper); upper != s {
		if x, err := parse(upper); err == nil {
			return meaning{license: x}
		}
	}
	if orLater.MatchString(strings.ToLower(s)) {
		if m := named(s); !m.empty() {
			return m
		}
	}
	if m, ok := understandParts(s); ok {
		return m
	}
	return named(s)
}

var upperOperators = regexp.MustCompile(`(?i)\s(and|or|with)\s`)

// understandParts reads names with operators between; all must be understood.
func understandParts(s string) (meaning, bool) {
	cuts := operators.FindAllStringIndex(s, -1)
	if len(cuts) == 0 {
		return meaning{}, false
	}
	var parts []Expression
	ops := map[string]bool{}
	from := 0
	for _, c := range append(cuts, []int{len(s), len(s)}) {
		part := strings.Trim(s[from:c[0]], " ()")
		x, err := parse(part)
		if err != nil {
			if x = named(part).license; x.IsZero() {
				return meaning{}, false
			}
		}
		parts = append(parts, x)
		switch op := strings.ToLower(strings.TrimSpace(s[c[0]:c[1]])); op {
		case "":
		case "or", "/", "//", "|":
			ops["OR"] = true
		default:
			ops["AND"] = true
		}
		from = c[1]
	}
	if len(ops) != 1 || len(parts) > maxLicenses { // mixed without brackets: what binds first is anyone's guess
		return meaning{}, false
	}
	if ops["OR"] {
		return meaning{license: join("OR", parts...)}, true
	}
	return meaning{license: join("AND", parts...)}, true
}

// nearest gives what was probably meant by s, which is no expression: "" when nothing is near.
func nearest(s string) string {
	if m := understand(s); !m.license.IsZero() && m.license.root.id != proprietary {
		return m.license.String()
	}
	fixed := false
	out := tokens.ReplaceAllStringFunc(s, func(t string) string {
		switch upper := strings.ToUpper(t); {
		case upper == "AND" || upper == "OR" || upper == "WITH":
			fixed = fixed || upper != t
			return upper
		case t == "(" || t == ")":
			return t
		}
		id := nearestID(t)
		fixed = fixed || id != t
		return id
	})
	if x, err := parse(out); err == nil && fixed {
		return x.String()
	}
	return ""
}
