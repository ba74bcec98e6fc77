package secrets

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// sideOf edits a text at one place below some of its top keys, and gives what comes out.
func sideOf(t *testing.T, r *rand.Rand, d *document, mine func(top string) bool, fresh string) *document {
	t.Helper()
	there, behind := pointers(d)
	var places []string
	for _, at := range append(there, behind...) {
		top, _, _ := strings.Cut(at[1:], "/")
		if mine(top) && top != "new" && top != "n: w_sops" {
			places = append(places, at)
		}
	}
	places = append(places, "/"+fresh)
	out, err := editOnce(d, places[r.IntN(len(places))], newValues[r.IntN(len(newValues))], r.IntN(4) == 0)
	if err != nil {
		return d
	}
	next, err := parse(d.file, d.format, out)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// Two sides that change, add and remove what stands below different keys of a text of any style never conflict,
// and both changes are in what comes out; it does not matter which side is ours.
func TestThreewayOfRandomEdits(t *testing.T) {
	t.Parallel()
	done := 0
	for seed := range uint64(800) {
		r := rand.New(rand.NewPCG(seed, 19))
		name, format, text := "c.yaml", YAML, makeYAML(seed)
		if seed%4 == 1 {
			name, format, text = "c.json", JSON, makeJSON(seed)
		}
		base, err := parse(name, format, []byte(text))
		if err != nil || base.lost != nil {
			continue
		}
		ours, theirs := base, base
		isOurs := func(top string) bool { return (int(top[len(top)-1])+len(top))%2 == 0 }
		for range 1 + r.IntN(3) {
			ours = sideOf(t, r, ours, isOurs, "zo"+string(rune('a'+r.IntN(3))))
			theirs = sideOf(t, r, theirs, func(top string) bool { return !isOurs(top) }, "zt"+string(rune('a'+r.IntN(3))))
		}
		b, o, th := values(t, format, text), values(t, format, string(ours.text)), values(t, format, string(theirs.text))
		want := map[string]any{}
		for _, from := range []map[string]any{o, th} {
			for key, v := range from {
				old, had := b[key]
				switch other, has := map[bool]map[string]any{true: th, false: o}[reflect.ValueOf(from).Pointer() == reflect.ValueOf(o).Pointer()][key]; {
				case !had: // it was added
					want[key] = v
				case has && !reflect.DeepEqual(v, old):
					want[key] = v
				case has && want[key] == nil:
					want[key] = other
				}
			}
		}
		if len(want) == 0 {
			continue
		}
		m := &threeway{base: base, ours: ours, theirs: theirs}
		got := m.merge()
		tr := trio{base.root, ours.root, theirs.root}
		merged, err := parse(name, format, []byte(got.ours))
		if err != nil || !tr.agrees(merged.root, true) {
			t.Errorf("seed %d: falls back to lines: %v\nbase %q\nours %q\ntheirs %q\ngot %q", seed, err, text, ours.text, theirs.text, got.ours)
			continue
		}
		done++
		if len(m.conflicts) > 0 || got.ours != got.theirs {
			t.Errorf("seed %d: conflicts %q\nbase\n%s\nours\n%s\ntheirs\n%s", seed, m.conflicts, text, ours.text, theirs.text)
			continue
		}
		if is := values(t, format, got.ours); !reflect.DeepEqual(is, want) {
			t.Errorf("seed %d:\nbase\n%s\nours\n%s\ntheirs\n%s\ngot\n%s\nwant %v", seed, text, ours.text, theirs.text, got.ours, want)
		}
	}
	if done < 450 {
		t.Errorf("only %d merges were compared", done)
	}
}
