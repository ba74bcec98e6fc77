package license_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/license"
)

const apacheNotice = `Copyright 2020 Somebody

Licensed under the Apache License, Version 2.0 (the "License");
you may not use this file except in compliance with the License.
You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software
distributed under the License is distributed on an "AS IS" BASIS,
WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and
limitations under the License.
`

const gplNotice = `This program is free software: you can redistribute it and/or modify
it under the terms of the GNU General Public License as published by
the Free Software Foundation, either version 3 of the License, or
(at your option) any later version.

This program is distributed in the hope that it will be useful,
but WITHOUT ANY WARRANTY; without even the implied warranty of
MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
GNU General Public License for more details.

You should have received a copy of the GNU General Public License
along with this program.  If not, see <http://www.gnu.org/licenses/>.
`

func comment(sign, s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString(sign + line)
	}
	return b.String()
}

// A file alone in a repository is under what it says itself.
func TestHeaders(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ file, text, want string }{
		"python":           {"a.py", "# SPDX-License-Identifier: MIT\nprint()\n", "MIT"},
		"shebang":          {"a.sh", "#!/bin/sh\n#\n# SPDX-License-Identifier: mit\n", "MIT"},
		"slashes":          {"a.go", "// Copyright\n// SPDX-License-Identifier: Apache-2.0 OR MIT\npackage a\n", "Apache-2.0 OR MIT"},
		"block":            {"a.js", "/* SPDX-License-Identifier: BSD-3-Clause */\n", "BSD-3-Clause"},
		"starred":          {"a.java", "/*\n * SPDX-License-Identifier: EPL-2.0\n */\n", "EPL-2.0"},
		"markup":           {"a.html", "<!-- SPDX-License-Identifier: CC0-1.0 -->\n", "CC0-1.0"},
		"sql":              {"a.sql", "-- SPDX-License-Identifier: ISC\n", "ISC"},
		"yaml":             {"a.yaml", "# SPDX-License-Identifier: MIT\nx: 1\n", "MIT"},
		"CRLF":             {"a.py", "# SPDX-License-Identifier: MIT\r\nprint()\r\n", "MIT"},
		"two tags":         {"a.c", "// SPDX-License-Identifier: MIT\n// SPDX-License-Identifier: ISC\n", "MIT AND ISC"},
		"with":             {"a.c", "// SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note\n", "GPL-2.0-only WITH Linux-syscall-note"},
		"own spelling":     {"a.py", "# SPDX-License-Identifier: ELv2\n", "Elastic-2.0"},
		"in a string":      {"a.py", "tag = 'SPDX-License-Identifier: MIT'\n", ""},
		"a template":       {"a.py", "# SPDX-License-Identifier: {{ license }}\n", ""},
		"far below":        {"a.py", strings.Repeat("x = 1\n", 200) + "# SPDX-License-Identifier: MIT\n", ""},
		"Apache notice":    {"a.py", comment("# ", apacheNotice) + "import x\n", "Apache-2.0"},
		"Apache block":     {"a.java", "/*\n" + comment(" * ", apacheNotice) + " */\npackage a;\n", "Apache-2.0"},
		"Apache docstring": {"a.py", "\"\"\"\n" + apacheNotice + "\"\"\"\nimport x\n", "Apache-2.0"},
		"GPL notice":       {"a.py", comment("# ", gplNotice), "GPL-3.0-or-later"},
		"short":            {"a.py", "# Licensed under the MIT License.\n", "MIT"},
		"short Elastic":    {"a.py", "# This file is licensed under the Elastic License 2.0, see LICENSE.\n", "Elastic-2.0"},
		"of others":        {"a.py", "\"\"\"Reads photos that people have licensed under the CC BY 4.0.\"\"\"\n", ""},
		"rights":           {"a.py", "# Copyright (c) 2023 Airbyte, Inc., all rights reserved.\nprint()\n", ""},
		"refers":           {"a.go", "// Use of this source code is governed by a BSD-style\n// license that can be found in the LICENSE file.\npackage a\n", ""},
		"code speaks":      {"a.py", "import x\n# Licensed under the MIT License.\n", ""},
		"only prose":       {"a.md", "Licensed under the MIT License.\n", ""},
	} {
		tr := tree{tt.file: tt.text, "README": "x"}
		e, err := license.Effective(t.Context(), tr, tt.file)
		if err != nil || e.License.String() != tt.want {
			t.Errorf("%s: got %q, %v, doubts %q", name, e.License, err, e.Doubts)
		}
		if want := map[bool]string{true: "", false: license.RuleHeader}[tt.want == ""]; e.Rule != want {
			t.Errorf("%s: by rule %q", name, e.Rule)
		}
	}
}

func TestHeadersThatNobodyCanRead(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]string{
		"unknown id": "# SPDX-License-Identifier: FOO-1.0\n",
		"own terms":  "# Proprietary and confidential. License terms: ask. Unauthorized copying is strictly prohibited.\n",
	} {
		e, err := license.Effective(t.Context(), tree{"a.py": s, "LICENSE": text(t, "MIT")}, "")
		if err != nil || e.Proven() || len(e.Doubts) == 0 || !strings.Contains(e.Doubts[0], "a.py") {
			t.Errorf("%s: got %q, %v, doubts %q", name, e.License, err, e.Doubts)
		}
	}
}

func TestReuse(t *testing.T) {
	t.Parallel()
	mit, cc0 := text(t, "MIT"), text(t, "CC0-1.0")
	reuse := "version = 1\n\n[[annotations]]\npath = \"**\"\nSPDX-License-Identifier = \"MIT\"\n"
	for name, tt := range map[string]struct {
		tree tree
		path string
		want string
	}{
		"sidecar":      {tree{"x/data.json": "{}", "x/data.json.license": "SPDX-License-Identifier: CC0-1.0\n"}, "x", "CC0-1.0"},
		"all":          {tree{"REUSE.toml": reuse, "LICENSES/MIT.txt": mit, "x/data.json": "{}", "x/a.py": "x"}, "x", "MIT"},
		"last wins":    {tree{"REUSE.toml": reuse + "\n[[annotations]]\npath = [\"x/*.json\"]\nSPDX-License-Identifier = \"CC0-1.0\"\n", "x/data.json": "{}"}, "x", "CC0-1.0"},
		"header first": {tree{"REUSE.toml": reuse, "x/a.py": "# SPDX-License-Identifier: ISC\n"}, "x", "ISC"},
		"override":     {tree{"REUSE.toml": reuse + "precedence = \"override\"\n", "x/a.py": "# SPDX-License-Identifier: ISC\n"}, "x", "MIT"},
		"one star":     {tree{"REUSE.toml": strings.Replace(reuse, "**", "*", 1), "LICENSE": text(t, "ISC"), "x/a.py": "x"}, "x", "ISC"},
		"two ids":      {tree{"REUSE.toml": strings.Replace(reuse, `"MIT"`, `["MIT", "ISC"]`, 1), "a.json": "{}"}, "", "MIT AND ISC"},
		"nested":       {tree{"x/REUSE.toml": strings.Replace(reuse, "**", "y/a.json", 1), "x/y/a.json": "{}"}, "x/y", "MIT"},
		"in the path":  {tree{"LICENSE": mit, "x/y/REUSE.toml": strings.Replace(strings.Replace(reuse, "**", "*.json", 1), "MIT", "ISC", 1), "x/y/a.json": "{}"}, "x", "ISC"},
		"nearest":      {tree{"REUSE.toml": reuse, "x/REUSE.toml": strings.Replace(reuse, "MIT", "ISC", 1), "x/a.json": "{}"}, "x", "ISC"},
		"odd names":    {tree{"REUSE.toml": strings.Replace(reuse, "\"**\"", "'x/a[1]\\*+.json'", 1), "LICENSE": text(t, "ISC"), "x/a[1]*+.json": "{}"}, "x", "MIT"},
		"dep5":         {tree{".reuse/dep5": "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: me\nLicense: MIT\n\nFiles: x/*.json\n x/?.yaml\nLicense: CC0-1.0\n", "x/data.json": "{}", "x/a.yaml": "a: 1"}, "x", "CC0-1.0"},
		"texts alone":  {tree{"LICENSES/MIT.txt": mit, "LICENSES/CC0-1.0.txt": cc0, "a.py": "x"}, "", "CC0-1.0 AND MIT"},
	} {
		e, err := license.Effective(t.Context(), tt.tree, tt.path)
		if err != nil || e.License.String() != tt.want {
			t.Errorf("%s: got %q, %v, doubts %q", name, e.License, err, e.Doubts)
		}
	}
	e, _ := license.Effective(t.Context(), tree{"REUSE.toml": reuse, "LICENSES/MIT.txt": mit, "x/data.json": "{}"}, "x")
	if len(e.Carry) != 1 || e.Carry[0].Path != "LICENSES/MIT.txt" || e.Path != "REUSE.toml" || !e.Proven() {
		t.Errorf("got %+v", e)
	}
	e, _ = license.Effective(t.Context(), tree{"REUSE.toml": strings.Replace(reuse, "MIT", "FOO", 1), "x/data.json": "{}"}, "x")
	if e.Proven() {
		t.Errorf("an unknown id proves %s", e.License)
	}
}
