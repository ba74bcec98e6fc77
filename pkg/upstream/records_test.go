package upstream_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.must(ref("v2"))
	commit := w.upGit("rev-parse", "v2^{commit}")
	message := testkit.GitBytes(t, filepath.Join(w.mono, ".git"), "log", "-1", "--format=%B")
	want := "import: source-demo @ " + commit[:12] + "\n\n" +
		"Remote Repo URL: " + w.up + "\nSource name: v2\nSource Commit ID: " + commit + "\nSource Repo Prefix: " + demo + "/\nImport Path: source-demo/\nLicense Type: MIT\nLicense Path: " + demo + "/metadata.yaml\n\n" +
		"git-merge-subpath: " + commit + " " + demo + " source-demo\nSPDX-License-Identifier: MIT\nUpstream-Repository: " + w.up + "\nUpstream-Commit: " + commit + "\nUpstream-Path: " + demo + "\n" +
		"Upstream-Tree: " + w.upGit("rev-parse", "v2:"+demo) + "\nLicense-Path: " + demo + "/metadata.yaml\nLicense-Blob: " + w.upGit("rev-parse", "v2:"+demo+"/metadata.yaml") + "\nLicense-Evidence: " + p.Record.License.Evidence + "\nConnkit-Version: test\n\n"
	if message != want {
		t.Errorf("message:\n%s\nwant:\n%s", message, want)
	}
	trailers := w.git("log", "-1", "--format=%(trailers:only)")
	for _, key := range []string{"git-merge-subpath", "SPDX-License-Identifier", "Upstream-Tree", "License-Blob", "Connkit-Version"} {
		if !strings.Contains(trailers, key+": ") {
			t.Errorf("git reads no trailer %s:\n%s", key, trailers)
		}
	}
	yaml := w.file("source-demo/UPSTREAM.yaml")
	for _, l := range []string{"version: 1\n", "\nref: refs/tags/v2\n", "\ncommit: \"" + commit + "\"\n", "\npath: " + demo + "\n", "\nlicense:\n  id: MIT\n"} {
		if !strings.Contains(yaml, l) {
			t.Errorf("%q is not in:\n%s", l, yaml)
		}
	}
	// The same import elsewhere gives the same snapshot and the same record.
	other := newWorld(t)
	other.up = w.up
	other.git("config", "remote.up.url", w.up)
	q := other.must(ref("v2"))
	if q.Snapshot != p.Snapshot || other.file("source-demo/UPSTREAM.yaml") != yaml {
		t.Errorf("snapshots %s and %s", p.Snapshot, q.Snapshot)
	}
	if got := w.git("log", "-1", "--format=%an %ae %aI %cI", p.Snapshot); got != "Ann ann@example.com 2026-01-01T00:00:00+00:00 2026-01-01T00:00:00+00:00" {
		t.Errorf("the snapshot is by %s", got)
	}
	if got := w.git("rev-list", "--count", "HEAD"); got != "3" {
		t.Errorf("%s commits: the history of the upstream came along", got)
	}
}

func TestSingleParent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.must(single, ref("v1"))
	if w.git("log", "-1", "--format=%P") != w.git("rev-parse", "HEAD^") || p.Snapshot != "" {
		t.Error("it has two parents")
	}
	w.commit(w.mono, files("source-demo/mine.py", "x\n"))
	w.must(single)
}

// What happens to a pull request between two pulls.
func TestRecordSurvives(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(w *world){
		"nothing": func(*world) {},
		"squash": func(w *world) {
			w.git("reset", "-q", "--soft", "start")
			w.git("commit", "-qm", "Import source-demo (#12)")
		},
		"squash with all messages": func(w *world) {
			body := w.git("log", "--reverse", "--format=* %B", "start..HEAD")
			w.git("reset", "-q", "--soft", "start")
			w.git("commit", "-qm", "Import source-demo (#12)\n\n"+body+"\n\n---------\n\nCo-authored-by: X <x@example.com>")
		},
		"merge --squash": func(w *world) {
			w.git("branch", "other")
			w.git("reset", "-q", "--hard", "start")
			w.git("merge", "-q", "--squash", "other")
			w.git("commit", "-q", "--no-edit")
			w.git("branch", "-qD", "other")
		},
		"rebase":                 func(w *world) { w.rebase() },
		"rebase --rebase-merges": func(w *world) { w.rebase("--rebase-merges") },
		"cherry-pick": func(w *world) {
			w.git("branch", "other")
			picks := strings.Fields(w.git("rev-list", "--reverse", "--first-parent", "start..other"))
			w.git("reset", "-q", "--hard", "start")
			for _, c := range picks {
				args := []string{"cherry-pick"}
				if len(strings.Fields(w.git("log", "-1", "--format=%P", c))) > 1 {
					args = append(args, "-m", "1")
				}
				w.git(append(args, c)...)
			}
			w.git("branch", "-qD", "other")
		},
		"merge commit": func(w *world) {
			w.git("branch", "other")
			w.git("reset", "-q", "--hard", "start")
			w.commit(w.mono, files("lib/meanwhile.py", "m\n"))
			w.git("merge", "-q", "--no-ff", "--no-edit", "other")
			w.git("branch", "-qD", "other")
		},
		"git mv": func(w *world) {
			w.git("mv", "source-demo", "source-renamed")
			w.git("commit", "-qm", "rename")
		},
		"git mv to a subfolder": func(w *world) {
			testkit.Put(w.tb, w.mono, files("connectors/", ""))
			w.git("mv", "source-demo", "connectors/source-demo")
			w.git("commit", "-qm", "move")
		},
		"the file deleted": func(w *world) { w.commit(w.mono, nil, "source-demo/UPSTREAM.yaml") },
		"amend":            func(w *world) { w.git("commit", "-q", "--amend", "-m", "shorter") },
		"squash and gc": func(w *world) {
			w.git("reset", "-q", "--soft", "start")
			w.git("commit", "-qm", "Import")
			w.git("reflog", "expire", "--expire=now", "--all")
			w.git("gc", "-q", "--prune=now")
		},
		"an orphan": func(w *world) {
			w.git("checkout", "-q", "--orphan", "fresh")
			w.git("commit", "-qm", "all anew")
			w.git("branch", "-qM", "main")
		},
		"filtered history": func(w *world) { w.git("commit", "-q", "--amend", "--reset-author", "--no-edit") },
	} {
		for _, one := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", single"}[one], func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				kind := func(o *upstream.Options) { o.Single = one }
				w.git("tag", "start")
				w.must2(kind, ref("v1"))
				w.commit(w.mono, files("source-demo/main.py", upstreamFiles()[demo+"/main.py"]+"# mine\n"))
				w.must2(kind, ref("v2"))
				happens(w)
				to := "source-demo"
				for _, d := range []string{"source-renamed", "connectors/source-demo"} {
					if w.git("ls-files", d) != "" {
						to = d
					}
				}
				p := w.must2(kind, dest(to))
				if p.Base == nil || p.Base.Commit != w.upGit("rev-parse", "v2^{commit}") {
					t.Errorf("base %v", p.Base)
				}
				if p.Count(upstream.Added) < 1 || p.Count(upstream.Deleted) != 0 || w.file(to+"/new.py") != "new = True\n" {
					t.Errorf("%v", p.Changes)
				}
				if !strings.HasSuffix(w.file(to+"/main.py"), "# mine\n") {
					t.Error("the local edit is lost")
				}
			})
		}
	}
}

// must2 is must where the branch has a tag beside it.
func (w *world) must2(mods ...mod) *upstream.Plan {
	w.tb.Helper()
	p, err := w.pull(mods...)
	if err != nil {
		w.tb.Fatalf("pulling: %v\nhint: %s", err, fault.HintOf(err))
	}
	return p
}

func (w *world) rebase(args ...string) {
	w.git("checkout", "-q", "-b", "other")
	w.git("checkout", "-q", "main")
	w.git("reset", "-q", "--hard", "start")
	w.commit(w.mono, files("lib/meanwhile.py", "m\n"))
	w.git("checkout", "-q", "other")
	w.git(append(append([]string{"rebase", "-q"}, args...), "main")...)
	w.git("checkout", "-q", "main")
	w.git("merge", "-q", "--ff-only", "other")
	w.git("branch", "-qD", "other")
}

func TestReverted(t *testing.T) {
	t.Parallel()
	t.Run("the second import", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(ref("v1"))
		w.must(ref("v2"))
		w.git("revert", "--no-edit", "-m", "1", "HEAD")
		p := w.must()
		if p.Base.Commit != w.upGit("rev-parse", "v1") || !strings.Contains(w.file("source-demo/"+streams), "stream three") {
			t.Errorf("base %v", p.Base)
		}
	})
	t.Run("the second import, single", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(single, ref("v1"))
		w.must(single, ref("v2"))
		w.git("revert", "--no-edit", "HEAD")
		if p := w.must(single); p.Base.Commit != w.upGit("rev-parse", "v1") {
			t.Errorf("base %v", p.Base)
		}
	})
	t.Run("the first import", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(ref("v1"))
		w.git("revert", "--no-edit", "-m", "1", "HEAD")
		if p := w.must(); p.Action != upstream.Import {
			t.Error(p.Action)
		}
	})
	t.Run("an import by the old script", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.oldImport("v1", "v1", demo, "source-demo")
		w.oldImport("v2", "v2", demo, "source-demo")
		w.git("revert", "--no-edit", "HEAD")
		if p := w.must(); p.Base.Commit != w.upGit("rev-parse", "v1") {
			t.Errorf("base %v", p.Base)
		}
	})
	t.Run("a merged branch with the second import", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(ref("v1"))
		w.git("checkout", "-qb", "other")
		w.must(ref("v2"))
		w.git("checkout", "-q", "main")
		w.git("merge", "-q", "--no-ff", "-m", "Merge pull request #1", "other")
		w.git("revert", "--no-edit", "-m", "1", "HEAD")
		if p := w.must(); p.Base.Commit != w.upGit("rev-parse", "v1") || !strings.Contains(w.file("source-demo/"+streams), "stream three") {
			t.Errorf("base %v", p.Base)
		}
	})
	t.Run("a revert that is reverted", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.oldImport("v1", "v1", demo, "source-demo")
		w.oldImport("v2", "v2", demo, "source-demo")
		w.git("revert", "--no-edit", "HEAD")
		w.git("revert", "--no-edit", "HEAD")
		if p := w.must(); p.Base.Commit != w.upGit("rev-parse", "v2^{commit}") {
			t.Errorf("base %v", p.Base)
		}
	})
}

func TestBaseIsGone(t *testing.T) {
	t.Parallel()
	// The upstream is pushed over by force, and forgets.
	forget := func(w *world) {
		w.upGit("checkout", "-q", "--orphan", "fresh")
		w.commit(w.up, files(demo+"/rewritten.py", "x\n"))
		w.upGit("branch", "-qM", "main")
		w.upGit("tag", "-d", "v1", "v2")
		w.upGit("branch", "-qD", "topic")
		w.upGit("reflog", "expire", "--expire=now", "--all")
		w.upGit("gc", "-q", "--prune=now")
	}
	clean := func(w *world) { w.cache += "-new" }
	t.Run("the snapshot has it", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(ref("v1"))
		w.commit(w.mono, files("source-demo/main.py", upstreamFiles()[demo+"/main.py"]+"# mine\n"))
		forget(w)
		clean(w)
		if p := w.must(); p.Base == nil || w.file("source-demo/rewritten.py") != "x\n" {
			t.Errorf("%v", p.Base)
		}
	})
	t.Run("the import's own commit has it", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.oldImport("v1", "v1", demo, "source-demo")
		w.commit(w.mono, files("source-demo/main.py", upstreamFiles()[demo+"/main.py"]+"# mine\n"))
		forget(w)
		if p := w.must(); len(p.Notes) == 0 || !strings.HasSuffix(w.file("source-demo/main.py"), "# mine\n") {
			t.Errorf("%q", p.Notes)
		}
	})
	t.Run("nobody has it", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.oldImport("v1", "v1", demo, "source-demo")
		w.commit(w.mono, files("source-demo/main.py", "mine\n"))
		w.oldImport("v2", "v2", demo, "source-demo")
		w.commit(w.mono, files("source-demo/main.py", "mine\n"))
		forget(w)
		w.refused(fault.Blocked, "name a remote that still has commit")
	})
}
