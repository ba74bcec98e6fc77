package object

import (
	"context"
	"slices"
	"strings"
)

// Set gives the tree with an entry at a path, folders made as needed; an entry
// without a name of an object takes away what is there, and folders that are
// then empty. The entry's own Name does not matter.
func (s *Store) Set(ctx context.Context, tree, path string, e Entry) (string, error) {
	var entries []Entry
	if tree != "" {
		list, err := s.Tree(ctx, tree)
		if err != nil {
			return "", err
		}
		entries = slices.Clone(list)
	}
	name, rest, deeper := strings.Cut(path, "/")
	i := slices.IndexFunc(entries, func(e Entry) bool { return e.Name == name })
	if deeper {
		below := ""
		if i >= 0 && entries[i].Mode == Folder {
			below = entries[i].ID
		} else if e.IsZero() {
			return tree, nil // nothing is there to take away
		}
		id, err := s.Set(ctx, below, rest, e)
		if err != nil {
			return "", err
		}
		e = Entry{Mode: Folder, ID: id}
	}
	e.Name = name
	switch {
	case e.IsZero() && i < 0:
		return tree, nil
	case e.IsZero():
		entries = slices.Delete(entries, i, i+1)
	case i < 0:
		entries = append(entries, e)
	default:
		entries[i] = e
	}
	if len(entries) == 0 {
		return "", nil
	}
	return s.PutTree(ctx, entries)
}

// At gives the entry at a path of a tree; what is not there is a zero entry.
func (s *Store) At(ctx context.Context, tree, path string) (Entry, error) {
	e := Entry{Mode: Folder, ID: tree}
	for name := range strings.SplitSeq(path, "/") {
		if e.Mode != Folder || e.ID == "" {
			return Entry{}, nil
		}
		list, err := s.Tree(ctx, e.ID)
		if err != nil {
			return Entry{}, err
		}
		i := slices.IndexFunc(list, func(e Entry) bool { return e.Name == name })
		if i < 0 {
			return Entry{}, nil
		}
		e = list[i]
	}
	return e, nil
}

// Filter gives a tree without the leaves that drop names by their path; "" when none is left.
func (s *Store) Filter(ctx context.Context, tree, prefix string, drop func(path string, e Entry) bool) (string, error) {
	list, err := s.Tree(ctx, tree)
	if err != nil {
		return "", err
	}
	var kept []Entry
	changed := false
	for _, e := range list {
		p := prefix + e.Name
		switch {
		case e.Mode == Folder:
			id, err := s.Filter(ctx, e.ID, p+"/", drop)
			if err != nil {
				return "", err
			}
			changed = changed || id != e.ID
			if e.ID = id; id == "" {
				continue
			}
		case drop(p, e):
			changed = true
			continue
		}
		kept = append(kept, e)
	}
	if !changed {
		return tree, nil
	}
	if len(kept) == 0 {
		return "", nil
	}
	return s.PutTree(ctx, kept)
}
