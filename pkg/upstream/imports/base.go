package imports

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// errNoBase says that what was imported is not at hand.
var errNoBase = errors.New("what was imported is not at hand")

// want says how much of what was imported is needed.
type want int

const (
	treesAlone want = iota
	wholeFiles
)

// base gives what upstream had at an import, from wherever it can be had: the
// monorepo, whose snapshot commits hold it, the quarantine, the upstream, and
// the import's own commit. Without a quarantine only the monorepo is asked.
// Submodules that were left out are left out of it.
func (r *repo) base(ctx context.Context, im *Import, s *scratch, q *remote.Quarantine, w want) (object.Entry, error) {
	e, err := r.wholeBase(ctx, im, s, q, w)
	if err != nil || len(im.Skipped) == 0 || e.Mode != object.Folder {
		return e, err
	}
	id, err := s.store.Filter(ctx, e.ID, "", func(_ string, e object.Entry) bool { return e.Mode == object.Submodule })
	if err != nil || id == "" {
		return object.Entry{}, err
	}
	return object.Entry{Mode: object.Folder, ID: id}, nil
}

func (r *repo) wholeBase(ctx context.Context, im *Import, s *scratch, q *remote.Quarantine, w want) (object.Entry, error) {
	var cause error
	e := object.Entry{Mode: object.Folder, ID: im.Tree}
	if im.Single {
		e.Mode = object.File
	}
	if e.ID != "" {
		switch ok, err := s.has(ctx, e, w); {
		case err != nil:
			return e, err
		case ok:
			return e, nil
		}
	}
	if q != nil && !r.opts.Offline {
		if e, cause = fetchBase(ctx, im, q, w); cause == nil {
			s.store.Refresh()
			return e, nil
		}
		if ctx.Err() != nil {
			return e, context.Cause(ctx)
		}
	}
	if local, ok, err := r.fromImport(ctx, im, s); err != nil || ok {
		return local, err
	}
	if cause == nil {
		cause = errNoBase
	}
	return object.Entry{}, cause
}

// has tells whether an entry is there with its trees, and its files if they are wanted.
func (s *scratch) has(ctx context.Context, e object.Entry, w want) (bool, error) {
	args := []string{"rev-list", "--objects", "--no-object-names", "--missing=print"}
	if w == treesAlone {
		args = append(args, "--filter=blob:none")
	}
	out, err := s.git.Run(ctx, append(args, e.ID, "--")...)
	if err != nil {
		return false, ctx.Err() // the first object itself is not there
	}
	return !strings.HasPrefix(string(out.Stdout), "?") && !strings.Contains(string(out.Stdout), "\n?"), nil
}

// fetchBase asks the upstream.
func fetchBase(ctx context.Context, im *Import, q *remote.Quarantine, w want) (object.Entry, error) {
	files, err := q.At(ctx, im.Commit, strings.Count(im.Path, "/")+1)
	if err != nil {
		return object.Entry{}, err
	}
	e, err := files.Entry(ctx, im.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return e, fault.Blockedf("%s has no %q at %s", q.Remote(), im.Label(), record.Short(im.Commit))
	}
	if err != nil || e.Mode != object.Folder && w == treesAlone {
		return e, err
	}
	if w == treesAlone {
		return e, q.FetchTrees(ctx, e.ID)
	}
	return e, files.Complete(ctx, e)
}

// fromImport takes the base from the commit that made the import. It holds
// upstream's files when its tree is the recorded one, or, where none is
// recorded, when nothing was there before it to merge with.
func (r *repo) fromImport(ctx context.Context, im *Import, s *scratch) (object.Entry, bool, error) {
	if im.message == nil || im.Single {
		return object.Entry{}, false, nil
	}
	c := im.message.commit
	revs := []string{c.ID + ":" + im.message.Dest}
	for _, p := range c.Parents[:min(1, len(c.Parents))] {
		revs = append(revs, p+":"+im.message.Dest)
	}
	list, err := object.Batch(ctx, r.git, revs...)
	if err != nil || list[0].Kind != object.Tree {
		return object.Entry{}, false, err
	}
	e, err := s.without(ctx, object.Entry{Mode: object.Folder, ID: list[0].ID}, im.own()...)
	if err != nil {
		return e, false, fmt.Errorf("reading the import of %q: %w", im.Dest, err)
	}
	first := len(list) > 1 && list[1].Kind == ""
	return e, im.Tree != "" && e.ID == im.Tree || im.Tree == "" && first, nil
}

// without takes files out of a folder.
func (s *scratch) without(ctx context.Context, e object.Entry, names ...string) (object.Entry, error) {
	for _, name := range names {
		if e.Mode != object.Folder || e.IsZero() {
			return e, nil
		}
		id, err := s.store.Set(ctx, e.ID, name, object.Entry{})
		if err != nil || id == "" {
			return object.Entry{}, err
		}
		e.ID = id
	}
	return e, nil
}

// aside gives the licence texts of the path that lie beside under another
// name, because the destination has its own.
func (im *Import) aside() []string {
	var list []string
	for _, c := range im.Carried {
		if rel, ok := im.within(c.From); ok && !im.Single {
			list = append(list, rel)
		}
	}
	return list
}

// at gives a tree that holds an entry at a path and nothing else.
func (s *scratch) at(ctx context.Context, p string, e object.Entry) (string, error) {
	if p == "" && !e.IsZero() {
		return e.ID, nil
	}
	tree, err := "", error(nil)
	if !e.IsZero() {
		tree, err = s.store.Set(ctx, "", path.Clean(p), e)
	}
	if err == nil && tree == "" {
		tree, err = s.store.PutTree(ctx, nil)
	}
	return tree, err
}
