package upstream

import (
	"context"
	"path"
	"slices"
	"strings"

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
