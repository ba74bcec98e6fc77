package upstream

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/upstream/object"
)

// delta is one file that differs between two trees; either side may be a zero entry.
type delta struct {
	path     string
	old, new object.Entry
}

// diff lists the files in which two entries at a path differ.
func (w *work) diff(ctx context.Context, at string, a, b object.Entry) ([]delta, error) {
	if a.ID == b.ID && a.Mode == b.Mode {
		return nil, nil
	}
	if a.Mode != object.Folder && b.Mode != object.Folder {
		return []delta{{at, a, b}}, nil
	}
	left, err := w.below(ctx, a)
	if err != nil {
		return nil, err
	}
	right, err := w.below(ctx, b)
	if err != nil {
		return nil, err
	}
	var list []delta
	for _, leaf := range []struct{ old, new object.Entry }{{a, object.Entry{}}, {object.Entry{}, b}} {
		if e := leaf.old; !e.IsZero() && e.Mode != object.Folder {
			list = append(list, delta{at, e, object.Entry{}})
		}
		if e := leaf.new; !e.IsZero() && e.Mode != object.Folder {
			list = append(list, delta{at, object.Entry{}, e})
		}
	}
	for _, name := range names(left, right) {
		more, err := w.diff(ctx, path.Join(at, name), find(left, name), find(right, name))
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

func (w *work) below(ctx context.Context, e object.Entry) ([]object.Entry, error) {
	if e.IsZero() || e.Mode != object.Folder {
		return nil, nil
	}
	return w.store.Tree(ctx, e.ID)
}

func names(lists ...[]object.Entry) []string {
	var all []string
	for _, list := range lists {
		for _, e := range list {
			all = append(all, e.Name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func find(list []object.Entry, name string) object.Entry {
	if i := slices.IndexFunc(list, func(e object.Entry) bool { return e.Name == name }); i >= 0 {
		return list[i]
	}
	return object.Entry{}
}

// readOurs reads all trees of an entry of HEAD in one process.
func (w *work) readOurs(ctx context.Context) error {
	w.oursLeaves, w.oursIDs = nil, map[string]bool{w.ours.ID: true}
	if w.ours.IsZero() {
		return nil
	}
	if w.ours.Mode != object.Folder {
		w.oursLeaves = []object.Leaf{{Path: "", Entry: w.ours}}
		return nil
	}
	out, err := w.mono.git.Run(ctx, "ls-tree", "-r", "-t", "-z", "--full-tree", w.ours.ID)
	if err != nil {
		return err
	}
	trees := map[string][]object.Entry{"": nil}
	ids := map[string]string{"": w.ours.ID}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out.Stdout), "\x00"), "\x00") {
		info, p, ok := strings.Cut(line, "\t")
		fields := strings.Fields(info)
		if !ok || len(fields) != 3 {
			continue // an empty folder
		}
		e := object.Entry{Name: path.Base(p), Mode: object.Mode(fields[0]), ID: fields[2]}
		dir := strings.TrimSuffix(p[:len(p)-len(e.Name)], "/")
		trees[dir] = append(trees[dir], e)
		w.oursIDs[e.ID] = true
		if e.Mode == object.Folder {
			ids[p] = e.ID
		} else {
			w.oursLeaves = append(w.oursLeaves, object.Leaf{Path: p, Entry: e})
		}
	}
	for dir, id := range ids {
		w.store.Know(object.Object{ID: id, Kind: object.Tree, Data: object.EncodeTree(trees[dir])})
	}
	return nil
}
