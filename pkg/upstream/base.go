package upstream

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// earlier is the last import of a destination.
type earlier struct {
	record.Record
	found  string         // where the record was
	commit *record.Commit // whose message has it, or nil
	own    []string       // files of connkit's own that HEAD has, from the top of the repository
	single bool           // it was of one file
}

// findEarlier looks for the last import of dest in the file that HEAD has and
// in the messages of the history. They back each other: a squash may drop the
// message, a rebase the file, the old script writes no file. It gives nil when
// there was none.
func (w *work) findEarlier(ctx context.Context, dest string, single bool) (*earlier, error) {
	file := record.File(dest, single)
	var fromFile *earlier
	if o, ok := w.files[file]; ok {
		r, err := record.FromYAML(o.Data, file, dest)
		if err != nil {
			return nil, err
		}
		fromFile = &earlier{Record: r, found: file, own: []string{file}, single: single}
		for _, c := range r.Carried {
			fromFile.own = append(fromFile.own, path.Join(path.Dir(file), c.File))
		}
	}
	if w.mono.head == "" || w.ours.IsZero() {
		return fromFile, nil
	}
	newest, moved, err := w.searchHistory(ctx, dest)
	switch {
	case err != nil:
		return nil, err
	case newest == nil && fromFile == nil:
		return w.movedHere(ctx, dest, moved)
	case newest == nil || fromFile != nil && newest.Commit == fromFile.Commit:
		if newest != nil {
			fromFile.commit = newest.commit
		}
		return fromFile, nil
	case fromFile == nil:
		return newest, nil
	}
	stale, err := newest.commit.Outdates(ctx, w.mono.git, newest.Record, file, w.files[file].ID, w.mono.Shallow)
	if err != nil || !stale {
		return fromFile, err
	}
	newest.own = fromFile.own
	newest.Carried = fromFile.Carried
	return newest, nil
}

// searchHistory gives the newest message with a record of dest. When there is
// none it gives the records of the same path of the upstream.
func (w *work) searchHistory(ctx context.Context, dest string) (newest *earlier, moved []*earlier, err error) {
	err = record.Walk(ctx, w.mono.git, w.mono.head, dest, func(c record.Commit) bool {
		for _, r := range slices.Backward(c.Records) {
			e := &earlier{Record: r, found: "commit " + record.Short(c.ID), commit: &c}
			if r.Dest == dest {
				newest = e
				return false
			}
			if r.Path == w.path && !slices.ContainsFunc(moved, func(m *earlier) bool { return m.Dest == r.Dest }) {
				moved = append(moved, e)
			}
		}
		return true
	})
	return newest, moved, err
}

// movedHere looks for an import by the old script whose folder was moved to
// dest: its own destination is gone, and most of what it brought is here.
func (w *work) movedHere(ctx context.Context, dest string, candidates []*earlier) (*earlier, error) {
	if len(candidates) == 0 {
		return nil, nil
	}
	ours := map[string]bool{}
	for _, l := range w.oursLeaves {
		ours[l.ID] = true
	}
	for _, c := range candidates {
		gone, err := object.Batch(ctx, w.mono.git, w.mono.head+":"+c.Dest)
		if err != nil || gone[0].Kind != "" {
			continue
		}
		out, err := w.mono.git.Run(ctx, "ls-tree", "-r", "-z", "--format=%(objectname)", c.commit.ID+":"+c.Dest)
		if err != nil {
			continue // not in a shallow clone
		}
		ids := strings.Split(strings.TrimSuffix(string(out.Stdout), "\x00"), "\x00")
		same := 0
		for _, id := range ids {
			if ours[id] {
				same++
			}
		}
		if 2*same >= len(ids) {
			w.note("%s was imported as %s, by %s", dest, c.Dest, c.found)
			return c, nil
		}
	}
	return nil, nil
}

// baseEntry gives what upstream had at the last import, from wherever it can
// be had: the quarantine, the monorepo, the upstream, the import's own commit.
func (w *work) baseEntry(ctx context.Context, e *earlier, theirs object.Entry) (object.Entry, error) {
	base := object.Entry{Mode: object.Folder, ID: e.Tree}
	var cause error
	if base.ID == "" {
		base, cause = w.askForBase(ctx, e)
	} else if e.single {
		base.Mode = object.File
		if theirs.Mode != object.Folder {
			base.Mode = theirs.Mode // the record does not say whether it could be executed
		}
	}
	if cause == nil {
		ok, err := w.have(ctx, base)
		if err != nil || ok {
			return base, err
		}
		if cause = w.upstream.Complete(ctx, base); cause == nil {
			w.store.Refresh()
			return base, nil
		}
	}
	if ctx.Err() != nil {
		return base, context.Cause(ctx)
	}
	if local, ok, err := w.baseFromImport(ctx, e); err != nil || ok {
		return local, err
	}
	return base, fault.Blockedf("finding what was imported into %q (commit %s, recorded in %s): %w", w.dest, record.Short(e.Commit), e.found, cause).
		WithHint("name a remote that still has commit %s", e.Commit)
}

// askForBase asks the upstream for the base of a record that does not name its tree.
func (w *work) askForBase(ctx context.Context, e *earlier) (object.Entry, error) {
	files, err := w.quarantine.At(ctx, e.Commit, depthOf(e.Path))
	if err != nil {
		return object.Entry{}, err
	}
	entry, err := files.Entry(ctx, e.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return entry, fault.Blockedf("%s has no %q at %s", w.quarantine.Remote(), e.Path, record.Short(e.Commit))
	}
	return entry, err
}

// have tells whether an entry is complete in the quarantine or in the monorepo.
func (w *work) have(ctx context.Context, e object.Entry) (bool, error) {
	if whole, err := w.upstream.Has(ctx, e); err != nil || whole {
		return whole, err
	}
	git := w.mono.git.With("GIT_NO_LAZY_FETCH=1")
	out, err := git.Run(ctx, "rev-list", "--objects", "--no-object-names", "--missing=print", e.ID, "--")
	if err != nil {
		return false, ctx.Err() // the first object itself is not there
	}
	return !strings.HasPrefix(string(out.Stdout), "?") && !strings.Contains(string(out.Stdout), "\n?"), nil
}

// baseFromImport takes the base from the commit that made the import. That
// holds upstream's files when the tree is the recorded one, or when nothing
// was there before it to merge with.
func (w *work) baseFromImport(ctx context.Context, e *earlier) (object.Entry, bool, error) {
	if e.commit == nil {
		return object.Entry{}, false, nil
	}
	revs := []string{e.commit.ID + ":" + e.Dest}
	for _, p := range e.commit.Parents[:min(1, len(e.commit.Parents))] {
		revs = append(revs, p+":"+e.Dest)
	}
	list, err := object.Batch(ctx, w.mono.git, revs...)
	if err != nil || list[0].Kind != object.Tree {
		return object.Entry{}, false, err
	}
	entry := object.Entry{Mode: object.Folder, ID: list[0].ID}
	stripped, err := w.stripOwn(ctx, entry, e)
	switch {
	case err != nil:
		return entry, false, err
	case e.Tree != "" && stripped.ID == e.Tree:
		return stripped, true, nil
	case e.Tree == "" && len(list) > 1 && list[1].Kind == "":
		w.note("upstream has commit %s no more; what %s brought is taken for it", record.Short(e.Commit), e.found)
		return stripped, true, nil
	}
	return entry, false, nil
}

// stripOwn takes connkit's own files out of a folder.
func (w *work) stripOwn(ctx context.Context, entry object.Entry, e *earlier) (object.Entry, error) {
	if entry.Mode != object.Folder {
		return entry, nil
	}
	own := []string{record.FileName}
	for _, c := range e.Carried {
		own = append(own, c.File)
	}
	for _, name := range own {
		id, err := w.store.Set(ctx, entry.ID, name, object.Entry{})
		if err != nil {
			return entry, fmt.Errorf("reading the last import: %w", err)
		}
		if id == "" {
			return object.Entry{}, nil
		}
		entry.ID = id
	}
	return entry, nil
}

func depthOf(paths ...string) int {
	depth := 1
	for _, p := range paths {
		depth = max(depth, strings.Count(p, "/")+1)
	}
	return depth
}
