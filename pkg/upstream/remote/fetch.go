package remote

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// noFilter fetches whole objects, also where the quarantine has a default filter.
const noFilter = "--no-filter"

// refetch has the upstream send also what an earlier fetch brought in part.
const refetch = "--refetch"

// fetchInto fetches into one of the quarantine's repositories. What is fetched
// is named by refs or object names; nothing is written but objects, and the
// shallow file with a depth.
func (q *Quarantine) fetchInto(ctx context.Context, dir string, flags []string, want ...string) error {
	args := []string{"fetch", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance", "--progress"}
	args = append(append(args, flags...), "--stdin", alias)
	_, err := q.net(dir).Feed(ctx, strings.NewReader(strings.Join(want, "\n")+"\n"), args...)
	q.store.Refresh()
	return err
}

// spine fetches a commit and the trees down to a depth, or the next best thing
// that the upstream can give: all trees, all files of the commit, everything.
func (q *Quarantine) spine(ctx context.Context, commit string, depth int) error {
	var err error
	for _, f := range spineFilters(depth) {
		if err = q.fetchInto(ctx, q.lean, []string{"--depth=1", f}, commit); !refusesFilter(err) {
			break
		}
	}
	q.smart = q.smart || err == nil
	switch {
	case err == nil:
		return nil
	case refusesName(err), refusesDepth(err):
		return q.fetchWhole(ctx, commit)
	}
	return q.unreachable(err)
}

func spineFilters(depth int) []string {
	return []string{fmt.Sprintf("--filter=combine:tree:%d+blob:none", depth), "--filter=blob:none", noFilter}
}

// fetchWhole fetches a commit with all files from an upstream that gives no
// parts: as the tip of a ref one commit deep, else by everything that it has.
func (q *Quarantine) fetchWhole(ctx context.Context, commit string) error {
	list, err := q.refs(ctx, "refs/*")
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(list, func(r ref) bool { return r.commit() == commit || r.id == commit }); i >= 0 {
		for _, depth := range [][]string{{"--depth=1"}, {}} {
			if err = q.fetchInto(ctx, q.whole, append(depth, refetch), list[i].name); !refusesDepth(err) {
				break
			}
		}
		if err != nil {
			return q.unreachable(err)
		}
		return q.mustHave(ctx, commit)
	}
	q.report.step("fetching all of %s: it gives no single commits", q.remote)
	flags := []string{refetch}
	if _, err := os.Stat(filepath.Join(q.whole, "shallow")); err == nil {
		flags = append(flags, "--unshallow")
	}
	if err := q.fetchInto(ctx, q.whole, flags, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"); err != nil {
		return q.unreachable(err)
	}
	return q.mustHave(ctx, commit)
}

func (q *Quarantine) mustHave(ctx context.Context, commit string) error {
	if commit == "" {
		return nil // all that there is was wanted
	}
	found, err := q.store.Get(ctx, commit)
	if err == nil && len(found) == 0 {
		return q.noCommit(commit)
	}
	return err
}

// ErrGone is in the chain of errors about commits that the upstream does not have.
var ErrGone = errors.New("has none of that name")

func (q *Quarantine) noCommit(commit string) error {
	return fault.Usagef("choosing the commit %s: %s %w", commit, q.remote, ErrGone).
		WithHint("a commit that was never pushed there, or that a forced push removed, cannot be had")
}

// want fetches objects by their names: trees with everything below them, or
// alone when only their entries are of interest.
func (q *Quarantine) want(ctx context.Context, commit string, alone bool, ids ...string) error {
	ids, err := q.store.Missing(ctx, ids...)
	if err != nil || len(ids) == 0 {
		return err
	}
	filter := noFilter
	if alone {
		filter = "--filter=tree:0"
	}
	return q.wantBy(ctx, commit, filter, ids...)
}

// wantBy fetches objects that are not there, by their names.
func (q *Quarantine) wantBy(ctx context.Context, commit, filter string, ids ...string) error {
	smart, err := q.isSmart(ctx)
	if err != nil {
		return err
	}
	if !smart {
		return q.fetchWhole(ctx, commit)
	}
	err = q.fetchInto(ctx, q.lean, []string{filter}, ids...)
	if refusesFilter(err) {
		err = q.fetchInto(ctx, q.lean, []string{noFilter}, ids...)
	}
	if refusesName(err) {
		return q.fetchWhole(ctx, commit)
	}
	if err != nil {
		return q.unreachable(err)
	}
	return nil
}

// isSmart tells whether the upstream speaks git's protocol. A plain file server
// must never be asked for parts: git looks for each object that is not promised
// to be elsewhere, asks for it, and looks again, a process deeper each time.
func (q *Quarantine) isSmart(ctx context.Context) (bool, error) {
	if q.smart || !strings.HasPrefix(q.remote.raw, "http") && !strings.HasPrefix(q.remote.raw, "ftp") && q.config.rewrite(q.remote.raw) == q.remote.raw {
		return true, nil
	}
	list, err := q.refs(ctx, "refs/heads/*", "refs/tags/*")
	if err != nil || len(list) == 0 {
		return true, err // nothing is there to be fetched
	}
	err = q.fetchInto(ctx, q.lean, []string{"--depth=1", "--filter=tree:0"}, list[0].name)
	if refusesDepth(err) {
		return false, nil
	}
	q.smart = err == nil || refusesFilter(err)
	if !q.smart {
		return false, q.unreachable(err)
	}
	return true, nil
}

func says(err error, texts ...string) bool {
	var exit *proc.Error
	return errors.As(err, &exit) && slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(exit.Stderr, t) })
}

// refusesFilter tells whether the upstream, or git itself, wants another filter.
func refusesFilter(err error) bool {
	return says(err, "filter '", "filter-spec", "filter allows max depth")
}

// refusesName tells whether the upstream gives no object by its name, or has none of that name.
func refusesName(err error) bool {
	return says(err, "not our ref", "unadvertised object", "does not support exact SHA1", "couldn't find remote ref", "Couldn't find remote ref",
		"remote did not send all necessary objects", "unable to find remote ref")
}

// refusesDepth tells whether the upstream gives nothing without its history, as a plain file server does.
func refusesDepth(err error) bool {
	return says(err, "does not support shallow", "shallow capabilities")
}

// At gives the files of a commit. Trees down to depth come along at once:
// the deepest path that is going to be asked for.
func (q *Quarantine) At(ctx context.Context, commit string, depth int) (*Files, error) {
	missing, err := q.store.Missing(ctx, commit)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		q.report.step("fetching %s of %s", short(commit), q.remote)
		if err := q.spine(ctx, commit, max(depth, 1)); err != nil {
			return nil, err
		}
	}
	for range maxPeel {
		found, err := q.store.Get(ctx, commit)
		if err != nil {
			return nil, err
		}
		o, ok := found[commit]
		switch {
		case !ok:
			return nil, q.noCommit(commit)
		case o.Kind == object.Commit:
			c, err := object.ParseCommit(o)
			return &Files{q: q, Commit: c}, err
		case o.Kind != object.Tag:
			return nil, fault.Usagef("choosing the commit %s: in %s it is a %s", commit, q.remote, o.Kind)
		}
		commit = peel(o)
	}
	return nil, q.noCommit(commit)
}

// maxPeel is how many tags of tags are followed.
const maxPeel = 5

// peel gives what a tag is of.
func peel(o object.Object) string {
	first, _, _ := strings.Cut(string(o.Data), "\n")
	return strings.TrimPrefix(first, "object ")
}

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
