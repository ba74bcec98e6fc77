package upstream_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
)

func TestRefs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(w *world)
		ref     func(w *world) string
		want    string // revision of the upstream
	}{
		"a branch":                         {nil, is("topic"), "topic"},
		"a branch by its name":             {nil, is("refs/heads/topic"), "topic"},
		"a branch by half its name":        {nil, is("heads/topic"), "topic"},
		"HEAD":                             {nil, is("HEAD"), "main"},
		"a tag":                            {nil, is("v1"), "v1"},
		"an annotated tag":                 {nil, is("v2"), "v2^{commit}"},
		"a tag by its name":                {nil, is("refs/tags/v2"), "v2^{commit}"},
		"a tag by half its name":           {nil, is("tags/v2"), "v2^{commit}"},
		"a tag of a tag":                   {func(w *world) { w.upGit("tag", "-am", "x", "v3", "v2") }, is("v3"), "v2^{commit}"},
		"a full commit":                    {nil, revision("v1"), "v1"},
		"a full commit, no tip":            {func(w *world) { w.upGit("tag", "-d", "v1") }, revision("main~2"), "main~2"},
		"a commit in capitals":             {nil, func(w *world) string { return strings.ToUpper(w.upGit("rev-parse", "v1")) }, "v1"},
		"a short commit":                   {nil, func(w *world) string { return w.upGit("rev-parse", "main~2")[:9] }, "main~2"},
		"a very short commit":              {nil, func(w *world) string { return w.upGit("rev-parse", "main~1")[:6] }, "main~1"},
		"a short commit of a tip":          {nil, func(w *world) string { return w.upGit("rev-parse", "main")[:8] }, "main"},
		"the object of a tag":              {nil, revision("refs/tags/v2"), "v2^{commit}"},
		"remote and branch":                {nil, is("up/topic"), "topic"},
		"a branch with slashes":            {func(w *world) { w.upGit("branch", "feature/x/y", "v1") }, is("feature/x/y"), "v1"},
		"the end of another branch":        {func(w *world) { w.upGit("branch", "feature/main", "v1") }, is("main"), "main"},
		"a branch like a commit":           {func(w *world) { w.upGit("branch", "abcdef12", "v1") }, is("abcdef12"), "v1"},
		"a branch that is here too":        {func(w *world) { w.git("branch", "other"); w.upGit("branch", "other", "v1") }, is("other"), "v1"},
		"a tag that is here too":           {nil, is("v1"), "v1"},
		"a branch and a tag at one commit": {func(w *world) { w.upGit("branch", "v1", "v1") }, is("v1"), "refs/tags/v1"},
		"another ref":                      {func(w *world) { w.upGit("update-ref", "refs/pull/7/head", "v1") }, is("refs/pull/7/head"), "v1"},
		"a detached upstream":              {func(w *world) { w.upGit("checkout", "-q", "v1") }, is("HEAD"), "v1"},
		"a name with a dash":               {func(w *world) { w.upGit("branch", "rel-1.x", "v1") }, is("rel-1.x"), "v1"},
		"a name that is not ASCII":         {func(w *world) { w.upGit("branch", "größe", "v1") }, is("größe"), "v1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if tt.prepare != nil {
				tt.prepare(w)
			}
			asked := tt.ref(w)
			p := w.must(ref(asked))
			if got, want := p.Record.Commit, w.upGit("rev-parse", tt.want); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if !strings.Contains(w.git("log", "-1", "--format=%B"), "\nSource name: "+asked+"\n") {
				t.Error("the message does not say what was asked for")
			}
		})
	}
}

func is(s string) func(*world) string { return func(*world) string { return s } }

func revision(rev string) func(*world) string {
	return func(w *world) string { return w.upGit("rev-parse", rev) }
}

func TestRefsRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(w *world)
		ref     string
		says    string
	}{
		"empty":             {nil, "", "is empty"},
		"unknown":           {nil, "nope", "it has main, topic, v1, v2"},
		"a typo":            {nil, "topci", "did you mean topic"},
		"case":              {nil, "Main", "did you mean main"},
		"only here":         {func(w *world) { w.git("branch", "mine") }, "mine", "has no branch, tag or commit"},
		"a commit of here":  {nil, "HERE", "has none of that name"},
		"a tree":            {nil, "TREE", "it is a tree"},
		"no commit":         {nil, strings.Repeat("1", 40), "has none of that name"},
		"short and unknown": {nil, "1234567", "has no branch, tag or commit"},
		"a dash":            {nil, "-x", "no branch, tag or commit"},
		"an option":         {nil, "--upload-pack=touch x", "no branch, tag or commit"},
		"an expression":     {nil, "main~1", "no branch, tag or commit"},
		"a range":           {nil, "v1..v2", "no branch, tag or commit"},
		"a refspec":         {nil, "main:main", "no branch, tag or commit"},
		"a glob":            {nil, "ma*", "no branch, tag or commit"},
		"a newline":         {nil, "main\nx", "no branch, tag or commit"},
		"branch and tag":    {func(w *world) { w.upGit("branch", "v1", "main") }, "v1", "refs/heads/v1 or refs/tags/v1"},
		"an empty upstream": {func(w *world) {
			testkit.Git(w.tb, filepath.Dir(w.up), "init", "-q", "void")
			w.git("config", "remote.up.url", filepath.Join(filepath.Dir(w.up), "void"))
		}, "main", "no branches"},
		"HEAD leads nowhere": {func(w *world) { w.upGit("symbolic-ref", "HEAD", "refs/heads/gone") }, "HEAD", "no branch"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if tt.prepare != nil {
				tt.prepare(w)
			}
			asked := tt.ref
			switch asked {
			case "HERE":
				asked = w.git("rev-parse", "HEAD")
			case "TREE":
				asked = w.upGit("rev-parse", "main^{tree}")
			}
			w.refused(fault.Usage, tt.says, ref(asked))
		})
	}
}

func TestRemotes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(w *world)
		remote  func(w *world) string
		url     func(w *world) string
	}{
		"a configured one":          {nil, is("up"), upPath},
		"a path":                    {nil, upPath, upPath},
		"file://":                   {nil, func(w *world) string { return "file://" + w.up }, func(w *world) string { return "file://" + w.up }},
		"a relative path":           {nil, is("../up"), upPath},
		"a dotted path":             {nil, is("./../up"), upPath},
		"a path with .git":          {nil, func(w *world) string { return w.up + "/.git" }, func(w *world) string { return w.up + "/.git" }},
		"a relative URL configured": {func(w *world) { w.git("config", "remote.up.url", "../up") }, is("up"), upPath},
		"insteadOf of a name":       {func(w *world) { w.git("config", "url."+w.up+".insteadOf", "gh:big/data") }, is("gh:big/data"), upPath},
		"insteadOf of a URL": {func(w *world) {
			w.git("config", "remote.up.url", "https://example.com/big/data.git")
			w.git("config", "url."+w.up+".insteadOf", "https://example.com/big/data.git")
		}, is("up"), is("https://example.com/big/data.git")},
		"a password": {func(w *world) {
			w.git("config", "remote.up.url", "https://ann:s3cr3t-word@example.com/big/data.git")
			w.git("config", "url."+w.up+".insteadOf", "https://example.com/big/data.git")
		}, is("up"), is("https://example.com/big/data.git")},
		"a remote whose name has a slash": {func(w *world) { w.git("config", "remote.big/data.url", w.up) }, is("big/data"), upPath},
		"a remote with dots":              {func(w *world) { w.git("config", "remote.big.data.url", w.up) }, is("big.data"), upPath},
		"a bare one": {func(w *world) {
			testkit.Git(w.tb, filepath.Dir(w.up), "clone", "-q", "--bare", w.up, "bare.git")
			w.git("config", "remote.up.url", filepath.Join(filepath.Dir(w.up), "bare.git"))
		}, is("up"), func(w *world) string { return filepath.Join(filepath.Dir(w.up), "bare.git") }},
		"a shallow one": {func(w *world) {
			testkit.Git(w.tb, filepath.Dir(w.up), "clone", "-q", "--depth=1", "file://"+w.up, "shallow")
			w.git("config", "remote.up.url", filepath.Join(filepath.Dir(w.up), "shallow"))
		}, is("up"), func(w *world) string { return filepath.Join(filepath.Dir(w.up), "shallow") }},
		"a linked work tree": {func(w *world) {
			w.upGit("worktree", "add", "-q", "--detach", "../tree")
		}, func(w *world) string { return filepath.Join(filepath.Dir(w.up), "tree") }, func(w *world) string { return filepath.Join(filepath.Dir(w.up), "tree") }},
		"a name with blanks": {func(w *world) {
			testkit.Git(w.tb, filepath.Dir(w.up), "clone", "-q", "--bare", w.up, "a b:c.git")
		}, func(w *world) string { return filepath.Join(filepath.Dir(w.up), "a b:c.git") }, func(w *world) string { return filepath.Join(filepath.Dir(w.up), "a b:c.git") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if tt.prepare != nil {
				tt.prepare(w)
			}
			config := w.git("config", "--local", "--list")
			p := w.must(remoteIs(tt.remote(w)))
			if p.Record.Repository != tt.url(w) {
				t.Errorf("recorded %q, want %q", p.Record.Repository, tt.url(w))
			}
			if strings.Contains(w.git("log", "--all", "--format=%B")+w.file("source-demo/UPSTREAM.yaml"), "s3cr3t") {
				t.Error("the password is in a record")
			}
			if now := w.git("config", "--local", "--list"); now != config {
				t.Errorf("the monorepo's configuration changed:\n%s", now)
			}
			w.commit(w.up, files(demo+"/later.py", "x\n"))
		})
	}
}

func upPath(w *world) string { return w.up }

func TestRemotesRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		remote string
		kind   fault.Kind
		says   string
	}{
		"empty":              {"", fault.Usage, "is empty"},
		"unknown":            {"nope", fault.Usage, "configured are up"},
		"a typo":             {"upp", fault.Usage, "did you mean up"},
		"a dash":             {"--upload-pack=x", fault.Usage, "no name and no URL"},
		"no such folder":     {"/nonexistent/repo", fault.Environment, "fetching from"},
		"no repository":      {"/", fault.Environment, "fetching from"},
		"no such host":       {"https://ann:s3cr3t@localhost:1/x.git", fault.Environment, "https://localhost:1/x.git"},
		"a strange scheme":   {"foo://x/y", fault.Environment, "fetching from"},
		"a command":          {"ext::sh -c true", fault.Usage, "no configured remote"},
		"no relative folder": {"../nope", fault.Usage, "no folder"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, err := w.plan(remoteIs(tt.remote))
			w.checkRefused(err, tt.kind, tt.says)
			if err != nil && strings.Contains(err.Error()+fault.HintOf(err), "s3cr3t") {
				t.Errorf("the error has the password: %v", err)
			}
		})
	}
}

func TestUpdateNeedsOnlyDest(t *testing.T) {
	t.Parallel()
	t.Run("a branch", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(ref("topic"))
		w.upGit("checkout", "-q", "topic")
		w.commit(w.up, files(demo+"/on-topic.py", "x\n"))
		p := w.must(update)
		if p.Ref.Asked != "topic" || w.file("source-demo/on-topic.py") != "x\n" {
			t.Errorf("%v", p.Ref)
		}
	})
	t.Run("a tag, then the default branch", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(ref("v1"))
		if p := w.must(update); p.Ref.Asked != "HEAD" || p.Record.Commit != w.upGit("rev-parse", "main") {
			t.Errorf("%v", p.Ref)
		}
	})
	t.Run("another ref", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(ref("v1"))
		if p := w.must(update, ref("v2")); p.Record.Commit != w.upGit("rev-parse", "v2^{commit}") {
			t.Errorf("%v", p.Ref)
		}
	})
	t.Run("back to an older ref", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must()
		w.must(update, ref("v1"))
		if w.file("source-demo/new.py") != "(none)" {
			t.Error("a file of the newer commit is there")
		}
	})
	t.Run("from another remote", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must(ref("v1"))
		testkit.Git(t, filepath.Dir(w.up), "clone", "-q", w.up, "fork")
		w.git("config", "remote.fork.url", filepath.Join(filepath.Dir(w.up), "fork"))
		p := w.must(update, remoteIs("fork"))
		if p.Base == nil || !strings.HasSuffix(p.Record.Repository, "fork") {
			t.Errorf("%v", p.Record)
		}
	})
	t.Run("without a record", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.refused(fault.Usage, "no record of an import", update, dest("source-old"))
	})
	t.Run("of what is not there", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.refused(fault.Usage, "no record of an import", update, dest("source-nope"))
	})
	t.Run("nothing new", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.must()
		if p := w.must(update); p.Action != upstream.None {
			t.Error(p.Action)
		}
		w.commit(w.up, files("connectors/source-other/other.py", "elsewhere\n"))
		if p := w.must(update); p.Action != upstream.None {
			t.Error(p.Action)
		}
	})
}
