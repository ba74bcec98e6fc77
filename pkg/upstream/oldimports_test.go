package upstream_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
)

// oldImport makes a commit as the script that connkit replaces did: one
// parent, the record without a blank line behind the subject, no file.
func (w *world) oldImport(asked, rev, path, dest string) {
	w.tb.Helper()
	commit := w.upGit("rev-parse", rev+"^{commit}")
	w.git("fetch", "-q", "--no-tags", "--no-write-fetch-head", w.up, commit)
	w.git("rm", "-rqf", "--ignore-unmatch", "--", dest)
	w.git("read-tree", "--prefix="+dest+"/", "-u", commit+":"+path)
	w.git("commit", "-qm", w.oldMessage(asked, commit, path, dest))
	w.git("tag", "-l")
}

func (w *world) oldMessage(asked, commit, path, dest string) string {
	return fmt.Sprintf("import: %[4]s through up @ %[1]s \nRemote Repo URL: %[5]s\nSource name: %[1]s\nSource Commit ID: %[2]s\nSource Repo Prefix: %[3]s/\nImport Path: %[4]s/\nLicense Type: MIT\nLicense Path: ./LICENSE\n\ngit-merge-subpath: %[2]s %[3]s %[4]s",
		asked, commit, path, dest, w.up)
}

func TestOldImportsGoOn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ asked, path, dest string }{
		"a full commit":     {"FULL", demo, "source-demo"},
		"a short commit":    {"SHORT", demo, "source-demo"},
		"remote and branch": {"up/main", demo, "source-demo"},
		"nested":            {"FULL", demo, "source-demo/source_demo_upstream"},
		"the root":          {"FULL", "", "source-demo/upstream"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			asked := map[string]string{"FULL": w.upGit("rev-parse", "v1"), "SHORT": w.upGit("rev-parse", "v1")[:7]}[tt.asked]
			if asked == "" {
				asked = tt.asked
			}
			w.oldImport(asked, "v1", tt.path, tt.dest)
			inside := tt.dest
			if tt.path == "" {
				inside += "/" + demo
			}
			w.commit(w.mono, files(inside+"/main.py", upstreamFiles()[demo+"/main.py"]+"# mine\n"))
			p := w.must(from(tt.path), dest(tt.dest), proof("LICENSE"))
			if p.Base == nil || p.Base.Commit != w.upGit("rev-parse", "v1") || !strings.HasPrefix(p.Base.Found, "commit ") {
				t.Errorf("base %v", p.Base)
			}
			if !strings.HasSuffix(w.file(inside+"/main.py"), "# mine\n") || w.file(inside+"/new.py") != "new = True\n" {
				t.Error("it is not merged")
			}
			w.commit(w.up, files(demo+"/later.py", "x\n"))
			w.must(update, dest(tt.dest))
		})
	}
	t.Run("by --update", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.oldImport("up/main", "v1", demo, "source-demo")
		if p := w.must(update); p.Record.Commit != w.upGit("rev-parse", "main") || p.Record.License.Path != "LICENSE" {
			t.Errorf("%v", p.Record)
		}
	})
	t.Run("by --update, of a relative URL", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		real := w.up
		w.up = "../up" // what the old script wrote
		message := w.oldMessage("v1", testkit.Git(t, real, "rev-parse", "v1"), demo, "source-demo")
		w.up = real
		w.oldImport("v1", "v1", demo, "source-demo")
		w.git("commit", "-q", "--amend", "-m", message)
		w.must(update)
		w.git("config", "--remove-section", "remote.up")
		w.commit(w.up, files(demo+"/later.py", "x\n"))
		w.must(update)
	})
	t.Run("the same commit again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.oldImport("v1", "v1", demo, "source-demo")
		if p := w.must(ref("v1")); p.Action != upstream.None {
			t.Errorf("%s %v", p.Action, p.Changes)
		}
	})
	t.Run("deleted and imported again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.oldImport("v1", "v1", demo, "source-demo")
		w.commit(w.mono, nil, "source-demo")
		if p := w.must(); p.Action != upstream.Import {
			t.Error(p.Action)
		}
	})
	t.Run("moved", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.oldImport("v1", "v1", demo, "source-demo")
		w.git("mv", "source-demo", "source-renamed")
		w.git("commit", "-qm", "rename")
		w.commit(w.mono, files("source-renamed/main.py", upstreamFiles()[demo+"/main.py"]+"# mine\n"))
		if p := w.must(dest("source-renamed")); p.Base == nil || len(p.Notes) == 0 {
			t.Errorf("base %v, notes %q", p.Base, p.Notes)
		}
	})
	t.Run("on top of connkit's", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(ref("v1"))
		// The old script changes the files and leaves UPSTREAM.yaml as it is.
		commit := w.upGit("rev-parse", "v2^{commit}")
		testkit.Put(t, w.mono, files("source-demo/"+streams, swap(lines("stream", 30), "stream 3\n", "stream three\n")))
		w.git("commit", "-qam", w.oldMessage("v2", commit, demo, "source-demo"))
		p := w.must()
		if p.Base.Commit != commit {
			t.Errorf("base %v", p.Base)
		}
		w.checkRecordOf(p)
	})
	t.Run("names that look like patterns", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.oldImport("v1", "v1", demo, "source-c++")
		w.oldImport("v2", "v2", demo, "source-cpp")
		w.oldImport("v2", "v2", demo, "other/source-c++")
		if p := w.must(dest("source-c++")); p.Base.Commit != w.upGit("rev-parse", "v1") {
			t.Errorf("base %v", p.Base)
		}
	})
	t.Run("quoted lines do not count", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.oldImport("v1", "v1", demo, "source-demo")
		w.git("commit", "-q", "--allow-empty", "-m", "Talk\n\n> git-merge-subpath: "+w.upGit("rev-parse", "v2^{commit}")+" "+demo+" source-demo\n  git-merge-subpath: "+w.upGit("rev-parse", "v2^{commit}")+" "+demo+" source-demo\nsee git-merge-subpath: x y z\n")
		if p := w.must(); p.Base.Commit != w.upGit("rev-parse", "v1") {
			t.Errorf("base %v", p.Base)
		}
	})
	t.Run("a shallow clone without a record", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.oldImport("v1", "v1", demo, "source-demo")
		w.commit(w.mono, files("x", "x\n"))
		to := filepath.Join(filepath.Dir(w.mono), "clone")
		testkit.Git(t, filepath.Dir(w.mono), "clone", "-q", "--depth=1", "file://"+w.mono, to)
		w.mono = to
		w.git("config", "remote.up.url", w.up)
		w.refused(fault.Blocked, "git fetch --unshallow")
	})
}

func (w *world) checkRecordOf(p *upstream.Plan) {
	w.tb.Helper()
	if got := w.record(p.Dest); got.Commit != p.Record.Commit {
		w.tb.Errorf("the file records %s", got.Commit)
	}
}

// The old script looks for its last import with this expression, in the bodies of messages.
func TestOldScriptFindsConnkitsImports(t *testing.T) {
	t.Parallel()
	for _, one := range []bool{false, true} {
		w := newWorld(t)
		w.must(func(o *upstream.Options) { o.Single = one })
		want := w.upGit("rev-parse", "main")
		re := "^git-merge-subpath: [0-9a-f]{40} " + demo + " source-demo$"
		body := w.git("log", "-1", "--format=%b", "-E", "--grep="+re)
		m := regexp.MustCompile("(?m)"+re).FindAllString(body, -1)
		if len(m) == 0 || strings.Fields(m[len(m)-1])[1] != want {
			t.Errorf("found %q in:\n%s", m, body)
		}
	}
}
