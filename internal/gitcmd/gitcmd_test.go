package gitcmd_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/testkit"
)

func TestRedact(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://github.com/big/data.git":        "https://github.com/big/data.git",
		"https://ann:pw@github.com/big/data.git": "https://github.com/big/data.git",
		"https://token@github.com/big/data.git":  "https://github.com/big/data.git",
		"https://ann:p@ss:w@rd@host:8443/x":      "https://host:8443/x",
		"https://host/x?private_token=abc":       "https://host/x",
		"https://host/x#frag":                    "https://host/x",
		"http://a:b@[::1]:80/x":                  "http://[::1]:80/x",
		"https://host":                           "https://host",
		"https://a:b@host":                       "https://host",
		"ssh://git@host/x":                       "ssh://git@host/x",
		"ssh://git:pw@host/x":                    "ssh://git@host/x",
		"ssh://ann@host:22/x":                    "ssh://host:22/x",
		"git+ssh://git@host/x":                   "git+ssh://git@host/x",
		"git@github.com:big/data.git":            "git@github.com:big/data.git",
		"ann@host:big/data.git":                  "host:big/data.git",
		"host:big/data.git":                      "host:big/data.git",
		"/home/ann@work/x:y":                     "/home/ann@work/x:y",
		"./a@b:c":                                "./a@b:c",
		"file:///home/ann@work/x":                "file:///home/ann@work/x",
		"":                                       "",
	} {
		if got := gitcmd.Redact(raw); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
}

func TestScrub(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, url, want string }{
		{"unable to access 'https://ann:s3cret@host/x/': 403", "", "unable to access 'https://host/x/': 403"},
		{"see https://tok_123456@host/x and http://b:c@d/", "", "see https://host/x and http://d/"},
		{"ssh://git@host/x is gone", "", "ssh://git@host/x is gone"},
		{"password s3cret is wrong", "https://ann:s3cret@host/x", "password *** is wrong"},
		{"token abcdefghij is wrong", "https://abcdefghij@host/x", "token *** is wrong"},
		{"ann has no access", "https://ann@host/x", "ann has no access"},
		{"nothing to hide: a@b", "", "nothing to hide: a@b"},
		{"unable to access 'https://host/x?private_token=s3cret/': 403", "https://host/x?private_token=s3cret", "unable to access 'https://host/x/': 403"},
		{"unable to access 'https://host/x?private_token=s3cret/info/refs?service=git-upload-pack': 403", "", "unable to access 'https://host/x': 403"},
		{"a token of https://host/x?t=ab/cd== is wrong", "", "a token of https://host/x is wrong"},
		{"moved to http://a:b@host/x?t=1&u=2 for good", "", "moved to http://host/x for good"},
		{"is it https://host/x? no", "", "is it https://host/x no"},
		{"what? nothing", "", "what? nothing"},
		{"see https://host/a?b and https://host/c?d", "", "see https://host/a and https://host/c"},
		{"ssh://host/x?y is a path", "", "ssh://host/x?y is a path"},
		{"", "https://ann:s3cret@host/x", ""},
		{"s3c%40ret and s3c@ret", "https://ann:s3c%40ret@host/x", "s3c%40ret and ***"},
	} {
		if got := gitcmd.Scrub(tt.text, tt.url); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

// Whatever the URL, no password is left of it.
func FuzzRedact(f *testing.F) {
	f.Add("https", "ann", "pw", "host/x")
	f.Add("ssh", "git", "p@w", "host")
	f.Add("http", "", ":", "a@b/c")
	f.Fuzz(func(t *testing.T, scheme, user, password, rest string) {
		if scheme == "" || strings.ContainsAny(scheme+user+password, "/:") || len(password) < 4 || strings.Contains(scheme+"://git@"+rest, password) {
			return
		}
		if got := gitcmd.Redact(scheme + "://" + user + ":" + password + "@" + rest); strings.Contains(got, password) {
			t.Errorf("%q is left in %q", password, got)
		}
	})
}

func TestEnvironment(t *testing.T) {
	repo, _ := testkit.Repo(t, map[string]string{"a": "a\n"})
	other, _ := testkit.Repo(t, map[string]string{"b": "b\n"})
	t.Setenv("GIT_DIR", filepath.Join(other, ".git"))
	t.Setenv("GIT_INDEX_FILE", filepath.Join(other, "nope"))
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "connkit.kept")
	t.Setenv("GIT_CONFIG_VALUE_0", "kept")
	git := gitcmd.Git{Dir: repo}.WithSettings(gitcmd.Setting{Key: "connkit.added", Value: "a b\nc"}).With("LC_TIME=C")
	for args, want := range map[string]string{
		"ls-files": "a", "config connkit.kept": "kept", "config connkit.added": "a b\nc",
	} {
		out, err := git.Run(t.Context(), strings.Fields(args)...)
		if err != nil || out.Text() != want {
			t.Errorf("git %s: %q, %v", args, out.Text(), err)
		}
	}
	_, err := git.Run(t.Context(), "rev-parse", "-q", "--verify", "nope")
	if gitcmd.Status(err) != 1 || gitcmd.Status(nil) != 0 || gitcmd.Status(os.ErrInvalid) != -1 {
		t.Errorf("%v", err)
	}
}

func TestPipe(t *testing.T) {
	t.Parallel()
	repo, _ := testkit.Repo(t, map[string]string{"a": "a\n"})
	git := gitcmd.Git{Dir: repo}
	blob := testkit.Git(t, repo, "rev-parse", "HEAD:a")
	to := gitcmd.Git{Dir: testkit.Tree(t, nil)}
	testkit.Git(t, to.Dir, "init", "-q")
	if _, err := git.Pipe(t.Context(), to, []byte(blob+"\n"), []string{"pack-objects", "-q", "--stdout"}, []string{"unpack-objects", "-q"}); err != nil {
		t.Fatal(err)
	}
	if got := testkit.Git(t, to.Dir, "cat-file", "-p", blob); got != "a" {
		t.Errorf("got %q", got)
	}
	if _, err := git.Pipe(t.Context(), to, []byte("nope\n"), []string{"pack-objects", "-q", "--stdout"}, []string{"unpack-objects", "-q"}); err == nil {
		t.Error("a sender that fails is no error")
	}
	if _, err := git.Pipe(t.Context(), to, []byte(blob+"\n"), []string{"pack-objects", "-q", "--stdout"}, []string{"nope"}); err == nil {
		t.Error("a receiver that fails is no error")
	}
	var b bytes.Buffer
	git.Stdout = &b
	if out, err := git.Run(t.Context(), "rev-parse", "HEAD:a"); err != nil || len(out.Stdout) != 0 || b.String() != blob+"\n" {
		t.Errorf("%q, %q, %v", out.Stdout, b.String(), err)
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	repo, _ := testkit.Repo(t, map[string]string{"sub/a": "a\n"})
	r, err := gitcmd.Open(t.Context(), filepath.Join(repo, "sub"))
	if err != nil || r.Top != repo || r.GitDir != filepath.Join(repo, ".git") || r.CommonDir != r.GitDir || r.Format != "sha1" || r.Shallow || r.HashLen() != 40 {
		t.Errorf("%+v, %v", r, err)
	}
	linked := filepath.Join(filepath.Dir(repo), "linked\nwith a newline")
	testkit.Git(t, repo, "worktree", "add", "-q", "--detach", linked)
	t.Cleanup(func() { _ = os.RemoveAll(linked) })
	r, err = gitcmd.Open(t.Context(), linked)
	if err == nil && (r.Top != linked || r.CommonDir != filepath.Join(repo, ".git") || r.GitDir == r.CommonDir) {
		t.Errorf("%+v", r)
	}
	for dir, kind := range map[string]fault.Kind{t.TempDir(): fault.Usage, filepath.Join(repo, ".git"): fault.Blocked} {
		if _, err := gitcmd.Open(t.Context(), dir); fault.KindOf(err) != kind {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if err := gitcmd.CheckVersion(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestVersions(t *testing.T) {
	for said, ok := range map[string]bool{"git version 2.37.9": false, "git version 2.38.0": true, "git version 2.50.1 (Apple Git-155)": true, "git version 3.0.0-rc1": true, "git version 1.99": false, "nonsense": false} {
		dir := testkit.Tree(t, map[string]string{"git": "#!/bin/sh\necho '" + said + "'\n"})
		if err := os.Chmod(filepath.Join(dir, "git"), 0o755); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
		if err := gitcmd.CheckVersion(t.Context()); (err == nil) != ok || err != nil && fault.KindOf(err) != fault.Environment {
			t.Errorf("%q: %v", said, err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if err := gitcmd.CheckVersion(t.Context()); fault.KindOf(err) != fault.Environment {
		t.Errorf("no git: %v", err)
	}
}

// A password reaches git by settings alone, and only for the host that it is for.
func TestAccess(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://github.com/big/data.git":       "remote.up.url=https://github.com/big/data.git",
		"https://ann:s3c%40ret@host:8443/x.git": "connkit.username=ann connkit.password=s3c@ret credential.https://host:8443.helper= credential.https://host:8443.helper=! remote.up.url=https://host:8443/x.git",
		"http://ann:pw@host":                    "connkit.username=ann connkit.password=pw credential.http://host.helper= credential.http://host.helper=! remote.up.url=http://host",
		"https://ann@host/x":                    "remote.up.url=https://ann@host/x",
		"ssh://git:pw@host/x":                   "remote.up.url=ssh://git:pw@host/x",
		"git@host:x":                            "remote.up.url=git@host:x",
		"/home/ann:b@c/x":                       "remote.up.url=/home/ann:b@c/x",
	} {
		var got []string
		for _, s := range gitcmd.Access("up", raw) {
			if strings.HasPrefix(s.Value, "!") {
				s.Value = "!" // the helper's script
			}
			got = append(got, s.Key+"="+s.Value)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q:\ngot  %s\nwant %s", raw, strings.Join(got, " "), want)
		}
	}
}

// git finds objects in folders of any name that are listed for it.
func TestPathList(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, nil)
	names := []string{"plain", "with:colon", "with\"quote", "with\nnewline", "with\\backslash", "größe", "caf\xe9", "a\u00a0b", "tab\tin", "\"begins", "all:\"\\\nof:it"}
	var folders, blobs []string
	for i, name := range names {
		repo := filepath.Join(dir, name)
		testkit.Put(t, repo, map[string]string{"file": strings.Repeat("x", i+1)})
		testkit.Git(t, repo, "init", "-q")
		blobs = append(blobs, testkit.Git(t, repo, "hash-object", "-w", "file"))
		folders = append(folders, filepath.Join(repo, ".git", "objects"))
	}
	empty := filepath.Join(dir, "empty")
	testkit.Put(t, empty, map[string]string{"x": "x"})
	testkit.Git(t, empty, "init", "-q")
	git := gitcmd.Git{Dir: empty}.With("GIT_ALTERNATE_OBJECT_DIRECTORIES=" + gitcmd.PathList(folders...))
	for i, blob := range blobs {
		if out, err := git.Run(t.Context(), "cat-file", "blob", blob); err != nil || len(out.Stdout) != i+1 {
			t.Errorf("%q: %v", names[i], err)
		}
	}
	if got := gitcmd.PathList(); got != "" {
		t.Errorf("nothing is %q", got)
	}
}

// A bare repository, the inside of .git and what is no repository are refused with what to do.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	repo, _ := testkit.Repo(t, map[string]string{"a": "a\n"})
	bare := filepath.Join(testkit.Tree(t, nil), "bare.git")
	testkit.Git(t, repo, "clone", "-q", "--bare", repo, bare)
	none := testkit.Tree(t, nil)
	const clone = "run it in a clone with a work tree"
	for dir, want := range map[string][2]string{
		bare:                                 {"it is bare, so there are no files to write", clone},
		filepath.Join(repo, ".git"):          {"it is the inside of .git", clone},
		filepath.Join(repo, ".git", "hooks"): {"it is the inside of .git", clone},
		none:                                 {"there is none", "run it in a clone of the monorepo, or git init"},
	} {
		_, err := gitcmd.Open(t.Context(), dir)
		if says := `opening the repository in "` + dir + `": ` + want[0]; err == nil || err.Error() != says || fault.HintOf(err) != want[1] {
			t.Errorf("%s: %v, hint %q", dir, err, fault.HintOf(err))
		}
	}
	testkit.Git(t, none, "init", "-q", "--object-format=sha256")
	if r, err := gitcmd.Open(t.Context(), none); err != nil || r.Format != "sha256" || r.HashLen() != 64 {
		t.Errorf("SHA-256: %+v, %v", r, err)
	}
	shallow := filepath.Join(testkit.Tree(t, nil), "shallow")
	testkit.Git(t, repo, "commit", "-q", "--allow-empty", "-m", "two")
	testkit.Git(t, repo, "clone", "-q", "--depth=1", "file://"+repo, shallow)
	if r, err := gitcmd.Open(t.Context(), shallow); err != nil || !r.Shallow || r.Git().Dir != shallow {
		t.Errorf("shallow: %+v, %v", r, err)
	}
}
