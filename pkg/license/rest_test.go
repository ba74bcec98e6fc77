package license_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/license"
)

// Of what stands beside a licence's text, some lines say nothing: who holds the
// copyright, titles, rulers, addresses. All others are the rest, which a person reads.
func TestLinesThatSayNothing(t *testing.T) {
	t.Parallel()
	for line, nothing := range map[string]bool{
		"Copyright (c) 2024 A":                            true,
		"Copyright 2019-2024, A, B and C <c@example.com>": true,
		"copyright © 2024 Größe GmbH & Co. KG":            true,
		"(c) 2024 A":                    true,
		"© 2024 A":                      true,
		"&copy; 2024 A":                 true,
		"Portions Copyright (c) 2020 B": true,
		"Modifications Copyright 2021 C. All rights reserved.": true,
		"All rights reserved.":                                 true,
		"Authors: A, B":                                        true,
		"Maintainers: A":                                       true,
		"SPDX-FileCopyrightText: 2024 A":                       true,
		"SPDX-License-Identifier: MIT":                         true,
		"The MIT License (MIT)":                                true,
		"MIT License":                                          true,
		"MIT No Attribution":                                   true,
		"BSD 3-Clause License":                                 true,
		"Apache License, Version 2.0":                          true,
		"GNU GENERAL PUBLIC LICENSE Version 3":                 true,
		"Terms and Conditions":                                 true,
		"License Text":                                         true,
		"=====":                                                true,
		"-----":                                                true,
		"* * * * *":                                            true,
		"_____":                                                true,
		"https://opensource.org/licenses/MIT":                  true,
		"<https://example.com>":                                true,
		"See https://example.com/license":                      true,
		"Website: www.example.com":                             true,
		"Contact: a@example.com":                               true,
		"":                                                     true,
		"Copyright (c) 2024 A, which must not be used":       false,
		"All rights reserved except for subscribers":         false,
		"(c) Only A may sell it":                             false,
		"Thanks to all who helped":                           false,
		"This is version 2 of the streams library":           false,
		"The MIT License, but not for competitors":           false,
		"MIT License for non-commercial use":                 false,
		"No License":                                         false,
		"No attribution needed":                              false,
		"See the website https://example.com/ for terms":     false,
		"Contact sales@example.com for a commercial licence": false,
		"The name Example is a trademark":                    false,
		"1. Do not sell it":                                  false,
		"本软件不得用于商业用途":                                        false,
		"MIT 许可证":                                            false,
		"Только для некоммерческого использования": false,
		"Copyright (c) 2024 张三": true,
		"Lizenz":                false,
		"许可证":                   false,
		"Business Source License is a trademark of somebody else": false,
	} {
		f := license.Identify([]byte(text(t, "MIT") + "\n\n" + line + "\n"))
		if got := ids(f); !slices.Equal(got, []string{"MIT"}) || (f.Rest == "") != nothing {
			t.Errorf("%q: %q, rest %q", line, got, f.Rest)
		}
		if !nothing && f.Rest != strings.TrimLeft(line, "1. ") && f.Rest != line {
			t.Errorf("%q: the rest is %q", line, f.Rest)
		}
	}
}

// The names of holders run on for some lines, and end with a blank one.
func TestHoldersOfManyLines(t *testing.T) {
	t.Parallel()
	mit := text(t, "MIT")
	for stretch, rest := range map[string]string{
		"Copyright (c) 2024 A\nB\nC\nD":                                 "",
		"Copyright (c) 2024 A\nB\nC\nD\nE":                              "E",
		"Copyright (c) 2024 A\n\nB":                                     "B",
		"Copyright (c) 2024 A\nnot B":                                   "not B",
		"Copyright (c) 2024 A\nand others, 2025\n\nCopyright 2026 F\nG": "",
		"Streams\nCopyright (c) 2024 B":                                 "Streams",
	} {
		if f := license.Identify([]byte(mit + "\n\n" + stretch + "\n")); f.Rest != rest {
			t.Errorf("%q: rest %q, want %q", stretch, f.Rest, rest)
		}
	}
	// In front of the text the first line is what the file is about.
	for first, rest := range map[string]string{
		"Streams":                         "",
		"Streams, a library for everyone": "",
		"Streams is a library that has a description of more than eight words": "Streams is a library that has a description of more than eight words",
		"Streams\nReads and writes": "Reads and writes",
		"Not for sale":              "Not for sale",
		"Streams\n=======\n\nThe MIT License (MIT)\n\nCopyright (c) 2024 A\n": "",
	} {
		if f := license.Identify([]byte(first + "\n\n" + mit)); f.Rest != rest {
			t.Errorf("%q: rest %q, want %q", first, f.Rest, rest)
		}
	}
}

// Matches tell where a text stands: in order, without overlapping, within the text.
func TestPlacesOfMatches(t *testing.T) {
	t.Parallel()
	for _, order := range [][]string{{"MIT", "ISC"}, {"Apache-2.0", "MIT", "BSD-3-Clause"}, {"GPL-3.0", "MIT"}, {"MIT", "MIT", "MIT"}, {"Elastic-2.0", "Zlib"}} {
		var whole string
		var begins []int
		for _, id := range order {
			begins = append(begins, len(whole))
			whole += text(t, id) + "\n\n" + strings.Repeat("-", 30) + "\n\n"
		}
		f := license.Identify([]byte(whole))
		if got := ids(f); !slices.Equal(got, order) {
			t.Errorf("%q: got %q", order, got)
			continue
		}
		last := 0
		for i, m := range f.Matches {
			if m.URL {
				continue
			}
			if m.Start < last || m.End <= m.Start || m.End > len(whole) || m.Start < begins[min(i, len(begins)-1)] {
				t.Errorf("%q: %+v behind %d", order, m, last)
			}
			last = m.End
		}
		if f.Coverage < 99 || f.Rest != "" {
			t.Errorf("%q: %.1f %%, rest %q", order, f.Coverage, f.Rest)
		}
	}
}

// A LICENSE of several licences says what holds otherwise, in words of many kinds; what only reads like it says nothing.
func TestRulesOfRepositories(t *testing.T) {
	t.Parallel()
	mit, elastic := text(t, "MIT"), text(t, "Elastic-2.0")
	both := "\n\n---\n\n" + mit + "\n\n---\n\n" + elastic
	for name, tt := range map[string]struct {
		head string
		want string
	}{
		"Airbyte's words":        {repositoryRules, "Elastic-2.0 default"},
		"an id":                  {"This repository uses multiple licenses by folder and defaults to MIT.", "MIT default"},
		"with the":               {"Multiple licenses are in use here; what is not marked defaults to the Elastic License 2.0.", "Elastic-2.0 default"},
		"in words":               {"We have multiple licenses. Defaults to MIT License", "MIT default"},
		"British":                {"This project has multiple licences, and defaults to MIT.", "MIT default"},
		"over two lines":         {"This project has multiple licenses, and\ndefaults to\nMIT.", "MIT default"},
		"no default":             {"This project uses multiple licenses, by folder.", "MIT AND Elastic-2.0 default?"},
		"a default nobody knows": {"This project uses multiple licenses and defaults to Foo Terms.", "MIT AND Elastic-2.0 default?"},
		"no rules":               {"The texts of our licences follow.", "MIT AND Elastic-2.0 license-above"},
		"a default of settings":  {"The port defaults to 8080.", "MIT AND Elastic-2.0 license-above"},
	} {
		e, got := effective(t, tree{"LICENSE": tt.head + both, "x/a.py": "x"}, "x")
		if got != tt.want {
			t.Errorf("%s: got %q, want %q; doubts %q", name, got, tt.want, e.Doubts)
		}
		// What is nearer goes before what holds otherwise.
		if _, got := effective(t, tree{"LICENSE": tt.head + both, "x/a.py": "x", "x/metadata.yaml": metadata("ISC")}, "x"); got != "ISC metadata" {
			t.Errorf("%s, with metadata: got %q", name, got)
		}
	}
}

// Which texts go along with code that is taken out of its repository.
func TestCarryOfMany(t *testing.T) {
	t.Parallel()
	mit, isc, apache := text(t, "MIT"), text(t, "ISC"), text(t, "Apache-2.0")
	for name, tt := range map[string]struct {
		tree tree
		path string
		want string
	}{
		"a text of LICENSES":           {tree{"LICENSES/MIT.txt": mit, "LICENSES/ISC.txt": isc, "x/a.py": "# SPDX-License-Identifier: MIT\n"}, "x", "LICENSES/MIT.txt"},
		"both texts of a header":       {tree{"LICENSES/MIT.txt": mit, "LICENSES/ISC.txt": isc, "x/a.py": "# SPDX-License-Identifier: MIT OR ISC\n"}, "x", "LICENSES/ISC.txt LICENSES/MIT.txt"},
		"of two files with headers":    {tree{"LICENSES/MIT.txt": mit, "LICENSES/ISC.txt": isc, "x/a.py": "# SPDX-License-Identifier: MIT\n", "x/b.py": "# SPDX-License-Identifier: ISC\n"}, "x", "LICENSES/ISC.txt LICENSES/MIT.txt"},
		"the nearer text":              {tree{"LICENSES/MIT.txt": mit, "g/LICENSE": mit, "g/x/a.py": "# SPDX-License-Identifier: MIT\n"}, "g/x", "g/LICENSE"},
		"a GNU text for its notice":    {tree{"COPYING": text(t, "GPL-3.0"), "x/a.py": comment("# ", gplNotice)}, "x", "COPYING"},
		"what comes along":             {tree{"LICENSE": mit, "x/LICENSE": mit, "x/a.py": "x"}, "x", ""},
		"what is in a folder below":    {tree{"LICENSE": mit, "x/sub/LICENSE": isc, "x/sub/a.py": "x", "x/b.py": "x"}, "x", "LICENSE"},
		"all notices above":            {tree{"LICENSE": mit, "NOTICE": "n", "g/NOTICE.txt": "n", "g/x/a.py": "x", "g/y/NOTICE": "of another"}, "g/x", "LICENSE NOTICE g/NOTICE.txt"},
		"a notice and its own":         {tree{"LICENSE": apache, "NOTICE": "n", "x/NOTICE": "own", "x/a.py": "x"}, "x", "LICENSE NOTICE"},
		"of a single file all":         {tree{"x/LICENSE": mit, "x/NOTICE": "n", "x/a.py": "x", "NOTICE": "n"}, "x/a.py", "NOTICE x/LICENSE x/NOTICE"},
		"a file with its own header":   {tree{"x/LICENSE": mit, "x/a.py": "# SPDX-License-Identifier: ISC\n", "LICENSES/ISC.txt": isc}, "x/a.py", "LICENSES/ISC.txt"},
		"the texts of a choice":        {tree{"Cargo.toml": "[package]\nlicense = \"MIT OR Apache-2.0\"\n", "LICENSE-MIT": mit, "LICENSE-APACHE": apache, "src/a.rs": "x"}, "src", "LICENSE-APACHE LICENSE-MIT"},
		"a text that was outranked":    {tree{"LICENSE": isc, "x/metadata.yaml": metadata("MIT"), "x/a.py": "x"}, "x", ""},
		"the default's text":           {tree{"LICENSE": repositoryRules + mit + "\n---\n\n" + text(t, "Elastic-2.0"), "x/a.py": "x"}, "x", "LICENSE"},
		"a pointer's text":             {tree{"LICENSE": "Directories have different licenses for each.\n\nWhere not otherwise noted, all works are available under LICENSE-ELASTIC\n", "LICENSE-ELASTIC": text(t, "Elastic-2.0"), "x/a.py": "x"}, "x", "LICENSE LICENSE-ELASTIC"},
		"the root has all of its own":  {tree{"LICENSE": mit, "NOTICE": "n", "a.py": "x"}, "", ""},
		"third parties' are their own": {tree{"LICENSE": mit, "LICENSE-THIRD-PARTY": apache, "x/a.py": "x"}, "x", "LICENSE"},
	} {
		e, _ := effective(t, tt.tree, tt.path)
		var got []string
		for _, b := range e.Carry {
			got = append(got, b.Path)
			if string(b.Text) != tt.tree[b.Path] || b.ID != blobID(tt.tree[b.Path]) {
				t.Errorf("%s: %s is another text", name, b.Path)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %q, want %q; %s, doubts %q", name, strings.Join(got, " "), tt.want, e.Text, e.Doubts)
		}
	}
}
