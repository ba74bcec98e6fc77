package imports

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// fromFiles reads the records' files of HEAD.
func (r *repo) fromFiles(ctx context.Context, inv *inventory) error {
	var files, ids []string
	for p, e := range inv.files {
		if _, _, ok := destOf(p); ok && e.Mode != object.Symlink && e.Mode != object.Submodule {
			files = append(files, p)
		}
	}
	slices.Sort(files)
	for _, f := range files {
		ids = append(ids, inv.files[f].ID)
	}
	list, err := object.Batch(ctx, r.git, ids...)
	if err != nil {
		return err
	}
	for i, f := range files {
		im, err := r.fromFile(ctx, inv, f, list[i].Data)
		if err != nil {
			return err
		}
		if im.Gone && im.Single {
			continue // the record of a file that is no more
		}
		inv.imports = append(inv.imports, im)
	}
	return nil
}

// fromFile reads one record's file, and finds the message that backs it.
func (r *repo) fromFile(ctx context.Context, inv *inventory, f string, text []byte) (*Import, error) {
	dest, single, _ := destOf(f)
	im := &Import{Found: f, Single: single, Gone: !inv.has(dest), file: f}
	var err error
	if im.Record, err = record.FromYAML(text, f, dest); err != nil {
		im.Problem, im.Dest = err.Error(), dest
	}
	im.message = inv.newest(dest)
	if m := im.message; m != nil && im.Problem == "" && m.Commit != im.Commit {
		stale, err := m.commit.Outdates(ctx, r.git, m.Record, f, inv.files[f].ID, r.Shallow)
		if err != nil {
			return nil, err
		}
		im.message = nil
		if stale {
			carried := im.Carried
			im.Record, im.Found, im.Script, im.message = m.Record, "commit "+record.Short(m.commit.ID), m.Old(), m
			im.Carried = carried
		}
	}
	if im.message == nil {
		im.message = inv.sameImport(im.Record)
	}
	if im.message != nil {
		im.Imported = im.message.when
	}
	return im, nil
}

// destOf tells what a file is the record of, by its name.
func destOf(file string) (dest string, single, ok bool) {
	dir, base := path.Split(file)
	if base == record.FileName && dir != "" {
		return strings.TrimSuffix(dir, "/"), false, true
	}
	if stem, ok := strings.CutSuffix(base, "."+record.FileName); ok && stem != "" {
		return dir + stem, true, true
	}
	return "", false, false
}

// fromMessages adds the imports that only messages know.
func (r *repo) fromMessages(ctx context.Context, inv *inventory) error {
	known := map[string]bool{}
	for _, im := range inv.imports {
		known[im.Dest] = true
		if im.message != nil {
			known[im.message.Dest] = true
		}
	}
	for _, m := range inv.messages {
		if known[m.Dest] {
			continue
		}
		known[m.Dest] = true
		im := &Import{Record: m.Record, Found: "commit " + record.Short(m.commit.ID), Imported: m.when, Script: m.Old(), message: m}
		e, isFile := inv.files[m.Dest]
		im.Single = isFile && e.Mode != object.Folder
		if !inv.has(m.Dest) {
			to, err := r.movedTo(ctx, inv, m)
			if err != nil {
				return err
			}
			if to == "" || known[to] {
				im.Gone = true
			} else {
				known[to] = true
				im.Moved, im.Dest = m.Dest, to
			}
		}
		inv.imports = append(inv.imports, im)
	}
	return nil
}

// movedTo finds the folder of HEAD that has at least half of the files that an
// import brought, as they were, at the same places in it.
func (r *repo) movedTo(ctx context.Context, inv *inventory, m *message) (string, error) {
	brought, err := r.leaves(ctx, r.git, m.commit.ID+":"+m.Dest)
	if err != nil {
		return "", ctx.Err() // not in a shallow clone
	}
	at := map[string][]string{}
	for p, e := range inv.files {
		at[e.ID] = append(at[e.ID], p)
	}
	votes := map[string]int{}
	for rel, e := range brought {
		for _, p := range at[e.ID] {
			if dir, ok := strings.CutSuffix(p, "/"+rel); ok {
				votes[dir]++
			}
		}
	}
	best := ""
	for dir, n := range votes {
		if n > votes[best] || n == votes[best] && dir < best {
			best = dir
		}
	}
	if 2*votes[best] < len(brought) {
		return "", nil
	}
	return best, nil
}
