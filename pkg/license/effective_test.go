package license_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
)

// repositoryRules is how a LICENSE of several licences begins at Airbyte.
const repositoryRules = `The monorepo uses multiple licenses.

The license for a particular work is defined with following prioritized rules:

1. License directly present in the file
2. LICENSE file in the same directory as the work
3. A ` + "`license`" + ` property defined in the ` + "`metadata.yaml`" + ` configuration file found when exploring parent directories
4. First LICENSE found when exploring parent directories up to the project top level directory
5. Defaults to Elastic License 2.0

---

`

func metadata(id string) string { return "data:\n  license: " + id + "\n" }

// effective gives the licence and the rule, with "?" behind it when a person has to look.
func effective(t *testing.T, tr tree, path string) (license.Evidence, string) {
	t.Helper()
	e, err := license.Effective(t.Context(), tr, path)
	if err != nil {
		t.Fatalf("%q: %v", path, err)
	}
	got := strings.TrimSpace(e.License.String() + " " + e.Rule)
	if !e.Proven() {
		got += "?"
	}
	return e, got
}

// with lays files over a tree.
func (t tree) with(files tree) tree {
	all := maps.Clone(t)
	maps.Copy(all, files)
	return all
}

func (t tree) without(files ...string) tree {
	all := maps.Clone(t)
	for _, f := range files {
		delete(all, f)
	}
	return all
}

// Each rule decides when those before it say nothing, whatever those behind it say.
func TestRulesComeInOrder(t *testing.T) {
	t.Parallel()
	all := tree{
		"LICENSE":               repositoryRules + text(t, "MIT") + "\n---\n\n" + text(t, "Elastic-2.0"),
		"group/LICENSE":         text(t, "BSD-3-Clause"),
		"group/x/metadata.yaml": metadata("MPL-2.0"),
		"group/x/LICENSE":       text(t, "Apache-2.0"),
		"group/x/main.py":       "# SPDX-License-Identifier: ISC\n",
		"group/x/README.md":     "read me",
	}
	steps := []struct{ want, gone string }{
		{"ISC header?", "group/x/main.py"}, // what stands in the path contradicts each other
		{"Apache-2.0 license-beside?", "group/x/LICENSE"},
		{"MPL-2.0 metadata", "group/x/metadata.yaml"},
		{"BSD-3-Clause license-above", "group/LICENSE"},
		{"Elastic-2.0 default", "LICENSE"},
		{"?", ""},
	}
	now := all
	for _, step := range steps {
		if _, got := effective(t, now, "group/x"); got != step.want {
			t.Errorf("got %q, want %q", got, step.want)
		}
		if step.gone == "group/x/main.py" {
			now = now.with(tree{"group/x/main.py": "import x\n"})
		} else if step.gone != "" {
			now = now.without(step.gone)
		}
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	mit, elastic, apache, gpl3 := text(t, "MIT"), text(t, "Elastic-2.0"), text(t, "Apache-2.0"), text(t, "GPL-3.0")
	airbyte := repositoryRules + mit + "\n---\n\n" + elastic
	for name, tt := range map[string]struct {
		tree tree
		path string
		want string
	}{
		"beside":                  {tree{"LICENSE": mit, "a.py": "x"}, "", "MIT license-beside"},
		"root spelled ./":         {tree{"LICENSE": mit, "a.py": "x"}, "./", "MIT license-beside"},
		"root spelled /":          {tree{"LICENSE": mit, "a.py": "x"}, "/", "MIT license-beside"},
		"above":                   {tree{"LICENSE": mit, "x/y/a.py": "x"}, "x/y", "MIT license-above"},
		"nearest above":           {tree{"LICENSE": mit, "x/LICENSE": apache, "x/y/z/a.py": "x"}, "x/y/z/", "Apache-2.0 license-above"},
		"one file":                {tree{"LICENSE": mit, "x/a.py": "x"}, "x/a.py", "MIT license-above"},
		"one file beside":         {tree{"LICENSE": apache, "x/LICENSE": mit, "x/a.py": "x"}, "x/a.py", "MIT license-beside"},
		"one file, header":        {tree{"LICENSE": apache, "a.py": "# SPDX-License-Identifier: MIT\n"}, "a.py", "MIT header"},
		"metadata above":          {tree{"LICENSE": apache, "x/metadata.yaml": metadata("MIT"), "x/src/a.py": "x"}, "x/src", "MIT metadata"},
		"metadata over parents":   {tree{"x/LICENSE": apache, "metadata.yaml": metadata("MIT"), "x/y/a.py": "x"}, "x/y", "MIT metadata"},
		"metadata without":        {tree{"LICENSE": mit, "x/metadata.yaml": "data:\n  name: x\n", "x/a.py": "x"}, "x", "MIT license-above"},
		"metadata unknown":        {tree{"LICENSE": mit, "x/metadata.yaml": metadata("Foo"), "x/a.py": "x"}, "x", "metadata?"},
		"metadata broken":         {tree{"LICENSE": mit, "x/metadata.yaml": "data: [\n", "x/a.py": "x"}, "x", "metadata?"},
		"package":                 {tree{"x/pyproject.toml": "[project]\nlicense = \"MIT\"\n", "x/a.py": "x"}, "x", "MIT package"},
		"package over above":      {tree{"LICENSE": mit, "x/package.json": `{"license": "MIT"}`, "x/a.js": "x"}, "x", "MIT package"},
		"package against above":   {tree{"LICENSE": mit, "x/package.json": `{"license": "ISC"}`, "x/a.js": "x"}, "x", "ISC package?"},
		"package against default": {tree{"LICENSE": airbyte, "x/package.json": `{"license": "MIT"}`, "x/a.js": "x"}, "x", "MIT package?"},
		"package above":           {tree{"setup.cfg": "[metadata]\nlicense = MIT\n", "src/a.py": "x"}, "src", "MIT license-above"},
		"package vague":           {tree{"setup.cfg": "[metadata]\nlicense = BSD\n", "a.py": "x"}, "", "package?"},
		"default":                 {tree{"LICENSE": airbyte, "x/a.py": "x"}, "x", "Elastic-2.0 default"},
		"default at root":         {tree{"LICENSE": airbyte, "a.py": "x"}, "", "Elastic-2.0 default"},
		"default, own text":       {tree{"LICENSE": airbyte, "x/LICENSE": mit, "x/a.py": "x"}, "x", "MIT license-beside"},
		"default, metadata":       {tree{"LICENSE": airbyte, "x/metadata.yaml": metadata("MIT"), "x/a.py": "x"}, "x", "MIT metadata"},
		"default by pointer":      {tree{"LICENSE": "Directories have different licenses for each.\n\nWhere not otherwise noted, all works are available under LICENSE-ELASTIC\n", "LICENSE-ELASTIC": elastic, "LICENSE-MIT": mit, "x/a.py": "x"}, "x", "Elastic-2.0 default"},
		"rules, no default":       {tree{"LICENSE": "This project uses multiple licenses, by folder.\n\n" + mit + "\n\n" + elastic, "x/a.py": "x"}, "x", "MIT AND Elastic-2.0 default?"},
		"nothing":                 {tree{"x/a.py": "x"}, "x", "?"},
		"only a readme":           {tree{"README.md": "## License\n\nMIT\n", "a.py": "x"}, "", "?"},
		"no works":                {tree{"LICENSE": mit, "x/README.md": "x"}, "x", "MIT license-above"},

		"two texts":         {tree{"LICENSE": mit + "\n\n" + apache, "a.py": "x"}, "", "MIT AND Apache-2.0 license-beside"},
		"two files":         {tree{"LICENSE-MIT": mit, "LICENSE-APACHE": apache, "a.rs": "x"}, "", "Apache-2.0 AND MIT license-beside"},
		"two files, Cargo":  {tree{"LICENSE-MIT": mit, "LICENSE-APACHE": apache, "a.rs": "x", "Cargo.toml": "[package]\nlicense = \"MIT OR Apache-2.0\"\n"}, "", "MIT OR Apache-2.0 license-beside"},
		"two files, either": {tree{"COPYING": "This project is dual-licensed under MIT and Apache-2.0, at your option.\n", "LICENSE-MIT": mit, "LICENSE-APACHE": apache, "a.rs": "x"}, "", "Apache-2.0 OR MIT license-beside"},
		"one file, either":  {tree{"LICENSE": "Licensed under either of the following, at your option.\n\n" + mit + "\n\n" + apache, "a.rs": "x"}, "", "MIT OR Apache-2.0 license-beside"},
		"LGPL":              {tree{"COPYING": gpl3, "COPYING.LESSER": text(t, "LGPL-3.0"), "a.c": "x"}, "", "LGPL-3.0 license-beside"},
		"GPL":               {tree{"COPYING": gpl3, "a.c": "x"}, "", "GPL-3.0 license-beside"},
		"GPL, setup says":   {tree{"COPYING": gpl3, "a.py": "x", "setup.py": "setup(license='GPL-3.0-or-later')"}, "", "GPL-3.0-or-later license-beside"},
		"GPL, header says":  {tree{"COPYING": gpl3, "a.py": comment("# ", gplNotice)}, "", "GPL-3.0-or-later header"},
		"copyright only":    {tree{"LICENSE.txt": mit, "LICENSE_SHORT": "Copyright (c) 2023 Airbyte, Inc., all rights reserved.\n", "a.py": "x"}, "", "MIT license-beside"},
		"third parties":     {tree{"LICENSE": mit, "LICENSE-THIRD-PARTY": apache, "a.py": "x"}, "", "MIT license-beside"},

		"symlink":            {tree{"LICENSE": mit, "x/LICENSE": "-> ../LICENSE", "x/a.py": "x"}, "x", "MIT license-beside"},
		"symlinks":           {tree{"legal/mit": mit, "l": "-> legal", "x/COPYING": "-> ../l/mit", "x/a.py": "x"}, "x", "MIT license-beside"},
		"symlink out":        {tree{"LICENSE": mit, "x/LICENSE": "-> ../../etc/passwd", "x/a.py": "x"}, "x", "MIT license-above"},
		"symlink absolute":   {tree{"LICENSE": mit, "x/LICENSE": "-> /LICENSE", "x/a.py": "x"}, "x", "MIT license-above"},
		"symlinks in a ring": {tree{"LICENSE": mit, "x/LICENSE": "-> COPYING", "x/COPYING": "-> LICENSE", "x/a.py": "x"}, "x", "MIT license-above"},

		"part with header":        {tree{"LICENSE": mit, "a.py": "x", "b.py": "# SPDX-License-Identifier: Elastic-2.0\n"}, "", "MIT AND Elastic-2.0 license-beside"},
		"same header":             {tree{"LICENSE": mit, "a.py": "x", "b.py": "# SPDX-License-Identifier: MIT\n"}, "", "MIT license-beside"},
		"all with headers":        {tree{"LICENSE": elastic, "a.py": "# SPDX-License-Identifier: MIT\n", "b.py": "# SPDX-License-Identifier: MIT\n", "README.md": "x", "icon.png": "x", "__init__.py": ""}, "", "MIT header?"},
		"all with headers, above": {tree{"LICENSE": elastic, "x/a.py": "# SPDX-License-Identifier: MIT\n"}, "x", "MIT header"},
		"data without header":     {tree{"LICENSE": elastic, "a.py": "# SPDX-License-Identifier: MIT\n", "schema.json": "{}"}, "", "Elastic-2.0 AND MIT license-beside"},
		"headers, nothing else":   {tree{"a.py": "# SPDX-License-Identifier: MIT\n", "b.py": "x"}, "", "MIT header?"},
		"folder with its own":     {tree{"LICENSE": mit, "a.py": "x", "vendor/z/LICENSE": apache, "vendor/z/b.py": "x"}, "", "MIT AND Apache-2.0 license-beside"},
		"folder of licences":      {tree{"LICENSE": mit, "a.py": "x", "vendor/licenses/LICENSE": apache}, "", "MIT license-beside"},
		"connectors below":        {tree{"LICENSE": mit, "a.py": "x", "c/one/metadata.yaml": metadata("ELv2"), "c/one/src/a.py": "x"}, "", "MIT AND Elastic-2.0 license-beside"},
		"below is the same":       {tree{"LICENSE": mit, "a.py": "x", "c/one/metadata.yaml": metadata("MIT"), "c/one/a.py": "x"}, "", "MIT license-beside"},
		"source folder":           {tree{"x/LICENSE": mit, "x/metadata.yaml": metadata("ELv2"), "x/src/a.py": "x"}, "x", "MIT license-beside?"},
	} {
		e, got := effective(t, tt.tree, tt.path)
		if got != tt.want {
			t.Errorf("%s: got %q, want %q; doubts %q", name, got, tt.want, e.Doubts)
		}
		if e.License.IsZero() != (e.Text == "no licence found") || strings.ContainsAny(e.Text, "\r\n") || !strings.HasPrefix(e.Text, e.License.String()) {
			t.Errorf("%s: text %q", name, e.Text)
		}
	}
}

func TestNamesOfLicenceFiles(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"LICENSE": true, "LICENCE": true, "License": true, "license.md": true, "LICENSE.txt": true, "LICENSE.rst": true, "LICENSES": true, "COPYING": true,
		"COPYING.LESSER": true, "COPYING.md": true, "UNLICENSE": true, "LICENSE-MIT": true, "LICENSE.MIT": true, "LICENSE_MIT.txt": true, "MIT-LICENSE": true,
		"MIT-LICENSE.txt": true, "LICENSE-2.0.txt": true, "LICENSE.upstream": true, "Licence.txt": true,
		"license.go": false, "license.py": false, "LICENSE.json": false, "licenses.csv": false, "License.svelte": false, "NOTICE": false, "COPYRIGHT.py": false,
		"LICENSE-3RD-PARTY.txt": false, "LICENSE_THIRD_PARTY": false, "license_test.go": false, "drivers-license.test.ts": false, "LICENSEE.md": false, "COPYINGS": false,
	} {
		_, got := effective(t, tree{name: text(t, "MIT"), "a.py": "x"}, "")
		if (got == "MIT license-beside") != want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestTextsBelowTheBarAreDoubted(t *testing.T) {
	t.Parallel()
	mit := text(t, "MIT")
	for name, tt := range map[string]struct{ license, want string }{
		"truncated":        {mit[:len(mit)/2], "is like MIT, but parts are missing or were changed"},
		"changed":          {strings.Replace(mit, "free of charge", "for a fee", 1), "known here"},
		"a clause more":    {mit + "\n\nThe Software must not be offered as a service.\n", "says more than its licence: “The Software must not be offered as a service.”"},
		"short and strict": {mit + "\n\nNon-commercial use only.\n", "says more than its licence: “Non-commercial use only.”"},
		"a story more":     {mit + "\n\n" + strings.Repeat("We like to tell about our project here. ", 5), "known licence text; the rest begins: “We like to tell"},
		"much unknown":     {strings.Repeat("Terms that nobody knows. ", 100) + "\n\n" + mit, "known licence text"},
		"only named":       {"MIT\n", "names MIT but does not hold its text"},
		"only the address": {"See https://opensource.org/licenses/MIT\n", "names MIT but does not hold its text"},
		"own terms":        {"You may look at this code.\n", "is no licence text that is known here"},
		"huge":             {strings.Repeat("x ", 1<<20), "is too long"},
	} {
		e, _ := effective(t, tree{"LICENSE": tt.license, "a.py": "x"}, "")
		if e.Proven() || len(e.Doubts) == 0 || !strings.Contains(e.Doubts[0], tt.want) || !strings.HasPrefix(e.Doubts[0], "LICENSE ") {
			t.Errorf("%s: got %q, doubts %q", name, e.License, e.Doubts)
		}
	}
	for name, s := range map[string]string{
		"title and holders": "The Project\n===========\n\nThe MIT License (MIT)\n\nCopyright (c) 2014-2024 A, B <b@example.com>\nCopyright (c) 2020 C\nAll rights reserved.\n\n" + mit,
		"a harmless line":   mit + "\n\nThank you for using this project.\n",
		"an address":        mit + "\n\nhttps://opensource.org/licenses/MIT\n",
	} {
		if e, got := effective(t, tree{"LICENSE": s, "a.py": "x"}, ""); got != "MIT license-beside" {
			t.Errorf("%s: got %q, doubts %q", name, got, e.Doubts)
		}
	}
}

// Package metadata is a witness: where it contradicts, a person has to look.
func TestWitnesses(t *testing.T) {
	t.Parallel()
	mit, apache := text(t, "MIT"), text(t, "Apache-2.0")
	for name, tt := range map[string]struct {
		tree tree
		want string // part of the first doubt, "" for none
	}{
		"agrees":            {tree{"LICENSE": mit, "pyproject.toml": "[project]\nlicense = \"MIT\"\n"}, ""},
		"spelled freely":    {tree{"LICENSE": apache, "setup.py": "setup(license='Apache 2.0')"}, ""},
		"family":            {tree{"LICENSE": apache, "setup.py": "setup(license='Apache')"}, ""},
		"other family":      {tree{"LICENSE": apache, "setup.py": "setup(license='BSD')"}, "setup.py says “BSD”, but LICENSE says Apache-2.0"},
		"contradicts":       {tree{"LICENSE": apache, "pyproject.toml": "[project]\nlicense = \"MIT\"\n"}, "pyproject.toml says MIT, but LICENSE says Apache-2.0"},
		"and metadata.yaml": {tree{"metadata.yaml": metadata("ELv2"), "pyproject.toml": "[tool.poetry]\nlicense = \"MIT\"\n"}, "pyproject.toml says MIT, but metadata.yaml says “ELv2” (Elastic-2.0)"},
		"classifier":        {tree{"LICENSE": apache, "setup.cfg": "[metadata]\nclassifiers =\n  License :: OSI Approved :: MIT License\n"}, "MIT License” (MIT), but LICENSE says Apache-2.0"},
		"own classifier":    {tree{"pyproject.toml": "[project]\nlicense = \"MIT\"\nclassifiers = [\"License :: OSI Approved :: ISC License (ISCL)\"]\n"}, "ISC"},
		"one of several":    {tree{"LICENSE": mit + "\n\n" + apache, "setup.cfg": "[metadata]\nclassifiers =\n  License :: OSI Approved :: MIT License\n  License :: OSI Approved :: Apache Software License\n"}, ""},
		"unknown words":     {tree{"LICENSE": mit, "package.json": `{"license": "as in LICENSE"}`}, ""},
		"proprietary":       {tree{"LICENSE": mit, "package.json": `{"license": "UNLICENSED"}`}, "UNLICENSED"},
		"points to it":      {tree{"LICENSE": mit, "package.json": `{"license": "SEE LICENSE IN LICENSE"}`}, ""},
		"npm's two":         {tree{"LICENSE": mit, "package.json": `{"license": "MIT"}`, "setup.cfg": "[metadata]\nlicense = ISC\n"}, "setup.cfg says ISC"},
	} {
		e, _ := effective(t, tt.tree.with(tree{"a.py": "x"}), "")
		if tt.want == "" && !e.Proven() || tt.want != "" && (len(e.Doubts) == 0 || !strings.Contains(e.Doubts[0], tt.want)) {
			t.Errorf("%s: got %q, doubts %q", name, e.License, e.Doubts)
		}
	}
	e, _ := effective(t, tree{"x/LICENSE": mit, "metadata.yaml": metadata("ELv2"), "x/a.py": "x"}, "x")
	if !e.Proven() {
		t.Errorf("what stands above the path is outranked: %+v", e)
	}
}

// Statements that stand in the path itself must not contradict each other,
// whichever of them the order ranks higher.
func TestContradictionsInThePath(t *testing.T) {
	t.Parallel()
	mit, elastic := text(t, "MIT"), text(t, "Elastic-2.0")
	header := func(id string) string { return "# SPDX-License-Identifier: " + id + "\n" }
	for name, tt := range map[string]struct {
		tree tree
		want string // the licence that holds, by the order
		says []string
	}{
		"LICENSE, metadata":            {tree{"x/LICENSE": mit, "x/metadata.yaml": metadata("ELv2"), "x/a.py": "x"}, "MIT", []string{"x/metadata.yaml says “ELv2” (Elastic-2.0)", "x/LICENSE says MIT"}},
		"the other way round":          {tree{"x/LICENSE": elastic, "x/metadata.yaml": metadata("MIT"), "x/a.py": "x"}, "Elastic-2.0", []string{"x/metadata.yaml says MIT", "x/LICENSE says Elastic-2.0"}},
		"LICENSE, package":             {tree{"x/LICENSE": mit, "x/pyproject.toml": "[project]\nlicense = \"ISC\"\n", "x/a.py": "x"}, "MIT", []string{"x/pyproject.toml says ISC", "x/LICENSE says MIT"}},
		"metadata, package":            {tree{"x/metadata.yaml": metadata("ELv2"), "x/setup.py": "setup(license='MIT')", "x/a.py": "x"}, "Elastic-2.0", []string{"x/setup.py says MIT", "ELv2"}},
		"header, LICENSE":              {tree{"x/LICENSE": elastic, "x/a.py": header("MIT")}, "MIT", []string{"x/LICENSE says Elastic-2.0", "x/a.py says MIT"}},
		"header, metadata":             {tree{"x/metadata.yaml": metadata("ELv2"), "x/a.py": header("MIT")}, "MIT", []string{"ELv2", "x/a.py says MIT"}},
		"header, package":              {tree{"x/package.json": `{"license": "ISC"}`, "x/a.js": "// SPDX-License-Identifier: MIT\n"}, "MIT", []string{"x/package.json says ISC", "x/a.js says MIT"}},
		"two metadata files":           {tree{"x/metadata.yaml": metadata("MIT"), "x/metadata.yml": metadata("ELv2"), "x/a.py": "x"}, "MIT", []string{"x/metadata.yml says “ELv2”", "x/metadata.yaml says MIT"}},
		"two fields":                   {tree{"x/metadata.yaml": "license: ISC\ndata:\n  license: MIT\n", "x/a.py": "x"}, "MIT", []string{"ISC", "MIT"}},
		"in a folder below":            {tree{"LICENSE": mit, "x/a.py": "x", "x/y/LICENSE": mit, "x/y/metadata.yaml": metadata("ELv2"), "x/y/b.py": "x"}, "MIT", []string{"x/y/metadata.yaml", "x/y/LICENSE"}},
		"all works below":              {tree{"x/metadata.yaml": metadata("ELv2"), "x/src/LICENSE": mit, "x/src/a.py": "x"}, "MIT", []string{"x/metadata.yaml says “ELv2”", "x/src/LICENSE says MIT"}},
		"some files with a header":     {tree{"x/LICENSE": mit, "x/metadata.yaml": metadata("MIT"), "x/a.py": "x", "x/b.py": header("ISC")}, "MIT AND ISC", nil},
		"about some of the files":      {tree{"x/LICENSE": mit, "x/a.py": header("ISC"), "x/b.json": "{}"}, "MIT AND ISC", nil},
		"GNU, whichever version":       {tree{"x/LICENSE": text(t, "GPL-3.0"), "x/metadata.yaml": metadata("GPL-3.0-or-later"), "x/a.py": "x"}, "GPL-3.0", nil},
		"one of a choice":              {tree{"x/LICENSE-MIT": mit, "x/metadata.yaml": metadata("MIT"), "x/a.py": "x"}, "MIT", nil},
		"above the path":               {tree{"metadata.yaml": metadata("ELv2"), "LICENSE": elastic, "x/LICENSE": mit, "x/a.py": "x"}, "MIT", nil},
		"the same in other words":      {tree{"x/LICENSE": elastic, "x/metadata.yaml": metadata("ELv2"), "x/a.py": header("Elastic-2.0")}, "Elastic-2.0", nil},
		"metadata in words of its own": {tree{"x/LICENSE": mit, "x/metadata.yaml": metadata("as beside"), "x/a.py": "x"}, "MIT", nil},
	} {
		e, _ := effective(t, tt.tree, "x")
		doubts := strings.Join(e.Doubts, "; ")
		if e.License.String() != tt.want || (doubts != "") != (tt.says != nil) {
			t.Errorf("%s: got %s, doubts %q", name, e.License, doubts)
		}
		_, err := license.Check(t.Context(), tt.tree, "x", expr(t, tt.want), e.Path)
		if (err != nil) != (tt.says != nil) || err != nil && fault.KindOf(err) != fault.Blocked {
			t.Errorf("%s: claiming what the order gives: %v", name, err)
		}
		for _, want := range tt.says {
			if err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q is not in %v", name, want, err)
			}
		}
	}
}

// Metadata can name a file of an unusual name, which is then read as the licence.
func TestMetadataNamesAFile(t *testing.T) {
	t.Parallel()
	if _, got := effective(t, tree{"pyproject.toml": "[project]\nlicense = {file = \"legal.txt\"}\n", "legal.txt": text(t, "ISC"), "a.py": "x"}, ""); got != "ISC license-beside" {
		t.Errorf("got %q", got)
	}
	if _, got := effective(t, tree{"setup.cfg": "[metadata]\nlicense_files =\n  legal.txt\n  AUTHORS\n", "legal.txt": text(t, "ISC"), "AUTHORS": "Somebody of our company and others", "a.py": "x"}, ""); got != "ISC license-beside" {
		t.Errorf("got %q", got)
	}
	if _, got := effective(t, tree{"pyproject.toml": "[project]\nlicense = {file = \"gone.txt\"}\n", "a.py": "x"}, ""); got != "?" {
		t.Errorf("got %q", got)
	}
	if _, got := effective(t, tree{"x/package.json": `{"license": "SEE LICENSE IN ../../../etc/passwd"}`, "x/a.js": "x"}, "x"); got != "?" {
		t.Errorf("got %q", got)
	}
}

func TestCarry(t *testing.T) {
	t.Parallel()
	mit, apache, elastic := text(t, "MIT"), text(t, "Apache-2.0"), text(t, "Elastic-2.0")
	for name, tt := range map[string]struct {
		tree tree
		path string
		want []string
	}{
		"comes along":       {tree{"LICENSE": mit, "NOTICE": "n", "a.py": "x"}, "", nil},
		"in the path":       {tree{"x/LICENSE": mit, "x/NOTICE": "n", "x/a.py": "x"}, "x", nil},
		"from above":        {tree{"LICENSE": mit, "NOTICE.txt": "n", "x/a.py": "x"}, "x", []string{"LICENSE", "NOTICE.txt"}},
		"notices above":     {tree{"NOTICE": "n", "g/NOTICE.md": "n", "g/LICENSE": apache, "g/x/a.py": "x"}, "g/x", []string{"NOTICE", "g/LICENSE", "g/NOTICE.md"}},
		"of a file":         {tree{"x/LICENSE": mit, "x/a.py": "x"}, "x/a.py", []string{"x/LICENSE"}},
		"text for metadata": {tree{"LICENSE": repositoryRules + mit + "\n---\n\n" + elastic, "x/metadata.yaml": metadata("MIT"), "x/a.py": "x"}, "x", []string{"LICENSE"}},
		"nearest text":      {tree{"LICENSE": mit, "g/LICENSE": mit, "g/x/metadata.yaml": metadata("MIT"), "g/x/a.py": "x"}, "g/x", []string{"g/LICENSE"}},
		"other licence":     {tree{"LICENSE": apache, "x/metadata.yaml": metadata("MIT"), "x/a.py": "x"}, "x", nil},
		"both of two":       {tree{"LICENSE-MIT": mit, "LICENSE-APACHE": apache, "x/a.rs": "x"}, "x", []string{"LICENSE-APACHE", "LICENSE-MIT"}},
		"for a header":      {tree{"LICENSE": apache, "x/a.py": "# SPDX-License-Identifier: Apache-2.0\n"}, "x", []string{"LICENSE"}},
		"through a link":    {tree{"legal/mit": mit, "LICENSE": "-> legal/mit", "x/a.py": "x"}, "x", []string{"LICENSE"}},
	} {
		e, _ := effective(t, tt.tree, tt.path)
		var got []string
		for _, b := range e.Carry {
			got = append(got, b.Path)
			if len(b.Text) == 0 || b.ID == "" || strings.HasPrefix(string(b.Text), "legal") {
				t.Errorf("%s: %+v", name, b)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
		missing := slices.ContainsFunc(e.Notes, func(n string) bool { return strings.Contains(n, "holds no text of") })
		if missing != (name == "other licence") {
			t.Errorf("%s: notes %q", name, e.Notes)
		}
	}
}

func TestEffectiveRefusesPaths(t *testing.T) {
	t.Parallel()
	tr := tree{"LICENSE": text(t, "MIT"), "x/a.py": "x", "sub": "submodule", "link": "-> x"}
	for path, want := range map[string]string{
		"y": "there is no", "x/b": "there is no", "x/a.py/b": "there is no", "../x": "leads out", "x/../../y": "leads out",
		"sub": "is a submodule", "link": "is a symlink",
	} {
		_, err := license.Effective(t.Context(), tr, path)
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v", path, err)
		}
	}
	e, _ := effective(t, tr.with(tree{"x/dep": "submodule"}), "x")
	if !e.Proven() || !slices.Contains(e.Notes, "the submodule x/dep is not looked into") {
		t.Errorf("got %q", e.Notes)
	}
}

// broken is a tree whose files cannot be read.
type broken struct {
	tree
	err error
}

func (b broken) Read(context.Context, ...string) (map[string]license.Blob, error) { return nil, b.err }

func TestErrorsOfTheTreeArePassedOn(t *testing.T) {
	t.Parallel()
	gone := errors.New("the server has gone away")
	tr := broken{tree{"LICENSE": "x", "a.py": "x"}, gone}
	if _, err := license.Effective(t.Context(), tr, ""); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
	if _, err := license.Check(t.Context(), tr, "", expr(t, "MIT"), "LICENSE"); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
}

// counting counts the requests of a tree.
type counting struct {
	tree
	reads int
}

func (c *counting) Read(ctx context.Context, paths ...string) (map[string]license.Blob, error) {
	c.reads++
	return c.tree.Read(ctx, paths...)
}

func TestAllIsReadAtOnce(t *testing.T) {
	t.Parallel()
	c := &counting{tree: tree{"LICENSE": text(t, "MIT"), "NOTICE": "n", "g/metadata.yaml": metadata("MIT"), "g/x/a.py": "x", "g/x/y/b.py": "x", "g/x/setup.py": "setup(license='MIT')"}}
	if e, err := license.Effective(t.Context(), c, "g/x"); err != nil || !e.Proven() || c.reads != 1 {
		t.Errorf("%d requests, %+v, %v", c.reads, e, err)
	}
}

func TestAReaderGivesWhatTheFunctionsGive(t *testing.T) {
	t.Parallel()
	var r license.Reader
	for range 2 {
		for _, tr := range []tree{
			{"LICENSE": text(t, "MIT"), "a.py": "x"}, {"LICENSE": text(t, "Elastic-2.0"), "a.py": "x"},
			{"metadata.yaml": metadata("MIT"), "a.py": "# SPDX-License-Identifier: MIT\n"}, {"metadata.yaml": "data: [\n", "a.py": "x"},
			{"metadata.yaml": text(t, "MIT"), "LICENSE.txt": text(t, "MIT"), "a.md": "# SPDX-License-Identifier: MIT\n"},
		} {
			want, _ := effective(t, tr, "")
			got, err := r.Effective(t.Context(), tr, "")
			if err != nil || got.Text != want.Text || !slices.Equal(got.Doubts, want.Doubts) {
				t.Errorf("got %q %q, %v, want %q %q", got.Text, got.Doubts, err, want.Text, want.Doubts)
			}
		}
	}
}
