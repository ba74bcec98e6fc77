package upstream_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
)

func TestHooksAndSigners(t *testing.T) {
	t.Parallel()
	hook := func(w *world, name, script string) {
		testkit.Put(w.tb, w.mono, files(".git/hooks/"+name, "#!/bin/sh\n"+script))
		if err := os.Chmod(filepath.Join(w.mono, ".git/hooks", name), 0o755); err != nil {
			w.tb.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		fail, mend func(w *world)
	}{
		"pre-commit":         {func(w *world) { hook(w, "pre-commit", "echo no >&2; exit 1\n") }, func(w *world) { hook(w, "pre-commit", "exit 0\n") }},
		"commit-msg":         {func(w *world) { hook(w, "commit-msg", "echo no >&2; exit 1\n") }, func(w *world) { hook(w, "commit-msg", "exit 0\n") }},
		"prepare-commit-msg": {func(w *world) { hook(w, "prepare-commit-msg", "exit 1\n") }, func(w *world) { hook(w, "prepare-commit-msg", "exit 0\n") }},
		"a signer":           {func(w *world) { w.git("config", "commit.gpgSign", "true"); w.git("config", "gpg.program", "false") }, func(w *world) { w.git("config", "commit.gpgSign", "false") }},
	} {
		for _, one := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", single"}[one], func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				one := func(o *upstream.Options) { o.Single = one }
				w.must(one, ref("v1"))
				w.commit(w.mono, files("source-demo/main.py", upstreamFiles()[demo+"/main.py"]+"# mine\n"))
				tt.fail(w)
				before := w.state()
				head := w.git("rev-parse", "HEAD")
				_, err := w.pull(one)
				w.checkRefused(err, fault.Blocked, "--continue")
				if w.git("rev-parse", "HEAD") != head {
					t.Fatal("there is a commit")
				}
				if _, err := upstream.Abort(t.Context(), w.options(one)); err != nil {
					t.Fatal(err)
				}
				if after := w.state(); withoutIndex(after) != withoutIndex(before) {
					t.Errorf("giving up does not put back: %s", firstDifference(withoutIndex(before), withoutIndex(after)))
				}
				_, err = w.pull(one)
				w.checkRefused(err, fault.Blocked, "--continue")
				_, err = upstream.Continue(t.Context(), w.options(one))
				w.checkRefused(err, fault.Blocked, "--continue")
				tt.mend(w)
				out, err := upstream.Continue(t.Context(), w.options(one))
				if err != nil {
					t.Fatal(err)
				}
				w.checkSound(&upstream.Plan{Dest: "source-demo", Commit: out.Commit}, head)
			})
		}
	}
	t.Run("a signer that signs", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		testkit.Put(t, w.mono, files("../gpg", "#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED x' >&2\nprintf -- '-----BEGIN PGP SIGNATURE-----\\n\\nabc\\n-----END PGP SIGNATURE-----\\n'\n"))
		_ = os.Chmod(filepath.Join(w.mono, "../gpg"), 0o755)
		w.git("config", "commit.gpgSign", "true")
		w.git("config", "gpg.program", filepath.Join(w.mono, "../gpg"))
		w.must()
		if !strings.Contains(w.git("cat-file", "-p", "HEAD"), "gpgsig -----BEGIN PGP SIGNATURE-----") {
			t.Error("the commit is not signed")
		}
	})
	t.Run("a message in another encoding", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.git("config", "i18n.commitEncoding", "ISO-8859-1")
		w.must(dest("größe"), ref("v1"))
		w.commit(w.mono, nil, "größe/UPSTREAM.yaml")
		if p := w.must(dest("größe")); p.Base == nil {
			t.Error("the record in the message is not found")
		}
	})
	t.Run("a hook that adds a trailer", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		hook(w, "commit-msg", "git interpret-trailers --in-place --trailer 'Change-Id: I123' \"$1\"\n")
		w.must()
		if m := w.git("log", "-1", "--format=%B"); !strings.Contains(m, "\nConnkit-Version: test\nChange-Id: I123") {
			t.Errorf("message %q", m)
		}
	})
	t.Run("a hook that takes the record away", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		hook(w, "commit-msg", "echo shorter > \"$1\"\n")
		if p := w.must(ref("v1")); len(p.Notes) == 0 {
			t.Error("nothing is said about it")
		}
		if p := w.must(); p.Base == nil {
			t.Error("the file was not found")
		}
	})
	t.Run("a hook that formats", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		hook(w, "pre-commit", "echo '# formatted' >> source-demo/main.py; git add source-demo/main.py\n")
		p, err := w.pull(ref("v1"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(w.git("show", p.Commit+":source-demo/main.py"), "# formatted") || w.git("status", "--porcelain") != "" {
			t.Error("what the hook did is not in the commit")
		}
	})
	t.Run("the hook sees a merge", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		hook(w, "prepare-commit-msg", "echo \"$2\" > .git/seen; test -f .git/MERGE_HEAD && echo merging >> .git/seen\n")
		w.must()
		if got := w.file(".git/seen"); got != "merge\nmerging\n" {
			t.Errorf("the hook saw %q", got)
		}
	})
	t.Run("from a hook", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		other := filepath.Join(filepath.Dir(w.mono), "other")
		testkit.Git(t, filepath.Dir(w.mono), "init", "-q", other)
		hook(w, "post-commit", "git -C "+other+" rev-parse --git-dir > .git/where\n")
		w.must()
	})
}
