package history

import (
	"context"
	"strings"

	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// lookedAt is a tree that a path leads through.
type lookedAt struct{ tree, name string }

// sight is what such a tree shows: the next step, and what can speak of a licence.
type sight struct {
	next  object.Entry
	above string
}

// place is what a commit has at a path.
type place struct {
	entry object.Entry // a zero entry for nothing
	key   string       // all that can say something about the licence, but for what symlinks lead to
}

// spot is a path in a commit.
type spot struct {
	commit int
	path   string
}

// warm reads the trees that lead to spots, level by level, so that each level is one request at most.
func (l *Log) warm(ctx context.Context, spots []spot) error {
	at := make([]string, len(spots))
	rest := make([]string, len(spots))
	for i, s := range spots {
		at[i], rest[i] = l.commits[s.commit].tree, s.path
	}
	for {
		wanted, names := map[string]bool{}, map[string][]string{}
		var ids []string
		for i := range spots {
			if rest[i] == "" || at[i] == "" {
				continue
			}
			k := lookedAt{at[i], first(rest[i])}
			if _, ok := l.looked[k]; ok {
				continue
			}
			if !wanted[k.tree] {
				wanted[k.tree], ids = true, append(ids, k.tree)
			}
			names[k.tree] = append(names[k.tree], k.name)
		}
		err := l.past.Trees(ctx, ids, func(id string, entries []object.Entry) {
			for _, name := range names[id] {
				l.looked[lookedAt{id, name}] = l.look(entries, name)
			}
		})
		if err != nil {
			return err
		}
		deeper := false
		for i := range spots {
			if rest[i] == "" || at[i] == "" {
				continue
			}
			e := l.looked[lookedAt{at[i], first(rest[i])}].next
			_, rest[i], _ = strings.Cut(rest[i], "/")
			at[i] = ""
			if e.Mode == object.Folder {
				at[i], deeper = e.ID, deeper || rest[i] != ""
			}
		}
		if !deeper {
			return nil
		}
	}
}

func first(p string) string {
	name, _, _ := strings.Cut(p, "/")
	return name
}

func (l *Log) look(entries []object.Entry, name string) sight {
	var s sight
	var above strings.Builder
	for _, e := range entries {
		if e.Name == name {
			s.next = e
		} else if l.speaks(e.Name) {
			above.WriteString(string(e.Mode) + " " + e.ID + " " + e.Name + "\x00")
		}
	}
	s.above = above.String()
	return s
}

// speaks tells whether a name above a path matters. The same ones come again and again.
func (l *Log) speaks(name string) bool {
	is, known := l.speakers[name]
	if !known {
		is = license.Speaks(name) || name == "LICENSES" || name == ".reuse"
		l.speakers[name] = is
	}
	return is
}

// place gives what a commit has at a path.
func (l *Log) place(ctx context.Context, i int, path string) (place, error) {
	e := object.Entry{Mode: object.Folder, ID: l.commits[i].tree}
	var key strings.Builder
	key.WriteString(path + "\x00")
	for rest := path; rest != ""; {
		if e.Mode != object.Folder {
			return place{}, nil
		}
		k := lookedAt{e.ID, first(rest)}
		s, ok := l.looked[k]
		if !ok {
			if err := l.warm(ctx, []spot{{i, path}}); err != nil {
				return place{}, err
			}
			s = l.looked[k]
		}
		key.WriteString(s.above + "\x01")
		e = s.next
		_, rest, _ = strings.Cut(rest, "/")
	}
	if e.IsZero() {
		return place{}, nil
	}
	return place{e, key.String() + string(e.Mode) + e.ID}, nil
}
