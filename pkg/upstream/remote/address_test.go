package remote

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

// What names an upstream, what is recorded of it, and what git is told.
func TestFind(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, map[string]string{"up/HEAD": "", "top/sub/x/HEAD": "", "top/sub/host:x/HEAD": "", "top/git@h:p/HEAD": ""})
	top, sub := filepath.Join(dir, "top"), filepath.Join(dir, "top", "sub")
	config := settings(
		"remote.up.url", "https://ann:s3cret@example.com/big/data.git", "remote.up.url", "https://bob:other@example.com/big/data.git",
		"remote.rel.url", "../up", "remote.big/data.url", "git@github.com:big/data.git", "remote.with.dots.url", "file:///srv/x.git",
		"remote.up.proxy", "http://proxy:3128", "remote.nothing.proxy", "x",
		"url.https://github.com/.insteadof", "gh:", "url.ssh://git@work/.insteadof", "https://work.example.com/",
		"url.https://ann:tok@github.com/.insteadof", "mine:")
	for arg, want := range map[string]struct{ name, url, raw string }{
		"up":        {"up", "https://example.com/big/data.git", "https://bob:other@example.com/big/data.git"}, // the last one counts, as in git
		"rel":       {"rel", filepath.Join(dir, "up"), filepath.Join(dir, "up")},                              // from the top, wherever one stands
		"big/data":  {"big/data", "git@github.com:big/data.git", "git@github.com:big/data.git"},
		"with.dots": {"with.dots", "file:///srv/x.git", "file:///srv/x.git"},

		"https://github.com/big/data.git":            {"", "https://github.com/big/data.git", "https://github.com/big/data.git"},
		"https://ann:s3cret@github.com/big/data.git": {"", "https://github.com/big/data.git", "https://ann:s3cret@github.com/big/data.git"},
		"https://ghp_0123456789@github.com/big/data": {"", "https://github.com/big/data", "https://ghp_0123456789@github.com/big/data"},
		"https://host/x.git?private_token=abc":       {"", "https://host/x.git", "https://host/x.git?private_token=abc"},
		"http://[::1]:8080/x":                        {"", "http://[::1]:8080/x", "http://[::1]:8080/x"},
		"HTTPS://Host/X":                             {"", "HTTPS://Host/X", "HTTPS://Host/X"},
		"ssh://git@host:2222/big/data":               {"", "ssh://git@host:2222/big/data", "ssh://git@host:2222/big/data"},
		"ssh://ann:s3cret@host:2222/big/data":        {"", "ssh://host:2222/big/data", "ssh://ann:s3cret@host:2222/big/data"},
		"git+ssh://git@host/x":                       {"", "git+ssh://git@host/x", "git+ssh://git@host/x"},
		"git://host/x":                               {"", "git://host/x", "git://host/x"},
		"file:///srv/a b.git":                        {"", "file:///srv/a b.git", "file:///srv/a b.git"},
		"git@github.com:big/data.git":                {"", "git@github.com:big/data.git", "git@github.com:big/data.git"},
		"ann@host:big/data":                          {"", "host:big/data", "ann@host:big/data"},
		"host:big/data":                              {"", "host:big/data", "host:big/data"},
		"[::1]:big/data":                             {"", "[::1]:big/data", "[::1]:big/data"},
		"git@[fe80::1]:x":                            {"", "git@[fe80::1]:x", "git@[fe80::1]:x"},
		"gh:big/data":                                {"", "https://github.com/big/data", "gh:big/data"},
		"mine:big/data":                              {"", "https://github.com/big/data", "mine:big/data"}, // without what insteadOf puts in
		"https://work.example.com/x":                 {"", "https://work.example.com/x", "https://work.example.com/x"},
		filepath.Join(dir, "up"):                     {"", filepath.Join(dir, "up"), filepath.Join(dir, "up")},
		"./x":                                        {"", filepath.Join(sub, "x"), filepath.Join(sub, "x")},
		"../../up":                                   {"", filepath.Join(dir, "up"), filepath.Join(dir, "up")},
		".":                                          {"", sub, sub},
		"..":                                         {"", top, top},
		"host:x":                                     {"", filepath.Join(sub, "host:x"), filepath.Join(sub, "host:x")}, // a folder that is there is meant
		"../sub/x":                                   {"", filepath.Join(sub, "x"), filepath.Join(sub, "x")},
		"/srv/no such/repo":                          {"", "/srv/no such/repo", "/srv/no such/repo"},
		"https://example.com/" + strings.Repeat("x", 500): {"", "https://example.com/" + strings.Repeat("x", 500), "https://example.com/" + strings.Repeat("x", 500)},
	} {
		r, err := Find(config, top, sub, arg)
		if err != nil || r.Name != want.name || r.URL != want.url || r.raw != want.raw {
			t.Errorf("%q: got %q, %q, %q, %v\nwant %q, %q, %q", arg, r.Name, r.URL, r.raw, err, want.name, want.url, want.raw)
		}
		for _, secret := range []string{"s3cret", "other", "ghp_", "tok", "private"} {
			if strings.Contains(r.URL+r.String(), secret) {
				t.Errorf("%q: a person is shown %q", arg, r.String())
			}
		}
	}
	if r, err := Find(config, top, sub, "up"); err != nil || len(r.settings) != 1 || r.settings[0].Key != "remote.upstream.proxy" || r.settings[0].Value != "http://proxy:3128" {
		t.Errorf("how the remote is reached: %v, %v", r.settings, err)
	}
}

func TestFindRefuses(t *testing.T) {
	t.Parallel()
	one, none := settings("remote.up.url", "/x", "remote.origin.url", "/y"), Config(nil)
	for arg, want := range map[string]struct {
		config     Config
		says, hint string
	}{
		"":                          {one, `choosing the upstream: its name is empty`, ""},
		"-x":                        {one, `choosing the upstream "-x": it is no name and no URL`, ""},
		"--upload-pack=touch x":     {one, `choosing the upstream "--upload-pack=touch x": it is no name and no URL`, ""},
		"https://a:s3cret@h/x\ny":   {one, `choosing the upstream "https://h/x\ny": it is no name and no URL`, ""},
		"up\x00":                    {one, `choosing the upstream "up\x00": it is no name and no URL`, ""},
		"upp":                       {one, `choosing the upstream "upp": it is no configured remote, no URL and no folder`, "did you mean up"},
		"elsewhere":                 {one, `choosing the upstream "elsewhere": it is no configured remote, no URL and no folder`, "configured are up, origin; or give a URL"},
		"mine":                      {none, `choosing the upstream "mine": it is no configured remote, no URL and no folder`, "git remote add mine URL, or give the URL itself"},
		"../no/such":                {none, `choosing the upstream "../no/such": it is no configured remote, no URL and no folder`, "git remote add ../no/such URL, or give the URL itself"},
		"ext::sh -c 'touch /tmp/x'": {one, `choosing the upstream "ext::sh -c 'touch /tmp/x'": it is no configured remote, no URL and no folder`, "configured are up, origin; or give a URL"},
	} {
		_, err := Find(want.config, t.TempDir(), t.TempDir(), arg)
		refused(t, err, fault.Usage, want.says, want.hint)
	}
}

// A record has no credentials; the configured remote that it came from has.
func TestByURL(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, map[string]string{"up/HEAD": "", "mono/x": ""})
	top := filepath.Join(dir, "mono")
	config := settings("remote.other.url", "https://github.com/big/other.git", "remote.up.url", "https://ann:s3cret@github.com/big/data.git",
		"remote.rel.url", "../up", "remote.ssh.url", "ann@host:x", "remote.short.url", "gh:a/b", "url.https://github.com/.insteadof", "gh:")
	for url, want := range map[string]struct{ name, url, raw string }{
		"https://github.com/big/data.git":           {"up", "https://github.com/big/data.git", "https://ann:s3cret@github.com/big/data.git"},
		"https://github.com/big/other.git":          {"other", "https://github.com/big/other.git", "https://github.com/big/other.git"},
		"../up":                                     {"rel", filepath.Join(dir, "up"), filepath.Join(dir, "up")}, // as the old script wrote it
		filepath.Join(dir, "up"):                    {"rel", filepath.Join(dir, "up"), filepath.Join(dir, "up")},
		"host:x":                                    {"ssh", "host:x", "ann@host:x"},
		"gh:a/b":                                    {"short", "https://github.com/a/b", "gh:a/b"},
		"https://github.com/a/b":                    {"short", "https://github.com/a/b", "gh:a/b"},
		"https://github.com/big/gone.git":           {"", "https://github.com/big/gone.git", "https://github.com/big/gone.git"},
		"https://bob:s3cret@github.com/big/new.git": {"", "https://github.com/big/new.git", "https://bob:s3cret@github.com/big/new.git"}, // a record of the old script may have them
		"https://github.com/big/data":               {"", "https://github.com/big/data", "https://github.com/big/data"},                  // another URL
	} {
		if r := ByURL(config, top, url); r.Name != want.name || r.URL != want.url || r.raw != want.raw {
			t.Errorf("%q: got %q, %q, %q\nwant %q, %q, %q", url, r.Name, r.URL, r.raw, want.name, want.url, want.raw)
		}
	}
}

// ~/x is a folder of the home, as in a shell that does not know it in quotes.
func TestHome(t *testing.T) {
	t.Parallel()
	if err := os.MkdirAll(filepath.Join(testHome, "repos", "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	r, err := Find(settings("remote.home.url", "~/repos/x"), "/top", "/top", "home")
	if err != nil || r.URL != filepath.Join(testHome, "repos", "x") {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]bool{
		"/srv/x": true, "file:///srv/x": true, "https://host/x": false, "git@host:x": false, "ssh://host/x": false, "http://host/file://x": false,
	} {
		if got := (Remote{raw: raw}).local(); got != want {
			t.Errorf("%q: got %v", raw, got)
		}
	}
}
