package upstream

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
)

// checkTheirs finds the path in the upstream and refuses what cannot be imported.
// A single file goes under its own name into a destination that is a folder.
func (w *work) checkTheirs(ctx context.Context, d destination) error {
	var err error
	w.theirs, err = w.upstream.Entry(ctx, w.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return w.explainMissing(ctx)
	case err != nil:
		return err
	case w.theirs.Mode == object.Symlink:
		return fault.Usagef("finding %q in %s: it is a symlink there", w.path, w.quarantine.Remote()).WithHint("give the path that it leads to")
	case w.theirs.Mode == object.Submodule:
		return fault.Blockedf("finding %q in %s: it is a submodule, another repository", w.path, w.quarantine.Remote()).WithHint("import it from there")
	}
	if w.theirs.Mode != object.Folder {
		if err := w.aimFile(ctx, d); err != nil {
			return err
		}
	}
	if err := w.upstream.Complete(ctx, append(w.licenceFiles(ctx), w.theirs)...); err != nil {
		return err
	}
	w.store.Refresh()
	return w.checkLeaves(ctx)
}

// explainMissing tells of a path that is not there whether it once was.
func (w *work) explainMissing(ctx context.Context) error {
	err := w.upstream.NoSuchPath(ctx, w.path)
	if w.last != nil && w.last.Path == w.path {
		err = fmt.Errorf("%w: upstream has removed or moved it since %s", err, record.Short(w.last.Commit))
	}
	return err
}

// aimFile chooses the place of a single file.
func (w *work) aimFile(ctx context.Context, d destination) error {
	name := path.Base(w.path)
	isFile := !d.folder && w.ours.Mode != object.Folder &&
		(!w.ours.IsZero() || path.Base(w.dest) == name || path.Ext(name) != "" && path.Ext(w.dest) == path.Ext(name))
	if !isFile && (w.last == nil || !w.last.single) {
		w.dest = path.Join(w.dest, name)
		if err := w.readHead(ctx, w.dest); err != nil {
			return err
		}
	}
	last, err := w.findEarlier(ctx, w.dest, true)
	if err == nil && (last != nil || w.last != nil && w.last.Dest != w.dest) {
		w.last = last
	}
	return err
}

// checkLeaves looks at the names and kinds of all files that come.
func (w *work) checkLeaves(ctx context.Context) error {
	leaves, err := w.store.Walk(ctx, "", w.theirs)
	if err != nil {
		return err
	}
	var modules []string
	for _, l := range leaves {
		for part := range strings.SplitSeq(l.Path, "/") {
			if part == "." || part == ".." || strings.EqualFold(part, ".git") {
				return fault.Blockedf("importing %q: upstream has a file %q, which git would not check out", w.path, l.Path)
			}
		}
		if l.Mode == object.Submodule {
			modules = append(modules, path.Join(w.path, l.Path))
		}
		if l.Path == record.FileName {
			return fault.Blockedf("importing %q: upstream has a file %q of its own, where connkit keeps its record", w.path, l.Path)
		}
	}
	if len(modules) == 0 {
		return nil
	}
	if !w.opts.SkipSubmodules {
		return fault.Blockedf("importing %q: it holds submodules, which are other repositories: %s", w.path, some(modules)).
			WithHint("leave them out with --skip-submodules, and import each from its own repository")
	}
	w.note("left out submodules: %s", strings.Join(modules, ", "))
	return nil
}
