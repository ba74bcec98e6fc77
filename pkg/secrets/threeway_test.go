package secrets

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func mergeTexts(t *testing.T, format Format, base, ours, theirs string) (*threeway, sides) {
	t.Helper()
	m := &threeway{}
	for text, to := range map[**document]string{&m.base: base, &m.ours: ours, &m.theirs: theirs} {
		if to == "" {
			continue
		}
		d, err := parse("c", format, []byte(to))
		if err != nil {
			t.Fatalf("%v in %q", err, to)
		}
		*text = d
	}
	return m, m.merge()
}

func TestThreeway(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		format                   Format
		base, ours, theirs, want string
	}{
		"no newline at the end":    {YAML, "a: 1\nb: 2", "a: 1\nb: 3", "a: 4\nb: 2", "a: 4\nb: 3"},
		"behind no newline":        {YAML, "a: 1\nb: 2", "a: 1\nb: 2\nc: 3", "a: 1\nb: 2\nd: 4", "a: 1\nb: 2\nc: 3\nd: 4"},
		"CRLF":                     {YAML, "a: 1\r\nb: 2\r\n", "a: 1\r\nb: 3\r\n", "a: 4\r\nb: 2\r\n", "a: 4\r\nb: 3\r\n"},
		"a marker of documents":    {YAML, "---\na: 1\nb: 2\n...\n", "---\na: 1\nb: 3\n...\n", "---\na: 4\nb: 2\n...\n", "---\na: 4\nb: 3\n...\n"},
		"JSON on one line":         {JSON, `{"a":1,"b":2}`, `{"a":1,"b":3}`, `{"a":4,"b":2,"c":{"d":5}}`, `{"a":4,"b":3,"c":{"d":5}}`},
		"JSON on lines":            {JSON, "{\n\t\"a\": 1,\n\t\"b\": 2\n}\n", "{\n\t\"a\": 1,\n\t\"n\": [],\n\t\"b\": 2\n}\n", "{\n\t\"b\": 2\n}\n", "{\n\t\"n\": [],\n\t\"b\": 2\n}\n"},
		"JSON that empties":        {JSON, `{"a":1,"b":2}`, `{"a":1}`, `{"b":2}`, `{}`},
		"JSON in depth":            {JSON, `{"a":{"x":[1,{"y":2}]},"z":0}`, `{"a":{"x":[1,{"y":3}]},"z":0}`, `{"a":{"x":[4,{"y":2}]},"z":0}`, `{"a":{"x":[4,{"y":3}]},"z":0}`},
		"a comment on a line":      {YAML, "a: 1 # x\nb: 2\n", "a: 1 # x\nb: 3 # y\n", "a: 4 # x\nb: 2\n", "a: 4 # x\nb: 3 # y\n"},
		"a comment and a value":    {YAML, "# x\na: 1\nb: 2\n", "# y\na: 1\nb: 2\n", "# x\na: 3\nb: 2\n", "# y\na: 3\nb: 2\n"},
		"a text becomes a map":     {YAML, "a: 1\nb: 2\n", "a:\n  x: 1\nb: 2\n", "a: 1\nb: 3\n", "a:\n  x: 1\nb: 3\n"},
		"maps that both add":       {YAML, "a: 1\n", "a: 1\nn:\n  x: 1\n", "a: 1\nn:\n  y: 2\n", "a: 1\nn:\n  x: 1\n  y: 2\n"},
		"a list that grows":        {YAML, "l:\n  - 1\nm: 1\n", "l:\n  - 1\n  - 2\nm: 1\n", "l:\n  - 1\nm: 2\n", "l:\n  - 1\n  - 2\nm: 2\n"},
		"a dash alone":             {YAML, "l:\n  -\n  - 1\nm: 1\n", "l:\n  -\n  - 2\nm: 1\n", "l:\n  -\n  - 1\nm: 2\n", "l:\n  -\n  - 2\nm: 2\n"},
		"none of the base stays":   {YAML, "---\n# c\na: 1\nb: 2", "---\n# c\na: 1\nn: 3", "---\nb: 2", "---\nn: 3"},
		"a first key behind a BOM": {YAML, "\ufeffa: 1\nb: 2\n", "\ufeffb: 2\n", "\ufeffa: 1\nb: 3\n", "\ufeffb: 3\n"},
		"anchors":                  {YAML, "a: &x 1\nb: *x\nc: 2\n", "a: &x 3\nb: *x\nc: 2\n", "a: &x 1\nb: *x\nc: 4\n", "a: &x 3\nb: *x\nc: 4\n"},
		"keys without a value":     {YAML, "a:\nb:\n", "a: 1\nb:\n", "a:\nb: 2\n", "a: 1\nb: 2\n"},
		"a key moves and another":  {YAML, "a: 1\nb: 2\nc: 3\n", "c: 3\na: 1\nb: 2\n", "a: 1\nb: 9\nc: 3\n", "c: 3\na: 1\nb: 9\n"},
		"a map in brackets grows":  {YAML, "m: {a: 1}\nn: 1\n", "m: {a: 1, b: 2}\nn: 1\n", "m: {z: 0, a: 1}\nn: 1\n", "m: {z: 0, a: 1, b: 2}\nn: 1\n"},
		"comments in brackets":     {YAML, "m: {a: 1, # x\n  b: 2}\nn: 1\n", "m: {a: 1, # y\n  b: 2}\nn: 1\n", "m: {a: 1, # x\n  b: 2}\nn: 2\n", "m: {a: 1, # y\n  b: 2}\nn: 2\n"},
	} {
		m, got := mergeTexts(t, tt.format, tt.base, tt.ours, tt.theirs)
		if got.ours != tt.want || got.theirs != tt.want || len(m.conflicts) > 0 {
			t.Errorf("%s: got %q and %q, want %q; conflicts %q", name, got.ours, got.theirs, tt.want, m.conflicts)
		}
	}
}

func TestThreewayConflicts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		format                     Format
		base, ours, theirs, places string
	}{
		"a value":            {YAML, "a: 1\nb: 2\n", "a: 3\nb: 2\n", "a: 4\nb: 2\n", "/a"},
		"a removal":          {YAML, "a: 1\nb: 2\n", "b: 2\n", "a: 4\nb: 2\n", "/a"},
		"lists":              {YAML, "l: [1]\n", "l: [1, 2]\n", "l: [1, 3]\n", "/l"},
		"in depth":           {YAML, "m:\n  x:\n    - y: 1\n", "m:\n  x:\n    - y: 2\n", "m:\n  x:\n    - y: 3\n", "/m/x/0/y"},
		"comments":           {YAML, "# x\na: 1\n", "# y\na: 1\n", "# z\na: 1\n", "/a"},
		"JSON":               {JSON, `{"a":{"b":1}}`, `{"a":{"b":2}}`, `{"a":{"b":3}}`, "/a/b"},
		"a new key":          {JSON, `{"a":1}`, `{"a":1,"n":2}`, `{"a":1,"n":3}`, "/n"},
		"a map and a number": {YAML, "a: 1\n", "a:\n  x: 1\n", "a: 2\n", "/a"},
		"tails":              {YAML, "a: 1\n# x\n", "a: 1\n# y\n", "a: 1\n# z\n", ""},
	} {
		m, got := mergeTexts(t, tt.format, tt.base, tt.ours, tt.theirs)
		if strings.Join(m.conflicts, " ") != tt.places || got.ours == got.theirs {
			t.Errorf("%s: conflicts %q in %q and %q", name, m.conflicts, got.ours, got.theirs)
		}
	}
}

// shape writes random configs in one style, value by value.
type shape struct {
	r      *rand.Rand
	values map[string]string // by pointer
}

func (s *shape) text(indent, at string, depth int) string {
	var b strings.Builder
	for i := range 2 + s.r.IntN(3) {
		key := fmt.Sprintf("k%d", i)
		here := at + "/" + key
		if s.r.IntN(3) == 0 {
			fmt.Fprintf(&b, "%s# about %s\n", indent, key)
		}
		switch kind := s.r.IntN(6); {
		case kind < 2 && depth > 0:
			fmt.Fprintf(&b, "%s%s:\n%s", indent, key, s.text(indent+"  ", here, depth-1))
		case kind == 2 && depth > 0:
			fmt.Fprintf(&b, "%s%s:\n%s  - %s\n%s  - x: %s\n%s    y: %s\n", indent, key, indent, s.value(here+"/0"), indent, s.value(here+"/1/x"), indent, s.value(here+"/1/y"))
		case kind == 3:
			fmt.Fprintf(&b, "%s%s: {p: %s, q: [%s, %s]}  # in brackets\n", indent, key, s.value(here+"/p"), s.value(here+"/q/0"), s.value(here+"/q/1"))
		case kind == 4:
			fmt.Fprintf(&b, "%s%s: |\n%s    line\n%s    %s\n", indent, key, indent, indent, s.value(here))
		default:
			fmt.Fprintf(&b, "%s%s: %s\n\n", indent, key, s.value(here))
		}
	}
	return b.String()
}

func (s *shape) value(at string) string {
	v := fmt.Sprintf("v%06d", s.r.IntN(1e6))
	s.values[at] = v
	return v
}

// Whatever values two sides change: both changes are in what comes out, all else is
// as it was to the byte, and what both have changed is a conflict at that place.
func TestThreewayOfRandomChanges(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := &shape{r: r, values: map[string]string{}}
		base := s.text("", "", 3)
		var places []string
		for at := range s.values {
			places = append(places, at)
		}
		slices.Sort(places)
		ours, theirs, want, other := base, base, base, base
		var conflicts []string
		for _, at := range places {
			old := s.values[at]
			if strings.Count(base, old) > 1 {
				continue
			}
			a, b := "A"+old[1:], "B"+old[1:]
			switch r.IntN(5) {
			case 0:
				ours, want, other = strings.Replace(ours, old, a, 1), strings.Replace(want, old, a, 1), strings.Replace(other, old, a, 1)
			case 1:
				theirs, want, other = strings.Replace(theirs, old, b, 1), strings.Replace(want, old, b, 1), strings.Replace(other, old, b, 1)
			case 2:
				if r.IntN(3) > 0 {
					continue
				}
				ours, theirs = strings.Replace(ours, old, a, 1), strings.Replace(theirs, old, b, 1)
				want, other = strings.Replace(want, old, a, 1), strings.Replace(other, old, b, 1)
				conflicts = append(conflicts, at)
			}
		}
		m, got := mergeTexts(t, YAML, base, ours, theirs)
		if got.ours != want || got.theirs != other {
			t.Fatalf("seed %d: base\n%s\ngot\n%s\nwant\n%s", seed, base, got.ours, want)
		}
		slices.Sort(m.conflicts)
		if !slices.Equal(m.conflicts, conflicts) {
			t.Errorf("seed %d: conflicts %q, want %q", seed, m.conflicts, conflicts)
		}
	}
}

func TestHunks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b, want string
	}{
		{"a b c", "a b c", ""},
		{"a b c", "a x c", "1-2/1-2"},
		{"a b c", "a c", "1-2/1-1"},
		{"a c", "a b c", "1-1/1-2"},
		{"", "a", "0-0/0-1"},
		{"a b c d e", "x b c d y", "0-1/0-1 4-5/4-5"},
		{"a a b a", "a a c a", "2-3/2-3"},
		{"a b", "b a", "0-0/0-1 1-2/2-2"},
	} {
		a, b := strings.Fields(tt.a), strings.Fields(tt.b)
		var got []string
		at := 0
		var ours []string
		for _, h := range hunks(a, b) {
			got = append(got, fmt.Sprintf("%d-%d/%d-%d", h.a1, h.a2, h.b1, h.b2))
			ours = append(append(ours, a[at:h.a1]...), b[h.b1:h.b2]...)
			at = h.a2
		}
		if ours = append(ours, a[at:]...); !slices.Equal(ours, b) {
			t.Errorf("%q to %q: gave %q", tt.a, tt.b, ours)
		}
		if len(got) > 0 != (tt.want != "") {
			t.Errorf("%q to %q: got %q", tt.a, tt.b, got)
		}
	}
}
