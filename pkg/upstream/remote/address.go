package remote

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/pattern"
)

// Remote is where an upstream repository is.
type Remote struct {
	Name string `json:"name,omitempty"` // of the configured remote
	URL  string `json:"url"`            // without user and password, for records and people

	raw      string // as git is told it, before insteadOf
	settings []gitcmd.Setting
}

// alias is the name that the remote has in a quarantine.
const alias = "upstream"

// Find reads what names a remote: a configured remote of the repository, a
// URL, host:path, or a folder, a relative one seen from dir.
//
// What is none of these is a [fault.Usage] error with the nearest remote.
func Find(config Config, top, dir, arg string) (Remote, error) {
	switch {
	case arg == "":
		return Remote{}, fault.Usagef("choosing the upstream: its name is empty")
	case strings.HasPrefix(arg, "-") || strings.ContainsFunc(arg, isControl):
		return Remote{}, fault.Usagef("choosing the upstream %q: it is no name and no URL", gitcmd.Redact(arg))
	}
	if url := config.last("remote." + arg + ".url"); url != "" {
		r := Remote{Name: arg, raw: absolute(top, url)}
		r.URL = config.public(r.raw)
		r.settings = config.ofRemote(arg)
		return r, nil
	}
	if !looksLikeURL(config, dir, arg) {
		e := fault.Usagef("choosing the upstream %q: it is no configured remote, no URL and no folder", arg)
		names := config.Remotes()
		if near := fault.Nearest(arg, names); near != "" {
			return Remote{}, e.WithHint("did you mean %s", near)
		}
		if len(names) > 0 {
			return Remote{}, e.WithHint("configured are %s; or give a URL", strings.Join(names, ", "))
		}
		return Remote{}, e.WithHint("git remote add %s URL, or give the URL itself", arg)
	}
	raw := absolute(dir, arg)
	return Remote{URL: config.public(raw), raw: raw}, nil
}

// ByURL gives the configured remote that a record names by its URL: records
// leave credentials out, and the old script wrote URLs as they are configured,
// a relative path too. Without such a remote it is the URL itself.
func ByURL(config Config, top, url string) Remote {
	for _, name := range config.Remotes() {
		r, err := Find(config, top, top, name)
		if err == nil && (r.URL == url || r.URL == absolute(top, url) || config.last("remote."+name+".url") == url) {
			return r
		}
	}
	raw := absolute(top, url)
	return Remote{URL: gitcmd.Redact(raw), raw: raw}
}

// String names the remote for people.
func (r Remote) String() string {
	if r.Name != "" {
		return r.Name
	}
	return r.URL
}

// local tells whether the repository is on this machine.
func (r Remote) local() bool {
	return strings.HasPrefix(r.raw, "/") || strings.HasPrefix(r.raw, "file://")
}

var (
	schemeForm = pattern.Lazy(`^[a-zA-Z][a-zA-Z0-9+.-]*://`)
	shortForm  = pattern.Lazy(`^(?:[^/:@\s]+@)?(?:\[[0-9a-fA-F:]+\]|[^/:@\s]+):[^:]`)
)

func looksLikeURL(config Config, dir, arg string) bool {
	if schemeForm().MatchString(arg) || shortForm().MatchString(arg) || filepath.IsAbs(arg) || config.rewrite(arg) != arg {
		return true
	}
	if arg == "." || arg == ".." || strings.HasPrefix(arg, "./") || strings.HasPrefix(arg, "../") || strings.Contains(arg, "/") {
		_, err := os.Stat(filepath.Join(dir, arg))
		return err == nil
	}
	return false
}

// absolute makes a path of this machine one that holds from everywhere; URLs stay.
func absolute(dir, s string) string {
	if rest, ok := strings.CutPrefix(s, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	if schemeForm().MatchString(s) || filepath.IsAbs(s) {
		return s
	}
	if shortForm().MatchString(s) {
		if _, err := os.Stat(filepath.Join(dir, s)); err != nil {
			return s
		}
	}
	full := filepath.Join(dir, s)
	if _, err := os.Stat(full); err != nil {
		return s // a short name that insteadOf knows
	}
	return full
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
