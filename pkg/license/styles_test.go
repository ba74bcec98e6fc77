package license_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/license"
)

// A tag is found behind the signs of every language, and not in what is no comment line of its own.
func TestTagsOfLanguages(t *testing.T) {
	t.Parallel()
	const tag = "SPDX-License-Identifier: MIT"
	for _, tt := range []struct {
		file, text string
		want       bool
	}{
		{"a.py", "# " + tag, true},
		{"a.py", "#" + tag, true},
		{"a.py", "\"\"\"\n" + tag + "\n\"\"\"", true},
		{"a.py", "'''" + tag + "'''", true}, // a docstring, as far as a line tells
		{"a.py", "# -*- coding: utf-8 -*-\n# " + tag, true},
		{"a.py", "import x\n\n# " + tag, true},
		{"a.py", "LICENCE = '" + tag + "'", false},
		{"a.py", "print('" + tag + "')", false},
		{"a.py", "# see " + tag, false},
		{"a.py", "#   \t " + tag + "   ", true},
		{"a.go", "// " + tag + "\npackage a", true},
		{"a.go", "//" + tag, true},
		{"a.go", "/* " + tag + " */", true},
		{"a.go", "var s = \"" + tag + "\"", false},
		{"a.c", "/*\n * " + tag + "\n */", true},
		{"a.c", "/** " + tag + " **/", true},
		{"a.c", "// \\file a.c\n// " + tag, true},
		{"a.rs", "//! " + tag, true},
		{"a.rs", "/// " + tag, true},
		{"a.sql", "-- " + tag, true},
		{"a.lua", "--[[ " + tag + " ]]", false},
		{"a.hs", "{- " + tag + " -}", false},
		{"a.erl", "% " + tag, true},
		{"a.clj", ";; " + tag, true},
		{"a.ini", "; " + tag, true},
		{"a.html", "<!-- " + tag + " -->", true},
		{"a.vue", "<!--\n" + tag + "\n-->", true},
		{"a.xml", "<?xml version=\"1.0\"?>\n<!-- " + tag + " -->", true},
		{"a.j2", "{# " + tag + " #}", false},
		{"a.hbs", "{{!-- " + tag + " --}}", false},
		{"a.ml", "(* " + tag + " *)", true},
		{"a.f90", "! " + tag, true},
		{"a.vim", "\" " + tag, true},
		{"a.bat", "REM " + tag, false},
		{"a.rst", ".. " + tag, true},
		{"a.m4", "dnl " + tag, false},
		{"a.json", "{\"x\": \"" + tag + "\"}", false},
		{"a.yaml", "x: 1 # " + tag, false},
		{"a.toml", "# " + tag + "\n[x]", true},
		{"Makefile.inc", "# " + tag, true},
		{"a.sh", "#!/bin/sh\n# " + tag, true},
		{"a.py", strings.Repeat("#\n", 79) + "# " + tag, true},
		{"a.py", strings.Repeat("#\n", 80) + "# " + tag, false}, // behind the first lines
		{"a.py", "# spdx-license-identifier: MIT", false},       // the tag is written so and not otherwise
		{"a.py", "# SPDX-License-Identifier MIT", false},
		{"a.py", "# SPDX-License-Identifier : MIT", false},
		{"a.py", "# " + tag + "\r\n# x\r\n", true},
		{"a.py", "\ufeff# " + tag, true},
		{"a.bin", "\x00" + tag, false},
	} {
		e, got := effective(t, tree{tt.file: tt.text + "\n", "LICENSE": text(t, "ISC")}, tt.file)
		if (got == "MIT header") != tt.want {
			t.Errorf("%s %q: got %q, doubts %q", tt.file, tt.text, got, e.Doubts)
		}
	}
}

// What a tag can say.
func TestValuesOfTags(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"MIT": "MIT header", "mit": "MIT header", "(MIT)": "MIT header", "MIT OR Apache-2.0": "MIT OR Apache-2.0 header", "(MIT OR Apache-2.0) AND ISC": "(MIT OR Apache-2.0) AND ISC header",
		"GPL-2.0 WITH Linux-syscall-note": "GPL-2.0 WITH Linux-syscall-note header", "GPL-2.0+": "GPL-2.0+ header", "GPL-2.0-or-later": "GPL-2.0-or-later header", "MIT or ISC": "MIT OR ISC header",
		"Apache 2.0": "Apache-2.0 header", "MIT/ISC": "MIT OR ISC header", "LicenseRef-acme": "LicenseRef-acme header",
		"": "header?", "NONE": "header?", "NOASSERTION": "header?", "Foo-1.0": "header?", "MIT AND Foo-1.0": "header?", "MIT OR Foo-1.0": "header?", "MIT (non-commercial)": "header?",
		"${LICENSE}": "ISC license-beside", "<id>": "ISC license-beside", "{{ license }}": "ISC license-beside", "%s": "ISC license-beside", // templates of headers
	} {
		if e, got := effective(t, tree{"a.py": "# SPDX-License-Identifier: " + value + "\nx = 1\n", "LICENSE": text(t, "ISC")}, "a.py"); got != want {
			t.Errorf("%q: got %q, want %q; doubts %q", value, got, want, e.Doubts)
		}
	}
}

// Sentences in the comment that a file begins with, and sentences that are like them.
func TestSentencesOfHeaders(t *testing.T) {
	t.Parallel()
	for sentence, want := range map[string]string{
		"Licensed under the MIT License.":                                     "MIT",
		"Licensed under the MIT license; see LICENSE.":                        "MIT",
		"This file is licensed under the Apache License, Version 2.0.":        "Apache-2.0",
		"This file is licensed under the Apache License 2.0.":                 "Apache-2.0",
		"This code is licensed under the terms of the MIT license.":           "MIT",
		"Copyright 2024 A. Licensed under the Elastic License 2.0.":           "Elastic-2.0",
		"This file is not licensed under the MIT license.":                    "",
		"This code is no longer licensed under the MIT license.":              "",
		"Parts were licensed under the MIT license.":                          "",
		"Licensed under the MIT and Foo licenses.":                            "",
		"Licensed under a license of our own.":                                "",
		"Our product is licensed under MIT":                                   "MIT",
		"All rights reserved.":                                                "",
		"This source code is licensed under the license found in the LICENSE": "",
		"Proprietary and confidential. Unauthorized copying is prohibited.":   "?",
		"This software is free software":                                      "",
		"See the license of the library MIT uses":                             "",
	} {
		for file, s := range map[string]string{"a.py": "# " + sentence + "\nx = 1\n", "a.go": "// " + sentence + "\npackage a\n", "a.js": "/*\n * " + sentence + "\n */\n"} {
			e, err := license.Effective(t.Context(), tree{file: s}, file)
			got := e.License.String()
			if e.License.String() == "LicenseRef-proprietary" && !e.Proven() {
				got = "?"
			}
			if err != nil || got != want {
				t.Errorf("%s %q: got %q, want %q; doubts %q", file, sentence, got, want, e.Doubts)
			}
		}
	}
}
