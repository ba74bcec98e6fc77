package remote

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

// serve gives a copy of the sample with settings of its own, and serves it.
func serve(tb testing.TB, how testkit.GitServing, config ...string) *testkit.GitServer {
	tb.Helper()
	dir := tb.TempDir()
	testkit.Git(tb, dir, "clone", "-q", "--mirror", upstream(tb), "up")
	up := filepath.Join(dir, "up")
	for i := 0; i < len(config); i += 2 {
		testkit.Git(tb, up, "config", config[i], config[i+1])
	}
	if how.Plain {
		testkit.Git(tb, up, "update-server-info")
	}
	return testkit.ServeGit(tb, dir, how)
}

// Whatever a server can give, the answers are the same.
func TestServersOfAllKinds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		how    testkit.GitServing
		config []string
	}{
		"the newest protocol":     {testkit.GitServing{}, []string{"uploadpack.allowFilter", "true"}},
		"no filters":              {testkit.GitServing{}, []string{"uploadpack.allowFilter", "false"}},
		"no trees by their depth": {testkit.GitServing{}, []string{"uploadpack.allowFilter", "true", "uploadpackfilter.tree.maxDepth", "0"}},
		"no joined filters":       {testkit.GitServing{}, []string{"uploadpack.allowFilter", "true", "uploadpackfilter.combine.allow", "false"}},
		"the first protocol":      {testkit.GitServing{Old: true}, []string{"uploadpack.allowFilter", "true"}},
		"the first, nothing more": {testkit.GitServing{Old: true}, nil},
		"the first, all commits":  {testkit.GitServing{Old: true}, []string{"uploadpack.allowFilter", "true", "uploadpack.allowAnySHA1InWant", "true"}},
		"plain files":             {testkit.GitServing{Plain: true}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, tt.how, tt.config...)
			q := at(t, s.URL+"/up", nil)
			for _, revision := range []string{"v2^{commit}", "main~1"} { // the last is no tip
				f, err := q.At(t.Context(), rev(t, revision), 2)
				if err != nil {
					t.Fatal(err)
				}
				blobs, err := f.Read(t.Context(), "LICENSE", demo+"/main.py")
				if err != nil || blobs[demo+"/main.py"].ID != rev(t, revision+":"+demo+"/main.py") || string(blobs["LICENSE"].Text) != "MIT\n" {
					t.Errorf("%s: %v, %v", revision, blobs, err)
				}
				e, err := f.Entry(t.Context(), demo)
				if err == nil {
					err = f.Complete(t.Context(), e)
				}
				if has, herr := f.Has(t.Context(), e); err != nil || herr != nil || !has {
					t.Errorf("%s: %v, %v, %v", revision, has, err, herr)
				}
			}
			checkSeveral(t, q)
			if r, err := q.Resolve(t.Context(), rev(t, "main~2")[:8]); err != nil || r.Commit != rev(t, "main~2") {
				t.Errorf("the first digits: %+v, %v", r, err)
			}
			if _, err := q.At(t.Context(), strings.Repeat("1", 40), 1); !errors.Is(err, ErrGone) || fault.KindOf(err) != fault.Usage {
				t.Errorf("a commit that is not there: %v", err)
			}
		})
	}
}

// checkSeveral fetches several commits at once, of which one is not there.
func checkSeveral(t *testing.T, q *Quarantine) {
	t.Helper()
	none := strings.Repeat("2", 40)
	commits := []string{rev(t, "main~1"), none, rev(t, "refs/pull/7/head")}
	refused, err := q.Fetch(t.Context(), 2, commits...)
	if err != nil {
		t.Fatal(err)
	}
	missing, err := q.store.Missing(t.Context(), commits...)
	if err != nil || !slices.Contains(missing, none) || slices.Contains(missing, commits[0]) {
		t.Errorf("missing %v, %v", missing, err)
	}
	if len(refused) > 0 && !slices.Contains(refused, none) {
		t.Errorf("refused %v", refused)
	}
	if again, err := q.Fetch(t.Context(), 2, commits[0]); err != nil || again != nil {
		t.Errorf("what is there is asked for again: %v, %v", again, err)
	}
	tree := rev(t, "main~1:"+demo)
	if err := q.FetchTrees(t.Context(), tree); err != nil {
		t.Fatal(err)
	}
	if missing, err := q.store.Missing(t.Context(), tree, rev(t, "main~1:"+demo+"/src")); err != nil || len(missing) > 0 {
		t.Errorf("trees: missing %v, %v", missing, err)
	}
}

// A repository that was moved is followed at its old address, and recorded by that.
func TestRedirects(t *testing.T) {
	t.Parallel()
	s := serve(t, testkit.GitServing{First: func(w http.ResponseWriter, r *http.Request) bool {
		rest, old := strings.CutPrefix(r.URL.Path, "/old-name")
		if old {
			http.Redirect(w, r, "/up"+rest+"?"+r.URL.RawQuery, http.StatusMovedPermanently)
		}
		return old
	}}, "uploadpack.allowFilter", "true")
	q := at(t, s.URL+"/old-name", nil)
	r, err := q.Resolve(t.Context(), "main")
	if err != nil || r.Commit != rev(t, "main") {
		t.Fatalf("%+v, %v", r, err)
	}
	f, err := q.At(t.Context(), r.Commit, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.Read(t.Context(), "LICENSE"); err != nil || string(got["LICENSE"].Text) != "MIT\n" {
		t.Errorf("%v, %v", got, err)
	}
	if q.Remote().URL != s.URL+"/old-name" {
		t.Errorf("it is recorded as %s", q.Remote().URL)
	}
	ring := serve(t, testkit.GitServing{First: func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, r.URL.String(), http.StatusFound)
		return true
	}})
	if _, err := at(t, ring.URL+"/up", nil).Resolve(t.Context(), "main"); fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), "fetching from "+ring.URL+"/up: ") {
		t.Errorf("a ring of redirects: %v", err)
	}
}

// A connection that breaks in the middle of a pack leaves nothing that is in the
// way of the next run.
func TestCutInThePack(t *testing.T) {
	t.Parallel()
	var cut atomic.Bool
	s := serve(t, testkit.GitServing{First: func(w http.ResponseWriter, r *http.Request) bool {
		if !cut.Load() || r.Method != http.MethodPost {
			return false
		}
		w.Header().Set("Content-Type", "application/x-git-upload-pack-result")
		w.Header().Set("Content-Length", "100000")
		_, _ = w.Write([]byte("0011shallow-info\n0034shallow " + strings.Repeat("1", 40) + "0001000dpackfile\n0010\x01PACK\x00\x00\x00\x02"))
		return true // fewer bytes than were promised: the connection is closed
	}}, "uploadpack.allowFilter", "true")
	cache := t.TempDir()
	q := inCache(t, cache, s.URL+"/up", nil)
	cut.Store(true)
	_, err := q.At(t.Context(), rev(t, "main"), 1)
	if fault.KindOf(err) != fault.Environment || !strings.HasPrefix(err.Error(), "fetching from "+s.URL+"/up: ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v", err)
	}
	q.Close()
	cut.Store(false)
	q = inCache(t, cache, s.URL+"/up", nil)
	f, err := q.At(t.Context(), rev(t, "main"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.Read(t.Context(), "LICENSE"); err != nil || string(got["LICENSE"].Text) != "MIT\n" {
		t.Errorf("%v, %v", got, err)
	}
}

// What cannot be reached is told with the address, without what is secret in it.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	const dead = "http://127.0.0.1:1" // a port that was free a moment ago may be another test's
	broken := serve(t, testkit.GitServing{First: func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "out of order \x1b[31m", http.StatusInternalServerError)
		return true
	}})
	page := serve(t, testkit.GitServing{First: func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = w.Write([]byte("<html>\n<body>a page</body>\n</html>\n"))
		return true
	}})
	locked := serve(t, testkit.GitServing{Password: "another"})
	dir := testkit.Tree(t, map[string]string{"folder/x": "x"})
	for name, tt := range map[string]struct{ url, says, hint string }{
		"nobody is there":       {dead + "/x", "Failed to connect to 127.0.0.1", ""},
		"out of order":          {broken.URL + "/up", "The requested URL returned error: 500", ""},
		"a page":                {page.URL + "/up", "not valid: is this a git repository?", ""},
		"no such repository":    {locked.URL + "/nope", "", "see that git can reach it: git ls-remote " + locked.URL + "/nope"},
		"a password is missing": {locked.URL + "/up", "terminal prompts disabled", "see that git can reach it: git ls-remote " + locked.URL + "/up"},
		"a wrong password":      {strings.Replace(locked.URL, "//", "//ann:s3cret@", 1) + "/up", "Authentication failed", "see that git can reach it: git ls-remote " + locked.URL + "/up"},
		"a token in the query":  {dead + "/x?private_token=s3cret", "Failed to connect", ""},
		"a strange scheme":      {"foo://host/x", "git: 'remote-foo' is not a git command", ""},
		"no such folder":        {"/no/such/folder", "'/no/such/folder' does not appear to be a git repository", ""},
		"no repository":         {filepath.Join(dir, "folder"), "does not appear to be a git repository", ""},
	} {
		_, err := at(t, tt.url, nil).Resolve(t.Context(), "main")
		if fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), tt.says) || fault.HintOf(err) != tt.hint {
			t.Errorf("%s: %v, hint %q", name, err, fault.HintOf(err))
			continue
		}
		if all := err.Error() + fault.HintOf(err); strings.Contains(all, "s3cret") || strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%s: %q", name, all)
		}
	}
}

// Ctrl-C ends a request to a server that does not answer, and the next run goes on.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	asked, silent := make(chan struct{}), make(chan struct{})
	var answers atomic.Bool
	s := serve(t, testkit.GitServing{First: func(http.ResponseWriter, *http.Request) bool {
		if answers.Load() {
			return false
		}
		asked <- struct{}{}
		<-silent
		return true
	}})
	cache := t.TempDir()
	q := inCache(t, cache, s.URL+"/up", nil)
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("interrupted")
	go func() {
		<-asked
		cancel(why)
	}()
	if _, err := q.At(ctx, rev(t, "main"), 1); !errors.Is(err, why) && !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	answers.Store(true)
	close(silent)
	q.Close()
	if left := matching(q.lean, "*.lock"); len(left) > 0 {
		t.Logf("git left %q, which the next run sweeps", left)
	}
	f, err := inCache(t, cache, s.URL+"/up", nil).At(t.Context(), rev(t, "main"), 1)
	if err != nil || f.Commit.ID != rev(t, "main") {
		t.Errorf("the next run: %v", err)
	}
}

// A person's credential helper of the monorepo answers, though the quarantine is elsewhere.
func TestSettingsOfTheMonorepoReach(t *testing.T) {
	t.Parallel()
	s := serve(t, testkit.GitServing{Password: "s3cret"})
	for name, config := range map[string]Config{
		"a helper":   settings("credential.helper", "!f() { echo username=ann; echo password=s3cret; }; f"),
		"a header":   settings("http.extraheader", "Authorization: Basic YW5uOnMzY3JldA=="),
		"insteadOf":  settings("url."+strings.Replace(s.URL, "//", "//ann:s3cret@", 1)+"/.insteadof", s.URL+"/"),
		"of the URL": settings("remote.x.url", strings.Replace(s.URL, "//", "//ann:s3cret@", 1)+"/up"),
	} {
		url := s.URL + "/up"
		if name == "of the URL" {
			url = "x"
		}
		if r, err := at(t, url, config).Resolve(t.Context(), "topic"); err != nil || r.Commit != rev(t, "topic") {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

// ssh is played by a program; what it is called with tells what git made of the address.
func TestSSHAddresses(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, map[string]string{"ssh": "#!/bin/sh\necho \"$@\" >>\"$(dirname \"$0\")/log\"\nexec git upload-pack '" + upstream(t) + "'\n"})
	if err := os.Chmod(filepath.Join(dir, "ssh"), 0o755); err != nil {
		t.Fatal(err)
	}
	config := settings("core.sshcommand", "'"+filepath.Join(dir, "ssh")+"'", "ssh.variant", "ssh", "protocol.version", "0")
	for url, want := range map[string]string{
		"git@host:big/data.git":         "git@host git-upload-pack 'big/data.git'",
		"host:big/data.git":             "host git-upload-pack 'big/data.git'",
		"ssh://git@host:2222/big/data":  "-p 2222 git@host git-upload-pack '/big/data'",
		"ssh://ann:s3cret@host/a b.git": "ann:s3cret@host git-upload-pack '/a b.git'", // ssh knows no password in an address; git hands it on
		"[::1]:x":                       "::1 git-upload-pack 'x'",
	} {
		q := at(t, url, config)
		if r, err := q.Resolve(t.Context(), "main"); err != nil || r.Commit != rev(t, "main") {
			t.Errorf("%s: %+v, %v", url, r, err)
		}
		log, err := os.ReadFile(filepath.Join(dir, "log"))
		if err != nil || strings.TrimSpace(string(log)) != want {
			t.Errorf("%s: ssh was called with %q, %v", url, log, err)
		}
		_ = os.Remove(filepath.Join(dir, "log"))
	}
}
