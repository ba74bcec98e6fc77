package history

import (
	"context"
	"strings"

	"github.com/connkit/connkit/pkg/upstream/object"
)

// movedFrom tells where a path was before a commit that has it and whose parent
// has not: the place from which more than half of its files were moved
// unchanged. When there is none it is the path itself.
func (l *Log) movedFrom(ctx context.Context, parent, commit int, path string) (string, error) {
	if path == "" {
		return path, nil
	}
	out, err := l.past.Git.Run(ctx, "diff-tree", "-r", "-z", "--name-status", "-M100%", "-l0", "--diff-filter=R", l.commits[parent].ID, l.commits[commit].ID)
	if err != nil {
		return path, err
	}
	votes := map[string]int{}
	f := strings.Split(string(out.Stdout), "\x00")
	for ; len(f) >= 3; f = f[3:] { // R100, from, to
		rest, ok := strings.CutPrefix(f[2], path)
		if ok && (rest == "" || rest[0] == '/') && strings.HasSuffix(f[1], rest) {
			votes[strings.TrimSuffix(f[1], rest)]++
		}
	}
	best := path
	for from, n := range votes {
		if n > votes[best] || n == votes[best] && from < best {
			best = from
		}
	}
	if best == path {
		return path, nil
	}
	e, err := l.entry(ctx, commit, path)
	if err != nil {
		return path, err
	}
	files, err := l.count(ctx, e)
	if err != nil || 2*votes[best] <= files {
		return path, err
	}
	return best, nil
}

// count tells how many files lie below an entry.
func (l *Log) count(ctx context.Context, e object.Entry) (int, error) {
	if e.Mode != object.Folder {
		return 1, nil
	}
	list, err := l.tree(ctx, e.ID)
	n := 0
	for _, e := range list {
		below, cerr := l.count(ctx, e)
		if cerr != nil {
			return 0, cerr
		}
		n += below
	}
	return n, err
}
