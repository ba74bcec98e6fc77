package imports

import (
	"context"
	"fmt"
	"path"
	"strings"
)

// Edit is one file that differs from what was imported.
type Edit struct {
	Path   string `json:"path"`           // from the folder of the import
	From   string `json:"from,omitempty"` // where it was, when it was renamed
	Status string `json:"status"`         // added, changed, deleted or renamed
}

var editNames = map[byte]string{'A': "added", 'M': "changed", 'T': "changed", 'D': "deleted", 'R': "renamed"}

// edits lists the files in which the sides differ.
func (s *scratch) edits(ctx context.Context, im *Import, sd sides, renames bool) ([]Edit, error) {
	a, err := s.at(ctx, im.Dest, sd.base)
	if err != nil {
		return nil, err
	}
	b, err := s.at(ctx, im.Dest, sd.ours)
	if err != nil {
		return nil, err
	}
	args := []string{"diff-tree", "-r", "-z", "--name-status", "--no-renames", a, b}
	if renames {
		args[4] = "-M"
	}
	out, err := s.git.Run(ctx, args...)
	if err != nil {
		return nil, fmt.Errorf("comparing %q with its import: %w", im.Dest, err)
	}
	list := []Edit{}
	f := strings.Split(string(out.Stdout), "\x00")
	for len(f) >= 2 && f[0] != "" {
		e := Edit{Status: editNames[f[0][0]], Path: im.inside(f[1])}
		f = f[1:]
		if e.Status == "renamed" {
			e.From, e.Path = e.Path, im.inside(f[1])
			f = f[1:]
		}
		list, f = append(list, e), f[1:]
	}
	return list, nil
}

func (im *Import) inside(p string) string {
	if p == im.Dest {
		return path.Base(p)
	}
	return strings.TrimPrefix(p, im.Dest+"/")
}
