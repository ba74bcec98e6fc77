package upstream

import (
	"context"
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// combine works out the tree of the commit: what the merge gives, the record,
// and the licence texts that have to go where the code goes.
func (w *work) combine(ctx context.Context, p *Plan) error {
	if w.last != nil {
		p.Action = Update
		p.Base = &Base{Commit: w.last.Commit, Path: w.last.Path, Found: w.last.found}
		if w.sameImport(p.Record) {
			p.Action, p.Dest, p.Changes = None, w.dest, []Change{}
			return nil
		}
	} else if !w.ours.IsZero() {
		if w.mono.Shallow {
			return fault.Blockedf("importing into %q: it is there, and a shallow clone cannot tell whether it was imported before", w.dest).
				WithHint("git fetch --unshallow")
		}
		w.note("%s is there and has no record of an import: merging with an empty base", w.dest)
	}
	theirs, err := w.withoutSubmodules(ctx, w.theirs, w.opts.SkipSubmodules)
	if err != nil {
		return err
	}
	base, err := w.base(ctx, theirs)
	if err != nil {
		return err
	}
	own, err := w.carry(ctx, p)
	if err != nil {
		return err
	}
	if err := w.takeSnapshot(ctx, p, base, theirs); err != nil {
		return err
	}
	base, ours, theirs, err := w.sides(ctx, base, theirs, own)
	if err != nil {
		return err
	}
	if w.merged, err = w.mergeEntries(ctx, base, ours, theirs); err != nil {
		return err
	}
	if err := w.putTogether(ctx, p, own); err != nil {
		return err
	}
	return w.finish(ctx, p)
}

// sameImport tells whether a pull would bring nothing: the path is what it was
// at the last import, and so is all that was said of it.
func (w *work) sameImport(r record.Record) bool {
	l := w.last
	if l.Old() && l.Commit == r.Commit && l.Path == r.Path && l.License.ID == r.License.ID {
		return true
	}
	return l.Tree == r.Tree && l.Path == r.Path && l.Repository == r.Repository && l.License.ID == r.License.ID && l.License.Path == r.License.Path &&
		(w.opts.AcceptLicense == "" || l.Accepted == r.Accepted) && !w.ours.IsZero()
}

func (w *work) withoutSubmodules(ctx context.Context, e object.Entry, skip bool) (object.Entry, error) {
	if !skip || e.Mode != object.Folder {
		return e, nil
	}
	id, err := w.store.Filter(ctx, e.ID, "", func(_ string, e object.Entry) bool { return e.Mode == object.Submodule })
	if id == "" {
		return object.Entry{}, err
	}
	e.ID = id
	return e, err
}

// base gives what upstream had at the last import, in the form in which it was taken.
func (w *work) base(ctx context.Context, theirs object.Entry) (object.Entry, error) {
	if w.last == nil || w.ours.IsZero() {
		return object.Entry{}, nil
	}
	base, err := w.baseEntry(ctx, w.last, theirs)
	if err != nil {
		return base, err
	}
	return w.withoutSubmodules(ctx, base, len(w.last.Skipped) > 0)
}

// takeSnapshot makes the commit that holds the upstream's files and nothing
// else, at their place in the monorepo. It is the same for every run. The
// snapshot of the last import is its parent, so that a rebase, which drops
// merges, applies what changed between the two.
func (w *work) takeSnapshot(ctx context.Context, p *Plan, base, theirs object.Entry) error {
	tree, err := w.alone(ctx, theirs)
	if err != nil {
		return err
	}
	w.snapshotTree = tree
	c := object.CommitData{Tree: tree, Author: w.upstream.Commit.Author, Committer: w.upstream.Commit.Committer, Message: p.Record.SnapshotMessage()}
	if c.Parents, err = w.lastSnapshot(ctx, base); err != nil {
		return err
	}
	w.snapshot, err = w.store.Put(ctx, object.Commit, c.Encode())
	if !w.opts.Single {
		p.Snapshot = w.snapshot
	}
	return err
}

// lastSnapshot gives the snapshot that the last import merged, if the history
// still has it: a commit with exactly the base's files.
func (w *work) lastSnapshot(ctx context.Context, base object.Entry) ([]string, error) {
	if w.last == nil || w.last.commit == nil || len(w.last.commit.Parents) != 2 || base.IsZero() || w.opts.Single {
		return nil, nil
	}
	parent := w.last.commit.Parents[1]
	tree, err := w.alone(ctx, base)
	if err != nil {
		return nil, err
	}
	list, err := object.Batch(ctx, w.mono.git, parent+"^{tree}")
	if err != nil || list[0].ID != tree {
		return nil, err
	}
	return []string{parent}, nil
}

// sides gives the three sides of the merge, without what is connkit's own and
// without licence texts that are carried under another name.
func (w *work) sides(ctx context.Context, base, theirs object.Entry, own ownFiles) (b, o, t object.Entry, err error) {
	b, o, t = base, w.ours, theirs
	if w.last != nil {
		for _, f := range w.last.own {
			if rel, ok := strings.CutPrefix(f, w.dest+"/"); ok && o.Mode == object.Folder {
				if o, err = w.drop(ctx, o, rel); err != nil {
					return b, o, t, err
				}
			}
		}
	}
	for _, rel := range own.aside {
		if b, err = w.drop(ctx, b, rel); err == nil {
			t, err = w.drop(ctx, t, rel)
		}
		if err != nil {
			return b, o, t, err
		}
	}
	return b, o, t, nil
}

func (w *work) drop(ctx context.Context, e object.Entry, rel string) (object.Entry, error) {
	if e.IsZero() || e.Mode != object.Folder {
		return e, nil
	}
	id, err := w.store.Set(ctx, e.ID, rel, object.Entry{})
	if id == "" {
		return object.Entry{}, err
	}
	e.ID = id
	return e, err
}

// putTogether puts the merged entry and connkit's own files into the tree of HEAD.
func (w *work) putTogether(ctx context.Context, p *Plan, own ownFiles) error {
	single := w.theirs.Mode != object.Folder
	blob, err := w.store.Put(ctx, object.Blob, p.Record.YAML())
	if err != nil {
		return err
	}
	own.blobs[record.File(w.dest, single)] = object.Entry{Mode: object.File, ID: blob}
	w.newRoot = w.root
	puts := []delta{{path: w.dest, new: w.merged.entry}}
	if w.last != nil {
		for _, f := range w.last.own {
			if _, again := own.blobs[f]; !again && w.ownUnchanged(f) {
				puts = append(puts, delta{path: f}) // no longer needed
			} else if !again {
				puts = append(puts, delta{path: f, new: object.Entry{Mode: object.File, ID: w.oursAt(strings.TrimPrefix(f, w.dest+"/"))}})
			}
		}
	}
	for f, e := range own.blobs {
		puts = append(puts, delta{path: f, new: e})
	}
	for _, put := range puts {
		if w.newRoot, err = w.store.Set(ctx, w.newRoot, put.path, put.new); err != nil {
			return fmt.Errorf("putting the import together: %w", err)
		}
	}
	return nil
}
