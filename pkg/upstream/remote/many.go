package remote

import (
	"context"
	"slices"
	"strings"
)

// Tips asks the upstream once for refs by their full names, and HEAD, and gives
// the commits of those that it has.
func (q *Quarantine) Tips(ctx context.Context, names ...string) (map[string]string, error) {
	q.report.step("asking %s for its branches", q.remote)
	var patterns []string
	for _, n := range names {
		if patterns = append(patterns, n); strings.HasPrefix(n, "refs/tags/") {
			patterns = append(patterns, n+"^{}")
		}
	}
	list, err := q.refs(ctx, patterns...)
	if err != nil {
		return nil, err
	}
	tips := map[string]string{}
	for _, r := range list {
		if slices.Contains(names, r.name) {
			tips[r.name] = r.commit()
		}
	}
	return tips, nil
}

// Fetch brings commits and their trees down to a depth, in one request where
// that goes, and tells which of them the upstream does not give by their names.
func (q *Quarantine) Fetch(ctx context.Context, depth int, commits ...string) (refused []string, err error) {
	missing, err := q.store.Missing(ctx, commits...)
	if err != nil || len(missing) == 0 {
		return nil, err
	}
	q.report.step("fetching commits of %s (%d)", q.remote, len(missing))
	err = q.fetchSpines(ctx, depth, missing)
	if len(missing) == 1 && refusesName(err) {
		return missing, nil
	}
	if !refusesName(err) {
		return nil, err
	}
	for _, c := range missing { // which of them it is, only asking one by one tells
		err := q.fetchSpines(ctx, depth, []string{c})
		if refusesName(err) {
			refused = append(refused, c)
		} else if err != nil {
			return refused, err
		}
	}
	return refused, nil
}

func (q *Quarantine) fetchSpines(ctx context.Context, depth int, commits []string) error {
	smart, err := q.isSmart(ctx)
	if err != nil {
		return err
	}
	if !smart {
		return q.fetchWhole(ctx, "")
	}
	for _, f := range spineFilters(depth) {
		if err = q.fetchInto(ctx, q.lean, []string{"--depth=1", f}, commits...); !refusesFilter(err) {
			break
		}
	}
	if err == nil || refusesName(err) {
		return err
	}
	if refusesDepth(err) {
		return q.fetchWhole(ctx, "")
	}
	return q.unreachable(err)
}

// FetchTrees brings trees with all trees below them, without files, in one request.
func (q *Quarantine) FetchTrees(ctx context.Context, ids ...string) error {
	missing, err := q.store.Missing(ctx, ids...)
	if err != nil || len(missing) == 0 {
		return err
	}
	return q.wantBy(ctx, "", "--filter=blob:none", missing...)
}
