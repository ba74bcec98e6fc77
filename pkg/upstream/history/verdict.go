package history

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// verdict is what was found for a place, and what it hangs on beyond its key.
type verdict struct {
	evidence license.Evidence
	beyond   map[string]string // what paths led to
}

// licence gives the licence that holds for a path in a commit. What was found
// for an equal place is not worked out again.
func (l *Log) licence(ctx context.Context, i int, path string, p place) (license.Evidence, error) {
	if v, err := l.recall(ctx, i, p.key); v != nil || err != nil {
		if err != nil {
			return license.Evidence{}, err
		}
		return v.evidence, nil
	}
	v := l.view(i, path)
	e, err := l.reader.Effective(ctx, v, path)
	if err != nil {
		return e, err
	}
	found := verdict{e, map[string]string{}}
	for b := range v.beyond {
		if found.beyond[b], err = l.follow(ctx, i, b, 0); err != nil {
			return e, err
		}
	}
	l.known[p.key] = append(l.known[p.key], found)
	return e, nil
}

func (l *Log) view(i int, path string) *view {
	return &view{log: l, commit: i, path: path, wanted: map[string]bool{}, beyond: map[string]bool{}}
}

// recall gives what was found for an equal place where the rest is equal too.
func (l *Log) recall(ctx context.Context, i int, key string) (*verdict, error) {
	for n, v := range l.known[key] {
		same := true
		for p, id := range v.beyond {
			now, err := l.follow(ctx, i, p, 0)
			if err != nil {
				return nil, err
			}
			same = same && now == id
		}
		if same {
			return &l.known[key][n], nil
		}
	}
	return nil, nil
}

// maxLinks bounds a chain of symlinks.
const maxLinks = 10

// follow gives the object that a path leads to through symlinks, "" for none.
func (l *Log) follow(ctx context.Context, i int, p string, depth int) (string, error) {
	if depth > maxLinks || p == ".." || strings.HasPrefix(p, "../") || path.IsAbs(p) {
		return "", nil
	}
	at := ""
	parts := strings.Split(p, "/")
	var e object.Entry
	for n, name := range parts {
		at = path.Join(at, name)
		var err error
		if e, err = l.entry(ctx, i, at); err != nil {
			return "", err
		}
		if e.Mode != object.Symlink {
			continue
		}
		if err := l.load(ctx, []string{e.ID}); err != nil {
			return "", err
		}
		target := string(l.texts[e.ID])
		if path.IsAbs(target) {
			return "", nil
		}
		return l.follow(ctx, i, path.Join(append([]string{path.Dir(at), target}, parts[n+1:]...)...), depth+1)
	}
	return e.ID, nil
}

// gather fetches in one request what the verdicts on places will read.
func (l *Log) gather(ctx context.Context, spots []spot) error {
	wanted := map[string]bool{}
	var reader license.Reader // of its own: what it is not given it would remember as said by nothing
	for _, s := range spots {
		v := l.view(s.commit, s.path)
		v.gather, v.wanted = true, wanted
		if _, err := reader.Effective(ctx, v, s.path); err != nil {
			return err
		}
	}
	var ids []string
	for id := range wanted {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return l.load(ctx, ids)
}
