package build

import (
	"context"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/pkg/build/inputs"
)

// gitState is what git says of the workspace.
type gitState struct {
	revision string   // commit, or ""
	changed  []string // paths that differ from it, slash paths from the workspace's root
	source   string   // URL of origin, without user and password
	known    bool     // the workspace is in git
}

// readGit reads the state. A workspace that is not in git, or no git at all, has none.
func readGit(ctx context.Context, root string) (gitState, error) {
	var s gitState
	type result struct {
		text string
		err  error
	}
	ask := func(args ...string) <-chan result {
		done := make(chan result, 1)
		go func() {
			text, err := git(ctx, root, args...)
			done <- result{text, err}
		}()
		return done
	}
	head, status := ask("rev-parse", "HEAD", "--show-prefix"), ask("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", ".")
	remote := ask("config", "--get", "remote.origin.url")
	revision, dirty, origin := <-head, <-status, <-remote
	if ctx.Err() != nil {
		return s, context.Cause(ctx)
	}
	if dirty.err != nil {
		return s, nil //nolint:nilerr // not in git
	}
	s.known = true
	prefix := ""
	if revision.err == nil {
		first, rest, _ := strings.Cut(revision.text, "\n")
		s.revision, prefix = first, strings.TrimSpace(rest)
	} else if p, err := git(ctx, root, "rev-parse", "--show-prefix"); err == nil {
		prefix = strings.TrimSpace(p) // no commit yet
	}
	for _, entry := range strings.Split(dirty.text, "\x00") {
		if len(entry) > 3 {
			s.changed = append(s.changed, strings.TrimPrefix(entry[3:], prefix))
		}
	}
	s.source = publicURL(strings.TrimSpace(origin.text))
	return s, nil
}

func git(ctx context.Context, root string, args ...string) (string, error) {
	out, err := gitcmd.Git{Dir: root}.Run(ctx, args...)
	return strings.TrimSuffix(string(out.Stdout), "\n"), err
}

var scpForm = pattern.Lazy(`^(?:[^@/]+@)?([A-Za-z0-9.-]+):([^/:].*)$`)

// publicURL is the page of a remote: without user and password, and https for
// what is fetched by ssh. A folder of this machine is nobody's business.
func publicURL(remote string) string {
	if m := scpForm().FindStringSubmatch(remote); m != nil && !strings.Contains(remote, "://") {
		remote = "https://" + m[1] + "/" + m[2]
	}
	u, err := url.Parse(remote)
	if err != nil || u.Host == "" {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	switch u.Scheme {
	case "ssh", "git", "git+ssh":
		u.Scheme, u.Host = "https", u.Hostname()
	case "https", "http":
	default:
		return ""
	}
	u.Path = strings.TrimSuffix(u.Path, ".git")
	return u.String()
}

// ChangedSince keeps those targets of the plan that a change since a revision
// concerns: files that go in differ from its merge base with HEAD, in commits or
// in the work tree. An unknown revision is a [fault.Usage] error.
func (p *Plan) ChangedSince(ctx context.Context, rev string) error {
	base, err := git(ctx, p.root, "merge-base", "--end-of-options", rev, "HEAD")
	if err != nil {
		if ctx.Err() != nil || fault.KindOf(err) == fault.Environment {
			return err
		}
		return fault.Usagef("comparing with %q: %w", rev, err).WithHint("a branch, a tag or a commit; in a shallow clone git fetch --unshallow brings it")
	}
	diff, err := git(ctx, p.root, "diff", "--name-only", "-z", "--no-renames", "--relative", base, "--", ".")
	if err != nil {
		return err
	}
	state, err := readGit(ctx, p.root)
	if err != nil {
		return err
	}
	changed := append(strings.Split(diff, "\x00"), state.changed...)
	p.Targets = slices.DeleteFunc(p.Targets, func(t *Target) bool { return !t.concerned(changed) })
	return nil
}

// concerned tells whether one of the paths goes into the target, or says what
// does. Of what lies in a submodule git tells the submodule alone.
func (t *Target) concerned(changed []string) bool {
	want := t.source.want(t)
	want.Paths = append(want.Paths, t.linked(want)...)
	return slices.ContainsFunc(changed, func(name string) bool {
		name = strings.TrimSuffix(name, "/")
		switch {
		case name == "":
			return false
		case t.source.path != "" && name == filepath.ToSlash(t.source.name), t.rules(name):
			return true
		}
		return (want.Has(name) || want.Below(name)) && !t.source.context.Ignores(name)
	})
}

// rules tells whether a path is the file that leaves paths out of the context,
// or would be if it were there.
func (t *Target) rules(name string) bool {
	return name == inputs.IgnoreFile || t.source.path != "" && name == filepath.ToSlash(t.source.name)+inputs.IgnoreFile
}

// linked gives what the links lead to that are taken by their names.
func (t *Target) linked(want inputs.Want) []string {
	var list []string
	for _, f := range t.source.files {
		if f.Link != "" && !path.IsAbs(f.Link) && want.Names(f.Path) {
			list = append(list, path.Join(path.Dir(f.Path), filepath.ToSlash(f.Link)))
		}
	}
	return list
}
