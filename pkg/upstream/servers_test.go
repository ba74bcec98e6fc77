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

// serverKind is how the upstream is served.
type serverKind struct {
	config map[string]string // of the upstream
	testkit.GitServing
}

func (w *world) serve(k serverKind) *testkit.GitServer {
	w.tb.Helper()
	for key, value := range k.config {
		w.upGit("config", key, value)
	}
	w.upGit("config", "http.receivepack", "false")
	if k.Plain {
		w.upGit("update-server-info")
	}
	return testkit.ServeGit(w.tb, filepath.Dir(w.up), k.GitServing)
}

// serveWith serves the upstream to those who know the password.
func (w *world) serveWith(password string) *testkit.GitServer {
	w.tb.Helper()
	return w.serve(serverKind{GitServing: testkit.GitServing{Password: password}})
}

func TestServers(t *testing.T) {
	t.Parallel()
	all := files("uploadpack.allowFilter", "true", "uploadpack.allowAnySHA1InWant", "true")
	for name, k := range map[string]serverKind{
		"filters":                         {config: all},
		"no filters":                      {config: files("uploadpack.allowFilter", "false")},
		"no filters by depth":             {config: mergeMaps(all, files("uploadpackfilter.tree.maxDepth", "0"))},
		"no combined filters":             {config: mergeMaps(all, files("uploadpackfilter.combine.allow", "false"))},
		"no filters but blob:none":        {config: mergeMaps(all, files("uploadpackfilter.allow", "false", "uploadpackfilter.blob:none.allow", "true"))},
		"version 0":                       {GitServing: testkit.GitServing{Old: true}},
		"version 0, filters":              {GitServing: testkit.GitServing{Old: true}, config: files("uploadpack.allowFilter", "true")},
		"version 0, filters, all objects": {GitServing: testkit.GitServing{Old: true}, config: all},
		"version 0, reachable objects":    {GitServing: testkit.GitServing{Old: true}, config: files("uploadpack.allowFilter", "true", "uploadpack.allowReachableSHA1InWant", "true")},
		"plain files":                     {GitServing: testkit.GitServing{Plain: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, asked := range []string{"main", "COMMIT"} {
				t.Run(asked, func(t *testing.T) {
					t.Parallel()
					w := newWorld(t)
					s := w.serve(k)
					path := "/up/.git"
					w.git("config", "remote.up.url", s.URL+path)
					first := asked
					if asked == "COMMIT" {
						first = w.upGit("rev-parse", "main~2")
					}
					p := w.must(ref(first))
					if got, want := w.git("rev-parse", "HEAD^2:source-demo"), w.upGit("rev-parse", p.Record.Commit+":"+demo); got != want {
						t.Errorf("imported %s, want %s", got, want)
					}
					w.commit(w.mono, files("source-demo/main.py", upstreamFiles()[demo+"/main.py"]+"# mine\n"))
					w.commit(w.up, files(demo+"/"+streams, "changed\n"))
					if k.Plain {
						w.upGit("update-server-info")
					}
					w.must(ref("main"))
					wants(streams, "changed\n")(w)
					// A fresh cache: the base has to come again, or is in the monorepo.
					w.cache += "-new"
					w.commit(w.up, files(demo+"/"+streams, "changed again\n"))
					if k.Plain {
						w.upGit("update-server-info")
					}
					w.must(ref("main"))
					if _, err := w.plan(ref(strings.Repeat("1", 40))); fault.KindOf(err) != fault.Usage {
						t.Errorf("a commit that is not there: %v", err)
					}
					if _, err := w.plan(ref("nope")); fault.KindOf(err) != fault.Usage {
						t.Errorf("a branch that is not there: %v", err)
					}
				})
			}
		})
	}
}

func TestServerSendsLittle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	big := map[string]string{}
	for i := range 50 {
		big["connectors/source-big/"+strings.Repeat("x", i+1)] = strings.Repeat(string(rune('a'+i%26))+string(rune('A'+i%7)), 20000+i*997)
	}
	w.commit(w.up, big)
	s := w.serve(serverKind{config: files("uploadpack.allowFilter", "true")})
	w.git("config", "remote.up.url", s.URL+"/up/.git")
	w.must()
	if n := s.Requests.Load(); n > 8 {
		t.Errorf("%d requests", n)
	}
	if n := s.Sent.Load(); n > 20000 {
		t.Errorf("%d bytes were sent", n)
	}
	before := s.Sent.Load()
	w.git("reset", "-q", "--hard", "HEAD^1")
	w.must()
	if n := s.Sent.Load() - before; n > 2000 {
		t.Errorf("%d bytes were sent for what the cache has", n)
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t-w0rd"
	withUser := func(url string) string { return strings.Replace(url, "http://", "http://ann:"+secret+"@", 1) }
	clean := func(w *world, texts ...string) {
		w.tb.Helper()
		texts = append(texts, w.git("log", "--all", "--format=%B"), w.file("source-demo/UPSTREAM.yaml"))
		_ = filepath.WalkDir(w.cache, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				text, _ := os.ReadFile(path)
				texts = append(texts, string(text))
			}
			return nil
		})
		for _, text := range texts {
			if strings.Contains(text, secret) {
				w.tb.Errorf("the password is in %.200q", text)
			}
		}
	}
	t.Run("in the configuration", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := w.serveWith(secret)
		w.git("config", "remote.up.url", withUser(s.URL)+"/up/.git")
		p := w.must(ref("v1"))
		if p.Record.Repository != s.URL+"/up/.git" {
			t.Errorf("recorded %q", p.Record.Repository)
		}
		clean(w, p.Message)
		// The record has no password, the configured remote of that URL has.
		if p := w.must(update); p.Upstream.Name != "up" {
			t.Errorf("%v", p.Upstream)
		}
	})
	t.Run("on the command line", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := w.serveWith(secret)
		p := w.must(remoteIs(withUser(s.URL) + "/up/.git"))
		clean(w, p.Message)
	})
	t.Run("by insteadOf", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := w.serveWith(secret)
		w.git("config", "url."+withUser(s.URL)+"/.insteadOf", "https://example.com/")
		p := w.must(remoteIs("https://example.com/up/.git"))
		if p.Record.Repository != "https://example.com/up/.git" {
			t.Errorf("recorded %q", p.Record.Repository)
		}
		clean(w, p.Message)
	})
	t.Run("by a credential helper of the repository", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := w.serveWith(secret)
		w.git("config", "remote.up.url", s.URL+"/up/.git")
		w.git("config", "credential.helper", "!f() { echo username=ann; echo password="+secret+"; }; f")
		clean(w, w.must().Message)
	})
	t.Run("by a header of the repository", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := w.serveWith(secret)
		w.git("config", "remote.up.url", s.URL+"/up/.git")
		w.git("config", "http."+s.URL+"/.extraHeader", "Authorization: Basic YW5uOnMzY3IzdC13MHJk")
		clean(w, w.must().Message)
	})
	t.Run("a wrong one", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := w.serveWith("another")
		w.git("config", "remote.up.url", withUser(s.URL)+"/up/.git")
		_, err := w.plan()
		w.checkRefused(err, fault.Environment, "up")
		if strings.Contains(err.Error()+fault.HintOf(err), secret) {
			t.Errorf("the error has the password: %v", err)
		}
	})
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := w.serveWith(secret)
		w.refusedEnv(s.URL + "/up/.git")
	})
}

func (w *world) refusedEnv(url string) {
	w.tb.Helper()
	w.refused(fault.Environment, "fetching from", remoteIs(url))
}

// ssh is played by a program that takes git's command line apart.
func TestSSH(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ url, recorded string }{
		"short form":      {"git@example.com:up/.git", "git@example.com:up/.git"},
		"short, own user": {"ann@example.com:up/.git", "example.com:up/.git"},
		"URL":             {"ssh://git@example.com/up/.git", "ssh://git@example.com/up/.git"},
		"URL, own user":   {"ssh://ann:s3cr3t@example.com:2222/up/.git", "ssh://example.com:2222/up/.git"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			script := filepath.Join(filepath.Dir(w.up), "ssh")
			testkit.Put(t, filepath.Dir(w.up), files("ssh", "#!/bin/sh\nfor last; do :; done\ncd '"+filepath.Dir(w.up)+"'\nexec sh -c \"$(echo \"$last\" | sed \"s#'/*up#'up#\")\"\n"))
			if err := os.Chmod(script, 0o755); err != nil {
				t.Fatal(err)
			}
			w.git("config", "core.sshCommand", "'"+script+"'")
			w.git("config", "ssh.variant", "ssh")
			w.git("config", "remote.up.url", tt.url)
			if p := w.must(); p.Record.Repository != tt.recorded {
				t.Errorf("recorded %q, want %q", p.Record.Repository, tt.recorded)
			}
		})
	}
}

func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := newWorld(t)
	other.up, other.cache = w.up, w.cache
	other.git("config", "remote.up.url", w.up)
	errs := make(chan error)
	for _, x := range []*world{w, other} {
		go func() {
			p, err := upstream.Pull(t.Context(), x.options())
			if err == nil {
				err = p.Apply(t.Context())
				p.Close()
			}
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if w.git("rev-parse", "HEAD^{tree}") != other.git("rev-parse", "HEAD^{tree}") {
		t.Error("the trees differ")
	}
}

// What a killed fetch leaves in the cache is in nobody's way.
func TestCacheAfterAKill(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(ref("v1"))
	lean, _ := filepath.Glob(filepath.Join(w.cache, "*", "lean.git"))
	if len(lean) != 1 {
		t.Fatalf("%v", lean)
	}
	testkit.Put(t, lean[0], files("shallow.lock", "", "config.lock", "", "objects/pack/tmp_pack_x", "junk"))
	testkit.Put(t, filepath.Join(w.cache, "tmp"), files("run-999999999-x/git/HEAD", "x"))
	w.must()
	if left, _ := filepath.Glob(filepath.Join(w.cache, "tmp", "*")); len(left) != 0 {
		t.Errorf("left in the cache: %v", left)
	}
	// A full disk leaves empty files.
	for _, dir := range []string{"lean.git", "whole.git"} {
		testkit.Put(t, filepath.Join(filepath.Dir(lean[0]), dir), files("HEAD", "", "config", ""))
	}
	w.commit(w.up, files(demo+"/new.py", "newer\n"))
	w.must()
	wants("new.py", "newer\n")(w)
}

// The user's folder for caches may be called anything.
func TestCacheBelowBrackets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cache = filepath.Join(filepath.Dir(w.cache), "cache [1]")
	testkit.Put(t, filepath.Join(w.cache, "tmp"), files("run-999999999-x/git/HEAD", "x"))
	w.must(ref("v1"))
	entries, err := os.ReadDir(w.cache)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "tmp" {
			if left, _ := os.ReadDir(filepath.Join(w.cache, "tmp")); len(left) != 0 {
				t.Errorf("left in the cache: %v", left)
			}
			continue
		}
		testkit.Put(t, filepath.Join(w.cache, e.Name()), files("lean.git/shallow.lock", "", "lean.git/objects/pack/tmp_pack_x", "junk"))
	}
	w.must()
}

func TestCacheCannotBeWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	testkit.Put(t, filepath.Dir(w.cache), files("file", "x"))
	w.cache = filepath.Join(filepath.Dir(w.cache), "file", "cache")
	w.refused(fault.Environment, "XDG_CACHE_HOME")
}

func TestBundle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bundle := filepath.Join(filepath.Dir(w.up), "all.bundle")
	w.upGit("bundle", "create", "-q", bundle, "--all")
	w.must(remoteIs(bundle), ref("v1"))
	w.must(remoteIs(bundle))
}
