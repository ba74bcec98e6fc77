package license_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
)

// The line of evidence, which stands in commits and records, names what decides and what is known of it.
func TestEvidenceInALine(t *testing.T) {
	t.Parallel()
	mit, apache, isc := text(t, "MIT"), text(t, "Apache-2.0"), text(t, "ISC")
	header := func(id string) string { return "# SPDX-License-Identifier: " + id + "\n" }
	for name, tt := range map[string]struct {
		tree tree
		path string
		want string
	}{
		"a text":              {tree{"LICENSE": mit, "a.py": "x"}, "", "MIT by LICENSE (100 % known text), licence beside the code"},
		"a text above":        {tree{"LICENSE": mit, "x/a.py": "x"}, "x", "MIT by LICENSE (100 % known text), licence above the code"},
		"metadata":            {tree{"metadata.yaml": metadata("MIT"), "a.py": "x"}, "", "MIT by metadata.yaml, connector metadata"},
		"in other words":      {tree{"metadata.yaml": metadata("ELv2"), "a.py": "x"}, "", `Elastic-2.0 by metadata.yaml "ELv2", connector metadata`},
		"in other letters":    {tree{"metadata.yaml": metadata("mit"), "a.py": "x"}, "", "MIT by metadata.yaml, connector metadata"},
		"a package":           {tree{"setup.py": "setup(license='MIT')", "a.py": "x"}, "", "MIT by setup.py, package metadata"},
		"a default":           {tree{"LICENSE": repositoryRules + mit + "\n---\n\n" + text(t, "Elastic-2.0"), "x/a.py": "x"}, "x", `Elastic-2.0 by LICENSE (KNOWN known text) "defaults to Elastic-2.0", default of the repository`},
		"a header":            {tree{"a.py": header("MIT")}, "", "MIT by a.py, header"},
		"several of a header": {tree{"a.py": header("MIT"), "b.py": header("MIT"), "c.py": header("MIT")}, "", "MIT by a.py, header"},
		"a part":              {tree{"LICENSE": mit, "a.py": "x", "b.py": header("ISC")}, "", "MIT AND ISC by LICENSE (100 % known text), licence beside the code of a.py: MIT; b.py, header of b.py: ISC"},
		"three of a part":     {tree{"LICENSE": mit, "a.py": "x", "b.py": "x", "c.py": "x", "d.py": header("ISC")}, "", "MIT AND ISC by LICENSE (100 % known text), licence beside the code of a.py, b.py, c.py: MIT; d.py, header of d.py: ISC"},
		"four of a part":      {tree{"LICENSE": mit, "a.py": "x", "b.py": "x", "c.py": "x", "d.py": "x", "e.py": header("ISC")}, "", "MIT AND ISC by LICENSE (100 % known text), licence beside the code of a.py, b.py and 2 more: MIT; e.py, header of e.py: ISC"},
		"five parts": {tree{"LICENSE": mit, "a.py": "x", "b.py": header("ISC"), "c.py": header("Zlib"), "d.py": header("0BSD"), "e.py": header("X11")}, "",
			"MIT AND ISC AND Zlib AND 0BSD AND X11 by LICENSE (100 % known text), licence beside the code of a.py: MIT; b.py, header of b.py: ISC; c.py, header of c.py: Zlib; and 2 more"},
		"two texts":      {tree{"LICENSE-MIT": mit, "LICENSE-APACHE": apache, "a.rs": "x"}, "", "Apache-2.0 AND MIT by LICENSE-APACHE (100 % known text), licence beside the code"},
		"a file of its":  {tree{"LICENSE": mit, "x/LICENSE": isc, "x/a.py": "x"}, "x/a.py", "ISC by x/LICENSE (100 % known text), licence beside the code"},
		"nothing":        {tree{"a.py": "x"}, "", "no licence found"},
		"an odd name":    {tree{"LICENSE": mit, "a.py": "x", "b\x1b[2J\n.py": header("ISC")}, "", "MIT AND ISC by LICENSE (100 % known text), licence beside the code of a.py: MIT; b?[2J?.py, header of b?[2J?.py: ISC"},
		"a REUSE table":  {tree{"REUSE.toml": annotate(`"**"`, `"MIT"`), "a.py": "x"}, "", "MIT by REUSE.toml, header"},
		"an x.license":   {tree{"a.json": "{}", "a.json.license": "SPDX-License-Identifier: MIT\n"}, "", "MIT by a.json.license, header"},
		"through a link": {tree{"legal/mit": mit, "LICENSE": "-> legal/mit", "a.py": "x"}, "", "MIT by LICENSE (100 % known text), licence beside the code"},
	} {
		e, _ := effective(t, tt.tree, tt.path)
		want := strings.ReplaceAll(tt.want, "KNOWN", fmt.Sprintf("%.0f %%", e.Coverage))
		if e.Text != want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, e.Text, want)
		}
	}
}

// Where no licence is found, the doubt says where one was looked for.
func TestWhereNothingWasFound(t *testing.T) {
	t.Parallel()
	const none = "no licence was found: no file header, LICENSE, metadata.yaml or package metadata in "
	for path, want := range map[string]string{"": none + "the upstream's root names one", "x": none + "x and the folders above names one", "x/y": none + "x/y and the folders above names one", "x/y/a.py": none + "x/y and the folders above names one"} {
		if e, _ := effective(t, tree{"x/y/a.py": "x\n"}, path); len(e.Doubts) != 1 || e.Doubts[0] != want || e.Proven() || e.Rule != "" {
			t.Errorf("%q: %q", path, e.Doubts)
		}
	}
	e, _ := effective(t, tree{"a.py": "# SPDX-License-Identifier: MIT\n", "b.py": "x\n", "c.py": "x\n"}, "")
	if len(e.Doubts) != 1 || e.Doubts[0] != "no rule gives a licence to b.py, c.py" {
		t.Errorf("%q", e.Doubts)
	}
}

// A claim that is refused is told with both sides and with what to do, in one line.
func TestRefusalsOfClaims(t *testing.T) {
	t.Parallel()
	mit := text(t, "MIT")
	for name, tt := range map[string]struct {
		tree         tree
		claim, proof string
		says, hint   string
	}{
		"another licence": {tree{"LICENSE": mit, "a.py": "x"}, "ISC", "LICENSE",
			`checking that "." is under ISC: the claim is ISC, but the licence is MIT by LICENSE (100 % known text), licence beside the code`,
			`pass "MIT" with LICENSE if it may be taken under that, or --accept-license REASON if a person has made sure`},
		"no licence": {tree{"README.md": "x", "a.py": "# SPDX-License-Identifier: MIT\n", "b.py": "x"}, "MIT", "a.py",
			`checking that "." is under MIT: no rule gives a licence to b.py`, `read what is named; --accept-license REASON goes on and records the reason`},
		"nothing at all": {tree{"a.py": "x", "doc.txt": "x"}, "MIT", "doc.txt",
			`checking that "." is under MIT: doc.txt is no licence text that is known here; doc.txt says no licence that is known here, so it is no proof of MIT; no licence was found: no file header, LICENSE, metadata.yaml or package metadata in the upstream's root names one`,
			`if a person has made sure of the licence, --accept-license REASON records it`},
		"metadata of another": {tree{"metadata.yaml": metadata("ELv2"), "a.py": "x"}, "MIT", "metadata.yaml",
			`checking that "." is under MIT: the claim is MIT, but the licence is Elastic-2.0 by metadata.yaml "ELv2", connector metadata; the claim is MIT, but metadata.yaml says “ELv2” (Elastic-2.0)`,
			`pass "Elastic-2.0" with metadata.yaml if it may be taken under that, or --accept-license REASON if a person has made sure`},
		"a list as the licence": {tree{"LICENSE": mit, "metadata.yaml": "data:\n  license: [MIT]\n", "a.py": "x"}, "MIT", "metadata.yaml",
			`checking that "." is under MIT: the claim is MIT, but metadata.yaml says “license, which is no text”`, `read what is named; --accept-license REASON goes on and records the reason`},
		"one of our own": {tree{"LICENSE": mit, "a.py": "x"}, "LicenseRef-acme", "LICENSE",
			`checking that "." is under LicenseRef-acme: LicenseRef-acme is no licence of the SPDX list, so nothing here can confirm it; the claim is LicenseRef-acme, but the licence is MIT by LICENSE (100 % known text), licence beside the code`,
			`pass "MIT" with LICENSE if it may be taken under that, or --accept-license REASON if a person has made sure`},
	} {
		_, err := license.Check(t.Context(), tt.tree, "", expr(t, tt.claim), tt.proof)
		if fault.KindOf(err) != fault.Blocked || err.Error() != tt.says || fault.HintOf(err) != tt.hint {
			t.Errorf("%s:\ngot  %v\nhint %s\nwant %s", name, err, fault.HintOf(err), tt.says)
		}
	}
}

// What stands beside is kept with the evidence, so that a person can read it all.
func TestOthersAreKept(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		tree tree
		want string // rule, path and licence of each
	}{
		"an outranked metadata.yaml":  {tree{"LICENSE": text(t, "MIT"), "metadata.yaml": metadata("MIT"), "a.py": "x"}, "metadata metadata.yaml MIT"},
		"a witness":                   {tree{"LICENSE": text(t, "MIT"), "setup.py": "setup(license='MIT')", "a.py": "x"}, "package setup.py MIT"},
		"a part":                      {tree{"LICENSE": text(t, "MIT"), "a.py": "x", "b.py": "# SPDX-License-Identifier: ISC\n"}, "header b.py ISC"},
		"two fields":                  {tree{"metadata.yaml": "data:\n  license: MIT\nlicense: ISC\n", "a.py": "x"}, "metadata metadata.yaml ISC"},
		"a package and what is above": {tree{"LICENSE": text(t, "ISC"), "x/setup.py": "setup(license='MIT')", "x/a.py": "x"}, "license-above LICENSE ISC"},
		"nothing beside":              {tree{"LICENSE": text(t, "MIT"), "a.py": "x"}, ""},
		"a classifier of a kind":      {tree{"LICENSE": text(t, "BSD-3-Clause"), "setup.py": "setup(license='BSD')", "a.py": "x"}, "package setup.py "},
	} {
		path := ""
		if name == "a package and what is above" {
			path = "x"
		}
		e, _ := effective(t, tt.tree, path)
		var got []string
		for _, o := range e.Others {
			got = append(got, o.Rule+" "+o.Path+" "+o.License.String())
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s: got %q, want %q", name, strings.Join(got, ", "), tt.want)
		}
	}
}

// Files beside a text that hold none: one that says how the texts belong together
// adds nothing, one that names another licence does, whichever comes first.
func TestTextsAndPointers(t *testing.T) {
	t.Parallel()
	mit, isc := text(t, "MIT"), text(t, "ISC")
	either := "Licensed under either of MIT or ISC, at your option.\n"
	for name, tt := range map[string]struct {
		tree tree
		want string
	}{
		"a choice of two texts":         {tree{"COPYING": either, "LICENSE-ISC": isc, "LICENSE-MIT": mit}, "ISC OR MIT license-beside"},
		"the choice comes last":         {tree{"LICENSE-ISC": isc, "LICENSE-MIT": mit, "LICENSES": either}, "ISC OR MIT license-beside"},
		"a name of what is there":       {tree{"COPYING": "MIT\n", "LICENSE": mit}, "MIT license-beside"},
		"a name of something else":      {tree{"COPYING": "ISC\n", "LICENSE": mit}, "MIT AND ISC license-beside?"},
		"a name, and one of the texts":  {tree{"COPYING": "ISC\n", "LICENSE": mit, "LICENSE-ZLIB": text(t, "Zlib")}, "MIT AND Zlib AND ISC license-beside?"},
		"two names":                     {tree{"COPYING": "MIT\n", "LICENSE": "ISC\n"}, "MIT AND ISC license-beside?"},
		"words of its own":              {tree{"COPYING": "Ask us.\n", "LICENSE": mit}, "MIT license-beside?"},
		"only whose it is":              {tree{"COPYING": "Copyright 2024 A\n", "LICENSE": mit}, "MIT license-beside"},
		"both only whose it is":         {tree{"COPYING": "Copyright 2024 A\n", "LICENSE": "Copyright 2024 B\n"}, "?"},
		"the same name twice, and more": {tree{"COPYING": "MIT\n", "LICENCE": "MIT\n", "LICENSE": mit, "LICENSE-ISC": "ISC\n"}, "MIT AND ISC license-beside?"},
	} {
		if e, got := effective(t, tt.tree.with(tree{"a.py": "x"}), ""); got != tt.want {
			t.Errorf("%s: got %q, want %q; doubts %q", name, got, tt.want, e.Doubts)
		}
	}
}

// Names that a person's licence is called by decide whether a file is one, and
// whether a walk over a history has to look at it.
func TestWhatSpeaksAndWhatHoldsText(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{ // s: it speaks, t: it holds a text
		"LICENSE": "st", "license.md": "st", "COPYING.LESSER": "st", "UNLICENSE": "st", "NOTICE": "st", "NOTICE.txt": "st", "notices.md": "st", "MIT-LICENSE": "st", "LICENSE.upstream": "st", "NOTICE.upstream": "st",
		"metadata.yaml": "s", "metadata.yml": "s", "pyproject.toml": "s", "setup.cfg": "s", "setup.py": "s", "package.json": "s", "Cargo.toml": "s", "REUSE.toml": "s",
		"README.md": "", "LICENSE.py": "", "LICENSE.json": "", "license-checker.js": "", "Metadata.yaml": "", "METADATA.YAML": "", "package-lock.json": "", "reuse.toml": "", "NOTICE.py": "", "NOTICED": "", "COPYRIGHT": "", "": "", ".": "",
		"LICENSE-THIRD-PARTY": "", "vendor-licenses.txt": "", "LICENSE.key": "", "LICENSE.spdx": "", "licenses.lock": "",
	} {
		got := ""
		if license.Speaks(name) {
			got += "s"
		}
		if license.HoldsText(name) {
			got += "t"
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

// A policy gives the same verdict however an expression is written, and a list more never makes it kinder than the list alone.
func TestPoliciesOfEqualExpressions(t *testing.T) {
	t.Parallel()
	policies := []license.Policy{{}, {Allow: []string{"copyleft"}}, {Deny: []string{"ISC"}}, {Ask: []string{"permissive"}, Allow: []string{"MIT"}}, {Deny: license.Categories()}}
	for _, group := range [][]string{
		{"MIT OR GPL-3.0-only", "GPL-3.0-only OR MIT", "(MIT OR (GPL-3.0-only))"},
		{"MIT AND ISC", "ISC AND MIT", "mit AND isc AND MIT"},
		{"(MIT OR ISC) AND Zlib", "Zlib AND (ISC OR MIT)", "(Zlib AND MIT) OR (ISC AND Zlib)"},
		{"GPL-2.0-or-later", "GPL-2.0+"},
		{"BSD-2-Clause", "BSD-2-Clause-FreeBSD", "BSD-2-Clause-NetBSD"},
	} {
		for _, p := range policies {
			var verdicts []string
			for _, s := range group {
				verdicts = append(verdicts, p.Judge(expr(t, s)).Decision)
			}
			if len(slices.Compact(slices.Clone(verdicts))) != 1 {
				t.Errorf("%+v: %q gives %q", p, group, verdicts)
			}
		}
	}
	order := []string{license.Allow, license.Ask, license.Deny}
	for _, id := range []string{"MIT", "GPL-3.0-only", "Elastic-2.0", "LicenseRef-acme", "MIT OR Elastic-2.0", "MIT AND GPL-3.0-only"} {
		for _, p := range policies {
			stricter := p
			stricter.Deny = append(slices.Clone(p.Deny), "MIT", "GPL-3.0-only", "Elastic-2.0", "LicenseRef-acme")
			before, after := slices.Index(order, p.Judge(expr(t, id)).Decision), slices.Index(order, stricter.Judge(expr(t, id)).Decision)
			if after < before || after != 2 {
				t.Errorf("%s: denied too it is %s, before %s", id, order[after], order[before])
			}
		}
	}
}
