package license_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/license"
)

// annotate spells a table of REUSE.toml.
func annotate(path, licence string, more ...string) string {
	return "[[annotations]]\npath = " + path + "\nSPDX-FileCopyrightText = \"2024 A\"\nSPDX-License-Identifier = " + licence + "\n" + strings.Join(more, "\n") + "\n"
}

// Which files a pattern of REUSE.toml is about, and which one of .reuse/dep5.
func TestPatternsOfReuse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, file string
		toml, dep5    bool
	}{
		{"a.py", "a.py", true, true},
		{"a.py", "x/a.py", false, false},
		{"a.py", "a.pyc", false, false},
		{"a.py", "aXpy", false, false},
		{"*", "a.py", true, true},
		{"*", "x/a.py", false, true},
		{"**", "x/y/a.py", true, true},
		{"*.py", "a.py", true, true},
		{"*.py", "x/a.py", false, true},
		{"**.py", "x/a.py", true, true},
		{"**/*.py", "x/y/a.py", true, true},
		{"x/*", "x/a.py", true, true},
		{"x/*", "x/y/a.py", false, true},
		{"x/**", "x/y/a.py", true, true},
		{"x/**", "y/a.py", false, false},
		{"x", "x/a.py", false, false},
		{"x/", "x/a.py", false, false},
		{"*/a.py", "x/a.py", true, true},
		{"*/a.py", "x/y/a.py", false, true},
		{"***", "x/y/a.py", true, true},
		{"?.py", "a.py", false, true},
		{"?.py", "ab.py", false, false},
		{"[a].py", "a.py", false, false},
		{"{a,b}.py", "a.py", false, false},
		{"a+b.py", "a+b.py", true, true},
		{"a(1).py", "a(1).py", true, true},
		{"größe/*.py", "größe/a.py", true, true},
		{"A.py", "a.py", false, false},
		{"^a.py$", "a.py", false, false},
		{"a.py ", "a.py", false, true}, // in dep5 blanks stand between patterns
		{`a\\`, `a\`, true, true},      // a sign that escapes nothing is itself
		{`\\*.py`, "*.py", true, true},
		{`\\*.py`, "a.py", false, false},
	} {
		for form, file := range map[string]tree{
			"REUSE.toml": {"REUSE.toml": annotate(`"`+tt.pattern+`"`, `"MIT"`), tt.file: "x"},
			"dep5":       {".reuse/dep5": "Format: x\n\nFiles: " + strings.ReplaceAll(tt.pattern, `\\`, `\`) + "\nCopyright: A\nLicense: MIT\n", tt.file: "x"},
		} {
			_, got := effective(t, file, "")
			want := tt.toml
			if form == "dep5" {
				want = tt.dep5
			}
			if (got == "MIT header") != want {
				t.Errorf("%s %q: %q is %q", form, tt.pattern, tt.file, got)
			}
		}
	}
}

// What holds when a file, the files of REUSE, and those of other folders speak of it.
func TestPrecedencesOfReuse(t *testing.T) {
	t.Parallel()
	mit, isc := "# SPDX-License-Identifier: MIT\n", "x\n"
	for name, tt := range map[string]struct {
		tree tree
		want string
	}{
		"the file says nothing":          {tree{"x/a.py": isc, "REUSE.toml": annotate(`"**"`, `"ISC"`)}, "ISC header"},
		"the file goes before":           {tree{"x/a.py": mit, "REUSE.toml": annotate(`"**"`, `"ISC"`)}, "MIT header"},
		"closest is the usual":           {tree{"x/a.py": mit, "REUSE.toml": annotate(`"**"`, `"ISC"`, `precedence = "closest"`)}, "MIT header"},
		"override":                       {tree{"x/a.py": mit, "REUSE.toml": annotate(`"**"`, `"ISC"`, `precedence = "override"`)}, "ISC header"},
		"aggregate":                      {tree{"x/a.py": mit, "REUSE.toml": annotate(`"**"`, `"ISC"`, `precedence = "aggregate"`)}, "MIT AND ISC header"},
		"aggregate, the same":            {tree{"x/a.py": mit, "REUSE.toml": annotate(`"**"`, `"MIT"`, `precedence = "aggregate"`)}, "MIT header"},
		"aggregate, the file is silent":  {tree{"x/a.py": isc, "REUSE.toml": annotate(`"**"`, `"ISC"`, `precedence = "aggregate"`)}, "ISC header"},
		"aggregate, not known":           {tree{"x/a.py": mit, "REUSE.toml": annotate(`"**"`, `"Foo"`, `precedence = "aggregate"`)}, "MIT header?"},
		"a precedence that is none":      {tree{"x/a.py": mit, "REUSE.toml": annotate(`"**"`, `"ISC"`, `precedence = "mine"`)}, "MIT header"},
		"the last of a file":             {tree{"x/a.py": isc, "REUSE.toml": annotate(`"**"`, `"ISC"`) + annotate(`"x/*"`, `"Zlib"`)}, "Zlib header"},
		"the last, though it is wider":   {tree{"x/a.py": isc, "REUSE.toml": annotate(`"x/*"`, `"Zlib"`) + annotate(`"**"`, `"ISC"`)}, "ISC header"},
		"the last of two overrides":      {tree{"x/a.py": mit, "REUSE.toml": annotate(`"**"`, `"ISC"`, `precedence = "override"`) + annotate(`"**"`, `"Zlib"`, `precedence = "override"`)}, "Zlib header"},
		"the nearest folder":             {tree{"x/a.py": isc, "REUSE.toml": annotate(`"**"`, `"ISC"`), "x/REUSE.toml": annotate(`"a.py"`, `"Zlib"`)}, "Zlib header"},
		"the nearest folder, not about":  {tree{"x/a.py": isc, "REUSE.toml": annotate(`"**"`, `"ISC"`), "x/REUSE.toml": annotate(`"b.py"`, `"Zlib"`)}, "ISC header"},
		"paths are from the file":        {tree{"x/a.py": isc, "x/REUSE.toml": annotate(`"x/a.py"`, `"Zlib"`), "LICENSE": text(t, "MIT")}, "MIT license-above"},
		"above overrides below":          {tree{"x/a.py": mit, "REUSE.toml": annotate(`"**"`, `"ISC"`, `precedence = "override"`), "x/REUSE.toml": annotate(`"a.py"`, `"Zlib"`, `precedence = "override"`)}, "ISC header"},
		"below overrides the file":       {tree{"x/a.py": mit, "REUSE.toml": annotate(`"**"`, `"ISC"`), "x/REUSE.toml": annotate(`"a.py"`, `"Zlib"`, `precedence = "override"`)}, "Zlib header"},
		"a folder beside says nothing":   {tree{"x/a.py": isc, "xx/REUSE.toml": annotate(`"**"`, `"ISC"`), "LICENSE": text(t, "MIT")}, "MIT license-above"},
		"x.license":                      {tree{"x/a.json": "{}", "x/a.json.license": "SPDX-License-Identifier: ISC\n"}, "ISC header"},
		"x.license goes before":          {tree{"x/a.json": "{}", "x/a.json.license": "SPDX-License-Identifier: ISC\n", "REUSE.toml": annotate(`"**"`, `"Zlib"`)}, "ISC header"},
		"the file before x.license":      {tree{"x/a.py": mit, "x/a.py.license": "SPDX-License-Identifier: ISC\n"}, "MIT header"},
		"x.license, overridden":          {tree{"x/a.json": "{}", "x/a.json.license": "SPDX-License-Identifier: ISC\n", "REUSE.toml": annotate(`"**"`, `"Zlib"`, `precedence = "override"`)}, "Zlib header"},
		"x.license of nothing":           {tree{"x/b.py": isc, "x/a.json.license": "SPDX-License-Identifier: ISC\n", "LICENSE": text(t, "MIT")}, "MIT license-above"},
		"x.license that is empty":        {tree{"x/a.py": isc, "x/a.py.license": "", "LICENSE": text(t, "MIT")}, "MIT license-above"},
		"dep5 against REUSE.toml":        {tree{"x/a.py": isc, ".reuse/dep5": "Format: x\n\nFiles: *\nCopyright: A\nLicense: ISC\n", "x/REUSE.toml": annotate(`"**"`, `"Zlib"`)}, "Zlib header"},
		"a part of the files":            {tree{"x/a.py": isc, "x/b.py": isc, "REUSE.toml": annotate(`"x/a.py"`, `"ISC"`), "LICENSE": text(t, "MIT")}, "MIT AND ISC license-above"},
		"texts of LICENSES are no works": {tree{"x/a.py": isc, "REUSE.toml": annotate(`"x/**"`, `"MIT"`), "LICENSES/MIT.txt": text(t, "MIT"), "LICENSES/ISC.txt": text(t, "ISC")}, "MIT header"},
	} {
		if e, got := effective(t, tt.tree, "x"); got != tt.want {
			t.Errorf("%s: got %q, want %q; doubts %q", name, got, tt.want, e.Doubts)
		}
	}
}

// Files of REUSE as people write them. What says no licence decides nothing;
// what says one that is not known is never left out.
func TestReuseAsItIsWritten(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file, text string
		want       string
		says       string // in the doubt
	}{
		"a list of licences":          {"REUSE.toml", annotate(`"**"`, `["MIT", "ISC"]`), "MIT AND ISC header", ""},
		"a list with an expression":   {"REUSE.toml", annotate(`"**"`, `["MIT OR ISC", "Zlib"]`), "(MIT OR ISC) AND Zlib header", ""},
		"a list of paths":             {"REUSE.toml", annotate(`["b.py", "a.py"]`, `"ISC"`), "ISC header", ""},
		"in words":                    {"REUSE.toml", annotate(`"**"`, `"Apache 2.0"`), "Apache-2.0 header", ""},
		"not known":                   {"REUSE.toml", annotate(`"**"`, `"Foo-1.0"`), "header?", "REUSE.toml says “Foo-1.0”"},
		"one of two is not known":     {"REUSE.toml", annotate(`"**"`, `["MIT", "Foo-1.0"]`), "header?", "REUSE.toml says “MIT AND Foo-1.0”"},
		"the other is not known":      {"REUSE.toml", annotate(`"**"`, `["Foo-1.0", "MIT"]`), "header?", "REUSE.toml says “Foo-1.0 AND MIT”"},
		"of our own":                  {"REUSE.toml", annotate(`"**"`, `"LicenseRef-acme"`), "LicenseRef-acme header", ""},
		"copyright alone":             {"REUSE.toml", "[[annotations]]\npath = \"**\"\nSPDX-FileCopyrightText = \"2024 A\"\n", "BSD-3-Clause license-beside", ""},
		"copyright, then a licence":   {"REUSE.toml", "[[annotations]]\npath = \"**\"\nSPDX-FileCopyrightText = \"2024 A\"\n" + annotate(`"**"`, `"BSD-3-Clause"`), "BSD-3-Clause header", ""},
		"a licence, then copyright":   {"REUSE.toml", annotate(`"**"`, `"BSD-3-Clause"`) + "[[annotations]]\npath = \"**\"\nSPDX-FileCopyrightText = \"2024 A\"\n", "BSD-3-Clause header", ""},
		"numbers":                     {"REUSE.toml", "[[annotations]]\npath = 1\nSPDX-License-Identifier = 2\n", "BSD-3-Clause license-beside", ""},
		"a number in a list":          {"REUSE.toml", annotate(`["a.py", 7]`, `["BSD-3-Clause", 7]`), "BSD-3-Clause header", ""},
		"no path":                     {"REUSE.toml", "[[annotations]]\nSPDX-License-Identifier = \"ISC\"\n", "BSD-3-Clause license-beside", ""},
		"no TOML":                     {"REUSE.toml", "[[annotations", "BSD-3-Clause license-beside", ""},
		"another file of that name":   {"REUSE.toml", "annotations = \"none\"\n", "BSD-3-Clause license-beside", ""},
		"line ends of Windows":        {"REUSE.toml", strings.ReplaceAll(annotate(`"**"`, `"BSD-3-Clause"`), "\n", "\r\n"), "BSD-3-Clause header", ""},
		"a byte order mark":           {"REUSE.toml", "\ufeff" + annotate(`"**"`, `"BSD-3-Clause"`), "BSD-3-Clause header", ""},
		"dep5":                        {".reuse/dep5", "Format: x\n\nFiles: *\nCopyright: A\nLicense: BSD-3-Clause\n", "BSD-3-Clause header", ""},
		"dep5, Windows":               {".reuse/dep5", "Format: x\r\n\r\nFiles: *\r\nCopyright: A\r\nLicense: BSD-3-clause\r\n", "BSD-3-Clause header", ""},
		"dep5, further patterns":      {".reuse/dep5", "Format: x\n\nFiles: b.py\n a.py\n\tc.py\nCopyright: A\nLicense: BSD-3-Clause\n", "BSD-3-Clause header", ""},
		"dep5, a text":                {".reuse/dep5", "Format: x\n\nFiles: *\nLicense: BSD-3-Clause\n Redistribution: and use\n .\n in source\n", "BSD-3-Clause header", ""},
		"dep5, comments":              {".reuse/dep5", "# x: y\nFormat: x\n\n# License: ISC\nFiles: *\n# Files: none\nLicense: BSD-3-Clause\n", "BSD-3-Clause header", ""},
		"dep5, small letters":         {".reuse/dep5", "format: x\n\nfiles: *\nlicense: BSD-3-Clause\n", "BSD-3-Clause header", ""},
		"dep5, Debian's names":        {".reuse/dep5", "Format: x\n\nFiles: *\nLicense: GPL-3+ or Expat\n", "GPL-3.0-or-later OR MIT header?", "LICENSE says BSD-3-Clause"},
		"dep5, an exception":          {".reuse/dep5", "Format: x\n\nFiles: *\nLicense: GPL-2+ with OpenSSL exception\n", "header?", "says “GPL-2+ with OpenSSL exception”"},
		"dep5, no licence":            {".reuse/dep5", "Format: x\n\nFiles: *\nCopyright: A\n", "BSD-3-Clause license-beside", ""},
		"dep5, a licence's text":      {".reuse/dep5", "Format: x\n\nLicense: ISC\n Permission to use\n", "BSD-3-Clause license-beside", ""},
		"dep5, the last one":          {".reuse/dep5", "Format: x\n\nFiles: *\nLicense: ISC\n\nFiles: a.*\nLicense: BSD-3-Clause\n", "BSD-3-Clause header", ""},
		"dep5, no end of line":        {".reuse/dep5", "Format: x\n\nFiles: *\nLicense: BSD-3-Clause", "BSD-3-Clause header", ""},
		"dep5, junk":                  {".reuse/dep5", "\x00\x01\n:\n::\n\n\n", "BSD-3-Clause license-beside", ""},
		"a dep5 of another folder":    {".reuse/other", "Format: x\n\nFiles: *\nLicense: ISC\n", "BSD-3-Clause license-beside", ""},
		"a symlink to another's dep5": {".reuse/dep5", "-> ../../dep5", "BSD-3-Clause license-beside", ""},
	} {
		e, got := effective(t, tree{tt.file: tt.text, "a.py": "x\n", "LICENSE": text(t, "BSD-3-Clause")}, "")
		doubts := strings.Join(e.Doubts, "; ")
		if tt.says == "" && strings.Contains(doubts, "LICENSE says BSD-3-Clause") {
			tt.want += "?" // as all that stands in the path has to agree
		}
		if got != tt.want || !strings.Contains(doubts, tt.says) {
			t.Errorf("%s: got %q, want %q; doubts %q", name, got, tt.want, doubts)
		}
	}
}

// Both forms say the same of the same files.
func TestFormsOfReuseAreOne(t *testing.T) {
	t.Parallel()
	for i, lic := range []string{"MIT", "MIT OR Apache-2.0", "(MIT OR ISC) AND Zlib", "GPL-2.0-only WITH Classpath-exception-2.0", "LicenseRef-acme", "Foo"} {
		files := tree{"a.py": "x", "b.py": fmt.Sprintf("x%d", i), "LICENSES/MIT.txt": text(t, "MIT")}
		a, one := effective(t, files.with(tree{"REUSE.toml": annotate(`"**"`, `"`+lic+`"`)}), "")
		b, two := effective(t, files.with(tree{".reuse/dep5": "Format: x\n\nFiles: *\nLicense: " + lic + "\n"}), "")
		if one != two || strings.ReplaceAll(a.Text, "REUSE.toml", ".reuse/dep5") != b.Text || len(a.Doubts) != len(b.Doubts) {
			t.Errorf("%s: %q and %q", lic, a.Text, b.Text)
		}
	}
}

// A file of REUSE is as good a proof as any that says so, and so is one of the texts that it has beside.
func TestProofsOfReuse(t *testing.T) {
	t.Parallel()
	texts := tree{"LICENSES/MIT.txt": text(t, "MIT"), "LICENSES/ISC.txt": text(t, "ISC")}
	for name, tt := range map[string]struct {
		tree         tree
		claim, proof string
		says         string // of the error, "" for none
	}{
		"the table":                  {tree{"REUSE.toml": annotate(`"**"`, `"MIT"`)}, "MIT", "REUSE.toml", ""},
		"a table of several":         {tree{"REUSE.toml": annotate(`"**"`, `"MIT"`) + annotate(`"b.py"`, `"ISC"`)}, "MIT", "REUSE.toml", ""},
		"a list":                     {tree{"REUSE.toml": annotate(`"**"`, `["MIT", "ISC"]`)}, "MIT AND ISC", "REUSE.toml", ""},
		"one of a list":              {tree{"REUSE.toml": annotate(`"**"`, `["MIT", "ISC"]`)}, "MIT", "REUSE.toml", "the claim is MIT, but the licence is MIT AND ISC by REUSE.toml"},
		"another licence":            {tree{"REUSE.toml": annotate(`"**"`, `"MIT"`)}, "ISC", "REUSE.toml", "the claim is ISC, but REUSE.toml says MIT"},
		"a table that says nothing":  {tree{"REUSE.toml": "x = 1\n", "LICENSE": text(t, "MIT")}, "MIT", "REUSE.toml", "REUSE.toml says no licence that is known here, so it is no proof of MIT"},
		"dep5":                       {tree{".reuse/dep5": "Format: x\n\nFiles: *\nLicense: MIT\n"}, "MIT", ".reuse/dep5", ""},
		"dep5, another licence":      {tree{".reuse/dep5": "Format: x\n\nFiles: *\nLicense: MIT\n"}, "ISC", ".reuse/dep5", "the claim is ISC, but .reuse/dep5 says MIT"},
		"x.license":                  {tree{"a.py.license": "SPDX-License-Identifier: MIT\n"}, "MIT", "a.py.license", ""},
		"a text of LICENSES":         {texts, "MIT AND ISC", "LICENSES/ISC.txt", ""},
		"the other text":             {texts, "ISC AND MIT", "LICENSES/MIT.txt", ""},
		"one of two texts":           {texts, "MIT", "LICENSES/MIT.txt", "the claim is MIT, but the licence is ISC AND MIT by LICENSES/ISC.txt"},
		"the text that a table uses": {texts.with(tree{"REUSE.toml": annotate(`"**"`, `"ISC"`)}), "ISC", "LICENSES/ISC.txt", ""},
		"a text that none uses":      {texts.with(tree{"REUSE.toml": annotate(`"**"`, `"ISC"`)}), "ISC", "LICENSES/MIT.txt", "the claim is ISC, but LICENSES/MIT.txt says MIT"},
	} {
		e, err := license.Check(t.Context(), tt.tree.with(tree{"a.py": "x\n"}), "", expr(t, tt.claim), tt.proof)
		if (err != nil) != (tt.says != "") || err != nil && !strings.Contains(err.Error(), tt.says) || e.Named == nil || e.Named.Path != tt.proof {
			t.Errorf("%s: %v, named %+v", name, err, e.Named)
		}
	}
}
