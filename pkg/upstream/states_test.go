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

// States of the repository in which an import is refused and nothing changes.
func TestStatesRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(w *world)
		kind    fault.Kind
		says    string
	}{
		"a staged change":                   {func(w *world) { testkit.Put(w.tb, w.mono, files("lib/util.py", "x\n")); w.git("add", "lib") }, fault.Blocked, "lib/util.py"},
		"a staged new file":                 {func(w *world) { testkit.Put(w.tb, w.mono, files("n.py", "x\n")); w.git("add", "n.py") }, fault.Blocked, "n.py"},
		"a staged deletion":                 {func(w *world) { w.git("rm", "-q", "lib/util.py") }, fault.Blocked, "lib/util.py"},
		"a staged mode":                     {func(w *world) { w.git("update-index", "--chmod=+x", "lib/util.py") }, fault.Blocked, "lib/util.py"},
		"a change in the destination":       {imported(func(w *world) { testkit.Put(w.tb, w.mono, files("source-demo/main.py", "x\n")) }), fault.Blocked, "source-demo/main.py"},
		"a file deleted in the destination": {imported(func(w *world) { remove(w, "source-demo/main.py") }), fault.Blocked, "source-demo/main.py"},
		"an intended addition in the destination": {imported(func(w *world) {
			testkit.Put(w.tb, w.mono, files("source-demo/n.py", "x\n"))
			w.git("add", "-N", "source-demo/n.py")
		}), fault.Blocked, "n.py"},
		"an untracked file in the way": {func(w *world) { testkit.Put(w.tb, w.mono, files("source-demo/main.py", "x\n")) }, fault.Blocked, "source-demo/main.py"},
		"an ignored file in the way": {func(w *world) {
			w.commit(w.mono, files(".gitignore", "main.py\n"))
			testkit.Put(w.tb, w.mono, files("source-demo/main.py", "x\n"))
		}, fault.Blocked, "source-demo/main.py"},
		"an untracked file for the destination": {func(w *world) { testkit.Put(w.tb, w.mono, files("source-demo", "x\n")) }, fault.Blocked, "source-demo"},
		"an untracked folder where a file goes": {func(w *world) { testkit.Put(w.tb, w.mono, files("source-demo/main.py/x", "x\n")) }, fault.Blocked, "source-demo/main.py"},
		"an untracked file where a folder goes": {func(w *world) { testkit.Put(w.tb, w.mono, files("source-demo/bin", "x\n")) }, fault.Blocked, "source-demo/bin"},
		"an untracked symlink where a folder goes": {func(w *world) {
			testkit.Put(w.tb, w.mono, files("source-demo/", ""))
			symlink(w.tb, w.mono, "../lib", "source-demo/bin")
		}, fault.Blocked, "source-demo/bin"},
		"an untracked record": {func(w *world) { testkit.Put(w.tb, w.mono, files("source-demo/UPSTREAM.yaml", "x\n")) }, fault.Blocked, "UPSTREAM.yaml"},
		"a file assumed to be unchanged": {imported(func(w *world) {
			w.git("update-index", "--assume-unchanged", "source-demo/main.py")
			testkit.Put(w.tb, w.mono, files("source-demo/main.py", "precious\n"))
		}), fault.Blocked, "assumed to be unchanged"},
		"a merge": {diverged(func(w *world) { try(w, "merge", "other") }), fault.Blocked, "a merge is under way"},
		"a merge without conflicts": {func(w *world) {
			w.git("checkout", "-qb", "other")
			w.commit(w.mono, files("o.py", "o\n"))
			w.git("checkout", "-q", "main")
			w.commit(w.mono, files("m.py", "m\n"))
			w.git("merge", "-q", "--no-commit", "other")
		}, fault.Blocked, "a merge is under way"},
		"a rebase":      {diverged(func(w *world) { try(w, "rebase", "other") }), fault.Blocked, "a rebase is under way"},
		"a rebase, old": {diverged(func(w *world) { try(w, "rebase", "--apply", "other") }), fault.Blocked, "a rebase is under way"},
		"a cherry-pick": {diverged(func(w *world) { try(w, "cherry-pick", "other") }), fault.Blocked, "a cherry-pick is under way"},
		"a revert": {diverged(func(w *world) {
			w.commit(w.mono, files("lib/util.py", "again\n"))
			try(w, "revert", "--no-edit", "HEAD^")
		}), fault.Blocked, "a revert is under way"},
		"a bisection":                  {func(w *world) { w.commit(w.mono, files("x", "1")); w.git("bisect", "start", "HEAD", "HEAD^") }, fault.Blocked, "a bisection is under way"},
		"a lock":                       {func(w *world) { testkit.Put(w.tb, w.mono, files(".git/index.lock", "")) }, fault.Blocked, "index.lock"},
		"an unmerged index":            {diverged(func(w *world) { try(w, "merge", "other"); _ = os.Remove(filepath.Join(w.mono, ".git/MERGE_HEAD")) }), fault.Blocked, "unmerged"},
		"no name":                      {set("user.name", ""), fault.Environment, "does not know who you are"},
		"a broken record":              {imported(func(w *world) { w.commit(w.mono, files("source-demo/UPSTREAM.yaml", "version: 1\n  commit: [\n")) }), fault.Blocked, "source-demo/UPSTREAM.yaml:"},
		"a record of something else":   {imported(func(w *world) { w.commit(w.mono, files("source-demo/UPSTREAM.yaml", "hello: world\n")) }), fault.Blocked, "version is missing"},
		"a record of a later version":  {imported(func(w *world) { w.commit(w.mono, files("source-demo/UPSTREAM.yaml", "version: 9\n")) }), fault.Blocked, "newer than this connkit"},
		"a destination that is a file": {func(w *world) { w.commit(w.mono, files("source-demo", "x\n")) }, fault.Blocked, "a file on one side"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.prepare(w)
			w.refused(tt.kind, tt.says)
		})
	}
}

// imported prepares an earlier import first.
func imported(prepare func(*world)) func(*world) {
	return func(w *world) {
		w.must(ref("v1"))
		prepare(w)
	}
}

// diverged makes two branches that clash in lib/util.py.
func diverged(prepare func(*world)) func(*world) {
	return func(w *world) {
		w.git("checkout", "-qb", "other")
		w.commit(w.mono, files("lib/util.py", "other\n"))
		w.git("checkout", "-q", "main")
		w.commit(w.mono, files("lib/util.py", "main\n"))
		prepare(w)
	}
}

// try runs a git command that is to stop half way.
func try(w *world, args ...string) {
	w.tb.Helper()
	args = append([]string{"-c", "alias.try=!git \"$@\" >/dev/null 2>&1; true #", "try"}, args...)
	w.git(args...)
}

func remove(w *world, name string) {
	if err := os.Remove(filepath.Join(w.mono, name)); err != nil {
		w.tb.Fatal(err)
	}
}

// States of the repository in which an import goes well, and later ones too.
func TestStatesThatAreFine(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(w *world)
		check   func(w *world)
	}{
		"unstaged work elsewhere": {func(w *world) { testkit.Put(w.tb, w.mono, files("lib/util.py", "mine\n", "untracked.txt", "u\n")) }, func(w *world) {
			if w.file("lib/util.py") != "mine\n" || w.file("untracked.txt") != "u\n" {
				w.tb.Error("unrelated work is lost")
			}
			w.git("checkout", "-q", "lib")
		}},
		"an unstaged deletion elsewhere": {func(w *world) { remove(w, "lib/util.py") }, func(w *world) {
			if w.file("lib/util.py") != "(none)" {
				w.tb.Error("a deleted file came back")
			}
			w.git("checkout", "-q", "lib")
		}},
		"an untracked file in the destination, not in the way": {func(w *world) { testkit.Put(w.tb, w.mono, files("source-demo/notes.txt", "n\n")) }, func(w *world) {
			wants("notes.txt", "n\n")(w)
		}},
		"touched files": {func(w *world) {
			for _, f := range []string{"README.md", "lib/util.py", "source-old/main.py"} {
				touch(w.tb, filepath.Join(w.mono, f))
			}
		}, nil},
		"detached": {func(w *world) { w.git("checkout", "-q", "--detach") }, nil},
		"index version 4": {func(w *world) { w.git("update-index", "--index-version", "4") }, func(w *world) {
			if got := w.git("-c", "alias.v=!head -c 8 .git/index | tail -c 1 | od -An -tu1", "v"); strings.TrimSpace(got) != "4" {
				w.tb.Errorf("index version %q", got)
			}
		}},
		"split index": {func(w *world) { w.git("config", "core.splitIndex", "true"); w.git("update-index", "--split-index") }, nil},
		"untracked cache": {func(w *world) {
			w.git("config", "core.untrackedCache", "true")
			w.git("update-index", "--untracked-cache")
			w.git("status")
		}, nil},
		"packed refs":         {func(w *world) { w.git("pack-refs", "--all"); w.git("gc", "-q") }, nil},
		"a commit-graph":      {func(w *world) { w.git("commit-graph", "write", "--reachable") }, nil},
		"worktree config":     {func(w *world) { w.git("config", "extensions.worktreeConfig", "true") }, nil},
		"diff.noprefix":       {set("diff.noprefix", "true"), nil},
		"diff.external":       {set("diff.external", "false"), nil},
		"apply.whitespace":    {set("apply.whitespace", "fix"), wants("docs/a file.md", "text  \nwith trailing blanks  \n")},
		"core.whitespace":     {set("core.whitespace", "trailing-space"), nil},
		"commit.cleanup":      {set("commit.cleanup", "scissors"), nil},
		"commit.verbose":      {set("commit.verbose", "true"), nil},
		"commit.template":     {set("commit.template", "README.md"), nil},
		"core.commentChar":    {set("core.commentChar", "R"), nil},
		"merge.ff only":       {set("merge.ff", "only"), nil},
		"merge.conflictStyle": {set("merge.conflictStyle", "diff3"), nil},
		"merge.renames":       {set("merge.renames", "false"), nil},
		"status.relative":     {set("status.relativePaths", "false"), nil},
		"status untracked":    {set("status.showUntrackedFiles", "all"), nil},
		"core.quotePath":      {set("core.quotePath", "false"), nil},
		"core.editor":         {set("core.editor", "false"), nil},
		"core.abbrev":         {set("core.abbrev", "5"), nil},
		"color always":        {set("color.ui", "always"), nil},
		"a pager":             {set("core.pager", "false"), nil},
		"log.showSignature":   {set("log.showSignature", "true"), nil},
		"log.decorate":        {set("log.decorate", "full"), nil},
		"format.pretty":       {set("format.pretty", "oneline"), nil},
		"i18n.commitEncoding": {set("i18n.commitEncoding", "ISO-8859-1"), nil},
		"fetch.prune":         {set("fetch.prune", "true"), nil},
		"fetch.fsckObjects":   {set("transfer.fsckObjects", "true"), nil},
		"protocol version 0":  {set("protocol.version", "0"), nil},
		"protocol version 1":  {set("protocol.version", "1"), nil},
		"fetch.recurse":       {set("fetch.recurseSubmodules", "true"), nil},
		"gc.auto":             {set("gc.auto", "1"), nil},
		"core.fileMode":       {set("core.fileMode", "false"), nil},
		"core.symlinks":       {set("core.symlinks", "true"), nil},
		"grep.patternType":    {set("grep.patternType", "perl"), nil},
		"rebase settings":     {set("pull.rebase", "true"), nil},
		"index.threads":       {set("index.threads", "4"), nil},
		"feature.manyFiles":   {set("feature.manyFiles", "true"), nil},
		"advice":              {set("advice.detachedHead", "true"), nil},
		"hooks elsewhere": {func(w *world) {
			testkit.Put(w.tb, w.mono, files("../hooks/pre-commit", "#!/bin/sh\ntouch ../ran\n"))
			_ = os.Chmod(filepath.Join(w.mono, "../hooks/pre-commit"), 0o755)
			w.git("config", "core.hooksPath", filepath.Join(w.mono, "../hooks"))
		}, func(w *world) {
			if w.file("../ran") != "" {
				w.tb.Error("the hook did not run")
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.prepare(w)
			before := w.git("rev-parse", "HEAD")
			p, err := w.pull(ref("v1"))
			if err != nil {
				t.Fatalf("%v\n%s", err, fault.HintOf(err))
			}
			if w.git("rev-parse", "HEAD^1") != before || w.git("rev-parse", "HEAD") != p.Commit {
				t.Error("the commit is not on top of HEAD")
			}
			if got, want := w.git("rev-parse", "HEAD^2:source-demo"), w.upGit("rev-parse", "v1:"+demo); got != want {
				t.Errorf("imported %s, want %s", got, want)
			}
			if got := testkit.GitBytes(t, filepath.Join(w.mono, ".git"), "log", "-1", "--format=%B"); !strings.HasPrefix(plainLog(got), p.Message) {
				t.Errorf("message %q", got)
			}
			if tt.check != nil {
				tt.check(w)
			}
			w.commit(w.mono, files("source-demo/main.py", upstreamFiles()[demo+"/main.py"]+"# mine\n"))
			w.must()
		})
	}
}

func plainLog(s string) string { return s }

func set(key, value string) func(*world) { return func(w *world) { w.git("config", key, value) } }

func TestKindsOfClones(t *testing.T) {
	t.Parallel()
	// clone replaces the monorepo by a clone of itself, after a first import.
	clone := func(t *testing.T, args ...string) *world {
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
