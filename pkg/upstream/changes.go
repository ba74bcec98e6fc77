package upstream

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/upstream/object"
)

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
