package imports

import (
	"context"
	"errors"
	"fmt"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// Difference is what was changed here since an import, committed or not.
type Difference struct {
	*Import
	Edits []Edit `json:"edits"`
	Patch string `json:"patch"` // as git diff prints it
}

// Diff compares an import with what was imported. With forUpstream the paths of
// the patch are those of the upstream, so that git apply takes it there;
// otherwise they are those of the monorepo.
func Diff(ctx context.Context, o Options, forUpstream bool) (*Difference, error) {
	r, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	im, err := r.one(ctx)
	if err != nil {
		return nil, err
	}
	q, err := r.quarantine(ctx, im)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	s, err := r.scratch(q)
	if err != nil {
		return nil, err
	}
	defer s.close()
	sd, err := r.changes(ctx, im, s, q)
	if err != nil {
		return nil, err
	}
	d := &Difference{Import: im}
	if d.Edits, err = s.edits(ctx, im, sd, true); err != nil {
		return nil, err
	}
	at := im.Dest
	if forUpstream {
		at = im.Path
	}
	d.Patch, err = s.patch(ctx, at, sd)
	return d, err
}

// changes puts what was imported against the work tree.
func (r *repo) changes(ctx context.Context, im *Import, s *scratch, q *remote.Quarantine) (sides, error) {
	base, err := r.base(ctx, im, s, q, wholeFiles)
	if errors.Is(err, errNoBase) {
		return sides{}, fault.Environmentf("comparing %q with what was imported: commit %s of %s is not at hand", im.Dest, record.Short(im.Commit), q.Remote()).
			WithHint("run it without --offline")
	}
	if err != nil {
		return sides{}, fmt.Errorf("comparing %q with what was imported (commit %s): %w", im.Dest, record.Short(im.Commit), err)
	}
	tree, err := r.workTree(ctx, s, []string{im.Dest})
	if err != nil {
		return sides{}, err
	}
	sd, err := r.sides(ctx, im, s, tree, base)
	if err != nil {
		return sides{}, err
	}
	return r.settle(ctx, im, s, sd)
}

// one gives the import that is meant.
func (r *repo) one(ctx context.Context) (*Import, error) {
	inv, err := r.inventory(ctx)
	if err != nil {
		return nil, err
	}
	list, err := r.choose(inv.imports)
	if err != nil {
		return nil, err
	}
	if len(list) > 1 {
		return nil, fault.Usagef("choosing the import %q: there are %d: %s and %s", r.opts.Dests[0], len(list), list[0].Dest, list[1].Dest)
	}
	switch im := list[0]; {
	case im.Problem != "":
		return nil, fault.Blockedf("%s", im.Problem)
	case im.Gone:
		return nil, fault.Usagef("choosing the import %q: HEAD has nothing there any more", im.Dest)
	default:
		return im, nil
	}
}

func (r *repo) quarantine(ctx context.Context, im *Import) (*remote.Quarantine, error) {
	return remote.Open(ctx, remote.ByURL(r.config, r.Top, im.Repository), remote.Options{
		Cache: r.opts.Cache, Format: r.Format, Config: r.config, Terminal: r.opts.Terminal, Report: r.opts.Report})
}

// patch prints the difference with paths below at.
func (s *scratch) patch(ctx context.Context, at string, sd sides) (string, error) {
	for _, e := range []*object.Entry{&sd.base, &sd.ours} {
		id, err := s.at(ctx, at, *e)
		if err != nil {
			return "", err
		}
		e.ID = id
	}
	// A plumbing command: no setting of the user changes what it prints.
	out, err := s.git.Run(ctx, "diff-tree", "-r", "-p", "-M", "--binary", "--full-index", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/",
		"--no-color", "--unified=3", sd.base.ID, sd.ours.ID)
	if err != nil {
		return "", fmt.Errorf("comparing with what was imported: %w", err)
	}
	return string(out.Stdout), nil
}
