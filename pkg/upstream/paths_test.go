package upstream_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

// All ways to spell the same destination and path make the same import.
func TestSpellings(t *testing.T) {
	t.Parallel()
	for name, mods := range map[string][]mod{
		"plain":                   nil,
		"dest with slash":         {dest("source-demo/")},
		"dest with dot":           {dest("./source-demo")},
		"dest with dot and slash": {dest("./source-demo/")},
		"dest doubled slashes":    {dest("source-demo//")},
		"dest through a parent":   {dest("lib/../source-demo")},
		"path with slash":         {from(demo + "/")},
		"path with dot":           {from("./" + demo)},
		"path with leading slash": {from("/" + demo)},
		"path doubled slashes":    {from("connectors//source-demo/.")},
		"proof with dot":          {proof("./" + demo + "/metadata.yaml")},
		"proof with slash":        {proof("/" + demo + "/metadata.yaml")},
		"proof is the LICENSE":    {proof("LICENSE")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.must(mods...)
			if p.Dest != "source-demo" || p.Record.Path != demo {
				t.Errorf("dest %q, path %q", p.Dest, p.Record.Path)
			}
			if got, want := w.git("rev-parse", "HEAD^2:source-demo"), w.upGit("rev-parse", "main:"+demo); got != want {
				t.Errorf("the snapshot's tree is %s, want %s", got, want)
			}
		})
	}
}

func TestDestFromElsewhere(t *testing.T) {
	t.Parallel()
	t.Run("absolute", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(dest(filepath.Join(w.mono, "source-demo")))
	})
	t.Run("absolute through a symlink to the repository", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(w.mono, link); err != nil {
			t.Fatal(err)
		}
		w.must(dest(filepath.Join(link, "source-demo")))
	})
	t.Run("from a subfolder it is seen from the root", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		p := w.must(in(filepath.Join(w.mono, "lib")), dest("./source-demo"))
		if p.Dest != "source-demo" || len(p.Notes) != 1 {
			t.Errorf("dest %q, notes %q", p.Dest, p.Notes)
		}
	})
	t.Run("nested", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		if p := w.must(dest("source-demo/vendor/airbyte")); p.Dest != "source-demo/vendor/airbyte" {
			t.Errorf("dest %q", p.Dest)
		}
	})
	t.Run("beside files of its parent", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(dest("source-old/inner"))
		if w.file("source-old/main.py") == "(none)" {
			t.Error("the parent's file is gone")
		}
	})
	t.Run("through a symlink inside", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		if err := os.Symlink("source-old", filepath.Join(w.mono, "alias")); err != nil {
			t.Fatal(err)
		}
		w.commit(w.mono, nil)
		if p := w.must(dest("alias/inner")); p.Dest != "source-old/inner" {
			t.Errorf("dest %q", p.Dest)
		}
	})
	for _, name := range []string{"source demo", "größe", "source-c++", "source.x", "a'b\"c$d", "[x]*?"} {
		t.Run("named "+name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.must(dest(name), ref("v1"))
			w.commit(w.mono, map[string]string{name + "/main.py": "print(1)\n"})
			if p := w.must(dest(name)); p.Base == nil {
				t.Error("the second pull did not find the first")
			}
		})
	}
}

func TestDestRefused(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	for name, tt := range map[string]struct {
		dest    string
		prepare func(w *world)
		kind    fault.Kind
		says    string
	}{
		"empty":              {"", nil, fault.Usage, "is empty"},
		"the top":            {".", nil, fault.Usage, "the top of the repository"},
		"the top by slash":   {"./", nil, fault.Usage, "the top of the repository"},
		"outside":            {"../elsewhere", nil, fault.Usage, "outside"},
		"outside, deep":      {"lib/../../x", nil, fault.Usage, "outside"},
		"absolute outside":   {outside, nil, fault.Usage, "outside"},
		"in .git":            {".git/x", nil, fault.Usage, ".git"},
		"in .GIT":            {"lib/.GIT/x", nil, fault.Usage, ".GIT"},
		"a dash":             {"-x", nil, fault.Usage, "-x"},
		"a newline":          {"a\nb", nil, fault.Usage, "control"},
		"not UTF-8":          {"a\xffb", nil, fault.Usage, "UTF-8"},
		"below a file":       {"README.md/x", nil, fault.Usage, "is a file"},
		"symlink to outside": {"out/x", link(outside, "out"), fault.Usage, "outside"},
		"dangling symlink":   {"gone", link("nowhere", "gone"), fault.Usage, "leads nowhere"},
		"symlink to .git":    {"g/x", link(".git", "g"), fault.Usage, ".git"},
		"a nested repository": {"nested/x", func(w *world) {
			testkit.Git(w.tb, w.mono, "init", "-q", "nested")
		}, fault.Blocked, "a repository of its own"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if tt.prepare != nil {
				tt.prepare(w)
			}
			w.refused(tt.kind, tt.says, dest(tt.dest))
		})
	}
}

func link(target, name string) func(*world) {
	return func(w *world) {
		if err := os.Symlink(target, filepath.Join(w.mono, name)); err != nil {
			w.tb.Fatal(err)
		}
	}
}

func TestRootOfUpstream(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", ".", "/", "./"} {
		t.Run("as "+path, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.must(from(path), proof("LICENSE"))
			if p.Record.Path != "" || w.file("source-demo/connectors/source-other/other.py") != "x = 1\n" {
				t.Errorf("path %q", p.Record.Path)
			}
			if got, want := w.git("rev-parse", "HEAD^2:source-demo"), w.upGit("rev-parse", "main^{tree}"); got != want {
				t.Errorf("the snapshot's tree is %s, want %s", got, want)
			}
			w.commit(w.up, map[string]string{"README.md": "# changed\n"})
			w.must(from(path), proof("LICENSE"))
			if w.file("source-demo/README.md") != "# changed\n" {
				t.Error("the second pull did not come")
			}
		})
	}
}

func TestPathRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ path, says string }{
		"typo":             {"connectors/source-dmo", "did you mean connectors/source-demo"},
		"case":             {"Connectors/source-demo", "did you mean connectors/source-demo"},
		"case at the end":  {"connectors/Source-Demo", "did you mean connectors/source-demo"},
		"nothing near":     {"connectors/qqqqqqqqqq", "connectors has source-demo/, source-other/"},
		"below a file":     {"README.md/x", "not there"},
		"a parent":         {"../x", `".." can be no part`},
		"a parent, inside": {"connectors/../connectors", `".." can be no part`},
		".git":             {".git/x", `".git" can be no part`},
		"control":          {"a\x01", "control"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newWorld(t).refused(fault.Usage, tt.says, from(tt.path))
		})
	}
}

func TestSingleFile(t *testing.T) {
	t.Parallel()
	file := demo + "/main.py"
	for name, tt := range map[string]struct{ dest, want string }{
		"to a file of the same name": {"source-demo/main.py", "source-demo/main.py"},
		"to a file of another name":  {"source-demo/run.py", "source-demo/run.py"},
		"to a folder that is there":  {"source-old", "source-old/main.py"},
		"to a new folder":            {"source-demo", "source-demo/main.py"},
		"to a new folder with slash": {"source-demo.py/", "source-demo.py/main.py"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if tt.dest == "source-old" {
				w.commit(w.mono, nil, "source-old/main.py")
				w.commit(w.mono, map[string]string{"source-old/other.py": "x\n"})
			}
			p := w.must(from(file), dest(tt.dest), ref("v1"))
			if p.Dest != tt.want || w.file(tt.want) != w.upGit("show", "v1:"+file)+"\n" {
				t.Errorf("dest %q: %q", p.Dest, w.file(tt.want))
			}
			w.commit(w.up, map[string]string{file: "changed = 1\n" + upstreamFiles()[file]})
			w.commit(w.mono, map[string]string{tt.want: upstreamFiles()[file] + "local = 1\n"})
			p = w.must(from(file), dest(tt.want))
			if want := "changed = 1\n" + upstreamFiles()[file] + "local = 1\n"; w.file(tt.want) != want {
				t.Errorf("merged to %q", w.file(tt.want))
			}
			if p.Base == nil {
				t.Error("there was no base")
			}
			w.commit(w.up, map[string]string{file: "again = 1\n" + upstreamFiles()[file]})
			w.must(update, dest(tt.want))
		})
	}
}
