package object

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// Missing gives those of the names that are not there.
func (s *Store) Missing(ctx context.Context, ids ...string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rest []string
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if _, ok := s.known[id]; !ok && !seen[id] && !s.has(id) {
			rest = append(rest, id)
		}
		seen[id] = true
	}
	if len(rest) == 0 || s.format != "sha256" {
		return rest, nil
	}
	out, err := s.git.Feed(ctx, strings.NewReader(strings.Join(rest, "\n")+"\n"), "cat-file", "--batch-check=%(objectname)")
	if err != nil {
		return nil, fmt.Errorf("looking for objects: %w", err)
	}
	var missing []string
	for line := range strings.Lines(string(out.Stdout)) {
		if id, ok := strings.CutSuffix(strings.TrimSuffix(line, "\n"), " missing"); ok {
			missing = append(missing, id)
		}
	}
	return missing, nil
}

// Lacking gives the names of what is not there of an entry and all that lies
// below it: of a tree that is not there its own name alone.
func (s *Store) Lacking(ctx context.Context, e Entry) ([]string, error) {
	missing, err := s.Missing(ctx, e.ID)
	if err != nil || len(missing) > 0 || e.Mode != Folder {
		return missing, err
	}
	entries, err := s.Tree(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	var leaves, list []string
	for _, e := range entries {
		switch e.Mode {
		case Submodule:
		case Folder:
			below, err := s.Lacking(ctx, e)
			if err != nil {
				return nil, err
			}
			list = append(list, below...)
		default:
			leaves = append(leaves, e.ID)
		}
	}
	missing, err = s.Missing(ctx, leaves...)
	return append(list, missing...), err
}

func (s *Store) has(id string) bool {
	return slices.ContainsFunc(s.open(), func(st *filesystem.Storage) bool { return st.HasEncodedObject(plumbing.NewHash(id)) == nil })
}
