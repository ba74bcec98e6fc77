package upstream_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
)

func TestConflictByGitsOwnCommands(t *testing.T) {
	t.Parallel()
	conflicted := func(t *testing.T, mods ...mod) *world {
		t.Helper()
		w := newWorld(t)
		w.must(append(mods, ref("v1"))...)
		w.commit(w.mono, files("source-demo/"+streams, swap(lines("stream", 30), "stream 3\n", "mine\n")))
		_, err := w.pull(mods...)
		w.checkRefused(err, fault.Blocked, "1 in conflict")
		return w
	}
	resolve := func(w *world) {
		testkit.Put(w.tb, w.mono, files("source-demo/"+streams, "resolved\n"))
		w.git("add", "source-demo")
	}
	checkDone := func(w *world) {
		w.tb.Helper()
		// What connkit kept is swept by the next run, which finds that git has finished.
		if out, err := upstream.Abort(w.tb.Context(), w.options()); err != nil || out.Ended != upstream.Nothing {
			w.tb.Errorf("%v, %v", out, err)
		}
		w.checkSound(&upstream.Plan{Dest: "source-demo", Commit: w.git("rev-parse", "HEAD")}, w.git("rev-parse", "HEAD^1"))
		if !strings.Contains(w.git("log", "-1", "--format=%B"), "\ngit-merge-subpath: "+w.upGit("rev-parse", "main")+" "+demo+" source-demo\n") {
			w.tb.Error("the message has no record")
		}
	}
	for name, finish := range map[string]func(w *world){
		"commit":           func(w *world) { resolve(w); w.git("-c", "core.editor=true", "commit") },
		"commit --no-edit": func(w *world) { resolve(w); w.git("commit", "-q", "--no-edit") },
		"commit -a": func(w *world) {
			testkit.Put(w.tb, w.mono, files("source-demo/"+streams, "r\n"))
			w.git("commit", "-qa", "--no-edit")
		},
		"merge --continue": func(w *world) { resolve(w); w.git("-c", "core.editor=true", "merge", "--continue") },
		"checkout --ours": func(w *world) {
			w.git("checkout", "-q", "--ours", "source-demo")
			w.git("add", "source-demo")
			w.git("commit", "-q", "--no-edit")
		},
		"checkout --theirs": func(w *world) {
			w.git("checkout", "-q", "--theirs", "source-demo/"+streams)
			w.git("add", "source-demo")
			w.git("commit", "-q", "--no-edit")
			if !strings.Contains(w.file("source-demo/"+streams), "stream three") {
				w.tb.Error("theirs is not upstream's")
			}
		},
		"checkout -m": func(w *world) {
			w.git("checkout", "-m", "--", "source-demo/"+streams)
			resolve(w)
			w.git("commit", "-q", "--no-edit")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := conflicted(t)
			finish(w)
			checkDone(w)
			w.commit(w.up, files(demo+"/later.py", "x\n"))
			w.must()
		})
	}
	t.Run("single, commit", func(t *testing.T) {
		t.Parallel()
		w := conflicted(t, single)
		resolve(w)
		w.git("-c", "core.editor=true", "commit")
		checkDone(w)
		w.must(single)
	})
	for _, abort := range []string{"merge --abort", "reset --merge", "reset -q --hard"} {
		t.Run(abort, func(t *testing.T) {
			t.Parallel()
			w := conflicted(t)
			w.git(strings.Fields(abort)...)
			if status := w.git("status", "--porcelain"); status != "" {
				t.Errorf("left:\n%s", status)
			}
			if out, err := upstream.Abort(t.Context(), w.options()); err != nil || out.Ended != upstream.Nothing {
				t.Errorf("%v, %v", out, err)
			}
			_, err := w.pull()
			w.checkRefused(err, fault.Blocked, "1 in conflict")
		})
	}
	t.Run("the marks name the sides", func(t *testing.T) {
		t.Parallel()
		w := conflicted(t)
		text := w.file("source-demo/" + streams)
		if !strings.Contains(text, "<<<<<<< LOCAL\nmine\n") || !strings.Contains(text, "stream three\n>>>>>>> UPSTREAM\n") {
			t.Errorf("marks: %q", text)
		}
	})
	t.Run("rerere", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.git("config", "rerere.enabled", "true")
		w.git("config", "rerere.autoupdate", "true")
		w.must(ref("v1"))
		w.commit(w.mono, files("source-demo/"+streams, swap(lines("stream", 30), "stream 3\n", "mine\n")))
		_, err := w.pull()
		w.checkRefused(err, fault.Blocked, "1 in conflict")
		testkit.Put(t, w.mono, files("source-demo/"+streams, "resolved\n"))
		w.git("add", "source-demo")
		w.git("commit", "-q", "--no-edit")
		w.git("reset", "-q", "--hard", "HEAD^")
		_, err = w.pull()
		w.checkRefused(err, fault.Blocked, "1 in conflict")
		if got := w.file("source-demo/" + streams); got != "resolved\n" {
			t.Errorf("git did not remember: %q", got)
		}
	})
}
