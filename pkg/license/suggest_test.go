package license_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
)

// What is no expression is told with the part that is wrong, and with what was probably meant.
func TestErrorsOfExpressions(t *testing.T) {
	t.Parallel()
	is := func(s, why string) string { return `"` + s + `" is no SPDX licence expression: ` + why }
	const list = "the ids are listed at https://spdx.org/licenses"
	mean := func(s string) string { return `did you mean "` + s + `"` }
	for s, want := range map[string][2]string{
		"MITT":                               {is("MITT", `"MITT" is no licence of the SPDX list`), mean("MIT")},
		"Apche-2.0":                          {is("Apche-2.0", `"Apche-2.0" is no licence of the SPDX list`), mean("Apache-2.0")},
		"BSD3":                               {is("BSD3", `"BSD3" is no licence of the SPDX list`), mean("BSD-3-Clause")},
		"GPL-3":                              {is("GPL-3", `"GPL-3" is no licence of the SPDX list`), mean("GPL-3.0-only")},
		"GPL3+":                              {is("GPL3+", `"GPL3+" is no licence of the SPDX list`), mean("GPL-3.0-or-later")},
		"AGPL":                               {is("AGPL", `"AGPL" is no licence of the SPDX list`), mean("AGPL-3.0-only")},
		"CC-BY-NC":                           {is("CC-BY-NC", `"CC-BY-NC" is no licence of the SPDX list`), mean("CC-BY-NC-4.0")},
		"SSPL":                               {is("SSPL", `"SSPL" is no licence of the SPDX list`), mean("SSPL-1.0")},
		"public domain":                      {is("public domain", `"public" is no licence of the SPDX list`), list},
		"MIT OR Apache":                      {is("MIT OR Apache", `"Apache" is no licence of the SPDX list`), mean("MIT OR Apache-2.0")},
		"MITT AND Apche-2.0":                 {is("MITT AND Apche-2.0", `"MITT" is no licence of the SPDX list`), mean("MIT AND Apache-2.0")},
		"mit or isc":                         {is("mit or isc", `"or" is not expected there`), mean("MIT OR ISC")},
		"(MIT or ISC) and Zlib":              {is("(MIT or ISC) and Zlib", `"or" is not expected there`), mean("(MIT OR ISC) AND Zlib")},
		"MIT|ISC":                            {is("MIT|ISC", `"MIT|ISC" is no licence of the SPDX list`), mean("MIT OR ISC")},
		"MIT, ISC":                           {is("MIT, ISC", `"MIT," is no licence of the SPDX list`), mean("MIT AND ISC")},
		"MIT WITH":                           {is("MIT WITH", "an exception is missing at the end"), ""},
		"MIT WITH AND ISC":                   {is("MIT WITH AND ISC", `"AND" is no exception of the SPDX list`), list},
		"GPL-2.0-only WITH Classpath":        {is("GPL-2.0-only WITH Classpath", `"Classpath" is no exception of the SPDX list`), ""},
		"(MIT) WITH Classpath-exception-2.0": {is("(MIT) WITH Classpath-exception-2.0", `"WITH" is not expected there`), list},
		"MIT AND":                            {is("MIT AND", "a licence is missing at the end"), ""},
		"AND":                                {is("AND", `a licence is missing before "AND"`), list},
		"MIT AND OR ISC":                     {is("MIT AND OR ISC", `a licence is missing before "OR"`), ""},
		"(MIT":                               {is("(MIT", "a bracket is not closed"), ""},
		"MIT)":                               {is("MIT)", `")" is not expected there`), ""},
		"()":                                 {is("()", `a licence is missing before ")"`), list},
		"MIT ISC":                            {is("MIT ISC", `"ISC" is not expected there`), ""},
		"NOASSERTION":                        {"NOASSERTION says that nobody looked: an import needs a licence", list},
		"none":                               {"NONE says that there is no licence: what has none cannot be imported", list},
		"MIT AND NONE":                       {"NONE says that there is no licence: what has none cannot be imported", list},
		"MIT OR NOASSERTION":                 {"NOASSERTION says that nobody looked: an import needs a licence", list},
		"":                                   {"a licence is missing: an SPDX expression such as MIT is wanted", list},
		" \t\n":                              {"a licence is missing: an SPDX expression such as MIT is wanted", list},
		"LicenseRef-":                        {is("LicenseRef-", `"LicenseRef-" is no licence of the SPDX list`), ""},
		"mti":                                {is("mti", `"mti" is no licence of the SPDX list`), list},
		"foo":                                {is("foo", `"foo" is no licence of the SPDX list`), list},
		"MIT++":                              {is("MIT++", `"MIT++" is no licence of the SPDX list`), mean("MIT")},
		"GPL-3.0-only+":                      {is("GPL-3.0-only+", `"GPL-3.0-only+" is no licence of the SPDX list`), ""},
		"UNLICENSED":                         {is("UNLICENSED", `"UNLICENSED" is no licence of the SPDX list`), list},
		"proprietary":                        {is("proprietary", `"proprietary" is no licence of the SPDX list`), list},
	} {
		x, err := license.Parse(s)
		if fault.KindOf(err) != fault.Usage || !x.IsZero() || err.Error() != want[0] || want[1] != "" && fault.HintOf(err) != want[1] {
			t.Errorf("%q: got  %v, hint %q\nwant %s, hint %q", s, err, fault.HintOf(err), want[0], want[1])
		}
	}
}

// A hint is an expression that is taken as it stands, and never one that says less than was asked for.
func TestHintsAreExpressions(t *testing.T) {
	t.Parallel()
	names := []string{"MIT", "apache 2", "gplv3+", "Foo", "NONE", "BSD", "(", "AND", "or", "/", "WITH", "LicenseRef-x"}
	for _, a := range names {
		for _, b := range names {
			for _, c := range names {
				s := a + " " + b + " " + c
				_, err := license.Parse(s)
				hint, ok := strings.CutPrefix(fault.HintOf(err), "did you mean ")
				if err == nil || !ok {
					continue
				}
				x, err := license.Parse(strings.Trim(hint, `"`))
				if err != nil || x.IsZero() {
					t.Errorf("%q: the hint %s is none: %v", s, hint, err)
				}
				if strings.Contains(s, "Foo") && (b == "AND" || b == "or") {
					t.Errorf("%q: the hint %s leaves Foo out", s, x)
				}
				if strings.Contains(s, "NONE") {
					t.Errorf("%q: a hint for what has no licence: %s", s, hint)
				}
			}
		}
	}
}
