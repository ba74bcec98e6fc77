package imports_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/imports"
)

// whole makes an import of x whose tree the monorepo holds, as its history does
// of every import that pull-upstream made as a merge.
func (l *ledger) whole(code map[string]string, change ...func()) {
	l.tb.Helper()
	all := map[string]string{}
	for name, text := range code {
		all["x/"+name] = text
	}
	testkit.Put(l.tb, l.mono, all)
	for _, f := range change {
		f()
	}
	l.commit("the files as they come", nil)
	r := entry("x", 1)
	r.Tree = l.git("rev-parse", "HEAD:x")
	l.commit(r.Message(), files("x/UPSTREAM.yaml", string(r.YAML())))
}

func (l *ledger) options() imports.Options {
	return imports.Options{Dir: l.mono, Cache: filepath.Join(l.tb.TempDir(), "cache"), Dests: []string{"x"}, Offline: true}
}

// edits spells what was changed.
func (l *ledger) edits() string {
	l.tb.Helper()
	before := l.git("status", "--porcelain")
	d, err := imports.Diff(l.tb.Context(), l.options(), false)
	if err != nil {
		l.tb.Fatal(err)
	}
	var list []string
	for _, e := range d.Edits {
		list = append(list, strings.TrimSpace(e.Status+" "+e.Path+" "+e.From))
	}
	if (d.Patch == "") != (len(list) == 0) {
		l.tb.Errorf("%q, but the patch is\n%s", list, d.Patch)
	}
	if after := l.git("status", "--porcelain"); after != before {
		l.tb.Errorf("looking changed the work tree:\n%s\nwas\n%s", after, before)
	}
	return strings.Join(list, ", ")
}

// What counts as a local change, committed or staged or neither, and what does not.
func TestEditsOfLedger(t *testing.T) {
	t.Parallel()
	long := func(word string) string { return lines(word, 30) }
	come := map[string]string{"a.py": long("a"), "b.py": long("b"), "sub/c.py": long("c"), "icon.png": "\x00\x01", "run.sh": "#!/bin/sh\n", "x.txt": "one\ntwo\n"}
	for name, tt := range map[string]struct {
		change func(l *ledger)
		want   string
	}{
		"nothing":               {func(*ledger) {}, ""},
		"a file, not committed": {func(l *ledger) { testkit.Put(t, l.mono, files("x/a.py", "new\n")) }, "changed a.py"},
		"a file, staged":        {func(l *ledger) { testkit.Put(t, l.mono, files("x/a.py", "new\n")); l.git("add", "-A") }, "changed a.py"},
		"a file, committed":     {func(l *ledger) { l.commit("ours", files("x/a.py", "new\n")) }, "changed a.py"},
		"staged, and taken back": {func(l *ledger) {
			testkit.Put(t, l.mono, files("x/a.py", "new\n"))
			l.git("add", "-A")
			testkit.Put(t, l.mono, files("x/a.py", come["a.py"]))
		}, ""},
		"committed and taken back": {func(l *ledger) {
			l.commit("ours", files("x/a.py", "new\n"))
			l.commit("back", files("x/a.py", come["a.py"]))
		}, ""},
		"a file more":                {func(l *ledger) { l.commit("ours", files("x/ours.py", "o\n")) }, "added ours.py"},
		"a file that is not tracked": {func(l *ledger) { testkit.Put(t, l.mono, files("x/untracked.py", "u\n")) }, ""},
		"a file that is ignored": {func(l *ledger) {
			testkit.Put(t, l.mono, files("x/.gitignore", "*.log\n", "x/a.log", "l\n"))
			l.git("add", "x/.gitignore")
		}, "added .gitignore"},
		"meant to be added":         {func(l *ledger) { testkit.Put(t, l.mono, files("x/soon.py", "s\n")); l.git("add", "-N", "x/soon.py") }, "added soon.py"},
		"a file less":               {func(l *ledger) { l.commit("ours", nil, "x/b.py") }, "deleted b.py"},
		"a file less, by hand":      {func(l *ledger) { _ = os.Remove(filepath.Join(l.mono, "x/b.py")) }, "deleted b.py"},
		"less, but tracked no more": {func(l *ledger) { l.git("rm", "-q", "--cached", "x/b.py") }, "deleted b.py"},
		"a file renamed":            {func(l *ledger) { l.git("mv", "x/a.py", "x/z.py") }, "renamed z.py a.py"},
		"renamed and changed": {func(l *ledger) {
			l.commit("ours", files("x/z.py", strings.Replace(come["a.py"], "a 3\n", "a three\n", 1)), "x/a.py")
		}, "renamed z.py a.py"},
		"renamed by hand":  {func(l *ledger) { _ = os.Rename(filepath.Join(l.mono, "x/a.py"), filepath.Join(l.mono, "x/z.py")) }, "deleted a.py"},
		"moved out":        {func(l *ledger) { l.git("mv", "x/a.py", "a.py") }, "deleted a.py"},
		"moved in":         {func(l *ledger) { l.git("mv", "README.md", "x/README.md") }, "added README.md"},
		"a folder renamed": {func(l *ledger) { l.git("mv", "x/sub", "x/deep") }, "renamed deep/c.py sub/c.py"},
		"can be executed":  {func(l *ledger) { _ = os.Chmod(filepath.Join(l.mono, "x/run.sh"), 0o755) }, "changed run.sh"},
		"modes do not count": {func(l *ledger) {
			l.git("config", "core.fileMode", "false")
			_ = os.Chmod(filepath.Join(l.mono, "x/run.sh"), 0o755)
		}, ""},
		"a symlink for a file": {func(l *ledger) {
			_ = os.Remove(filepath.Join(l.mono, "x/b.py"))
			_ = os.Symlink("a.py", filepath.Join(l.mono, "x/b.py"))
		}, "changed b.py"},
		"a folder for a file": {func(l *ledger) { l.commit("ours", nil, "x/x.txt"); l.commit("ours", files("x/x.txt/y", "y\n")) }, "deleted x.txt, added x.txt/y"},
		"bytes":               {func(l *ledger) { l.commit("ours", files("x/icon.png", "\x00\x02")) }, "changed icon.png"},
		"line ends":           {func(l *ledger) { l.commit("ours", files("x/x.txt", "one\r\ntwo\r\n")) }, "changed x.txt"},
		"line ends of the checkout": {func(l *ledger) {
			l.git("config", "core.autocrlf", "true")
			testkit.Put(t, l.mono, files("x/x.txt", "one\r\ntwo\r\n"))
		}, ""},
		"the last line's end": {func(l *ledger) { l.commit("ours", files("x/x.txt", "one\ntwo")) }, "changed x.txt"},
		"beside the folder":   {func(l *ledger) { l.commit("ours", files("xx/a.py", "x\n", "x.py", "x\n")) }, ""},
		"names that git quotes": {func(l *ledger) {
			l.commit("ours", files("x/größe \"q\".py", "g\n", "x/tab\there", "t\n", "x/-dash", "d\n"))
		}, `added -dash, added größe "q".py, added ` + "tab\there"},
		"told to be unchanged": {func(l *ledger) {
			l.git("update-index", "--assume-unchanged", "x/a.py")
			testkit.Put(t, l.mono, files("x/a.py", "new\n"))
		}, ""},
		"outside of a sparse checkout": {func(l *ledger) { l.git("sparse-checkout", "set", "--no-cone", "/*", "!/x/sub/") }, ""},
		"all of it":                    {func(l *ledger) { l.git("rm", "-rq", "--cached", "x/sub", "x/icon.png") }, "deleted icon.png, deleted sub/c.py"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLedger(t)
			l.whole(come)
			tt.change(l)
			if got := l.edits(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// All who are asked how many files were changed say the same.
func TestEditsAreCountedAlike(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	l.whole(code)
	for n, change := range []func(){func() {}, func() { testkit.Put(t, l.mono, files("x/a.py", "new\n")) }, func() { l.commit("ours", files("x/ours.py", "o\n"), "x/b.py") }} {
		change()
		want := []int{0, 1, 3}[n]
		if d, err := imports.Diff(t.Context(), l.options(), false); err != nil || len(d.Edits) != want {
			t.Errorf("diff: %+v, %v", d, err)
		}
		if st, err := imports.Status(t.Context(), l.options()); err != nil || st[0].Edits == nil || *st[0].Edits != want {
			t.Errorf("status: %+v, %v", st[0], err)
		}
		if v, err := imports.Verify(t.Context(), l.options()); err != nil || v[0].Edits == nil || *v[0].Edits != want {
			t.Errorf("verify: %+v, %v", v[0], err)
		}
	}
}

// Files that a filter or an attribute stores otherwise here are no changes.
func TestEditsUnderAttributes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		attributes string
		come, here string // a file as upstream has it, and as it is stored here
		want       string
	}{
		"text":                    {"*.txt text\n", "a\r\nb\r\n", "a\nb\n", ""},
		"text, and a line":        {"*.txt text\n", "a\r\nb\r\n", "a\nb\nc\n", "changed f.txt"},
		"no attribute":            {"*.md text\n", "a\r\nb\r\n", "a\nb\n", "changed f.txt"},
		"not for this file":       {"*.txt -text\n", "a\r\nb\r\n", "a\nb\n", "changed f.txt"},
		"line ends of one line":   {"*.txt text\n", "a\r\nb\n", "a\nb\n", ""},
		"Git LFS":                 {"*.txt filter=lfs\n", "large\n", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 6\n", ""},
		"Git LFS, another":        {"*.txt filter=lfs\n", "larger\n", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 6\n", "changed f.txt"},
		"a filter that is broken": {"*.txt filter=broken\n", "a\n", "b\n", "changed f.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLedger(t)
			l.whole(files("f.txt", tt.come))
			l.git("config", "filter.lfs.clean", `sh -c 'printf "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize %s\n" $(wc -c)'`)
			l.git("config", "filter.broken.clean", "false")
			l.commit("attributes", files("x/.gitattributes", tt.attributes))
			blob := filepath.Join(l.mono, ".git", "stored")
			if err := os.WriteFile(blob, []byte(tt.here), 0o600); err != nil {
				t.Fatal(err)
			}
			l.git("update-index", "--cacheinfo", "100644,"+l.git("hash-object", "-w", "--no-filters", blob)+",x/f.txt")
			l.git("update-index", "--assume-unchanged", "x/f.txt") // what stands in the work tree is another matter
			want := strings.Trim("added .gitattributes, "+tt.want, ", ")
			if got := l.edits(); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// Without what was imported nothing is compared, and it is said what lacks.
func TestEditsWithoutABase(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	l.imported(entry("x", 1), code)
	_, err := imports.Diff(t.Context(), l.options(), false)
	if want := `comparing "x" with what was imported: commit 000000000000 of https://example.com/big/data.git is not at hand`; fault.KindOf(err) != fault.Environment || err.Error() != want || fault.HintOf(err) != "run it without --offline" {
		t.Errorf("%v, hint %q", err, fault.HintOf(err))
	}
	if st, err := imports.Status(t.Context(), l.options()); err != nil || st[0].Edits != nil || st[0].Error != "" || len(st[0].Notes) != 0 {
		t.Errorf("%+v, %v", st[0], err)
	}
	if v, err := imports.Verify(t.Context(), l.options()); err != nil || v[0].Edits != nil || !says(v[0].Open, "the files as they were imported are not at hand") {
		t.Errorf("%+v, %v", v[0], err)
	}
	for dest, want := range map[string]string{"nope": `choosing the import "nope": nothing was imported there`, ".": ""} {
		o := l.options()
		o.Dests = []string{dest}
		if _, err := imports.Diff(t.Context(), o, false); fault.KindOf(err) != fault.Usage && want != "" || want != "" && err.Error() != want {
			t.Errorf("%s: %v", dest, err)
		}
	}
	l.imported(entry("y", 2), code)
	o := l.options()
	o.Dests = []string{"."}
	if _, err := imports.Diff(t.Context(), o, false); err == nil || err.Error() != `choosing the import ".": there are 2: x and y` {
		t.Errorf("%v", err)
	}
}
