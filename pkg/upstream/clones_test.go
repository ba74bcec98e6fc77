package upstream_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
)

func TestKindsOfClones(t *testing.T) {
	t.Parallel()
	// clone replaces the monorepo by a clone of itself, after a first import.
	clone := func(t *testing.T, args ...string) *world {
		t.Helper()
		w := newWorld(t)
		w.must(ref("v1"))
		w.commit(w.mono, files("source-demo/main.py", upstreamFiles()[demo+"/main.py"]+"# mine\n"))
		w.git("config", "uploadpack.allowFilter", "true")
		w.git("config", "uploadpack.allowAnySHA1InWant", "true")
		to := filepath.Join(filepath.Dir(w.mono), "clone")
		testkit.Git(t, filepath.Dir(w.mono), append(append([]string{"clone", "-q"}, args...), "file://"+w.mono, to)...)
		w.mono = to
		w.git("config", "remote.up.url", w.up)
		return w
	}
	finish := func(w *world, mods ...mod) {
		w.tb.Helper()
		p, err := w.pull(mods...)
		if err != nil {
			w.tb.Fatalf("%v\n%s", err, fault.HintOf(err))
		}
		if p.Base == nil {
			w.tb.Error("the first import was not found")
		}
		if !strings.Contains(w.git("show", "HEAD:source-demo/main.py"), "# mine") || w.git("show", "HEAD:source-demo/new.py") != "new = True" {
			w.tb.Error("the merge is wrong")
		}
		if s := w.git("status", "--porcelain"); s != "" {
			w.tb.Errorf("status:\n%s", s)
		}
	}
	t.Run("fresh", func(t *testing.T) { t.Parallel(); finish(clone(t)) })
	t.Run("shallow", func(t *testing.T) {
		t.Parallel()
		w := clone(t, "--depth=1")
		shallow := w.file(".git/shallow")
		finish(w)
		if w.file(".git/shallow") != shallow {
			t.Error("the boundary of the shallow clone moved")
		}
	})
	t.Run("partial", func(t *testing.T) {
		t.Parallel()
		w := clone(t, "--filter=blob:none")
		config := w.git("config", "--list", "--local")
		finish(w)
		if w.git("config", "--list", "--local") != config {
			t.Error("the settings changed")
		}
		w.git("fsck")
	})
	t.Run("partial, without trees", func(t *testing.T) { t.Parallel(); finish(clone(t, "--filter=tree:0")) })
	t.Run("with alternates", func(t *testing.T) { t.Parallel(); finish(clone(t, "--shared", "--no-local")) })
	t.Run("with a reference", func(t *testing.T) {
		t.Parallel()
		finish(clone(t, "--reference", filepath.Join(templates(), "mono")))
	})
	t.Run("sparse, destination inside", func(t *testing.T) {
		t.Parallel()
		w := clone(t, "--no-checkout")
		w.git("sparse-checkout", "set", "source-demo")
		w.git("checkout", "-q", "main")
		finish(w)
		if w.file("lib/util.py") != "(none)" || w.file("source-demo/new.py") != "new = True\n" {
			t.Error("the sparse checkout is not kept")
		}
	})
	t.Run("sparse, destination outside", func(t *testing.T) {
		t.Parallel()
		w := clone(t, "--no-checkout")
		w.git("sparse-checkout", "set", "lib")
		w.git("checkout", "-q", "main")
		p, err := w.pull()
		if err != nil {
			t.Fatal(err)
		}
		if w.file("source-demo/new.py") != "(none)" || w.git("show", "HEAD:source-demo/new.py") != "new = True" || !strings.Contains(strings.Join(p.Notes, "\n"), "sparse-checkout add source-demo") {
			t.Errorf("notes %q", p.Notes)
		}
		if s := w.git("status", "--porcelain"); s != "" {
			t.Errorf("status:\n%s", s)
		}
	})
	t.Run("sparse without cones", func(t *testing.T) {
		t.Parallel()
		w := clone(t, "--no-checkout")
		w.git("sparse-checkout", "set", "--no-cone", "/lib/", "/source-demo/main.py")
		w.git("checkout", "-q", "main")
		finish(w)
	})
	t.Run("sparse index", func(t *testing.T) {
		t.Parallel()
		w := clone(t, "--no-checkout")
		w.git("sparse-checkout", "set", "--cone", "--sparse-index", "source-demo")
		w.git("checkout", "-q", "main")
		finish(w)
		if w.file("lib/util.py") != "(none)" {
			t.Error("the sparse checkout is not kept")
		}
	})
	t.Run("a submodule of another repository", func(t *testing.T) {
		t.Parallel()
		w := clone(t)
		super := filepath.Join(filepath.Dir(w.mono), "super")
		testkit.Git(t, filepath.Dir(w.mono), "init", "-q", "-b", "main", super)
		testkit.Git(t, super, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", w.mono, "inner")
		w.mono = filepath.Join(super, "inner")
		w.git("config", "remote.up.url", w.up)
		finish(w)
	})
	t.Run("sparse, a conflict outside", func(t *testing.T) {
		t.Parallel()
		w := clone(t, "--no-checkout")
		w.git("sparse-checkout", "set", "lib")
		w.git("checkout", "-q", "main")
		w.commit(w.up, files(demo+"/main.py", upstreamFiles()[demo+"/main.py"]+"# theirs\n"))
		_, err := w.pull()
		w.checkRefused(err, fault.Blocked, "source-demo/main.py")
		if !strings.Contains(w.file("source-demo/main.py"), "<<<<<<< LOCAL") {
			t.Errorf("the file in conflict is not there: %q", w.file("source-demo/main.py"))
		}
		if _, err := upstream.Abort(t.Context(), w.options()); err != nil {
			t.Fatal(err)
		}
		if s := w.git("status", "--porcelain"); s != "" {
			t.Errorf("status:\n%s", s)
		}
	})
	t.Run("a linked work tree", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(ref("v1"))
		w.commit(w.mono, files("source-demo/main.py", upstreamFiles()[demo+"/main.py"]+"# mine\n"))
		to := filepath.Join(filepath.Dir(w.mono), "linked")
		main := w.mono
		w.git("worktree", "add", "-q", "-b", "side", to)
		w.mono = to
		finish(w)
		if testkit.Git(t, main, "status", "--porcelain") != "" || testkit.Git(t, main, "rev-parse", "HEAD") == w.git("rev-parse", "HEAD") {
			t.Error("the main work tree was touched")
		}
	})
	t.Run("a linked work tree, conflict and abort", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(ref("v1"))
		w.commit(w.mono, files("source-demo/"+streams, swap(lines("stream", 30), "stream 3\n", "mine\n")))
		to := filepath.Join(filepath.Dir(w.mono), "linked")
		w.git("worktree", "add", "-q", "-b", "side", to)
		w.mono = to
		_, err := w.pull()
		w.checkRefused(err, fault.Blocked, "in conflict")
		if _, err := upstream.Abort(t.Context(), w.options()); err != nil || w.git("status", "--porcelain") != "" {
			t.Errorf("%v\n%s", err, w.git("status", "--porcelain"))
		}
	})
	t.Run("bare", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		to := filepath.Join(filepath.Dir(w.mono), "bare.git")
		testkit.Git(t, filepath.Dir(w.mono), "clone", "-q", "--bare", w.mono, to)
		w.mono = to
		w.refused(fault.Blocked, "it is bare", remoteIs(w.up))
	})
	t.Run("no repository", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.mono = t.TempDir()
		w.refused(fault.Usage, "there is none", remoteIs(w.up))
	})
	t.Run("inside .git", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.refused(fault.Blocked, "inside of .git", in(filepath.Join(w.mono, ".git")))
	})
	t.Run("an unborn branch", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.mono = filepath.Join(filepath.Dir(w.mono), "fresh")
		testkit.Git(t, filepath.Dir(w.mono), "init", "-q", "-b", "main", w.mono)
		w.git("config", "remote.up.url", w.up)
		p, err := w.pull(ref("v1"))
		if err != nil {
			t.Fatal(err)
		}
		if w.git("rev-list", "--count", "HEAD") != "1" || p.Commit != w.git("rev-parse", "HEAD") || w.git("status", "--porcelain") != "" {
			t.Error("the first commit is wrong")
		}
		w.must()
	})
	t.Run("SHA-256", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.mono = filepath.Join(filepath.Dir(w.mono), "sha256")
		testkit.Git(t, filepath.Dir(w.mono), "init", "-q", "-b", "main", "--object-format=sha256", w.mono)
		w.commit(w.mono, monoFiles())
		w.git("config", "remote.up.url", w.up)
		w.refused(fault.Blocked, "not of the kind of this repository")
		up := filepath.Join(filepath.Dir(w.mono), "up256")
		testkit.Git(t, filepath.Dir(w.mono), "init", "-q", "-b", "main", "--object-format=sha256", up)
		w.up = up
		w.commit(up, upstreamFiles())
		w.git("config", "remote.up.url", up)
		w.must()
		w.commit(up, files(demo+"/later.py", "x\n", demo+"/"+streams, lines("stream", 30)+"theirs\n"))
		w.commit(w.mono, files("source-demo/"+streams, "mine\n"+lines("stream", 30)))
		w.must()
		wants(streams, "mine\n"+lines("stream", 30)+"theirs\n")(w)
	})
}
