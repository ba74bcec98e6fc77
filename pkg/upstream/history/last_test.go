package history_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/history"
)

// On random histories the walk finds what looking at every commit finds.
func TestLastLicensedIsThatOfABruteForceWalk(t *testing.T) {
	t.Parallel()
	kinds := map[string]int{}
	for seed := range uint64(12) {
		p := generate(t, seed, 30, seed%8 == 0)
		for _, firstParent := range []bool{false, true} {
			args := []string{"rev-list", "--date-order", "main"}
			if firstParent {
				args = append(args, "--first-parent")
			}
			order := strings.Fields(testkit.Git(t, p.dir, args...))
			log := p.read(t, true, firstParent)
			for _, id := range ids {
				for _, path := range []string{newHome, oldHome, ""} {
					p.compare(t, log, order, path, id, kinds, firstParent)
				}
			}
		}
	}
	for _, kind := range []string{"tip", "none", "older", "moved", "by a commit", "by a merge", "gone"} {
		if kinds[kind] == 0 {
			t.Errorf("no history had the kind %q: %v", kind, kinds)
		}
	}
}

func (p past) compare(t *testing.T, log *history.Log, order []string, path, id string, kinds map[string]int, firstParent bool) {
	t.Helper()
	claim, _ := license.Parse(id)
	want, at, granted := p.brute(t, order, path, id, firstParent)
	got, err := log.LastLicensed(t.Context(), path, claim)
	var none *history.None
	if want == "" {
		kinds["none"]++
		if !errors.As(err, &none) || none.Looked != len(order) {
			t.Errorf("%s of %q: got %s, %v, want none", id, path, got.ID, err)
		}
		return
	}
	if err != nil || got.ID != want || got.Path != at {
		t.Fatalf("%s of %q: got %s at %q, %v, want %s at %q", id, path, got.ID, got.Path, err, want, at)
	}
	if got.Path != path {
		kinds["moved"]++
	}
	if want == order[0] {
		kinds["tip"]++
		if got.Changed != nil {
			t.Errorf("%s of %q: it is the tip, changed by %s", id, path, got.Changed.ID)
		}
		return
	}
	kinds["older"]++
	c := got.Changed
	if c == nil || granted[c.ID] {
		t.Fatalf("%s of %q: changed by %v", id, path, c)
	}
	if c.Gone {
		kinds["gone"]++
	}
	parents := p.parents[c.ID]
	if firstParent {
		parents = parents[:1]
	}
	child := false
	for _, parent := range parents {
		child = child || parent == want
	}
	clean := true
	for _, parent := range parents {
		clean = clean && granted[parent]
	}
	switch {
	case clean && child:
		kinds["by a commit"]++
	case clean:
		kinds["by a merge"]++ // the change came in from another line
	case !child:
		t.Errorf("%s of %q: %s neither follows %s nor made the change", id, path, c.ID, want)
	}
}
