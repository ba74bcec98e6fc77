package reduce_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/flow/reduce"
)

// everything has a place for each strategy.
const everything = `{"reduce":{"strategy":"merge"},"properties":{
 "first":{"reduce":{"strategy":"firstWriteWins"}}, "last":{"reduce":{"strategy":"lastWriteWins"}},
 "sum":{"reduce":{"strategy":"sum"}}, "big":{"reduce":{"strategy":"bigSum"}},
 "min":{"reduce":{"strategy":"minimize"}}, "max":{"reduce":{"strategy":"maximize"}},
 "low":{"reduce":{"strategy":"minimize","key":["/k"]}}, "list":{"reduce":{"strategy":"append"}},
 "sorted":{"reduce":{"strategy":"merge","key":["/k"]},"items":{"reduce":{"strategy":"merge"},"properties":{"n":{"reduce":{"strategy":"sum"}}}}},
 "map":{"reduce":{"strategy":"merge"},"additionalProperties":{"reduce":{"strategy":"sum"}}},
 "set":{"reduce":{"strategy":"set"}}, "names":{"reduce":{"strategy":"set"},"properties":{"add":{"additionalProperties":{"reduce":{"strategy":"sum"}}}}}}}`

// subset gives some of the letters, in order.
func subset(r *rand.Rand) []string {
	all := []string{}
	for _, c := range "abcde" {
		if r.IntN(2) == 0 {
			all = append(all, string(c))
		}
	}
	return all
}

func counted(r *rand.Rand) map[string]int {
	m := map[string]int{}
	for _, name := range subset(r) {
		m[name] = r.IntN(9) - 4
	}
	return m
}

// update is one of a set: what is taken away or kept, and what is added.
func update(r *rand.Rand, term func(*rand.Rand) any) map[string]any {
	u := map[string]any{}
	for _, name := range []string{"add", []string{"intersect", "remove"}[r.IntN(2)]} {
		if r.IntN(3) > 0 {
			u[name] = term(r)
		}
	}
	return u
}

func document(r *rand.Rand) []byte {
	var sorted []any
	for _, k := range subset(r) {
		sorted = append(sorted, map[string]any{"k": k, "n": r.IntN(5)})
	}
	if sorted == nil {
		sorted = []any{}
	}
	list := []int{}
	for range r.IntN(3) {
		list = append(list, r.IntN(9))
	}
	doc := map[string]any{
		"first": r.IntN(9), "last": r.IntN(9), "sum": r.IntN(2000) - 1000, "big": fmt.Sprintf("%d.%d", r.IntN(99), r.IntN(99)),
		"min": r.IntN(99), "max": []any{r.IntN(99), "x", nil}[r.IntN(3)], "low": map[string]any{"k": r.IntN(3), "at": r.IntN(9)},
		"list": list, "sorted": sorted, "map": counted(r),
		"set":   update(r, func(r *rand.Rand) any { return subset(r) }),
		"names": update(r, func(r *rand.Rand) any { return counted(r) }),
	}
	for _, name := range slices.Sorted(maps.Keys(doc)) {
		if r.IntN(4) == 0 {
			delete(doc, name)
		}
	}
	text, _ := json.Marshal(doc)
	return text
}

// It does not matter which of three neighbours are joined first: Flow joins
// documents wherever they meet, and the runtime that stores them last.
func TestReduceIsAssociative(t *testing.T) {
	t.Parallel()
	red := reducer(t, everything)
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		a, b, c := document(r), document(r), document(r)
		left := both(t, red, both(t, red, a, b), c)
		right := both(t, red, a, both(t, red, b, c))
		if !flow.SameJSON(left, right) {
			t.Fatalf("seed %d\na %s\nb %s\nc %s\n(ab)c %s\na(bc) %s", seed, a, b, c, left, right)
		}
	}
}

func both(t *testing.T, red *reduce.Reducer, l, r []byte) []byte {
	t.Helper()
	out, _, err := red.Reduce(l, r, false)
	if err != nil {
		t.Fatalf("%s with %s: %v", l, r, err)
	}
	if !json.Valid(out) {
		t.Fatalf("%s with %s: %s", l, r, out)
	}
	return slices.Clone(out)
}

// What a set is in the end does not depend on how many updates were joined on
// their way to it; and it is what carrying them out one by one gives.
func TestSetIsItsModel(t *testing.T) {
	t.Parallel()
	red := reducer(t, value(`{"strategy":"set"}`, ""))
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 2))
		model := map[string]bool{}
		stored, pending := []byte(`{"v":{"add":[]}}`), []byte(nil)
		for range 2 + r.IntN(6) {
			u := update(r, func(r *rand.Rand) any { return subset(r) })
			carryOut(model, u)
			text, _ := json.Marshal(map[string]any{"v": u})
			if pending == nil {
				pending = text
			} else {
				pending = both(t, red, pending, text)
			}
			if r.IntN(2) == 0 {
				stored, pending = full(t, red, stored, pending), nil
			}
		}
		if pending != nil {
			stored = full(t, red, stored, pending)
		}
		var got struct{ V struct{ Add []string } }
		if err := json.Unmarshal(stored, &got); err != nil {
			t.Fatal(err)
		}
		want := make([]string, 0, len(model))
		for name := range model {
			want = append(want, name)
		}
		slices.Sort(want)
		if !slices.Equal(got.V.Add, want) {
			t.Fatalf("seed %d: got %s, want %q", seed, stored, want)
		}
	}
}

func full(t *testing.T, red *reduce.Reducer, l, r []byte) []byte {
	t.Helper()
	out, _, err := red.Reduce(l, r, true)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(out)
}

func carryOut(model map[string]bool, u map[string]any) {
	if keep, ok := u["intersect"].([]string); ok {
		for name := range model {
			if !slices.Contains(keep, name) {
				delete(model, name)
			}
		}
	}
	if gone, ok := u["remove"].([]string); ok {
		for _, name := range gone {
			delete(model, name)
		}
	}
	if more, ok := u["add"].([]string); ok {
		for _, name := range more {
			model[name] = true
		}
	}
}
