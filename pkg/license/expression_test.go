package license_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
)

func TestParseGivesTheCanonicalSpelling(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"MIT":                   "MIT",
		"mit":                   "MIT",
		"  Mit\t":               "MIT",
		"apache-2.0":            "Apache-2.0",
		"ELASTIC-2.0":           "Elastic-2.0",
		"MIT OR Apache-2.0":     "MIT OR Apache-2.0",
		"(mit OR apache-2.0)":   "MIT OR Apache-2.0",
		"((MIT))":               "MIT",
		"MIT AND(Apache-2.0)":   "MIT AND Apache-2.0",
		"MIT OR ISC AND 0BSD":   "MIT OR (ISC AND 0BSD)",
		"(MIT OR ISC) AND Zlib": "(MIT OR ISC) AND Zlib",
		"(MIT OR ISC) OR Zlib":  "MIT OR ISC OR Zlib",
		"GPL-2.0":               "GPL-2.0",
		"GPL-2.0+":              "GPL-2.0+",
		"Apache-2.0+":           "Apache-2.0+",
		"gpl-2.0-ONLY WITH classpath-EXCEPTION-2.0": "GPL-2.0-only WITH Classpath-exception-2.0",
		"LicenseRef-acme-1.0":                       "LicenseRef-acme-1.0",
		"DocumentRef-x:LicenseRef-y":                "DocumentRef-x:LicenseRef-y",
		"MIT WITH AdditionRef-z":                    "MIT WITH AdditionRef-z",
	} {
		x, err := license.Parse(in)
		if err != nil || x.String() != want {
			t.Errorf("%q: got %q, %v, want %q", in, x, err, want)
			continue
		}
		again, err := license.Parse(x.String())
		if err != nil || again.String() != want || !again.Equal(x) {
			t.Errorf("%q: the canonical spelling gives %q, %v", in, again, err)
		}
	}
}

func TestParseRefusesAndSuggests(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]string{ // message, hint
		"Apache 2.0":                  {"is no SPDX licence expression", `"Apache-2.0"`},
		"Apache-2":                    {"", `"Apache-2.0"`},
		"Apache License, Version 2.0": {"", `"Apache-2.0"`},
		"apache":                      {"", `"Apache-2.0"`},
		"ELv2":                        {`"ELv2" is no licence of the SPDX list`, `"Elastic-2.0"`},
		"elv2":                        {"", `"Elastic-2.0"`},
		"Elastic":                     {"", `"Elastic-2.0"`},
		"Elastic License 2.0":         {"", `"Elastic-2.0"`},
		"BSL 1.1":                     {"", `"BUSL-1.1"`},
		"BUSL":                        {"", `"BUSL-1.1"`},
		"Business Source License":     {"", `"BUSL-1.1"`},
		"BSD":                         {"", `"BSD-3-Clause"`},
		"BSD-3":                       {"", `"BSD-3-Clause"`},
		"BSD 2-Clause":                {"", `"BSD-2-Clause"`},
		"New BSD License":             {"", `"BSD-3-Clause"`},
		"The MIT License (MIT)":       {"", `"MIT"`},
		"MITT":                        {"", `"MIT"`},
		"MIT License":                 {"", `"MIT"`},
		"GPLv3":                       {"", `"GPL-3.0-only"`},
		"GPLv3+":                      {"", `"GPL-3.0-or-later"`},
		"AGPL 3.0 or later":           {"", `"AGPL-3.0-or-later"`},
		"LGPLv2.1":                    {"", `"LGPL-2.1-only"`},
		"MPL 2.0":                     {"", `"MPL-2.0"`},
		"MIT or Apache-2.0":           {`"or" is not expected there`, `"MIT OR Apache-2.0"`},
		"MIT and apache 2.0":          {"", `"MIT AND Apache-2.0"`},
		"MIT/Apache-2.0":              {"", `"MIT OR Apache-2.0"`},
		"GPL-2.0-only with Classpath-exception-2.0": {"", `"GPL-2.0-only WITH Classpath-exception-2.0"`},
		"GPL-2.0-only WITH Classpath-exception":     {`"Classpath-exception" is no exception`, "WITH Classpath-exception-2.0"},
		"NOASSERTION":                               {"nobody looked", ""},
		"NONE":                                      {"no licence", ""},
		"none":                                      {"no licence", ""},
		"MADE-UP-1.0":                               {`"MADE-UP-1.0" is no licence of the SPDX list`, "spdx.org/licenses"},
		"NOT-A-LICENSE":                             {"is no licence", "spdx.org/licenses"},
		"proprietary":                               {"is no licence", "spdx.org/licenses"},
		"UNLICENSED":                                {"is no licence", "spdx.org/licenses"}, // not the Unlicense
		"":                                          {"a licence is missing", ""},
		"  ":                                        {"a licence is missing", ""},
		"MIT OR":                                    {"missing at the end", ""},
		"OR MIT":                                    {`missing before "OR"`, ""},
		"MIT Apache-2.0":                            {`"Apache-2.0" is not expected there`, ""},
		"(MIT":                                      {"a bracket is not closed", ""},
		"MIT)":                                      {`")" is not expected`, ""},
		"()":                                        {`missing before ")"`, ""},
		"MIT WITH":                                  {"an exception is missing at the end", ""},
		"MIT WITH MIT":                              {"is no exception", ""},
		"Classpath-exception-2.0":                   {"is no licence", ""},
		"GPL-3.0-only+":                             {"is no licence", ""},
		"LicenseRef-":                               {"is no licence", ""},
		"LicenseRef-a_b":                            {"is no licence", ""},
		"MIT\x00":                                   {"is no licence", ""},
	} {
		x, err := license.Parse(in)
		if err == nil || fault.KindOf(err) != fault.Usage || !x.IsZero() {
			t.Errorf("%q: got %q, %v", in, x, err)
			continue
		}
		if !strings.Contains(err.Error(), want[0]) || !strings.Contains(fault.HintOf(err), want[1]) {
			t.Errorf("%q: got %q, hint %q, want %q", in, err, fault.HintOf(err), want)
		}
	}
}

func TestParseIsBounded(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"licences": strings.Repeat("MIT OR ", 120) + "MIT",
		"brackets": strings.Repeat("(", 200) + "MIT" + strings.Repeat(")", 200),
		"length":   strings.Repeat(" MIT", 1000),
		"choices":  strings.Repeat("(MIT OR ISC) AND ", 10) + "(MIT OR ISC)",
	} {
		if _, err := license.Parse(in); fault.KindOf(err) != fault.Usage {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestDeprecatedIDsAreTold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"MIT":                              nil,
		"GPL-2.0":                          {"GPL-2.0 is deprecated: write GPL-2.0-only or GPL-2.0-or-later"},
		"gpl-2.0+":                         {"GPL-2.0+ is deprecated: write GPL-2.0-or-later"},
		"LGPL-2.1 OR AGPL-3.0":             {"LGPL-2.1 is deprecated: write LGPL-2.1-only or LGPL-2.1-or-later", "AGPL-3.0 is deprecated: write AGPL-3.0-only or AGPL-3.0-or-later"},
		"GPL-2.0-with-classpath-exception": {"GPL-2.0-with-classpath-exception is deprecated: write GPL-2.0-only WITH Classpath-exception-2.0"},
		"BSD-2-Clause-FreeBSD":             {"BSD-2-Clause-FreeBSD is deprecated: write BSD-2-Clause"},
		"GPL-3.0-only":                     nil,
	} {
		if got := expr(t, in).Deprecated(); !slices.Equal(got, want) {
			t.Errorf("%s: got %q", in, got)
		}
	}
}

func TestGrants(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		given, claim string
		want         bool
	}{
		{"MIT", "MIT", true},
		{"MIT", "ISC", false},
		{"MIT OR Apache-2.0", "MIT", true},
		{"MIT OR Apache-2.0", "Apache-2.0 OR MIT", true},
		{"MIT OR Apache-2.0 OR ISC", "ISC OR MIT", true},
		{"MIT", "MIT OR Apache-2.0", false},
		{"MIT AND Elastic-2.0", "MIT", false},
		{"MIT AND Elastic-2.0", "Elastic-2.0", false},
		{"MIT AND Elastic-2.0", "Elastic-2.0 AND MIT", true},
		{"MIT AND MIT", "MIT", true},
		{"(MIT OR ISC) AND Zlib", "Zlib AND ISC", true},
		{"(MIT OR ISC) AND Zlib", "(MIT AND Zlib) OR (ISC AND Zlib)", true},
		{"(MIT OR ISC) AND Zlib", "MIT", false},
		{"GPL-3.0", "GPL-3.0-only", true},
		{"GPL-3.0", "GPL-3.0-or-later", true},
		{"GPL-3.0-or-later", "GPL-3.0", true},
		{"GPL-3.0-or-later", "GPL-3.0-only", false},
		{"GPL-3.0-only", "GPL-3.0-or-later", false},
		{"GPL-2.0+", "GPL-2.0-or-later", true},
		{"GPL-2.0", "GPL-3.0-only", false},
		{"Apache-2.0+", "Apache-2.0", false},
		{"GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0", true},
		{"GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only", false},
		{"BSD-2-Clause-NetBSD", "BSD-2-Clause", true},
		{"LicenseRef-a", "LicenseRef-a", true},
		{"LicenseRef-a", "LicenseRef-b", false},
	} {
		if got := expr(t, tt.given).Grants(expr(t, tt.claim)); got != tt.want {
			t.Errorf("%s grants %s: got %v", tt.given, tt.claim, got)
		}
	}
	var none license.Expression
	if none.Grants(expr(t, "MIT")) || expr(t, "MIT").Grants(none) || !none.Equal(none) || none.Equal(expr(t, "MIT")) {
		t.Error("an empty expression grants nothing and equals itself alone")
	}
}

func TestChanged(t *testing.T) {
	t.Parallel()
	var none license.Expression
	for _, tt := range []struct {
		old, now license.Expression
		want     string
	}{
		{expr(t, "MIT"), expr(t, "MIT"), ""},
		{expr(t, "MIT OR ISC"), expr(t, "ISC OR MIT"), ""},
		{expr(t, "GPL-3.0"), expr(t, "GPL-3.0-or-later"), ""},
		{expr(t, "MIT"), expr(t, "Elastic-2.0"), "changed MIT → Elastic-2.0"},
		{expr(t, "MIT"), none, "changed MIT → no licence"},
		{none, expr(t, "MIT"), "changed no licence → MIT"},
		{none, none, ""},
	} {
		if got := license.Changed(tt.old, tt.now); got != tt.want {
			t.Errorf("%s to %s: got %q", tt.old, tt.now, got)
		}
	}
}

func TestExpressionsAreTextInJSON(t *testing.T) {
	t.Parallel()
	type record struct {
		License license.Expression `json:"license"`
	}
	out, err := json.Marshal(record{expr(t, "mit OR apache-2.0")})
	if err != nil || string(out) != `{"license":"MIT OR Apache-2.0"}` {
		t.Errorf("got %s, %v", out, err)
	}
	var in record
	if err := json.Unmarshal(out, &in); err != nil || !in.License.Equal(expr(t, "MIT OR Apache-2.0")) {
		t.Errorf("got %v, %v", in, err)
	}
	if err := json.Unmarshal([]byte(`{"license":""}`), &in); err != nil || !in.License.IsZero() {
		t.Errorf("got %v, %v", in, err)
	}
	if err := json.Unmarshal([]byte(`{"license":"nope"}`), &in); err == nil {
		t.Error("a wrong expression was read")
	}
	if got := expr(t, "MIT OR (GPL-2.0-only WITH Classpath-exception-2.0 AND MIT)").IDs(); !slices.Equal(got, []string{"MIT", "GPL-2.0-only"}) {
		t.Errorf("got %q", got)
	}
}

// What Parse takes it writes so that it reads the same again; it never panics.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"MIT", "MIT OR (ISC AND GPL-2.0+)", "apache 2.0", "a AND", "((", "GPL-2.0-only WITH x", "LicenseRef-x", "MIT/ISC, BSD", "\xff OR or", strings.Repeat("(MIT OR ISC) AND ", 9)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, err := license.Parse(s)
		if err != nil {
			if fault.KindOf(err) != fault.Usage {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		again, err := license.Parse(x.String())
		if err != nil || again.String() != x.String() || !again.Equal(x) || !x.Grants(x) {
			t.Errorf("%q gives %q, which gives %q, %v", s, x, again, err)
		}
		license.Policy{}.Judge(x)
	})
}
