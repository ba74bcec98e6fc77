package imports_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/imports"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// ledger is a monorepo whose records are written by hand: no upstream is there,
// so that what is found hangs on files and messages alone.
type ledger struct {
	tb   testing.TB
	mono string
}

func newLedger(tb testing.TB) *ledger {
	tb.Helper()
	template := filepath.Join(testHome, "ledger")
	makeLedger.Do(func() {
		testkit.Put(tb, template, files("README.md", "# monorepo\n"))
		testkit.Git(tb, template, "init", "-q", "-b", "main")
		testkit.Git(tb, template, "add", "-A")
		testkit.Git(tb, template, "commit", "-qm", "one")
	})
	l := &ledger{tb, testkit.Tree(tb, nil)}
	if err := os.CopyFS(l.mono, os.DirFS(template)); err != nil {
		tb.Fatal(err)
	}
	return l
}

var makeLedger sync.Once // a repository costs processes

func (l *ledger) git(args ...string) string {
	l.tb.Helper()
	return testkit.Git(l.tb, l.mono, args...)
}

// commit writes files, takes others away, and commits all of it.
func (l *ledger) commit(message string, put map[string]string, removed ...string) {
	l.tb.Helper()
	for _, name := range removed {
		l.git("rm", "-rq", "--", name)
	}
	testkit.Put(l.tb, l.mono, put)
	l.git("add", "-A")
	l.git("commit", "-q", "--allow-empty", "-m", message)
}

// entry is a record of an import of dest at a commit that is told by a number.
func entry(dest string, n int) record.Record {
	return record.Record{
		Dest: dest, Repository: "https://example.com/big/data.git", Ref: "main", FullRef: "refs/heads/main", Commit: fmt.Sprintf("%040d", n), Date: time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC),
		Path: "c/" + filepath.Base(dest), Tree: fmt.Sprintf("%040d", 100+n), License: record.License{ID: "MIT", Path: "LICENSE", Blob: fmt.Sprintf("%040d", 200+n), Evidence: "MIT by LICENSE"}, Connkit: "test",
	}
}

// imported makes the commit of an import as pull-upstream --single-parent does.
func (l *ledger) imported(r record.Record, code map[string]string) {
	l.tb.Helper()
	all := map[string]string{record.File(r.Dest, false): string(r.YAML())}
	for name, text := range code {
		all[r.Dest+"/"+name] = text
	}
	l.commit(r.Message(), all)
}

// script makes the commit of an import as the script before connkit did.
func (l *ledger) script(r record.Record, code map[string]string) {
	l.tb.Helper()
	all := map[string]string{}
	for name, text := range code {
		all[r.Dest+"/"+name] = text
	}
	l.commit("import: x\nRemote Repo URL: "+r.Repository+"\nSource name: up/main\nImport Path: "+r.Dest+"/\nLicense Type: "+r.License.ID+"\nLicense Path: LICENSE\n\ngit-merge-subpath: "+r.Commit+" "+r.Path+" "+r.Dest, all)
}

// show spells an import: its place, its commit, and what is told of it.
func show(im *imports.Import) string {
	s := im.Dest + "@" + strings.TrimLeft(im.Commit, "0")
	for _, is := range []struct {
		so   bool
		word string
	}{{im.Single, " single"}, {im.Script, " script"}, {im.Gone, " gone"}, {im.Problem != "", " broken"}} {
		if is.so {
			s += is.word
		}
	}
	if im.Moved != "" {
		s += " from " + im.Moved
	}
	return s
}

func (l *ledger) list(dests ...string) []*imports.Import {
	l.tb.Helper()
	list, err := imports.List(l.tb.Context(), imports.Options{Dir: l.mono, Dests: dests})
	if err != nil {
		l.tb.Fatal(err)
	}
	return list
}

func (l *ledger) shown() string {
	l.tb.Helper()
	var all []string
	for _, im := range l.list() {
		all = append(all, show(im))
	}
	return strings.Join(all, ", ")
}

var code = map[string]string{"a.py": "a = 1\n", "b.py": "b = 2\n", "sub/c.py": "c = 3\n"}

// Which import there is, when file and message say different things or one of them is missing.
func TestFilesAndMessages(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		happens func(l *ledger)
		want    string
	}{
		"both":             {func(l *ledger) { l.imported(entry("x", 1), code) }, "x@1"},
		"the newer of two": {func(l *ledger) { l.imported(entry("x", 1), code); l.imported(entry("x", 2), nil) }, "x@2"},
		"the file alone": {func(l *ledger) {
			l.commit("squashed", files("x/UPSTREAM.yaml", string(entry("x", 1).YAML()), "x/a", "a"))
		}, "x@1"},
		"the message alone":        {func(l *ledger) { l.imported(entry("x", 1), code); l.commit("dropped", nil, "x/UPSTREAM.yaml") }, "x@1"},
		"the script":               {func(l *ledger) { l.script(entry("x", 1), code) }, "x@1 script"},
		"the script, twice":        {func(l *ledger) { l.script(entry("x", 1), code); l.script(entry("x", 2), files("a.py", "new\n")) }, "x@2 script"},
		"the script after connkit": {func(l *ledger) { l.imported(entry("x", 1), code); l.script(entry("x", 2), files("a.py", "new\n")) }, "x@2 script"},
		"connkit after the script": {func(l *ledger) { l.script(entry("x", 1), code); l.imported(entry("x", 2), nil) }, "x@2"},
		"a file put back to an older": {func(l *ledger) {
			l.imported(entry("x", 1), code)
			l.imported(entry("x", 2), nil)
			l.commit("back", files("x/UPSTREAM.yaml", string(entry("x", 1).YAML())))
		}, "x@1"},
		"reverted": {func(l *ledger) { l.imported(entry("x", 1), code); l.git("revert", "--no-edit", "HEAD") }, ""},
		"an update reverted": {func(l *ledger) {
			l.imported(entry("x", 1), code)
			l.imported(entry("x", 2), nil)
			l.git("revert", "--no-edit", "HEAD")
		}, "x@1"},
		"removed":                {func(l *ledger) { l.imported(entry("x", 1), code); l.commit("removed", nil, "x") }, "x@1 gone"},
		"removed, by the script": {func(l *ledger) { l.script(entry("x", 1), code); l.commit("removed", nil, "x") }, "x@1 script gone"},
		"removed and imported again": {func(l *ledger) {
			l.imported(entry("x", 1), code)
			l.commit("removed", nil, "x")
			l.imported(entry("x", 2), code)
		}, "x@2"},
		"moved":                {func(l *ledger) { l.imported(entry("x", 1), code); l.git("mv", "x", "y"); l.commit("moved", nil) }, "y@1"},
		"moved, by the script": {func(l *ledger) { l.script(entry("x", 1), code); l.git("mv", "x", "y"); l.commit("moved", nil) }, "y@1 script from x"},
		"moved deeper, by the script": {func(l *ledger) {
			l.script(entry("x", 1), code)
			l.commit("moved", files("g/h/a.py", code["a.py"], "g/h/b.py", code["b.py"], "g/h/sub/c.py", code["sub/c.py"]), "x")
		}, "g/h@1 script from x"},
		"half moved, by the script": {func(l *ledger) {
			l.script(entry("x", 1), files("a", "1\n", "b", "2\n"))
			l.commit("moved", files("y/a", "1\n"), "x")
		}, "y@1 script from x"},
		"less than half of it": {func(l *ledger) { l.script(entry("x", 1), code); l.commit("moved", files("y/a.py", code["a.py"]), "x") }, "x@1 script gone"},
		"renamed within": {func(l *ledger) {
			l.script(entry("x", 1), code)
			l.commit("renamed", files("y/other.py", code["a.py"], "y/names.py", code["b.py"]), "x")
		}, "x@1 script gone"},
		"copied, by git cp": {func(l *ledger) {
			l.imported(entry("x", 1), code)
			l.commit("copied", files("y/UPSTREAM.yaml", string(entry("x", 1).YAML()), "y/a.py", code["a.py"]))
		}, "x@1, y@1"},
		"two in a commit": {func(l *ledger) {
			l.commit(entry("x", 1).Message()+"\n"+entry("y", 2).Message(), files("x/UPSTREAM.yaml", string(entry("x", 1).YAML()), "y/UPSTREAM.yaml", string(entry("y", 2).YAML())))
		}, "x@1, y@2"},
		"one within another": {func(l *ledger) { l.imported(entry("x", 1), code); l.imported(entry("x/vendor/y", 2), code) }, "x@1, x/vendor/y@2"},
		"a broken file": {func(l *ledger) {
			l.imported(entry("x", 1), code)
			l.commit("oops", files("x/UPSTREAM.yaml", "version: 9\n"))
		}, "x@ broken"},
		"a conflict that was committed": {func(l *ledger) {
			l.commit("oops", files("x/UPSTREAM.yaml", "<<<<<<< LOCAL\nversion: 1\n=======\n>>>>>>> UPSTREAM\n"))
		}, "x@ broken"},
		"a single file": {func(l *ledger) {
			l.commit("import", files("lib/t.py", "t\n", "lib/t.py.UPSTREAM.yaml", string(entry("lib/t.py", 1).YAML())))
		}, "lib/t.py@1 single"},
		"a single file that is gone": {func(l *ledger) {
			l.commit("import", files("lib/t.py.UPSTREAM.yaml", string(entry("lib/t.py", 1).YAML())))
		}, ""},
		"a single file of the script": {func(l *ledger) {
			r := entry("lib/t.py", 1)
			l.commit("x\n\ngit-merge-subpath: "+r.Commit+" t.py lib/t.py", files("lib/t.py", "t\n"))
		}, "lib/t.py@1 single script"},
		"a file at the top":     {func(l *ledger) { l.commit("none", files("UPSTREAM.yaml", string(entry("x", 1).YAML()))) }, ""},
		"a file without a name": {func(l *ledger) { l.commit("none", files("x/.UPSTREAM.yaml", string(entry("x", 1).YAML()))) }, ""},
		"a name that is alike": {func(l *ledger) {
			l.commit("none", files("x/UPSTREAM.yaml.bak", string(entry("x", 1).YAML()), "x/upstream.yaml", "x"))
		}, ""},
		"names that differ by case": {func(l *ledger) { l.imported(entry("x", 1), code); l.imported(entry("X", 2), code) }, "X@2, x@1"},
		"names that only look alike": {func(l *ledger) {
			l.imported(entry("gr\u00f6\u00dfe", 1), code)
			l.imported(entry("gro\u0308\u00dfe", 2), code)
		}, "gro\u0308\u00dfe@2, gr\u00f6\u00dfe@1"},
		"a name with blanks":       {func(l *ledger) { l.script(entry("a b/c d", 1), code) }, "a b/c d@1 script"},
		"a name that ends another": {func(l *ledger) { l.script(entry("x", 1), code); l.script(entry("source x", 2), code) }, "source x@2 script, x@1 script"},
		"nothing":                  {func(l *ledger) { l.commit("nothing", files("a", "a")) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLedger(t)
			tt.happens(l)
			if got := l.shown(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A symlink and a submodule of the record's name are no record.
func TestRecordsThatAreNoFiles(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	l.imported(entry("x", 1), code)
	blob := testkit.GitBytes(t, filepath.Join(l.mono, ".git"), "rev-parse", "HEAD:x/UPSTREAM.yaml")[:40]
	l.git("update-index", "--add", "--cacheinfo", "120000,"+blob+",link/UPSTREAM.yaml")
	l.git("update-index", "--add", "--cacheinfo", "160000,"+l.git("rev-parse", "HEAD")+",module/UPSTREAM.yaml")
	l.git("commit", "-qm", "odd")
	if got := l.shown(); got != "x@1" {
		t.Errorf("got %q", got)
	}
}

// When an import was made is when its commit was, wherever the folder has gone since.
func TestWhenItWasImported(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	l.imported(entry("x", 1), code)
	l.git("mv", "x", "y")
	l.commit("moved", nil)
	l.commit("squashed", files("z/UPSTREAM.yaml", string(entry("z", 3).YAML()), "z/a", "a"))
	for _, im := range l.list() {
		want := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		if im.Dest == "z" {
			want = time.Time{} // no message says so
		}
		if !im.Imported.Equal(want) || im.Found != im.Dest+"/UPSTREAM.yaml" {
			t.Errorf("%s: %v, found in %s", im.Dest, im.Imported, im.Found)
		}
	}
}

// What is asked for is found by its path, a folder around it and one in it, from wherever one stands.
func TestDests(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	for i, dest := range []string{"a", "a/vendor/b", "ab", "lib/c", "größe/d e"} {
		l.imported(entry(dest, i+1), code)
	}
	testkit.Put(t, l.mono, files("link/", ""))
	for _, tt := range []struct{ dir, arg, want string }{
		{"", "a", "a, a/vendor/b"}, {"", "a/", "a, a/vendor/b"}, {"", "a/vendor", "a/vendor/b"}, {"", "a/vendor/b/a.py", "a/vendor/b"}, {"", "a/sub", "a"}, {"", "ab", "ab"}, {"", "lib", "lib/c"}, {"", ".", "a, a/vendor/b, ab, größe/d e, lib/c"},
		{"lib", "c", "lib/c"}, {"lib", ".", "lib/c"}, {"lib", "..", "a, a/vendor/b, ab, größe/d e, lib/c"}, {"lib", "a", "a, a/vendor/b"}, {"lib", "lib/c", "lib/c"}, {"lib", "../a/vendor", "a/vendor/b"},
		{"lib/c", "sub", "lib/c"}, {"", "größe", "größe/d e"}, {"", "größe/d e", "größe/d e"}, {"", l.mono + "/lib", "lib/c"}, {"", "./lib//c/../c", "lib/c"}, {"", "link/../ab", "ab"},
		{"", "nope", "?"}, {"", "README.md", "?"}, {"", "/etc", "?"}, {"", "../x", "?"}, {"", "A", "?"}, {"lib", "./a", "a, a/vendor/b"}, {"lib", "./b", "?"},
	} {
		list, err := imports.List(t.Context(), imports.Options{Dir: filepath.Join(l.mono, tt.dir), Root: l.mono, Dests: []string{tt.arg}})
		var got []string
		for _, im := range list {
			got = append(got, im.Dest)
		}
		slices.Sort(got)
		if err != nil {
			got = []string{"?"}
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%q from %q: got %q, %v, want %q", tt.arg, tt.dir, got, err, tt.want)
		}
	}
	if list := l.list("lib", "lib/c", "a/vendor"); len(list) != 2 {
		t.Errorf("what is asked for twice comes twice: %d", len(list))
	}
}

// The NOTICE has the texts that came along and those that lie in the path, and no others.
func TestNoticeOfLedger(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	root := entry("vendor/all", 1)
	root.Path, root.License.Path = "", "docs/terms.txt"
	l.imported(root, files("docs/terms.txt", "Terms of the root.\n", "docs/other.txt", "Another text.\n", "a.py", "x\n"))
	below := entry("x", 2)
	below.License.Path, below.Carried = "LICENSE", []record.Carried{{File: "NOTICE.upstream", From: "NOTICE", Blob: fmt.Sprintf("%040d", 7)}}
	l.imported(below, files("NOTICE.upstream", "Thanks to Größe.\r\n", "LICENSE", "Our own.\n", "sub/COPYING", "Of a part.\n"))
	tool := entry("tool.py", 3)
	tool.Path, tool.Carried = "tool.py", []record.Carried{{File: "tool.py.LICENSE.upstream", From: "LICENSE", Blob: fmt.Sprintf("%040d", 8)}}
	l.commit(tool.Message(), files("tool.py", "t\n", "tool.py.UPSTREAM.yaml", string(tool.YAML()), "tool.py.LICENSE.upstream", "Of the tool."))
	text, missing, err := imports.Notice(t.Context(), imports.Options{Dir: l.mono}, l.list())
	if err != nil || len(missing) != 0 {
		t.Fatalf("missing %q, %v", missing, err)
	}
	for _, want := range []string{"\n\nTerms of the root.\n", "\n\nThanks to Größe.\n", "\n\nOur own.\n", "\n\nOf a part.\n", "\n\nOf the tool.\n", "\ntool.py\n  from     https://example.com/big/data.git\n  path     tool.py\n", "\nvendor/all\n  from     https://example.com/big/data.git\n  path     .\n"} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%q is there %d times in\n%s", want, strings.Count(text, want), text)
		}
	}
	if strings.Contains(text, "Another text") || strings.Contains(text, "\r") {
		t.Errorf("what is no licence is in\n%s", text)
	}
}

// Offline, a record is held against its message, the history of its file, and the texts beside it.
func TestVerifyLedger(t *testing.T) {
	t.Parallel()
	change := func(f func(r *record.Record)) string {
		r := entry("x", 1)
		f(&r)
		return string(r.YAML())
	}
	for name, tt := range map[string]struct {
		file  string // as it is committed later
		wrong string // part of what is found
	}{
		"nothing":      {change(func(*record.Record) {}), ""},
		"repository":   {change(func(r *record.Record) { r.Repository = "https://example.com/evil.git" }), "repository is recorded as https://example.com/evil.git, commit "},
		"ref":          {change(func(r *record.Record) { r.Ref, r.FullRef = "other", "refs/heads/other" }), "ref is recorded as other, commit "},
		"date":         {change(func(r *record.Record) { r.Date = r.Date.Add(time.Hour) }), "date is recorded as 2026-01-01T01:00:00Z, x/UPSTREAM.yaml of "},
		"path":         {change(func(r *record.Record) { r.Path = "c/other" }), "path is recorded as c/other, commit "},
		"the root":     {change(func(r *record.Record) { r.Path = "" }), "path is recorded as ., commit "},
		"tree":         {change(func(r *record.Record) { r.Tree = fmt.Sprintf("%040d", 9) }), "tree is recorded as " + fmt.Sprintf("%040d", 9)},
		"license.id":   {change(func(r *record.Record) { r.License.ID = "ISC" }), "license.id is recorded as ISC, commit "},
		"license.path": {change(func(r *record.Record) { r.License.Path = "COPYING" }), "license.path is recorded as COPYING, commit "},
		"license.blob": {change(func(r *record.Record) { r.License.Blob = fmt.Sprintf("%040d", 9) }), "license.blob is recorded as " + fmt.Sprintf("%040d", 9)},
		"evidence":     {change(func(r *record.Record) { r.License.Evidence = "ISC" }), "license.evidence is recorded as ISC, commit "},
		"accepted":     {change(func(r *record.Record) { r.Accepted = "by me" }), "license.accepted is recorded as by me, commit "},
		"skipped":      {change(func(r *record.Record) { r.Skipped = []string{"c/x/m"} }), "skipped is recorded as c/x/m, x/UPSTREAM.yaml of "},
		"carried": {change(func(r *record.Record) {
			r.Carried = []record.Carried{{File: "N", From: "N", Blob: fmt.Sprintf("%040d", 9)}}
		}), "carried N is not there"},
		"no tree":        {change(func(r *record.Record) { r.Tree = "" }), "x/UPSTREAM.yaml lacks what connkit always records"},
		"a comment":      {change(func(*record.Record) {}) + "# reviewed\n", "is not as connkit writes it"},
		"another order":  {"version: 1\n" + strings.Replace(change(func(*record.Record) {}), "version: 1\n", "", 1), "is not as connkit writes it"},
		"of a later one": {"version: 2\n", "version 2 is newer than this connkit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLedger(t)
			l.imported(entry("x", 1), code)
			l.commit("tidy up", files("x/UPSTREAM.yaml", tt.file))
			list, err := imports.Verify(t.Context(), imports.Options{Dir: l.mono, Cache: t.TempDir(), Offline: true})
			if err != nil || len(list) != 1 {
				t.Fatalf("%d, %v", len(list), err)
			}
			wrong := strings.Join(list[0].Wrong, "; ")
			if tt.wrong == "" && wrong != "" || !strings.Contains(wrong, tt.wrong) {
				t.Errorf("found %q, want %q", wrong, tt.wrong)
			}
		})
	}
}

// All documents leave out what is gone or broken, and say the same each time.
func TestDocumentsOfLedger(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	for i, dest := range []string{"a b", "a-b", "a/b", "größe", "a,\"b\""} {
		l.imported(entry(dest, i+1), code)
	}
	l.commit("broken and gone", files("broken/UPSTREAM.yaml", "x\n"))
	l.imported(entry("gone", 9), code)
	l.commit("gone", nil, "gone")
	o := imports.Options{Dir: l.mono}
	csv, err := imports.CSV(l.list())
	if err != nil || strings.Count(csv, "\n") != 6 || !strings.Contains(csv, `"a,""b""",https://example.com/big/data.git,`) || strings.Contains(csv, "gone") || strings.Contains(csv, "broken") {
		t.Errorf("%s, %v", csv, err)
	}
	spdx, err := imports.SPDX(t.Context(), o, l.list(), "1")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for line := range strings.Lines(spdx) {
		if id, ok := strings.CutPrefix(strings.TrimSpace(line), `"SPDXID": "SPDXRef-Package-`); ok {
			ids[strings.Trim(id, "\",\n")] = true
		}
	}
	if got := slices.Sorted(maps.Keys(ids)); !slices.Equal(got, []string{"a-b", "a-b-2", "a-b-3", "a-b-4", "gr-e"}) {
		t.Errorf("ids %q", got)
	}
	again, err := imports.SPDX(t.Context(), o, l.list(), "1")
	if err != nil || again != spdx {
		t.Errorf("another document: %v", err)
	}
	other, err := imports.SPDX(t.Context(), o, l.list(), "2")
	if err != nil || strings.Contains(other, namespace(spdx)) {
		t.Errorf("another version of connkit makes a document of the same name: %v", err)
	}
}

func namespace(spdx string) string {
	_, rest, _ := strings.Cut(spdx, `"documentNamespace": "`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}
