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
