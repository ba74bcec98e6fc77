package history_test

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/history"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// drawn is a history that is told by its commits, oldest first.
type drawn struct {
	parents []int
	change  files    // put into the tree of the first parent
	gone    []string // files and folders that are taken out of it
}

// draw writes a history; each commit is a minute after the last.
func draw(t *testing.T, commits ...drawn) past {
	t.Helper()
	var states []files
	var parents [][]int
	var dates []int
	for i, c := range commits {
		now := files{}
		if len(c.parents) > 0 {
			now = maps.Clone(states[c.parents[0]])
		}
		for _, gone := range c.gone {
			maps.DeleteFunc(now, func(p, _ string) bool { return p == gone || strings.HasPrefix(p, gone+"/") })
		}
		maps.Copy(now, c.change)
		states, parents, dates = append(states, now), append(parents, c.parents), append(dates, 1_000_000+60*i)
	}
	return write(t, states, parents, dates)
}

func row(n int) []int { return []int{n} }

// licensed is a connector's metadata.
func licensed(id string) files { return files{"c/x/metadata.yaml": "data:\n  license: " + id + "\n"} }

// name gives the place of a commit in the drawing, -1 for none.
func (p past) name(id string) int {
	for i, other := range p.ids {
		if other == id {
			return i
		}
	}
	return -1
}

// Which commit is the last under MIT and which one changed that, in the shapes that histories take.
func TestShapes(t *testing.T) {
	t.Parallel()
	start := files{"c/x/main.py": "1\n", "c/x/util.py": "2\n", "c/x/metadata.yaml": "data:\n  license: MIT\n", "README.md": "x\n"}
	text := func(id string) string { return licenceText(t, id) }
	for name, tt := range map[string]struct {
		commits     []drawn
		firstParent bool
		last, by    int // -1 for none
		path        string
		license     string // after the change
		gone        bool
	}{
		"the tip":               {commits: []drawn{{change: start}, {row(0), files{"c/x/main.py": "3\n"}, nil}}, last: 1, by: -1},
		"a commit of its own":   {commits: []drawn{{change: start}}, last: 0, by: -1},
		"changed once":          {commits: []drawn{{change: start}, {row(0), files{"c/x/main.py": "3\n"}, nil}, {row(1), licensed("ELv2"), nil}, {row(2), files{"a": "a"}, nil}}, last: 1, by: 2, license: "Elastic-2.0"},
		"there and back":        {commits: []drawn{{change: start}, {row(0), licensed("ELv2"), nil}, {row(1), licensed("MIT"), nil}}, last: 2, by: -1},
		"there, back, there":    {commits: []drawn{{change: start}, {row(0), licensed("ELv2"), nil}, {row(1), licensed("MIT"), nil}, {row(2), licensed("BUSL-1.1"), nil}}, last: 2, by: 3, license: "BUSL-1.1"},
		"in two steps":          {commits: []drawn{{change: start}, {row(0), licensed("Apache-2.0"), nil}, {row(1), licensed("ELv2"), nil}}, last: 0, by: 1, license: "Apache-2.0"},
		"into doubt":            {commits: []drawn{{change: start}, {row(0), files{"c/x/LICENSE": text("Elastic-2.0")}, nil}}, last: 0, by: 1, license: "Elastic-2.0"},
		"into a name of a kind": {commits: []drawn{{change: start}, {row(0), licensed("Foo"), nil}}, last: 0, by: 1, license: ""},
		"removed":               {commits: []drawn{{change: start}, {row(0), nil, []string{"c/x"}}, {row(1), files{"a": "a"}, nil}}, last: 0, by: 1, gone: true},
		"removed and restored":  {commits: []drawn{{change: start}, {row(0), nil, []string{"c/x"}}, {row(1), start, nil}}, last: 2, by: -1},
		"by the LICENSE above":  {commits: []drawn{{change: files{"c/x/main.py": "1\n", "LICENSE": text("MIT")}}, {row(0), files{"LICENSE": text("Elastic-2.0")}, nil}}, last: 0, by: 1, license: "Elastic-2.0"},
		"by a LICENSE between":  {commits: []drawn{{change: files{"c/x/main.py": "1\n", "LICENSE": text("MIT")}}, {row(0), files{"c/LICENSE": text("Elastic-2.0")}, nil}}, last: 0, by: 1, license: "Elastic-2.0"},
		"by a header":           {commits: []drawn{{change: start}, {row(0), files{"c/x/util.py": "# SPDX-License-Identifier: Elastic-2.0\n"}, nil}}, last: 0, by: 1, license: "MIT AND Elastic-2.0"},
		"by a file of REUSE":    {commits: []drawn{{change: start}, {row(0), files{"REUSE.toml": "[[annotations]]\npath = \"c/x/util.py\"\nSPDX-License-Identifier = \"Elastic-2.0\"\n"}, nil}}, last: 0, by: 1, license: "MIT AND Elastic-2.0"},
		"behind a symlink":      {commits: []drawn{{change: files{"c/x/main.py": "1\n", "c/x/LICENSE": "-> ../../legal/text", "legal/text": text("MIT")}}, {row(0), files{"a": "a"}, nil}, {row(1), files{"legal/text": text("Elastic-2.0")}, nil}}, last: 1, by: 2, license: "Elastic-2.0"},
		"behind two symlinks":   {commits: []drawn{{change: files{"c/x/main.py": "1\n", "c/x/LICENSE": "-> ../../l/text", "l": "-> legal", "legal/text": text("MIT")}}, {row(0), files{"legal/text": text("Elastic-2.0")}, nil}}, last: 0, by: 1, license: "Elastic-2.0"},
		"a symlink turned":      {commits: []drawn{{change: files{"c/x/main.py": "1\n", "c/x/LICENSE": "-> ../../mit", "mit": text("MIT"), "elastic": text("Elastic-2.0")}}, {row(0), files{"c/x/LICENSE": "-> ../../elastic"}, nil}}, last: 0, by: 1, license: "Elastic-2.0"},

		"moved":               {commits: []drawn{{change: files{"old/main.py": "1\n", "old/util.py": "2\n", "old/metadata.yaml": "data:\n  license: MIT\n"}}, {row(0), start, []string{"old"}}, {row(1), licensed("ELv2"), nil}}, last: 1, by: 2, license: "Elastic-2.0"},
		"moved and changed":   {commits: []drawn{{change: files{"old/main.py": "1\n", "old/util.py": "2\n", "old/metadata.yaml": "data:\n  license: MIT\n"}}, {row(0), files{"c/x/main.py": "1\n", "c/x/util.py": "2\n", "c/x/metadata.yaml": "data:\n  license: ELv2\n"}, []string{"old"}}}, last: 0, by: 1, path: "old", license: "Elastic-2.0"},
		"moved twice":         {commits: []drawn{{change: files{"a/main.py": "1\n", "a/util.py": "2\n", "a/metadata.yaml": "data:\n  license: MIT\n"}}, {row(0), files{"b/main.py": "1\n", "b/util.py": "2\n", "b/metadata.yaml": "data:\n  license: MIT\n"}, []string{"a"}}, {row(1), files{"c/x/main.py": "1\n", "c/x/util.py": "2\n", "c/x/metadata.yaml": "data:\n  license: ELv2\n"}, []string{"b"}}}, last: 1, by: 2, path: "b", license: "Elastic-2.0"},
		"too few files moved": {commits: []drawn{{change: files{"old/main.py": "1\n", "old/metadata.yaml": "data:\n  license: MIT\n"}}, {row(0), files{"c/x/main.py": "1\n", "c/x/a": "a", "c/x/b": "b", "c/x/metadata.yaml": "data:\n  license: ELv2\n"}, []string{"old"}}}, last: -1, by: -1},
		"copied is not moved": {commits: []drawn{{change: files{"old/main.py": "1\n", "old/metadata.yaml": "data:\n  license: MIT\n"}}, {row(0), files{"c/x/main.py": "1\n", "c/x/metadata.yaml": "data:\n  license: ELv2\n"}, nil}}, last: -1, by: -1},
		"never":               {commits: []drawn{{change: files{"c/x/main.py": "1\n", "c/x/metadata.yaml": "data:\n  license: ELv2\n"}}}, last: -1, by: -1},
		"never there":         {commits: []drawn{{change: files{"a": "a"}}}, last: -1, by: -1},

		"on the side that was merged": {commits: []drawn{{change: start}, {row(0), files{"a": "a"}, nil}, {row(0), licensed("ELv2"), nil}, {[]int{1, 2}, licensed("ELv2"), nil}}, last: 1, by: 2, license: "Elastic-2.0"},
		"the side is not the branch":  {commits: []drawn{{change: start}, {row(0), files{"a": "a"}, nil}, {row(0), licensed("ELv2"), nil}, {[]int{1, 2}, licensed("ELv2"), nil}}, firstParent: true, last: 1, by: 3, license: "Elastic-2.0"},
		"in the merge itself":         {commits: []drawn{{change: start}, {row(0), files{"a": "a"}, nil}, {row(0), files{"b": "b"}, nil}, {[]int{1, 2}, licensed("ELv2"), nil}}, last: 2, by: 3, license: "Elastic-2.0"},
		"a squash of the side":        {commits: []drawn{{change: start}, {row(0), licensed("Apache-2.0"), nil}, {row(0), licensed("ELv2"), nil}, {row(2), files{"a": "a"}, nil}}, last: 0, by: 2, license: "Elastic-2.0"},
		"the merge kept the old one":  {commits: []drawn{{change: start}, {row(0), files{"a": "a"}, nil}, {row(0), licensed("ELv2"), nil}, {[]int{1, 2}, nil, nil}}, last: 3, by: -1},
		"criss-cross": {commits: []drawn{{change: start}, {row(0), files{"a": "a"}, nil}, {row(0), licensed("ELv2"), nil}, {[]int{1, 2}, licensed("ELv2"), nil}, {[]int{2, 1}, files{"a": "a"}, nil},
			{[]int{3, 4}, nil, nil}}, last: 1, by: 2, license: "Elastic-2.0"},
		"three parents":  {commits: []drawn{{change: start}, {row(0), files{"a": "a"}, nil}, {row(0), files{"b": "b"}, nil}, {row(0), licensed("ELv2"), nil}, {[]int{1, 2, 3}, licensed("ELv2"), nil}}, last: 2, by: 3, license: "Elastic-2.0"},
		"two beginnings": {commits: []drawn{{change: start}, {change: files{"other": "o"}}, {[]int{0, 1}, licensed("ELv2"), nil}}, last: 0, by: 2, license: "Elastic-2.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := draw(t, tt.commits...)
			got, err := p.read(t, true, tt.firstParent).LastLicensed(t.Context(), "c/x", mustParse(t, "MIT"))
			var none *history.None
			if tt.last < 0 {
				if !errors.As(err, &none) || none.Looked != len(tt.commits) {
					t.Errorf("got %d, %v", p.name(got.ID), err)
				}
				return
			}
			if err != nil || p.name(got.ID) != tt.last {
				t.Fatalf("got %d, want %d, %v", p.name(got.ID), tt.last, err)
			}
			if path := got.Path; path != tt.path && (path != "c/x" || tt.path != "") {
				t.Errorf("it was at %q", path)
			}
			switch c := got.Changed; {
			case c == nil && tt.by >= 0:
				t.Errorf("nothing changed it")
			case c != nil && (p.name(c.ID) != tt.by || c.License.String() != tt.license || c.Gone != tt.gone):
				t.Errorf("changed by %d to %q, gone %v; want %d, %q, %v", p.name(c.ID), c.License, c.Gone, tt.by, tt.license, tt.gone)
			}
		})
	}
}

func mustParse(tb testing.TB, id string) license.Expression {
	tb.Helper()
	x, err := license.Parse(id)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

// How many commits a tip has that an older one has not, of them those that changed the path.
func TestBehindInShapes(t *testing.T) {
	t.Parallel()
	a, b := files{"c/x/a": "1\n"}, files{"elsewhere": "1\n"}
	next := func(n string) files { return files{"c/x/a": n + "\n"} }
	for name, tt := range map[string]struct {
		commits     []drawn
		from        int
		path, total int
	}{
		"nothing":                        {[]drawn{{change: a}}, 0, 0, 0},
		"one":                            {[]drawn{{change: a}, {row(0), next("2"), nil}}, 0, 1, 1},
		"one elsewhere":                  {[]drawn{{change: a}, {row(0), b, nil}}, 0, 0, 1},
		"there and back":                 {[]drawn{{change: a}, {row(0), next("2"), nil}, {row(1), next("1"), nil}}, 0, 2, 2},
		"removed":                        {[]drawn{{change: a}, {row(0), b, []string{"c"}}}, 0, 1, 1},
		"the mode of the path":           {[]drawn{{change: a}, {row(0), files{"c/x": "a file now\n"}, []string{"c/x"}}}, 0, 1, 1},
		"a symlink of the same bytes":    {[]drawn{{change: files{"c/x": "y"}}, {row(0), files{"c/x": "-> y"}, nil}}, 0, 1, 1},
		"a side that was merged":         {[]drawn{{change: a}, {row(0), next("2"), nil}, {row(0), b, nil}, {[]int{2, 1}, next("2"), nil}}, 0, 1, 3},
		"a merge that took one side":     {[]drawn{{change: a}, {row(0), next("2"), nil}, {row(0), next("3"), nil}, {[]int{1, 2}, nil, nil}}, 0, 2, 3},
		"a merge that made a third":      {[]drawn{{change: a}, {row(0), next("2"), nil}, {row(0), next("3"), nil}, {[]int{1, 2}, next("4"), nil}}, 0, 3, 3},
		"from the side":                  {[]drawn{{change: a}, {row(0), next("2"), nil}, {row(0), b, nil}, {[]int{2, 1}, next("2"), nil}}, 1, 0, 2},
		"criss-cross":                    {[]drawn{{change: a}, {row(0), next("2"), nil}, {row(0), b, nil}, {[]int{1, 2}, b, nil}, {[]int{2, 1}, next("2"), nil}, {[]int{3, 4}, nil, nil}}, 0, 1, 5},
		"another beginning":              {[]drawn{{change: a}, {change: files{"other": "o"}}, {[]int{0, 1}, files{"other": "o"}, nil}}, 0, 0, 2},
		"another beginning has the path": {[]drawn{{change: b}, {change: next("9")}, {[]int{0, 1}, next("9"), nil}}, 0, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := draw(t, tt.commits...)
			tip := p.ids[len(p.ids)-1]
			got, err := p.read(t, false, false, tip, p.ids[tt.from]).Behind(t.Context(), history.Ask{From: p.ids[tt.from], Tip: tip, Path: "c/x"}, history.Ask{From: p.ids[tt.from], Tip: tip})
			if err != nil || got[0] != (history.Behind{Path: tt.path, Total: tt.total}) || got[1].Total != tt.total {
				t.Errorf("got %+v, %v, want %d of %d", got, err, tt.path, tt.total)
			}
		})
	}
}

// When there is none, the error says what the newest is under, and what is in doubt.
func TestFindExplains(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change files
		hint   string
	}{
		"another licence": {licensed("ELv2"), "the newest that has it is under Elastic-2.0 by c/x/metadata.yaml \"ELv2\", connector metadata"},
		"in doubt":        {files{"c/x/metadata.yaml": "data:\n  license: MIT\n", "c/x/setup.py": "setup(license='ISC')\n"}, "commit COMMIT says so, but there is doubt: c/x/setup.py says ISC, but c/x/metadata.yaml says MIT"},
		"no licence":      {files{"c/x/main.py": "1\n"}, "the newest that has it is under no licence found"},
		"not there":       {files{"c/y/main.py": "1\n"}, `"c/x" is in none of them`},
	} {
		p := draw(t, drawn{change: tt.change}, drawn{row(0), files{"later": "l"}, nil})
		r, err := remote.Find(nil, p.dir, p.dir, p.dir)
		if err != nil {
			t.Fatal(err)
		}
		q, err := remote.Open(t.Context(), r, remote.Options{Cache: t.TempDir(), Format: "sha1"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = history.Find(t.Context(), q, p.ids[1], "c/x", mustParse(t, "MIT"), false)
		q.Close()
		want := `looking for MIT of "c/x" in ` + p.dir + ": none of 2 commits is under it"
		hint := strings.ReplaceAll(tt.hint, "COMMIT", p.ids[1][:12])
		if fault.KindOf(err) != fault.Failed || err.Error() != want || fault.HintOf(err) != hint {
			t.Errorf("%s: %v\nhint %q\nwant %q", name, err, fault.HintOf(err), hint)
		}
	}
}

// Commits are read with whatever stands in their messages and dates.
func TestRead(t *testing.T) {
	t.Parallel()
	p := draw(t, drawn{change: files{"a": "1\n"}})
	var ids []string
	for _, text := range []string{"plain", "größe 李", "with \x1b[2J and \tx", "two\nlines", ""} {
		args := []string{"commit-tree", "-m", text, "main^{tree}"}
		if text == "" {
			args = []string{"commit-tree", "-m", "\n", "main^{tree}"}
		}
		if len(ids) > 0 {
			args = append(args, "-p", ids[len(ids)-1])
		}
		ids = append(ids, testkit.Git(t, p.dir, args...))
	}
	testkit.Git(t, p.dir, "update-ref", "refs/heads/odd", ids[4])
	log := p.read(t, false, false, ids[4])
	if log.Len() != 5 || log.Has(p.ids[0]) {
		t.Errorf("%d commits", log.Len())
	}
	for i, want := range []string{"plain", "größe 李", "with ?[2J and ?x", "two lines", ""} {
		c, ok := log.Commit(ids[i])
		if !ok || c.ID != ids[i] || c.Subject != want || c.Date.Year() != 2026 {
			t.Errorf("%d: %+v", i, c)
		}
	}
	if _, ok := log.Commit(strings.Repeat("1", 40)); ok {
		t.Error("a commit that is not there is there")
	}
	whole := p.read(t, false, false, "--all")
	if !whole.Has(p.ids[0]) || !whole.Has(ids[0]) {
		t.Error("all is not all")
	}
	past := &remote.Past{Git: gitcmd.Git{Dir: p.dir}}
	if _, err := history.Read(t.Context(), past, false, "nope"); err == nil || !strings.HasPrefix(err.Error(), "reading the history: git: ") {
		t.Errorf("%v", err)
	}
}
