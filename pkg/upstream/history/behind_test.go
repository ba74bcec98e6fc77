package history_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/history"
)

// Commits are counted as one would who looks at each, and without merges as git does.
func TestBehind(t *testing.T) {
	t.Parallel()
	some := 0
	for seed := range uint64(6) {
		p := generate(t, 100+seed, 40, seed < 2)
		log := p.read(t, false, false)
		var asks []history.Ask
		tip := testkit.Git(t, p.dir, "rev-parse", "main")
		for _, id := range p.ids {
			for _, path := range []string{newHome, oldHome, "group", "LICENSE", ""} {
				if log.Has(id) && len(asks) < 60 {
					asks = append(asks, history.Ask{From: id, Tip: tip, Path: path})
				}
			}
		}
		got, err := log.Behind(t.Context(), asks...)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range asks {
			newer := strings.Fields(testkit.Git(t, p.dir, "rev-list", a.From+".."+a.Tip))
			want := history.Behind{Total: len(newer)}
			for _, c := range newer {
				if p.changed(c, a.Path) {
					want.Path++
				}
			}
			if got[i] != want {
				t.Errorf("seed %d: %s..main of %q: got %+v, want %+v", seed, a.From[:12], a.Path, got[i], want)
			}
			if seed < 2 {
				path := a.Path
				if path == "" {
					path = "."
				}
				if n := testkit.Git(t, p.dir, "rev-list", "--count", a.From+".."+a.Tip, "--", path); n != strconv.Itoa(got[i].Path) {
					t.Errorf("%s..main of %q: git counts %s, got %d", a.From[:12], a.Path, n, got[i].Path)
				}
			}
			if want.Path > 0 && want.Path < want.Total {
				some++
			}
		}
	}
	if some < 20 {
		t.Errorf("only %d questions had an answer between none and all", some)
	}
}

func (p past) changed(commit, path string) bool {
	below := func(c string) string {
		var b strings.Builder
		for _, name := range sorted(p.content[c]) {
			if path == "" || name == path || strings.HasPrefix(name, path+"/") {
				b.WriteString(name + "\x00" + p.content[c][name] + "\x00")
			}
		}
		return b.String()
	}
	for _, parent := range p.parents[commit] {
		if below(parent) == below(commit) {
			return false
		}
	}
	return len(p.parents[commit]) > 0
}
