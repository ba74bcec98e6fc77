package imports

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/upstream/history"
	"github.com/connkit/connkit/pkg/upstream/record"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// Standing is how an import stands against its upstream.
type Standing struct {
	*Import
	Against string          `json:"against,omitempty"` // full name of the upstream's ref, or HEAD
	Tip     string          `json:"tip,omitempty"`     // its commit
	Behind  *history.Behind `json:"behind,omitempty"`  // nil when it cannot be told
	Now     string          `json:"licenseNow,omitempty"`
	Change  string          `json:"licenseChange,omitempty"` // "changed MIT → Elastic-2.0"
	By      *history.Change `json:"changedBy,omitempty"`     // the commit that changed it
	Edits   *int            `json:"localEdits,omitempty"`    // files that differ from what was imported
	Due     []string        `json:"due"`                     // what a person has to do something about
	Notes   []string        `json:"notes,omitempty"`
	Error   string          `json:"error,omitempty"` // why it is not known
}

func (st *Standing) due(format string, args ...any) {
	st.Due = append(st.Due, fmt.Sprintf(format, args...))
}

func (st *Standing) note(format string, args ...any) {
	st.Notes = append(st.Notes, fmt.Sprintf(format, args...))
}

// Status compares imports with their upstreams: one request for the branches of
// each repository and, where one has moved, one for its commits. An upstream
// that cannot be reached is a [fault.Environment] error that names it; all
// imports come with it, and what is known of them here.
func Status(ctx context.Context, o Options) ([]*Standing, error) {
	r, _, chosen, err := look(ctx, o)
	if err != nil {
		return nil, err
	}
	list := []*Standing{}
	for _, im := range chosen {
		st := &Standing{Import: im, Due: []string{}}
		if im.Problem != "" {
			st.due("the record cannot be read: %s", im.Problem)
		}
		list = append(list, st)
	}
	err = eachRepository(ctx, list, func(group []*Standing) error { return r.statusOf(ctx, group) })
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return list, err
}

// statusOf looks at the imports from one repository.
func (r *repo) statusOf(ctx context.Context, group []*Standing) error {
	if group[0].Repository == "" {
		for _, st := range group {
			st.note("the record names no repository")
		}
		return nil
	}
	q, err := r.quarantine(ctx, group[0].Import)
	if err != nil {
		return err
	}
	defer q.Close()
	if !r.opts.Offline {
		err = r.compare(ctx, q, group)
	}
	s, serr := r.scratch(q)
	if serr != nil {
		return serr
	}
	defer s.close()
	from := q
	if err != nil {
		from = nil // what cannot be reached is asked no second time
	}
	for _, st := range group {
		if err != nil {
			st.Error = err.Error()
		}
		st.Edits = r.countEdits(ctx, st, s, from)
	}
	return err
}

// countEdits counts the files that were changed here, as far as that can be told.
func (r *repo) countEdits(ctx context.Context, st *Standing, s *scratch, q *remote.Quarantine) *int {
	base, err := r.base(ctx, st.Import, s, q, treesAlone)
	var tree string
	if err == nil {
		tree, err = r.workTree(ctx, s, []string{st.Dest})
	}
	var sd sides
	if err == nil {
		sd, err = r.sides(ctx, st.Import, s, tree, base)
	}
	if err == nil {
		sd, err = r.settle(ctx, st.Import, s, sd)
	}
	var edits []Edit
	if err == nil {
		edits, err = s.edits(ctx, st.Import, sd, true)
	}
	if err != nil {
		if st.Error == "" && !errors.Is(err, errNoBase) {
			st.note("local changes are not known: %v", err)
		}
		return nil
	}
	n := len(edits)
	return &n
}

// compare asks the upstream.
func (r *repo) compare(ctx context.Context, q *remote.Quarantine, group []*Standing) error {
	if err := findTips(ctx, q, group); err != nil {
		return err
	}
	moved := slices.DeleteFunc(slices.Clone(group), func(st *Standing) bool { return st.Tip == st.Commit || st.Tip == "" })
	for _, st := range group {
		if st.Tip == st.Commit {
			st.Behind, st.Now = &history.Behind{}, st.License.ID
		}
	}
	if len(moved) == 0 {
		return nil
	}
	past, err := q.Past(ctx, false)
	if err != nil {
		return err
	}
	log, err := history.Read(ctx, past, false, "--all")
	if err != nil {
		return err
	}
	if err := countBehind(ctx, log, moved); err != nil {
		return err
	}
	return licencesNow(ctx, q, moved)
}

// findTips asks once for all refs that the imports follow.
func findTips(ctx context.Context, q *remote.Quarantine, group []*Standing) error {
	names := []string{"HEAD"}
	for _, st := range group {
		st.Against = st.NextRef()
		if st.Against != "HEAD" && !strings.HasPrefix(st.Against, "refs/") {
			st.Against = "refs/heads/" + st.Against
		}
		if !slices.Contains(names, st.Against) {
			names = append(names, st.Against)
		}
	}
	tips, err := q.Tips(ctx, names...)
	if err != nil {
		return err
	}
	for _, st := range group {
		if tips[st.Against] == "" && st.Against != "HEAD" {
			st.note("%s has no %s any more; HEAD is looked at instead", q.Remote(), strings.TrimPrefix(st.Against, "refs/heads/"))
			st.Against = "HEAD"
		}
		if st.Tip = tips[st.Against]; st.Tip == "" {
			st.due("%s has no branches", q.Remote())
		}
	}
	return nil
}

func countBehind(ctx context.Context, log *history.Log, moved []*Standing) error {
	var asks []history.Ask
	var of []*Standing
	for _, st := range moved {
		if !log.Has(st.Tip) {
			continue // it moved on meanwhile, or is a tag of a tag
		}
		if !log.Has(st.Commit) {
			st.due("commit %s is on no branch and no tag of upstream any more: a forced push took it away", record.Short(st.Commit))
			continue
		}
		asks, of = append(asks, history.Ask{From: st.Commit, Tip: st.Tip, Path: st.Path}), append(of, st)
	}
	answers, err := log.Behind(ctx, asks...)
	if err != nil {
		return err
	}
	for i, st := range of {
		st.Behind = &answers[i]
		if n := answers[i].Path; n > 0 {
			st.due("%s behind", count(n, "commit"))
		}
	}
	return nil
}

func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
