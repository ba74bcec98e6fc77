package imports

import (
	"context"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/history"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// FindOptions say which commit of an upstream is looked for.
type FindOptions struct {
	Dir         string // where the user stands; it need not be in a repository
	Cache       string
	Remote      string
	Path        string
	License     string // SPDX expression
	Ref         string // where to begin; "" is HEAD
	FirstParent bool   // look at the states of the branch alone, not at what was merged into it

	Terminal bool
	Report   remote.Report
}

// Newest is the newest commit of an upstream that is under a licence.
type Newest struct {
	Upstream remote.Remote   `json:"upstream"`
	Ref      remote.Resolved `json:"ref"`
	License  string          `json:"license"`
	history.Found
}

// Find looks for the newest commit at which the effective licence of a path is
// proven to grant another one. When there is none it is a [fault.Failed] error.
func Find(ctx context.Context, o FindOptions) (*Newest, error) {
	claim, err := license.Parse(o.License)
	if err != nil {
		return nil, err
	}
	if o.Path, err = cleanPath(o.Path); err != nil {
		return nil, err
	}
	if err := gitcmd.CheckVersion(ctx); err != nil {
		return nil, err
	}
	top, format := o.Dir, "sha1"
	if r, err := gitcmd.Open(ctx, o.Dir); err == nil {
		top, format = r.Top, r.Format
	}
	config, err := remote.ReadConfig(ctx, gitcmd.Git{Dir: o.Dir})
	if err != nil {
		return nil, err
	}
	found := &Newest{License: claim.String()}
	if found.Upstream, err = remote.Find(config, top, o.Dir, o.Remote); err != nil {
		return nil, err
	}
	q, err := remote.Open(ctx, found.Upstream, remote.Options{Cache: o.Cache, Format: format, Config: config, Terminal: o.Terminal, Report: o.Report})
	if err != nil {
		return nil, err
	}
	defer q.Close()
	if o.Ref == "" {
		o.Ref = "HEAD"
	}
	if found.Ref, err = q.Resolve(ctx, o.Ref); err != nil {
		return nil, err
	}
	found.Found, err = history.Find(ctx, q, found.Ref.Commit, o.Path, claim, o.FirstParent)
	return found, err
}

// cleanPath spells a path of the upstream as git does; "" is the root.
func cleanPath(p string) (string, error) {
	var parts []string
	for part := range strings.SplitSeq(p, "/") {
		if part == ".." {
			return "", fault.Usagef("choosing the path %q: %q can be no part of it", p, part)
		}
		if part != "" && part != "." {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/"), nil
}
