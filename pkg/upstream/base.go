package upstream

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
)

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
