package gitcmd

import "strings"

// helper answers git's question for credentials from settings, which stand in the environment.
const helper = `!f() { test "$1" = get && echo "username=$(git config connkit.username)" && echo "password=$(git config connkit.password)"; }; f`

// Access gives the settings by which git reaches a URL under the name of a
// remote. The URL stands on no command line: neither on git's, nor, with a
// password in it, on that of git's own helper, to which git would hand it.
func Access(remote, raw string) []Setting {
	var list []Setting
	if user, password := Secrets(raw); password != "" && strings.HasPrefix(raw, "http") {
		scheme, rest, _ := strings.Cut(raw, "://")
		host, _, _ := strings.Cut(rest, "/")
		base := scheme + "://" + host[strings.LastIndexByte(host, '@')+1:]
		raw = base + rest[len(host):]
		list = append(list,
			Setting{"connkit.username", user}, Setting{"connkit.password", password},
			Setting{"credential." + base + ".helper", ""}, Setting{"credential." + base + ".helper", helper})
	}
	return append(list, Setting{"remote." + remote + ".url", raw})
}
