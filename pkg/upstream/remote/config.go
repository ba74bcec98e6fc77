package remote

import (
	"context"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/gitcmd"
)

// ReadConfig reads git's configuration in the folder that git is started in.
func ReadConfig(ctx context.Context, git gitcmd.Git) (Config, error) {
	out, err := git.Run(ctx, "config", "--list", "-z", "--includes")
	if err != nil {
		return nil, err
	}
	var list Config
	for item := range strings.SplitSeq(strings.TrimSuffix(string(out.Stdout), "\x00"), "\x00") {
		key, value, _ := strings.Cut(item, "\n")
		list = append(list, gitcmd.Setting{Key: key, Value: value})
	}
	return list, nil
}

// reaching are the settings that decide how a URL is reached.
var reaching = []string{"url.", "http.", "https.", "credential.", "core.sshcommand", "core.askpass", "core.gitproxy", "ssh.", "protocol.", "transfer.credentialsinurl"}

// beyond gives the settings about reaching a URL that hold in the monorepo and
// not in the quarantine: those of the repository itself, and of includes that
// depend on its place.
func (c Config) beyond(own Config) []gitcmd.Setting {
	left := slices.Clone(own)
	var list []gitcmd.Setting
	for _, s := range c {
		if i := slices.Index(left, s); i >= 0 {
			left = slices.Delete(left, i, i+1)
			continue
		}
		if slices.ContainsFunc(reaching, func(p string) bool { return strings.HasPrefix(s.Key, p) }) {
			list = append(list, s)
		}
	}
	return list
}
