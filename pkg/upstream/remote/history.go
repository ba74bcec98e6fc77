package remote

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// historyGit is the repository that a history is fetched to: trees tells whether with its trees.
func (q *Quarantine) historyGit(trees bool) (dir, filter string) {
	if trees {
		return filepath.Join(q.dir, "history.git"), "--filter=blob:none"
	}
	return filepath.Join(q.dir, "commits.git"), "--filter=tree:0"
}

// history fetches all commits of all branches and tags, without files, and
// gives the git that reads them: their refs are the upstream's own. With
// trees the trees come along, so that paths can be followed.
func (q *Quarantine) history(ctx context.Context, trees bool) (gitcmd.Git, error) {
	dir, filter := q.historyGit(trees)
	smart, err := q.isSmart(ctx)
	if err != nil {
		return gitcmd.Git{}, err
	}
	if !smart {
		dir, filter = q.whole, noFilter
	}
	sweep(dir)
	if err := initBare(dir, q.format); err != nil {
		return gitcmd.Git{}, noRoom(err)
	}
	q.report.step("fetching the history of %s", q.remote)
	for _, f := range []string{filter, "--filter=blob:none", noFilter} {
		if err = q.fetchHistory(ctx, dir, f); !refusesFilter(err) {
			break
		}
	}
	if err != nil {
		return gitcmd.Git{}, q.unreachable(err)
	}
	return gitcmd.Git{Dir: dir}, nil
}

func (q *Quarantine) fetchHistory(ctx context.Context, dir, filter string) error {
	refspecs := []string{"+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*", "+HEAD:refs/connkit/HEAD"}
	flags := []string{"--prune", filter}
	if _, err := os.Stat(filepath.Join(dir, "shallow")); err == nil {
		flags = append(flags, "--unshallow")
	}
	err := q.withNegotiation().fetchInto(ctx, dir, flags, refspecs...)
	if says(err, "couldn't find remote ref HEAD") { // a HEAD that leads nowhere
		err = q.withNegotiation().fetchInto(ctx, dir, flags, refspecs[:2]...)
	}
	return err
}

// withNegotiation tells the upstream what is there already: in a history that is nearly all.
func (q *Quarantine) withNegotiation() *Quarantine {
	c := *q
	c.settings = append(slices.Clone(q.settings), gitcmd.Setting{Key: "fetch.negotiationAlgorithm", Value: "default"})
	return &c
}

// resolveShort finds the commit whose name begins with some digits. Two of
// them are a usage error, as they are to git: so all commits are looked at,
// not the tips alone.
func (q *Quarantine) resolveShort(ctx context.Context, asked string) (Resolved, error) {
	git, err := q.history(ctx, false)
	if err != nil {
		return Resolved{}, err
	}
	out, err := git.Run(ctx, "rev-list", "--all", "--no-commit-header", "--encoding=UTF-8", "--format=%H %cs %s")
	if err != nil {
		return Resolved{}, fmt.Errorf("looking for commit %s: %w", asked, err)
	}
	var hits []string
	for line := range strings.Lines(string(out.Stdout)) {
		if strings.HasPrefix(line, strings.ToLower(asked)) {
			hits = append(hits, object.Printable(strings.TrimRight(line, "\n")))
		}
	}
	switch len(hits) {
	case 0:
		return Resolved{}, q.noSuchRef(ctx, asked)
	case 1:
		id, _, _ := strings.Cut(hits[0], " ")
		return Resolved{Asked: asked, Commit: id}, nil
	}
	return Resolved{}, fault.Usagef("choosing the commit %q: %s has %d that begin so", asked, q.remote, len(hits)).
		WithHint("give more digits:\n%s", strings.Join(hits[:min(len(hits), 10)], "\n"))
}
