package upstream_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
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
		"a bisection":                 {func(w *world) { w.commit(w.mono, files("x", "1")); w.git("bisect", "start", "HEAD", "HEAD^") }, fault.Blocked, "a bisection is under way"},
		"a lock":                      {func(w *world) { testkit.Put(w.tb, w.mono, files(".git/index.lock", "")) }, fault.Blocked, "index.lock"},
		"an unmerged index":           {diverged(func(w *world) { try(w, "merge", "other"); _ = os.Remove(filepath.Join(w.mono, ".git/MERGE_HEAD")) }), fault.Blocked, "unmerged"},
		"no name":                     {set("user.name", ""), fault.Environment, "does not know who you are"},
		"a broken record":             {imported(func(w *world) { w.commit(w.mono, files("source-demo/UPSTREAM.yaml", "version: 1\n  commit: [\n")) }), fault.Blocked, "source-demo/UPSTREAM.yaml:"},
		"a record of something else":  {imported(func(w *world) { w.commit(w.mono, files("source-demo/UPSTREAM.yaml", "hello: world\n")) }), fault.Blocked, "version is missing"},
		"a record of a later version": {imported(func(w *world) { w.commit(w.mono, files("source-demo/UPSTREAM.yaml", "version: 9\n")) }), fault.Blocked, "newer than this connkit"},
		"a record that reaches out of its folder": {imported(func(w *world) {
			own, _, _ := strings.Cut(w.file("source-demo/UPSTREAM.yaml"), "carried:")
			w.commit(w.mono, files("source-demo/UPSTREAM.yaml", own+"carried:\n  - file: ../README.md\n    from: LICENSE\n    blob: "+strings.Repeat("0", 40)+"\n"))
		}), fault.Blocked, "no name of a file beside the record"},
		"a state of an import that is torn": {func(w *world) { testkit.Put(w.tb, w.mono, files(".git/connkit/pull.json", "{\"phase\":\"wri")) }, fault.Blocked, ".git/connkit/pull.json: "},
		"a destination that is a file":      {func(w *world) { w.commit(w.mono, files("source-demo", "x\n")) }, fault.Blocked, "a file on one side"},
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
		"gc.auto": {func(w *world) {
			w.git("config", "gc.auto", "1")
			w.git("config", "gc.autoDetach", "false")                         // in the background it would outlive the test
			w.commit(w.mono, files("a", "263\n", "b", "410\n", "c", "523\n")) // git looks for objects whose names begin with 17
		}, func(w *world) {
			if strings.Contains(w.git("count-objects", "-v"), "\npacks: 0\n") {
				w.tb.Error("git has not tidied up")
			}
		}},
		"core.fileMode":     {set("core.fileMode", "false"), nil},
		"core.symlinks":     {set("core.symlinks", "true"), nil},
		"grep.patternType":  {set("grep.patternType", "perl"), nil},
		"rebase settings":   {set("pull.rebase", "true"), nil},
		"index.threads":     {set("index.threads", "4"), nil},
		"feature.manyFiles": {set("feature.manyFiles", "true"), nil},
		"advice":            {set("advice.detachedHead", "true"), nil},
		"fsmonitor, by git": {set("core.fsmonitor", "true"), nil},
		"fsmonitor, by a hook": {func(w *world) {
			testkit.Put(w.tb, w.mono, files("../monitor", "#!/bin/sh\nprintf 'token\\0/\\0'\n"))
			_ = os.Chmod(filepath.Join(w.mono, "../monitor"), 0o755)
			w.git("config", "core.fsmonitor", filepath.Join(w.mono, "../monitor"))
			w.git("update-index", "--fsmonitor")
			w.git("status")
		}, nil},
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

// A filter that must not fail and does stops git in the middle of the files.
func TestFilterThatFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.commit(w.mono, files(".gitattributes", "streams.py filter=bad\n"))
	w.git("config", "filter.bad.required", "true")
	w.git("config", "filter.bad.clean", "cat")
	w.git("config", "filter.bad.smudge", "false")
	p, err := w.plan()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Apply(t.Context()); err == nil {
		t.Fatal("a filter has failed and nothing was said")
	}
	if got := w.git("status", "--porcelain", "-uall"); got != "" {
		t.Errorf("left behind:\n%s", got)
	}
}
