package imports_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
	"github.com/connkit/connkit/pkg/upstream/imports"
)

func TestList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if got := w.list(); len(got) != 0 {
		t.Errorf("%d imports in a fresh repository", len(got))
	}
	head := w.upGit("rev-parse", "main")
	w.pull()
	w.pull(to("tool.py", "lib/tool.py", "LICENSE"))
	w.pull(to(other, "a folder/with blanks", "LICENSE"))
	before := w.state()
	list := w.list()
	if w.state() != before {
		t.Error("listing changed the monorepo")
	}
	if len(list) != 3 {
		t.Fatalf("%d imports", len(list))
	}
	for i, want := range []struct{ dest, path, found string }{
		{"a folder/with blanks", other, "a folder/with blanks/UPSTREAM.yaml"}, {"lib/tool.py", "tool.py", "lib/tool.py.UPSTREAM.yaml"}, {"source-demo", demo, "source-demo/UPSTREAM.yaml"},
	} {
		im := list[i]
		if im.Dest != want.dest || im.Path != want.path || im.Found != want.found || im.Commit != head || im.License.ID != "MIT" || im.Repository != w.up ||
			im.Date.IsZero() || im.Imported.IsZero() || im.Script || im.Gone || im.Problem != "" || im.Single != (i == 1) {
			t.Errorf("%+v", im)
		}
	}
}

func TestListWhatHappenedToImports(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		happens             func(*world)
		dest, found, moved  string
		gone, problem, none bool
	}{
		"squashed":       {func(w *world) { w.git("reset", "-q", "--soft", "start"); w.git("commit", "-qm", "Import") }, "source-demo", "source-demo/UPSTREAM.yaml", "", false, false, false},
		"moved":          {func(w *world) { w.git("mv", "source-demo", "source-new"); w.git("commit", "-qm", "mv") }, "source-new", "source-new/UPSTREAM.yaml", "", false, false, false},
		"record deleted": {func(w *world) { w.put(w.mono, "rm", nil, "source-demo/UPSTREAM.yaml") }, "source-demo", "commit ", "", false, false, false},
		"record deleted, moved": {func(w *world) {
			w.put(w.mono, "rm", nil, "source-demo/UPSTREAM.yaml")
			w.git("mv", "source-demo", "source-new")
			w.git("commit", "-qm", "mv")
		}, "source-new", "commit ", "source-demo", false, false, false},
		"folder deleted": {func(w *world) { w.put(w.mono, "rm", nil, "source-demo") }, "source-demo", "commit ", "", true, false, false},
		"record broken":  {func(w *world) { w.put(w.mono, "x", files("source-demo/UPSTREAM.yaml", "version: [\n")) }, "source-demo", "source-demo/UPSTREAM.yaml", "", false, true, false},
		"rebased": {func(w *world) {
			w.git("checkout", "-q", "-b", "work")
			w.git("checkout", "-q", "-B", "main", "start")
			w.put(w.mono, "meanwhile", files("x.md", "x\n"))
			w.git("rebase", "-q", "main", "work")
		}, "source-demo", "commit ", "", false, false, false},
		"reverted": {func(w *world) { w.git("revert", "--no-edit", "-m", "1", "HEAD") }, "", "", "", false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.git("tag", "start")
			w.pull()
			w.git("tag", "-d", "start")
			w.git("tag", "start", "HEAD^")
			tt.happens(w)
			list := w.list()
			if tt.none {
				if len(list) != 0 {
					t.Errorf("%+v", list[0])
				}
				return
			}
			if len(list) != 1 {
				t.Fatalf("%d imports", len(list))
			}
			im := list[0]
			if im.Dest != tt.dest || !strings.HasPrefix(im.Found, tt.found) || im.Gone != tt.gone || (im.Problem != "") != tt.problem || im.Moved != tt.moved {
				t.Errorf("%+v", im)
			}
			if !tt.problem && (im.Commit != w.upGit("rev-parse", "main") || im.Path != demo) {
				t.Errorf("%+v", im)
			}
		})
	}
}

func TestListImportsByTheScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	commit := w.upGit("rev-parse", "main")
	w.copyIn(demo, "source-demo")
	w.script(commit, demo, "source-demo", "MIT", "LICENSE")
	w.copyIn("", "source-whole")
	w.script(commit, "", "source-whole", "Apache-2.0", "./LICENSE")
	w.copyIn(other, "source-was")
	w.script(commit, other, "source-was", "MIT", "LICENSE")
	w.git("mv", "source-was", "source-is")
	w.git("commit", "-qm", "mv")
	list := w.list()
	if len(list) != 3 {
		t.Fatalf("%d imports", len(list))
	}
	for i, want := range []struct{ dest, path, id, proof, moved string }{
		{"source-demo", demo, "MIT", "LICENSE", ""}, {"source-is", other, "MIT", "LICENSE", "source-was"}, {"source-whole", "", "Apache-2.0", "LICENSE", ""},
	} {
		im := list[i]
		if im.Dest != want.dest || im.Path != want.path || im.License.ID != want.id || im.License.Path != want.proof || im.Moved != want.moved || !im.Script || im.Commit != commit || im.Repository != w.up || im.Imported.IsZero() {
			t.Errorf("%+v", im)
		}
	}
	// The script continues an import of connkit's, and leaves its file as it is.
	w.pull(to(other, "source-mixed", "LICENSE"))
	next := w.put(w.up, "next", files(other+"/other.py", "new\n"))
	w.copyIn(other, "x")
	testkit.Put(t, w.mono, files("source-mixed/other.py", "new\n"))
	w.git("add", "source-mixed")
	w.git("commit", "-qm", "import: source-mixed\n\nRemote Repo URL: "+w.up+"\nSource name: up/main\nImport Path: source-mixed/\nLicense Type: MIT\nLicense Path: LICENSE\n\ngit-merge-subpath: "+next+" "+other+" source-mixed")
	if im := w.list("source-mixed")[0]; im.Commit != next || !im.Script {
		t.Errorf("%+v", im)
	}
}

func TestChoosingImports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pull(to(demo, "group/source-demo", meta))
	w.pull(to(other, "group/source-other", "LICENSE"))
	w.pull(to("tool.py", "lib/tool.py", "LICENSE"))
	for _, tt := range []struct {
		dir, arg string
		want     int
	}{
		{"", "group/source-demo", 1}, {"", "./group/source-demo/", 1}, {"", w.mono + "/group/source-demo", 1}, {"", "group", 2}, {"", ".", 3}, {"lib", ".", 1}, {"lib", "tool.py", 1},
		{"group", "source-demo", 1}, {"group", "group/source-demo", 1}, {"group/source-demo/bin", ".", 1}, {"group/source-demo/bin", "..", 1}, {"", "group/source-demo/bin", 1},
	} {
		o := w.options(tt.arg)
		o.Dir = filepath.Join(w.mono, tt.dir)
		if list, err := imports.List(t.Context(), o); err != nil || len(list) != tt.want {
			t.Errorf("%q in %q: %d, %v", tt.arg, tt.dir, len(list), err)
		}
	}
	for arg, hint := range map[string]string{"group/source-dem": "did you mean group/source-demo", "nope": "connkit upstream list", "README.md": "connkit upstream list", "../elsewhere": ""} {
		_, err := imports.List(t.Context(), w.options(arg))
		if fault.KindOf(err) != fault.Usage || !strings.Contains(fault.HintOf(err), hint) {
			t.Errorf("%q: %v, hint %q", arg, err, fault.HintOf(err))
		}
	}
}

func TestListInOddRepositories(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	if _, err := imports.List(t.Context(), imports.Options{Dir: dir}); fault.KindOf(err) != fault.Usage {
		t.Errorf("no repository: %v", err)
	}
	w.run(dir, "init", "-q")
	if list, err := imports.List(t.Context(), imports.Options{Dir: dir}); err != nil || len(list) != 0 {
		t.Errorf("no commit: %d, %v", len(list), err)
	}
	w.pull()
	w.pull(func(o *upstream.Options) { o.Update, o.Ref = true, "" })
	clone := filepath.Join(t.TempDir(), "shallow")
	w.run(dir, "clone", "-q", "--depth=1", "file://"+w.mono, clone)
	if list, err := imports.List(t.Context(), imports.Options{Dir: clone}); err != nil || len(list) != 1 || list[0].Dest != "source-demo" || list[0].License.ID != "MIT" {
		t.Errorf("shallow: %+v, %v", list, err)
	}
}
