package history

import "context"

// changeAfter finds the commit that changed the licence after commit n: the
// first child of n that is under another one. Where such a child is a merge
// that took the change from its other side, it is the newest commit of that
// side that made it.
func (s *search) changeAfter(ctx context.Context, n int) (*Change, error) {
	if n == 0 {
		return nil, nil
	}
	var merges []int
	for i := n - 1; i >= 0; i-- { // the oldest child first
		if !s.hasParent(i, n) {
			continue
		}
		switch is, err := s.changes(ctx, i); {
		case err != nil:
			return nil, err
		case is:
			return s.change(i), nil
		}
		merges = append(merges, i)
	}
	here, there := s.reach(n), s.reach(merges...)
	for i := range s.commits {
		if !there[i] || here[i] {
			continue
		}
		switch is, err := s.changes(ctx, i); {
		case err != nil:
			return nil, err
		case is:
			return s.change(i), nil
		}
	}
	return s.change(merges[0]), nil // its other side never had the licence
}

func (s *search) hasParent(i, n int) bool {
	for _, p := range s.commits[i].parents {
		if p == n {
			return true
		}
	}
	return false
}

// changes tells whether a commit is not under the licence and all of its parents are.
func (s *search) changes(ctx context.Context, i int) (bool, error) {
	for _, k := range append([]int{i}, s.commits[i].parents...) {
		if k >= s.upTo {
			if err := s.advance(ctx, k+1); err != nil {
				return false, err
			}
		}
		if s.granted(k) != (k != i) {
			return false, nil
		}
	}
	return len(s.commits[i].parents) > 0, nil
}

func (s *search) change(i int) *Change {
	st := s.state[i]
	return &Change{Commit: s.commits[i], Path: st.path, License: st.ev.License, Gone: !st.there, Doubts: st.ev.Doubts}
}
