package upstream

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/pkg/license"
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

// ownFiles are the files that connkit puts beside the import, from the top of the repository.
type ownFiles struct {
	blobs map[string]object.Entry
	aside []string // licence texts in the path, from there, that dest has its own of
}

// carry chooses the names of licence texts and notices. Those of the path come
// with it, but where dest has one of its own they are set aside.
func (w *work) carry(ctx context.Context, p *Plan) (ownFiles, error) {
	own := ownFiles{blobs: map[string]object.Entry{}}
	texts := p.Evidence.Carry
	top, err := w.below(ctx, w.theirs)
	if err != nil {
		return own, err
	}
	for _, e := range top {
		blob := license.Blob{Path: path.Join(w.path, e.Name), ID: e.ID}
		if licenceText().MatchString(e.Name) && e.Mode == object.File && w.clashes(e.Name, blob) {
			own.aside = append(own.aside, e.Name)
			texts = append(texts, blob)
		}
	}
	for _, blob := range texts {
		name, taken := w.freeName(own, blob)
		if taken {
			w.note("%s differs from what was carried there and is left as it is", name)
			continue
		}
		own.blobs[name] = object.Entry{Mode: object.File, ID: blob.ID}
		p.Record.Carried = append(p.Record.Carried, record.Carried{File: path.Base(name), From: blob.Path, Blob: blob.ID})
	}
	slices.SortFunc(p.Record.Carried, func(a, b record.Carried) int { return strings.Compare(a.File, b.File) })
	return own, nil
}

// licenceText is what files with the text of a licence are called.
var licenceText = pattern.Lazy(`(?i)^(licen[cs]e|copying|notice|unlicen[cs]e)([.-].*)?$`)

// clashes tells whether dest has another licence text at a place, of its own:
// one that did not come by an import, or was set aside at the last one.
func (w *work) clashes(rel string, blob license.Blob) bool {
	mine := w.oursAt(rel)
	if mine == "" || mine == blob.ID {
		return false
	}
	if w.last == nil {
		return true
	}
	return slices.ContainsFunc(w.last.Carried, func(c record.Carried) bool { return c.From == blob.Path })
}

// oursAt gives the object that HEAD has at a path below dest, or "".
func (w *work) oursAt(rel string) string {
	if i := slices.IndexFunc(w.oursLeaves, func(l object.Leaf) bool { return l.Path == rel }); i >= 0 {
		return w.oursLeaves[i].ID
	}
	return ""
}

// freeName chooses the name that a text is carried under: LICENSE.upstream and
// the like. taken tells that a person has changed what was carried there.
func (w *work) freeName(own ownFiles, blob license.Blob) (name string, taken bool) {
	stem := path.Base(blob.Path)
	for _, ext := range []string{".md", ".txt", ".rst"} {
		stem = strings.TrimSuffix(stem, ext)
	}
	for n := 1; ; n++ {
		base := stem + ".upstream"
		if n > 1 {
			base = fmt.Sprintf("%s.upstream.%d", stem, n)
		}
		name = path.Join(w.dest, base)
		if w.theirs.Mode != object.Folder {
			name = w.dest + "." + base
		}
		if _, used := own.blobs[name]; used {
			continue
		}
		mine := w.oursAt(base)
		if mine == "" || mine == blob.ID {
			return name, false
		}
		if w.last == nil {
			continue // a file of that name that is no licence of ours
		}
		i := slices.IndexFunc(w.last.Carried, func(c record.Carried) bool { return c.File == path.Base(name) })
		if i >= 0 {
			return name, mine != w.last.Carried[i].Blob
		}
	}
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

// ownUnchanged tells whether one of connkit's own files is as it was written.
func (w *work) ownUnchanged(f string) bool {
	for _, c := range w.last.Carried {
		if path.Base(f) == c.File {
			mine := w.oursAt(strings.TrimPrefix(f, w.dest+"/"))
			return mine == c.Blob || mine == ""
		}
	}
	return true // the record itself
}

// finish lists what the commit changes and checks that nothing is in its way.
func (w *work) finish(ctx context.Context, p *Plan) error {
	p.Dest, p.Message = w.dest, p.Record.Message()
	var err error
	w.deltas, err = w.diff(ctx, "", object.Entry{Mode: object.Folder, ID: w.root}, object.Entry{Mode: object.Folder, ID: w.newRoot})
	if err != nil {
		return err
	}
	if len(w.deltas) == 0 && len(w.merged.stages) == 0 {
		p.Action, p.Changes = None, []Change{}
		return nil
	}
	p.Changes = w.changes()
	var added []string
	for _, d := range w.deltas {
		if d.old.IsZero() {
			added = append(added, d.path)
		}
	}
	for _, s := range w.merged.stages {
		if w.oursAt(strings.TrimPrefix(s.Path, w.dest+"/")) == "" && !slices.Contains(added, s.Path) {
			added = append(added, s.Path)
		}
	}
	return w.mono.checkFree(added, w.tracked)
}

// tracked tells whether HEAD has a file at a path of dest, or below it.
func (w *work) tracked(p string) bool {
	return slices.ContainsFunc(w.oursLeaves, func(l object.Leaf) bool {
		full := path.Join(w.dest, l.Path)
		return full == p || strings.HasPrefix(full, p+"/")
	})
}

func (w *work) changes() []Change {
	list := []Change{}
	for _, d := range w.deltas {
		c := Change{Path: d.path, Status: Changed}
		switch {
		case w.merged.conflicts(d.path):
			continue
		case d.old.IsZero():
			c.Status = Added
		case d.new.IsZero():
			c.Status = Deleted
		}
		list = append(list, c)
	}
	for _, s := range w.merged.stages {
		if !slices.ContainsFunc(list, func(c Change) bool { return c.Path == s.Path }) {
			list = append(list, Change{Path: s.Path, Status: Conflict, Why: w.merged.why[s.Path]})
		}
	}
	slices.SortFunc(list, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return list
}
