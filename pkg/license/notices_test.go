package license_test

import (
	"fmt"
	"strings"
	"testing"
)

// gnuNotice is the notice of a GNU licence, which says which versions hold.
func gnuNotice(name, version, later string) string {
	return fmt.Sprintf(`This program is free software: you can redistribute it and/or modify
it under the terms of the GNU %s General Public License as published by
the Free Software Foundation, %sversion %s of the License%s.

This program is distributed in the hope that it will be useful,
but WITHOUT ANY WARRANTY; without even the implied warranty of
MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
GNU %s General Public License for more details.

You should have received a copy of the GNU %s General Public License
along with this program.  If not, see <https://www.gnu.org/licenses/>.
`, name, map[bool]string{true: "either "}[later != ""], version, later, name, name)
}

const mplNotice = `This Source Code Form is subject to the terms of the Mozilla Public
License, v. 2.0. If a copy of the MPL was not distributed with this
file, You can obtain one at https://mozilla.org/MPL/2.0/.
`

// The notices by which files say that they are under a licence, in the comments of every language.
func TestNoticesOfLicences(t *testing.T) {
	t.Parallel()
	const later = ", or\n(at your option) any later version"
	styles := map[string]func(string) string{
		"a.py": func(s string) string { return comment("# ", s) + "\nimport x\n" },
		"b.py": func(s string) string {
			return "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n#\n" + comment("# ", s) + "\nimport x\n"
		},
		"c.py":   func(s string) string { return "\"\"\"\n" + s + "\"\"\"\nimport x\n" },
		"a.go":   func(s string) string { return comment("// ", s) + "\npackage a\n" },
		"b.go":   func(s string) string { return "/*\n" + s + "*/\n\npackage a\n" },
		"a.java": func(s string) string { return "/*\n" + comment(" * ", s) + " */\npackage a;\n" },
		"b.java": func(s string) string { return "/**\n" + comment(" ** ", s) + " **/\npackage a;\n" },
		"a.sql":  func(s string) string { return comment("-- ", s) + "SELECT 1;\n" },
		"a.rs":   func(s string) string { return comment("//! ", s) + "fn x() {}\n" },
		"a.vue":  func(s string) string { return "<!--\n" + s + "-->\n<template/>\n" },
		"a.php":  func(s string) string { return "<?php\n/*\n" + comment(" * ", s) + " */\n" },
		"a.erl":  func(s string) string { return comment("%% ", s) + "-module(a).\n" },
		"a.clj":  func(s string) string { return comment(";; ", s) + "(ns a)\n" },
		"a.hs":   func(s string) string { return "{-\n" + s + "-}\nmodule A where\n" },
		"w.py":   func(s string) string { return strings.ReplaceAll(comment("# ", s)+"\nimport x\n", "\n", "\r\n") },
	}
	for name, tt := range map[string]struct{ notice, want string }{
		"Apache":             {apacheNotice, "Apache-2.0"},
		"Apache, no holder":  {strings.TrimPrefix(apacheNotice, "Copyright 2020 Somebody\n\n"), "Apache-2.0"},
		"GPL 3 or later":     {gplNotice, "GPL-3.0-or-later"},
		"GPL 2 or later":     {strings.Replace(gplNotice, "version 3 of", "version 2 of", 1), "GPL-2.0-or-later"},
		"AGPL 3 or later":    {gnuNotice("Affero", "3", later), "AGPL-3.0-or-later"},
		"LGPL 3 or later":    {gnuNotice("Lesser", "3", later), "LGPL-3.0-or-later"},
		"MPL":                {mplNotice, "MPL-2.0"},
		"MIT, all of it":     {text(t, "MIT"), "MIT"},
		"ISC, all of it":     {text(t, "ISC"), "ISC"},
		"BSD, all of it":     {text(t, "BSD-2-Clause"), "BSD-2-Clause"},
		"a tag and a notice": {"SPDX-License-Identifier: Apache-2.0\n\n" + apacheNotice, "Apache-2.0"},
		"with a description": {apacheNotice + "\nReads streams and writes them to the collections.\n", "Apache-2.0"},
		"a file's name":      {"a.py: reads streams\n\n" + apacheNotice, "Apache-2.0"},
	} {
		for file, style := range styles {
			e, got := effective(t, tree{file: style(tt.notice)}, file)
			if got != tt.want+" header" {
				t.Errorf("%s in %s: got %q, doubts %q", name, file, got, e.Doubts)
			}
		}
	}
}

// What is like a notice and is none: a string, a template, a word in the code, a
// comment further down, a document.
func TestWhatIsNoNotice(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ file, text string }{
		"a text in a string":       {"a.py", "import x\n\nNOTICE = '''\n" + apacheNotice + "'''\n"},
		"behind the first code":    {"a.py", "import x\n\n" + comment("# ", apacheNotice)},
		"behind a class":           {"a.java", "class A {}\n/*\n" + apacheNotice + "*/\n"},
		"in a document":            {"a.md", apacheNotice},
		"in data":                  {"a.json", "{\"x\": \"Licensed under the Apache License, Version 2.0\"}"},
		"in a plain file":          {"notes.txt", "Licensed under the MIT license.\n"},
		"a word in the code":       {"a.py", "def license():\n    return 'MIT'\n"},
		"a question":               {"a.py", "# Is this licensed? Ask somebody.\nx = 1\n"},
		"all rights reserved":      {"a.py", "# Copyright 2024 A. All rights reserved.\nx = 1\n"},
		"a licence's name alone":   {"a.py", "# MIT\nx = 1\n"},
		"an address alone":         {"a.py", "# https://opensource.org/licenses/MIT\nx = 1\n"},
		"far down":                 {"a.py", strings.Repeat("#\n", 100) + comment("# ", apacheNotice)},
		"a program that looks":     {"a.py", "# Reads the license field of packages.\nx = 1\n"},
		"a file of another's":      {"a.min.js", "!function(){};/* licensed under the MIT license */"},
		"a binary that looks so":   {"a.py", "\x00" + comment("# ", apacheNotice)},
		"a generator's template":   {"a.py", "# SPDX-License-Identifier: {{ license }}\nx = 1\n"},
		"a shell's here-document":  {"a.sh", "#!/bin/sh\ncat <<E\n" + apacheNotice + "E\n"},
		"a docstring of a method":  {"a.py", "def f():\n    \"\"\"" + apacheNotice + "\"\"\"\n"},
		"nothing but a blank line": {"a.py", "\n"},
	} {
		if e, got := effective(t, tree{tt.file: tt.text, "LICENSE": text(t, "ISC")}, tt.file); got != "ISC license-beside" {
			t.Errorf("%s: got %q by %q, doubts %q", name, got, e.Path, e.Doubts)
		}
	}
}
