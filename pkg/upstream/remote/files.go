package remote

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// Files are the files of an upstream at one commit, fetched as they are asked
// for. They are a [license.Tree].
type Files struct {
	q      *Quarantine
	Commit object.CommitData
}

var _ license.Tree = (*Files)(nil)

// Entry gives what stands at a path; "" is the root. What is not there is an
// error that matches [fs.ErrNotExist].
func (f *Files) Entry(ctx context.Context, p string) (object.Entry, error) {
	e := object.Entry{Mode: object.Folder, ID: f.Commit.Tree}
	if p == "" {
		return e, nil
	}
	for name := range strings.SplitSeq(p, "/") {
		if e.Mode != object.Folder {
			return object.Entry{}, notThere(p)
		}
		list, err := f.tree(ctx, e.ID)
		if err != nil {
			return object.Entry{}, err
		}
		i := slices.IndexFunc(list, func(e object.Entry) bool { return e.Name == name })
		if i < 0 {
			return object.Entry{}, notThere(p)
		}
		e = list[i]
	}
	return e, nil
}

func notThere(p string) error { return &fs.PathError{Op: "open", Path: p, Err: fs.ErrNotExist} }

func (f *Files) tree(ctx context.Context, id string) ([]object.Entry, error) {
	if err := f.q.want(ctx, f.Commit.ID, true, id); err != nil {
		return nil, err
	}
	return f.q.store.Tree(ctx, id)
}

// List gives the entries of a folder.
func (f *Files) List(ctx context.Context, dir string) ([]license.Entry, error) {
	e, err := f.Entry(ctx, dir)
	if err != nil {
		return nil, err
	}
	if e.Mode != object.Folder {
		return nil, notThere(dir)
	}
	entries, err := f.tree(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	list := make([]license.Entry, len(entries))
	for i, e := range entries {
		list[i] = license.Entry{Name: e.Name, Dir: e.Mode == object.Folder, Link: e.Mode == object.Symlink, Module: e.Mode == object.Submodule, Blob: e.ID}
	}
	return list, nil
}

// Read gives the contents of files, fetched in one request.
func (f *Files) Read(ctx context.Context, paths ...string) (map[string]license.Blob, error) {
	ids := make(map[string]string, len(paths))
	for _, p := range paths {
		e, err := f.Entry(ctx, p)
		if err != nil {
			return nil, err
		}
		if e.Mode == object.Folder || e.Mode == object.Submodule {
			return nil, notThere(p)
		}
		ids[p] = e.ID
	}
	var names []string
	for _, id := range ids {
		names = append(names, id)
	}
	if err := f.q.want(ctx, f.Commit.ID, false, names...); err != nil {
		return nil, err
	}
	found, err := f.q.store.Get(ctx, names...)
	if err != nil {
		return nil, err
	}
	blobs := make(map[string]license.Blob, len(paths))
	for p, id := range ids {
		o, ok := found[id]
		if !ok {
			return nil, fmt.Errorf("fetching %q from %s: object %s is missing", p, f.q.remote, id)
		}
		blobs[p] = license.Blob{Path: p, ID: id, Text: o.Data}
	}
	return blobs, nil
}

// Has tells whether an entry is fetched with all that lies below it.
func (f *Files) Has(ctx context.Context, e object.Entry) (bool, error) {
	lacking, err := f.q.store.Lacking(ctx, e)
	return len(lacking) == 0, err
}

// Complete fetches all that lies below entries, and files beside, in one request.
func (f *Files) Complete(ctx context.Context, entries ...object.Entry) error {
	lacking := func() (ids []string, err error) {
		for _, e := range entries {
			if e.Mode == object.Submodule || e.IsZero() {
				continue
			}
			more, err := f.q.store.Lacking(ctx, e)
			if err != nil {
				return nil, err
			}
			ids = append(ids, more...)
		}
		return ids, nil
	}
	ids, err := lacking()
	if err != nil || len(ids) == 0 {
		return err
	}
	f.q.report.step("fetching files from %s", f.q.remote)
	if err := f.q.wantBy(ctx, f.Commit.ID, noFilter, ids...); err != nil {
		return err
	}
	if ids, err = lacking(); err == nil && len(ids) > 0 {
		err = fault.Environmentf("fetching from %s: it did not send %s", f.q.remote, ids[0])
	}
	return err
}

// NoSuchPath explains that a path is not there, with what is near.
func (f *Files) NoSuchPath(ctx context.Context, p string) error {
	e := fault.Usagef("finding %q in %s at %s: it is not there", p, f.q.remote, short(f.Commit.ID))
	dir, rest := "", p
	for {
		name, after, _ := strings.Cut(rest, "/")
		list, err := f.List(ctx, dir)
		if err != nil {
			return e
		}
		i := slices.IndexFunc(list, func(e license.Entry) bool { return e.Name == name })
		if i < 0 || after == "" {
			if near := nearest(name, list); near != "" {
				return e.WithHint("did you mean %s", path.Join(dir, near, after))
			}
			return e.WithHint("%s has %s", orRoot(dir), sample(list))
		}
		if list[i].Link {
			return e.WithHint("%s is a symlink there; give the path that it leads to", path.Join(dir, name))
		}
		dir, rest = path.Join(dir, name), after
	}
}

func orRoot(dir string) string {
	if dir == "" {
		return "the root"
	}
	return dir
}

func nearest(name string, list []license.Entry) string {
	var small []string // a case is easily mistaken, LICENSE and licence too
	for _, e := range list {
		small = append(small, strings.ToLower(e.Name))
	}
	name = strings.ToLower(name)
	i := slices.Index(small, name)
	if i < 0 {
		i = slices.Index(small, fault.Nearest(name, small))
	}
	if i < 0 {
		return ""
	}
	return list[i].Name
}

func sample(list []license.Entry) string {
	const most = 8
	var names []string
	for _, e := range list[:min(len(list), most)] {
		if e.Dir {
			e.Name += "/"
		}
		names = append(names, e.Name)
	}
	if len(list) > most {
		names = append(names, fmt.Sprintf("and %d more", len(list)-most))
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
