package remote

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/testkit"
)

// insteadOf is applied as git does: the longest beginning wins, of equal ones the first.
func TestRewrite(t *testing.T) {
	t.Parallel()
	config := settings(
		"url.https://github.com/.insteadof", "gh:", "url.https://github.com/big/.insteadof", "gh:big/", "url.https://mirror/.insteadof", "https://github.com/",
		"url.https://second/.insteadof", "gh:", "url.ssh://git@push/.pushinsteadof", "https://", "user.insteadof", "x", "url..insteadof", "empty:")
	for url, want := range map[string]string{
		"gh:a/b":               "https://github.com/a/b",
		"gh:big/data":          "https://github.com/big/data",
		"gh:bigger/x":          "https://github.com/bigger/x",
		"https://github.com/x": "https://mirror/x", // once, not again
		"https://other/x":      "https://other/x",
		"x":                    "x",
		"empty:/srv/x":         "/srv/x",
		"GH:a/b":               "GH:a/b",
		"":                     "",
	} {
		if got := config.rewrite(url); got != want {
			t.Errorf("%q: got %q, want %q", url, got, want)
		}
	}
	dir, _ := testkit.Repo(t, map[string]string{"a": "a"})
	testkit.Git(t, dir, "config", "url.https://github.com/.insteadOf", "gh:")
	testkit.Git(t, dir, "config", "url.https://github.com/big/.insteadOf", "gh:big/")
	testkit.Git(t, dir, "config", "remote.x.url", "gh:big/data")
	read, err := ReadConfig(t.Context(), gitcmd.Git{Dir: dir})
	if want := testkit.Git(t, dir, "ls-remote", "--get-url", "x"); err != nil || read.rewrite("gh:big/data") != want {
		t.Errorf("got %q, git says %q, %v", read.rewrite("gh:big/data"), want, err)
	}
}

// All values come as they are, whatever is in them, those of includes too.
func TestReadConfig(t *testing.T) {
	t.Parallel()
	dir, _ := testkit.Repo(t, map[string]string{"a": "a"})
	testkit.Put(t, dir, map[string]string{".git/more": "[remote \"Inc.Luded\"]\n\turl = /from/include\n"})
	for key, value := range map[string]string{"remote.a b.url": "/x\ny=z", "remote.größe.url": "/ü", "connkit.empty": "", "include.path": "more", "core.x": "= k\tv"} {
		testkit.Git(t, dir, "config", key, value)
	}
	testkit.Put(t, dir, map[string]string{".git/novalue": "[connkit]\n\tbare\n"})
	testkit.Git(t, dir, "config", "--add", "include.path", "novalue")
	config, err := ReadConfig(t.Context(), gitcmd.Git{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"remote.a b.url": "/x\ny=z", "remote.größe.url": "/ü", "connkit.empty": "", "remote.Inc.Luded.url": "/from/include", "core.x": "= k\tv", "connkit.bare": "", "no.such": "",
	} {
		if got := config.last(key); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
	names := config.Remotes()
	slices.Sort(names)
	if got := strings.Join(names, "|"); got != "Inc.Luded|a b|größe" {
		t.Errorf("remotes: %q", got)
	}
	if _, err := ReadConfig(t.Context(), gitcmd.Git{Dir: filepath.Join(dir, "no", "such")}); err == nil {
		t.Error("a folder that is not there is no error")
	}
}

// What the monorepo alone says about reaching a URL goes along, and nothing else:
// what the quarantine sees by itself would count twice.
func TestSettingsGoAlong(t *testing.T) {
	t.Parallel()
	global := settings("http.proxy", "http://global", "user.name", "Ann", "url.a.insteadof", "b", "http.extraheader", "X: 1")
	own := append(slices.Clone(global), settings("core.bare", "true")...)
	local := settings("http.https://host/.extraheader", "Authorization: Basic x", "http.proxy", "http://local", "http.extraheader", "X: 1",
		"credential.helper", "!f", "core.sshcommand", "ssh -i key", "core.editor", "vi", "core.askpass", "ask", "core.gitproxy", "p", "ssh.variant", "ssh",
		"protocol.version", "0", "transfer.credentialsinurl", "die", "transfer.fsckobjects", "true", "remote.up.url", "x", "branch.main.remote", "up", "url.c.insteadof", "d", "alias.url.x", "y")
	var got []string
	for _, s := range append(slices.Clone(global), local...).beyond(own) {
		got = append(got, s.Key)
	}
	want := []string{"http.https://host/.extraheader", "http.proxy", "http.extraheader", "credential.helper", "core.sshcommand", "core.askpass", "core.gitproxy",
		"ssh.variant", "protocol.version", "transfer.credentialsinurl", "url.c.insteadof"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if more := global.beyond(own); len(more) != 0 {
		t.Errorf("what is seen already goes along: %v", more)
	}
}

// Of a configured remote what says how it is reached holds for the quarantine's name of it.
func TestSettingsOfARemote(t *testing.T) {
	t.Parallel()
	config := settings("remote.up.url", "u", "remote.up.proxy", "p1", "remote.up.fetch", "+refs/*:refs/*", "remote.up.proxy", "p2", "remote.up.uploadpack", "/opt/git-upload-pack",
		"remote.up.serveroption", "a=b", "remote.up.serveroption", "c=d", "remote.up.vcs", "hg", "remote.up.proxyauthmethod", "basic", "remote.upper.proxy", "no", "remote.up.pushurl", "no")
	var got []string
	for _, s := range config.ofRemote("up") {
		got = append(got, strings.TrimPrefix(s.Key, "remote.upstream.")+"="+s.Value)
	}
	if want := "proxy=p1 proxy=p2 proxyauthmethod=basic uploadpack=/opt/git-upload-pack serveroption=a=b serveroption=c=d vcs=hg"; strings.Join(got, " ") != want {
		t.Errorf("got %q", got)
	}
}

// A repository on this machine gives parts; one whose program is configured is asked by that.
func TestAccessOfLocalOnes(t *testing.T) {
	t.Parallel()
	own := "remote.upstream.uploadpack"
	for name, tt := range map[string]struct {
		remote Remote
		want   string // of the program that is asked
	}{
		"a folder":         {Remote{raw: "/srv/x"}, "git -c uploadpack.allowFilter=true -c uploadpack.allowAnySHA1InWant=true upload-pack"},
		"file":             {Remote{raw: "file:///srv/x"}, "git -c uploadpack.allowFilter=true -c uploadpack.allowAnySHA1InWant=true upload-pack"},
		"with its own":     {Remote{raw: "/srv/x", settings: []gitcmd.Setting{{Key: own, Value: "/opt/git"}}}, "/opt/git"},
		"of another place": {Remote{raw: "ssh://host/srv/x"}, ""},
	} {
		got := Config((&Quarantine{remote: tt.remote}).access())
		if got.last(own) != tt.want || got.last("remote.upstream.url") != tt.remote.raw {
			t.Errorf("%s: got %v", name, got)
		}
	}
	for _, s := range (&Quarantine{remote: Remote{raw: "https://ann:s3cret@host/x"}}).access() {
		if strings.HasSuffix(s.Key, ".url") && strings.Contains(s.Value, "s3cret") {
			t.Errorf("git would hand the password to its helper: %v", s)
		}
	}
}
