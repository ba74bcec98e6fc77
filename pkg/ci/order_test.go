package ci

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestIndexFor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ names, name, want string }{
		{"", "b", "b"},
		{"a c", "b", "a b c"},
		{"b c", "a", "a b c"},
		{"a b", "c", "a b c"},
		{"a a c", "b", "a a b c"},
		{"c a", "b", "c a b"},                                     // no order: at the end
		{"a b c z d", "e", "a b c z d e"},                         // 4 of 5 rise: behind the largest smaller one of the run a b c d
		{"a b z c d", "bb", "a b bb z c d"},                       // and not behind the one that stands out
		{"z a b c d", "aa", "z a aa b c d"},                       //
		{"d c b a e", "f", "d c b a e f"},                         // 2 of 5 do not
		{"s-b s-c m-a m-c", "m-b", "s-b s-c m-a m-b m-c"},         // 2 of 4, but those of its prefix are in order
		{"s-b s-c m-a m-c", "s-a", "s-a s-b s-c m-a m-c"},         //
		{"s-c s-b m-a m-c", "s-a", "s-c s-b m-a m-c s-a"},         // those of its prefix are not
		{"s-c s-b m-a m-c", "d-a", "s-c s-b m-a m-c d-a"},         // nobody has its prefix
		{"m-a m-b s-a s-b s-c", "m-c", "m-a m-b m-c s-a s-b s-c"}, // one order over prefixes
		{"B a c", "b", "B a b c"},                                 // by bytes
		{"a-b ab", "a-c", "a-b a-c ab"},
		{"a1 a10 a2", "a11", "a1 a10 a11 a2"},
	} {
		names := strings.Fields(tt.names)
		at := indexFor(names, tt.name)
		if got := strings.Join(slices.Insert(slices.Clone(names), at, tt.name), " "); got != tt.want {
			t.Errorf("%q and %s: got %q, want %q", tt.names, tt.name, got, tt.want)
		}
	}
}

// longest tries all subsequences.
func longest(names []string) int {
	best := 0
	for set := range 1 << len(names) {
		last, n, rises := "", 0, true
		for i, name := range names {
			if set>>i&1 == 1 {
				rises = rises && last <= name
				last = name
				n++
			}
		}
		if rises {
			best = max(best, n)
		}
	}
	return best
}

func TestRisingRunIsALongest(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var names []string
		var all []int
		for i := range r.IntN(10) {
			names, all = append(names, string(rune('a'+r.IntN(6)))), append(all, i)
		}
		run := risingRun(names, all)
		for i := 1; i < len(run); i++ {
			if run[i-1] >= run[i] || names[run[i-1]] > names[run[i]] {
				t.Fatalf("%q: %v does not rise", names, run)
			}
		}
		if len(run) != longest(names) {
			t.Fatalf("%q: got %v, and there is one of %d", names, run, longest(names))
		}
	}
}

// Wherever a name goes, those that stood in order still do.
func TestIndexForKeepsOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		var names []string
		for range 1 + r.IntN(12) {
			names = append(names, "s-"+string(rune('a'+r.IntN(20))))
		}
		slices.Sort(names)
		name := "s-" + string(rune('a'+r.IntN(20)))
		if got := slices.Insert(slices.Clone(names), indexFor(names, name), name); !slices.IsSorted(got) {
			t.Fatalf("%q and %s: got %q", names, name, got)
		}
	}
}
