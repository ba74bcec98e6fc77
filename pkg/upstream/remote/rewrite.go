package remote

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/gitcmd"
)

// Config is git's configuration as the monorepo sees it, in git's order.
type Config []gitcmd.Setting

func (c Config) last(key string) string {
	for i := len(c) - 1; i >= 0; i-- {
		if c[i].Key == key {
			return c[i].Value
		}
	}
	return ""
}

// Remotes lists the names of the configured remotes.
func (c Config) Remotes() []string {
	var names []string
	for _, s := range c {
		if rest, ok := strings.CutPrefix(s.Key, "remote."); ok {
			if name, ok := strings.CutSuffix(rest, ".url"); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// rewrite applies insteadOf as git does: the longest prefix wins.
func (c Config) rewrite(url string) string {
	best, with := "", ""
	for _, s := range c {
		base, ok := strings.CutSuffix(s.Key, ".insteadof")
		base, isURL := strings.CutPrefix(base, "url.")
		if ok && isURL && strings.HasPrefix(url, s.Value) && len(s.Value) > len(best) {
			best, with = s.Value, base
		}
	}
	if best == "" {
		return url
	}
	return with + url[len(best):]
}

// public gives the URL that a record holds. One that is whole is kept as it is
// configured, since what insteadOf makes of it holds on this machine alone; a
// short form that only insteadOf knows is written out.
func (c Config) public(raw string) string {
	if !schemeForm().MatchString(raw) && !strings.Contains(raw, "@") && !filepath.IsAbs(raw) {
		raw = c.rewrite(raw)
	}
	return gitcmd.Redact(raw)
}

// ofRemote gives what the configuration says about reaching one remote, under the quarantine's name for it.
func (c Config) ofRemote(name string) []gitcmd.Setting {
	var list []gitcmd.Setting
	for _, key := range []string{"proxy", "proxyauthmethod", "uploadpack", "serveroption", "vcs"} {
		for _, s := range c {
			if s.Key == "remote."+name+"."+key {
				list = append(list, gitcmd.Setting{Key: "remote." + alias + "." + key, Value: s.Value})
			}
		}
	}
	return list
}
