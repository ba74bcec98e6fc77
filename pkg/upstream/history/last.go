package history

import (
	"context"
	"fmt"

	"github.com/connkit/connkit/pkg/license"
)

// Found is the answer of [Log.LastLicensed].
type Found struct {
	Commit
	Path     string           `json:"path"` // where the path was at that commit
	Evidence license.Evidence `json:"evidence"`
	Changed  *Change          `json:"changed,omitempty"` // nil when it is the tip itself
	Looked   int              `json:"looked"`            // how many commits were looked at
}

// Change is a commit that put a path under another licence.
type Change struct {
	Commit
	Path    string             `json:"path"`
	License license.Expression `json:"license"` // after it; empty when nothing says one
	Gone    bool               `json:"gone,omitempty"`
	Doubts  []string           `json:"doubts,omitempty"`
}

// None tells that no commit is under a licence.
type None struct {
	Looked   int
	Doubtful *Found // the newest commit that says it is, with doubts
	Latest   string // what the newest commit that has the path is under; "" when none has it
}

func (n *None) Error() string { return fmt.Sprintf("none of %d commits is under it", n.Looked) }

// standing is what was found out about a commit.
type standing struct {
	path  string // of the files that are followed
	set   bool   // path is known
	done  bool
	there bool
	ev    license.Evidence
}

// search is one walk.
type search struct {
	*Log
	claim license.Expression
	state []standing
	upTo  int // commits before it are done
}

// LastLicensed finds the newest commit, in the order of the log, at which the
// licence that holds for a path is proven and grants a claim, and the commit
// that changed it after that. A path that a commit moved there from another
// place, most of its files unchanged, is looked for at that place before.
//
// When there is none the error is a [*None].
func (l *Log) LastLicensed(ctx context.Context, path string, claim license.Expression) (Found, error) {
	s := &search{Log: l, claim: claim, state: make([]standing, len(l.commits))}
	if len(l.commits) > 0 {
		s.state[0] = standing{path: path, set: true}
	}
	none := &None{Looked: len(l.commits)}
	for size := 16; s.upTo < len(l.commits); size *= 4 {
		from := s.upTo
		if err := s.advance(ctx, min(from+size, len(l.commits))); err != nil {
			return Found{}, err
		}
		for i := from; i < s.upTo; i++ {
			switch {
			case s.granted(i):
				f := s.found(i)
				f.Looked = i + 1
				var err error
				f.Changed, err = s.changeAfter(ctx, i)
				return f, err
			case none.Doubtful == nil && s.state[i].ev.License.Grants(claim):
				f := s.found(i)
				none.Doubtful = &f
			}
			if s.state[i].there && none.Latest == "" {
				none.Latest = s.state[i].ev.Text
			}
		}
	}
	return Found{}, none
}

func (s *search) granted(i int) bool {
	return s.state[i].ev.Proven() && s.state[i].ev.License.Grants(s.claim)
}

func (s *search) found(i int) Found {
	return Found{Commit: s.commits[i], Path: s.state[i].path, Evidence: s.state[i].ev}
}

// advance finds out about the commits before a place in the log.
func (s *search) advance(ctx context.Context, to int) error {
	path := s.state[s.upTo].path // nearly always that of all
	spots := make([]spot, 0, to-s.upTo)
	for i := s.upTo; i < to; i++ {
		spots = append(spots, spot{i, path})
		for _, p := range s.commits[i].parents {
			spots = append(spots, spot{p, path})
		}
	}
	if err := s.warm(ctx, spots); err != nil {
		return err
	}
	places := make([]place, to-s.upTo)
	var fresh []spot
	seen := map[string]bool{}
	for i := s.upTo; i < to; i++ {
		p, err := s.trace(ctx, i)
		if err != nil {
			return err
		}
		places[i-s.upTo] = p
		if _, known := s.known[p.key]; p.key != "" && !known && !seen[p.key] {
			seen[p.key], fresh = true, append(fresh, spot{i, s.state[i].path})
		}
	}
	if err := s.gather(ctx, fresh); err != nil {
		return err
	}
	for n, p := range places {
		st := &s.state[s.upTo+n]
		st.done = true
		if st.there = p.key != ""; !st.there {
			continue
		}
		var err error
		if st.ev, err = s.licence(ctx, s.upTo+n, st.path, p); err != nil {
			return err
		}
	}
	s.upTo = to
	return nil
}

// trace finds the place of a commit and hands the path on to its parents.
func (s *search) trace(ctx context.Context, i int) (place, error) {
	path := s.state[i].path
	p, err := s.place(ctx, i, path)
	if err != nil {
		return p, err
	}
	for _, parent := range s.commits[i].parents {
		if s.state[parent].set {
			continue // a newer commit has told
		}
		s.state[parent] = standing{path: path, set: true}
		if p.key == "" {
			continue
		}
		before, err := s.place(ctx, parent, path)
		if err != nil {
			return p, err
		}
		if before.key == "" {
			if s.state[parent].path, err = s.movedFrom(ctx, parent, i, path); err != nil {
				return p, err
			}
		}
	}
	return p, nil
}
