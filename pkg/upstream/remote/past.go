package remote

import (
	"context"
	"fmt"
	"slices"

	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// Past is the history of an upstream as it was fetched: all commits of its
// branches and tags, with or without their trees. What else is asked for is
// fetched by its name.
type Past struct {
	Git gitcmd.Git // reads it

	q     *Quarantine
	dir   string
	store *object.Store
	read  int
}

// Past fetches the history. With trees all trees come along, so that files can
// be followed through it; without, only those that [Past.Trees] is asked for.
func (q *Quarantine) Past(ctx context.Context, trees bool) (*Past, error) {
	git, err := q.history(ctx, trees)
	if err != nil {
		return nil, err
	}
	git = git.With("GIT_ALTERNATE_OBJECT_DIRECTORIES=" + gitcmd.PathList(q.ObjectDirs()...))
	p := &Past{Git: git, q: q, dir: git.Dir}
	p.store = p.newStore()
	return p, nil
}

func (p *Past) newStore() *object.Store {
	return object.NewStore(p.Git, p.q.format, append([]string{p.dir}, p.q.Repositories()...)...)
}

// batch bounds how many objects are in memory at once.
const batch = 1000

// Trees reads trees and calls visit for each. Those that are not there are
// fetched before, all in one request and without what lies below them.
func (p *Past) Trees(ctx context.Context, ids []string, visit func(id string, entries []object.Entry)) error {
	if err := p.fetch(ctx, "--filter=tree:0", ids); err != nil {
		return err
	}
	return p.each(ctx, ids, func(o object.Object) error {
		if o.Kind != object.Tree {
			return fmt.Errorf("reading tree %s of %s: it is a %s", o.ID, p.q.remote, o.Kind)
		}
		entries, err := object.ParseTree(o.Data, len(o.ID))
		if err == nil {
			visit(o.ID, entries)
		}
		return err
	})
}

// Blobs reads files and calls visit for each, fetched in one request.
func (p *Past) Blobs(ctx context.Context, ids []string, visit func(id string, text []byte)) error {
	if err := p.fetch(ctx, noFilter, ids); err != nil {
		return err
	}
	return p.each(ctx, ids, func(o object.Object) error {
		visit(o.ID, o.Data)
		return nil
	})
}

func (p *Past) fetch(ctx context.Context, filter string, ids []string) error {
	missing, err := p.store.Missing(ctx, ids...)
	if err != nil || len(missing) == 0 {
		return err
	}
	p.q.report.step("fetching objects of %s (%d)", p.q.remote, len(missing))
	err = p.q.fetchInto(ctx, p.q.lean, []string{filter}, missing...)
	if says(err, "did not send all necessary objects") || refusesFilter(err) || refusesName(err) {
		// A tree that also lies in another one that is asked for is left out by tree:0.
		err = p.q.wantBy(ctx, "", "--filter=blob:none", missing...)
	} else if err != nil {
		err = p.q.unreachable(err)
	}
	p.store.Refresh()
	return err
}

// few is up to how many objects are read without a git process.
const few = 16

// maxRead is after how many of them what the store remembers is dropped.
const maxRead = 5000

func (p *Past) each(ctx context.Context, ids []string, visit func(object.Object) error) error {
	if len(ids) <= few {
		return p.eachOf(ctx, ids, visit)
	}
	for some := range slices.Chunk(ids, batch) {
		list, err := object.Batch(ctx, p.Git, some...)
		if err != nil {
			return err
		}
		for i, o := range list {
			if o.Kind == "" {
				return fmt.Errorf("reading %s of %s: it is not there", some[i], p.q.remote)
			}
			if err := visit(o); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Past) eachOf(ctx context.Context, ids []string, visit func(object.Object) error) error {
	if p.read += len(ids); p.read > maxRead {
		p.store.Close() // its packs are open, and nobody else knows of it
		p.read, p.store = 0, p.newStore()
	}
	found, err := p.store.Get(ctx, ids...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		o, ok := found[id]
		if !ok {
			return fmt.Errorf("reading %s of %s: it is not there", id, p.q.remote)
		}
		if err := visit(o); err != nil {
			return err
		}
	}
	return nil
}

// Has tells whether a commit is in the history: on a branch or tag of the
// upstream, or on its way there.
func (p *Past) Has(ctx context.Context, commit string) (bool, error) {
	out, err := p.Git.Run(ctx, "for-each-ref", "--count=1", "--contains", commit)
	if gitcmd.Status(err) > 0 {
		return false, nil // no such commit
	}
	return out.Text() != "", err
}
