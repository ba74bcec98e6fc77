package history

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// view is the files of a commit as a [license.Tree]. It notes what was asked
// for that the key of the place does not tell: symlinks, and files that
// metadata above the path names.
type view struct {
	log    *Log
	commit int
	path   string
	gather bool            // give no file that is not at hand, but note it
	wanted map[string]bool // noted files, by their object names
	beyond map[string]bool // paths whose content the verdict hangs on, too
}

var _ license.Tree = (*view)(nil)

// maxTrees bounds how many trees are kept.
const maxTrees = 20_000

func (l *Log) tree(ctx context.Context, id string) ([]object.Entry, error) {
	if list, ok := l.trees[id]; ok {
		return list, nil
	}
	if len(l.trees) > maxTrees {
		clear(l.trees)
	}
	err := l.past.Trees(ctx, []string{id}, func(id string, entries []object.Entry) { l.trees[id] = entries })
	return l.trees[id], err
}

func (l *Log) entry(ctx context.Context, commit int, p string) (object.Entry, error) {
	e := object.Entry{Mode: object.Folder, ID: l.commits[commit].tree}
	for rest := p; rest != ""; {
		if e.Mode != object.Folder {
			return object.Entry{}, nil
		}
		list, err := l.tree(ctx, e.ID)
		if err != nil {
			return e, err
		}
		i := slices.IndexFunc(list, func(e object.Entry) bool { return e.Name == first(rest) })
		if i < 0 {
			return object.Entry{}, nil
		}
		e = list[i]
		_, rest, _ = strings.Cut(rest, "/")
	}
	return e, nil
}

// List gives the entries of a folder.
func (v *view) List(ctx context.Context, dir string) ([]license.Entry, error) {
	e, err := v.log.entry(ctx, v.commit, dir)
	if err != nil {
		return nil, err
	}
	if e.Mode != object.Folder || e.IsZero() {
		return nil, &fs.PathError{Op: "open", Path: dir, Err: fs.ErrNotExist}
	}
	entries, err := v.log.tree(ctx, e.ID)
	list := make([]license.Entry, len(entries))
	for i, e := range entries {
		list[i] = license.Entry{Name: e.Name, Dir: e.Mode == object.Folder, Link: e.Mode == object.Symlink, Module: e.Mode == object.Submodule, Blob: e.ID}
	}
	return list, err
}

// Read gives the contents of files.
func (v *view) Read(ctx context.Context, paths ...string) (map[string]license.Blob, error) {
	ids := map[string]string{}
	var names []string
	for _, p := range paths {
		e, err := v.log.entry(ctx, v.commit, p)
		if err != nil {
			return nil, err
		}
		if e.Mode == object.Folder || e.Mode == object.Submodule || e.IsZero() {
			continue
		}
		if e.Mode == object.Symlink || !v.inKey(p) {
			v.beyond[p] = true
		}
		ids[p], names = e.ID, append(names, e.ID)
	}
	if !v.gather {
		if err := v.log.load(ctx, names); err != nil {
			return nil, err
		}
	}
	got := map[string]license.Blob{}
	for p, id := range ids {
		text, ok := v.log.texts[id]
		if !ok {
			v.wanted[id] = true
			continue
		}
		got[p] = license.Blob{Path: p, ID: id, Text: text}
	}
	return got, nil
}

// inKey tells whether the key of the place changes when a file does.
func (v *view) inKey(p string) bool {
	if v.path == "" || p == v.path || strings.HasPrefix(p, v.path+"/") {
		return true
	}
	dir := path.Dir(p)
	if base := path.Base(dir); base == "LICENSES" || base == ".reuse" {
		dir = path.Dir(dir)
	} else if !license.Speaks(path.Base(p)) {
		return false
	}
	return dir == "." || strings.HasPrefix(v.path, dir+"/")
}

// maxTexts bounds how many bytes of files are kept.
const maxTexts = 256 << 20

// load makes files ready, those that are not at hand in one request.
func (l *Log) load(ctx context.Context, ids []string) error {
	var missing []string
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if _, ok := l.texts[id]; !ok && !seen[id] {
			missing = append(missing, id)
		}
		seen[id] = true
	}
	if len(missing) == 0 {
		return nil
	}
	if l.held > maxTexts {
		clear(l.texts)
		l.held = 0
		missing = slices.Compact(slices.Sorted(slices.Values(ids)))
	}
	return l.past.Blobs(ctx, missing, func(id string, text []byte) {
		l.texts[id] = slices.Clone(text)
		l.held += len(text)
	})
}
