package ci

import (
	"context"
	"errors"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// commit resolves a revision; "" is one that is not there.
func (g *gitRepo) commit(ctx context.Context, rev string) (string, error) {
	out, err := g.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	var failed *proc.Error
	if errors.As(err, &failed) {
		return "", nil
	}
	return strings.TrimSpace(out), err
}

const deepen = "in actions/checkout: fetch-depth: 0; in a clone: git fetch --unshallow"

// base gives the commit to compare with: the merge base of a revision and HEAD.
func (g *gitRepo) base(ctx context.Context, since string) (commit, note string, err error) {
	head, err := g.commit(ctx, "HEAD")
	if err != nil {
		return "", "", err
	}
	if head == "" {
		return "", "", fault.Usagef("looking for changes: there is no commit yet").WithHint("connkit ci matrix --all")
	}
	rev, err := g.commit(ctx, since)
	if err == nil && rev == "" {
		if rev, err = g.commit(ctx, "refs/remotes/origin/"+since); rev != "" {
			note = "there is no " + plainText(since) + " here: compared with origin/" + plainText(since)
		}
	}
	switch {
	case err != nil:
		return "", "", err
	case rev == "" && g.shallow:
		return "", "", fault.Environmentf("looking for changes since %q: the clone is shallow and does not hold it", since).WithHint(deepen)
	case rev == "":
		return "", "", fault.Usagef("looking for changes since %q: there is no such commit", since).
			WithHint("git fetch origin, for a branch of another clone; connkit ci matrix --all builds every connector")
	}
	out, err := g.run(ctx, "merge-base", rev, head)
	var failed *proc.Error
	switch {
	case errors.As(err, &failed) && g.shallow:
		return "", "", fault.Environmentf("looking for changes since %q: the clone is shallow and does not reach back to where it and HEAD parted", since).WithHint(deepen)
	case errors.As(err, &failed) && failed.Status == 1:
		return "", "", fault.Usagef("looking for changes since %q: it and HEAD have no commit in common", since).WithHint("connkit ci matrix --all")
	case err != nil:
		return "", "", gitFault("looking for changes since \""+since+"\"", err)
	}
	return strings.TrimSpace(out), note, nil
}
