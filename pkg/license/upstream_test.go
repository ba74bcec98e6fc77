package license_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
)

// What an upstream names and writes cannot move the cursor, break a line of a
// commit message or look like another line of it.
func TestNamesAndTextsOfTheUpstreamAreTame(t *testing.T) {
	t.Parallel()
	nasty := "a\x1b[2Jb\nSPDX-License-Identifier: MIT\r\u0085\xff.py"
	for name, tr := range map[string]tree{
		"file":     {"LICENSE": text(t, "MIT"), nasty: "# SPDX-License-Identifier: ISC\n"},
		"doubt":    {"LICENSE": text(t, "MIT") + "\n\nNot for \x1b[2Jsale\x07.\n", "a.py": "x"},
		"says":     {"metadata.yaml": "data:\n  license: \"Foo \\e[2J\\nLicense-Blob: 1\"\n", "a.py": "x"},
		"header":   {"LICENSE": text(t, "MIT"), "a.py": "# SPDX-License-Identifier: FOO\x1b[2J\n"},
		"submodul": {"LICENSE": text(t, "MIT"), "a.py": "x", "dep\x1b[2J": "submodule"},
		"link":     {"LICENSE": text(t, "MIT"), "x/COPYING\x1b.txt": "-> gone", "x/a.py": "x"},
	} {
		e, err := license.Check(t.Context(), tr, "", expr(t, "MIT"), firstOf(tr, "LICENSE", "metadata.yaml"))
		all := slices.Concat([]string{e.Text}, e.Doubts, e.Notes)
		if err != nil {
			all = append(all, err.Error(), fault.HintOf(err))
		}
		for _, s := range all {
			if strings.ContainsAny(s, "\x1b\n\r\x07\u0085") {
				t.Errorf("%s: %q", name, s)
			}
		}
	}
}

func firstOf(tr tree, names ...string) string {
	for _, n := range names {
		if _, ok := tr[n]; ok {
			return n
		}
	}
	return ""
}

// Nothing of the evidence hangs on the order in which files are come upon.
func TestEvidenceIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	tr := monorepo(t, "MIT").with(tree{
		connector + "/a/LICENSE": text(t, "Apache-2.0"), connector + "/a/x.py": "x", connector + "/b.py": "# SPDX-License-Identifier: ISC\n",
		connector + "/c.py": "# SPDX-License-Identifier: Zlib\n", "NOTICE": "n", connector + "/setup.cfg": "[metadata]\nlicense = BSD\n",
	})
	want, err := license.Effective(t.Context(), tr, connector)
	if err != nil {
		t.Fatal(err)
	}
	if want.License.String() != "MIT AND Apache-2.0 AND ISC AND Zlib" || want.Rule != license.RuleMetadata {
		t.Errorf("got %s by %s", want.License, want.Rule)
	}
	for range 20 {
		got, err := license.Effective(t.Context(), tr, connector)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("got %v, %v\nwant %v", got, err, want)
		}
	}
}

// What holds for most stands first, wherever it comes in the list of files.
func TestTheFolderItselfStandsFirst(t *testing.T) {
	t.Parallel()
	e, got := effective(t, tree{"LICENSE": text(t, "MIT"), "main.py": "x", ".a/LICENSE": text(t, "Zlib"), ".a/x.py": "x", "a/LICENSE": text(t, "ISC"), "a/x.py": "x"}, "")
	if got != "MIT AND Zlib AND ISC license-beside" || e.Path != "LICENSE" || len(e.Others) != 2 {
		t.Errorf("got %q, %+v", got, e)
	}
}

// An upstream cannot make the comparison of licences grow without bound.
func TestManyChoicesEnd(t *testing.T) {
	t.Parallel()
	tr := tree{"LICENSE": text(t, "MIT")}
	ids := []string{"ISC", "Zlib", "X11", "NCSA", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Unlicense", "WTFPL", "UPL-1.0", "PostgreSQL", "CC0-1.0", "MPL-2.0", "EPL-2.0", "BSL-1.0", "Ruby", "Vim", "TCL", "ICU"}
	for i, a := range ids {
		for j, b := range ids[:i] {
			tr[fmt.Sprintf("f%d_%d.py", i, j)] = "# SPDX-License-Identifier: " + a + " OR " + b + "\n"
		}
	}
	_, err := license.Check(t.Context(), tr, "", expr(t, "MIT"), "LICENSE")
	if fault.KindOf(err) != fault.Blocked {
		t.Errorf("got %v", err)
	}
}

// A history as it goes: the licence flips now and then, in metadata, in the text
// beside, in the folder above. Both the reader that remembers and the function
// that does not find the same commits.
func TestAWalkOverAHistory(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	texts := map[string]string{"MIT": text(t, "MIT"), "Elastic-2.0": text(t, "Elastic-2.0"), "Apache-2.0": text(t, "Apache-2.0")}
	ids := []string{"MIT", "Elastic-2.0", "Apache-2.0"}
	now := monorepo(t, "MIT")
	var reader license.Reader
	seen := map[string]bool{}
	for i := range 200 {
		id := ids[r.IntN(len(ids))]
		switch r.IntN(6) {
		case 0:
			now = now.with(tree{connector + "/metadata.yaml": metadata(id)})
		case 1:
			now = now.without(connector + "/metadata.yaml")
		case 2:
			now = now.with(tree{connector + "/LICENSE": texts[id]})
		case 3:
			now = now.without(connector + "/LICENSE")
		case 4:
			now = now.with(tree{group + "/LICENSE": texts[id]})
		default:
			now = now.with(tree{connector + "/source_x/source.py": fmt.Sprintf("VERSION = %d\n", i)})
		}
		var want string
		switch {
		case now[connector+"/LICENSE"] != "":
			want = keyOf(texts, now[connector+"/LICENSE"])
		case now[connector+"/metadata.yaml"] != "":
			want = strings.TrimSpace(strings.TrimPrefix(now[connector+"/metadata.yaml"], "data:\n  license:"))
		default:
			want = keyOf(texts, now[group+"/LICENSE"])
		}
		got, err := reader.Effective(t.Context(), now, connector)
		beside, meta := now[connector+"/LICENSE"] != "", now[connector+"/metadata.yaml"]
		contradict := beside && meta != "" && meta != metadata(want)
		if err != nil || got.Proven() == contradict || got.License.String() != want {
			t.Fatalf("commit %d: got %s, %v, %q, want %s", i, got.License, err, got.Doubts, want)
		}
		if again, _ := license.Effective(t.Context(), now, connector); again.Text != got.Text {
			t.Fatalf("commit %d: %q by the reader, %q without", i, got.Text, again.Text)
		}
		seen[want+" "+got.Rule] = true
	}
	if len(seen) < 7 {
		t.Errorf("the history is too tame: %v", seen)
	}
}

func keyOf(m map[string]string, value string) string {
	for k, v := range m {
		if v == value {
			return k
		}
	}
	return ""
}

func TestSpeaks(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"LICENSE", "LICENCE.md", "COPYING", "UNLICENSE", "NOTICE", "metadata.yaml", "pyproject.toml", "package.json", "setup.py", "setup.cfg", "Cargo.toml", "REUSE.toml"} {
		if !license.Speaks(name) {
			t.Errorf("%s does not speak", name)
		}
	}
	for _, name := range []string{"README.md", "main.py", "license.go", "go.mod", ".gitignore", ""} {
		if license.Speaks(name) {
			t.Errorf("%s speaks", name)
		}
	}
}
