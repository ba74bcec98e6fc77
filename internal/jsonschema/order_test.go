package jsonschema_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/connkit/connkit/internal/jsonschema"
)

func parsed(tb testing.TB, text string) jsonschema.Value {
	tb.Helper()
	var d jsonschema.Doc
	v, err := d.Parse([]byte(text))
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return v
}

// The values stand in their order.
func TestCompare(t *testing.T) {
	t.Parallel()
	values := []string{
		`null`, `false`, `true`, `-1e400`, `-2`, `-1.5`, `0`, `1e-400`, `1`, `9007199254740992`, `9007199254740993`, `1e300`, `1e400`,
		`""`, `"A"`, `"a"`, `"a\u0000"`, `"ab"`, `"é"`, `[]`, `[null]`, `[1]`, `[1,0]`, `[2]`, `{}`, `{"a":1}`, `{"a":1,"b":0}`, `{"b":0,"a":2}`, `{"b":0}`,
	}
	for i, a := range values {
		for j, b := range values {
			if got := jsonschema.Compare(parsed(t, a), parsed(t, b)); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%s and %s: got %d", a, b, got)
			}
		}
		if jsonschema.Compare(jsonschema.Value{}, parsed(t, a)) >= 0 || jsonschema.Compare(parsed(t, a), jsonschema.Value{}) <= 0 {
			t.Errorf("what is not there does not come before %s", a)
		}
	}
	for _, same := range [][2]string{{`1`, `1.0`}, {`100`, `1e2`}, {`"a"`, `"\u0061"`}, {`{"a":1,"b":2}`, `{"b":2,"a":1}`}, {`{"a":0,"a":1}`, `{"a":1}`}, {`-0`, `0`}} {
		if got := jsonschema.Compare(parsed(t, same[0]), parsed(t, same[1])); got != 0 {
			t.Errorf("%q: got %d", same, got)
		}
	}
	if jsonschema.Compare(jsonschema.Value{}, jsonschema.Value{}) != 0 {
		t.Error("nothing is not nothing")
	}
}

func randomValue(r *rand.Rand, deep int) any {
	switch r.IntN(6 + deep) {
	case 0:
		return nil
	case 1:
		return r.IntN(2) == 0
	case 2:
		return r.IntN(7) - 3
	case 3:
		return float64(r.IntN(9)) / 2
	case 4, 5:
		return fmt.Sprint(r.IntN(4))
	case 6:
		list := []any{}
		for range r.IntN(3) {
			list = append(list, randomValue(r, deep-1))
		}
		return list
	}
	m := map[string]any{}
	for range r.IntN(3) {
		m[fmt.Sprint(r.IntN(3))] = randomValue(r, max(deep-1, 0))
	}
	return m
}

func TestCompareIsAnOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 5))
		var v [3]jsonschema.Value
		for i := range v {
			text, _ := json.Marshal(randomValue(r, 2))
			v[i] = parsed(t, string(text))
		}
		ab, ba := jsonschema.Compare(v[0], v[1]), jsonschema.Compare(v[1], v[0])
		if (ab < 0) != (ba > 0) || (ab == 0) != (ba == 0) {
			t.Fatalf("seed %d: %s and %s: %d and %d", seed, v[0].Raw(), v[1].Raw(), ab, ba)
		}
		if ab <= 0 && jsonschema.Compare(v[1], v[2]) <= 0 && jsonschema.Compare(v[0], v[2]) > 0 {
			t.Fatalf("seed %d: %s, %s, %s", seed, v[0].Raw(), v[1].Raw(), v[2].Raw())
		}
	}
}

func TestAnnotated(t *testing.T) {
	t.Parallel()
	s, err := jsonschema.Compile([]byte(`{"reduce":1,"properties":{"a":{"reduce":2},"b":{"items":{"reduce":3}}},"oneOf":[{"required":["a"],"additionalProperties":{"reduce":4}},{"required":["c"],"patternProperties":{"^c":{"reduce":5}}}],"dependentSchemas":{"d":{"properties":{"a":{"reduce":6},"d":{"reduce":7}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for document, want := range map[string]map[string]string{
		`{"a":0,"b":[0,0]}`: {"": "1", "a": "2", "b": "4", "b/0": "3", "b/1": "3"},
		`{"c":0,"b":[]}`:    {"": "1", "c": "5"},
		`{"c":0,"d":0}`:     {"": "1", "c": "5", "d": "7"},
		`{"a":0,"c":0}`:     {"": "1", "a": "2"}, // of no one form
		`[0]`:               {"": "1"},
	} {
		v := parsed(t, document)
		found := s.Annotated(v)
		if len(found) != len(want) && document != `{"a":0,"c":0}` {
			t.Errorf("%s: got %d places", document, len(found))
		}
		for place, text := range want {
			if got := string(found[v.Find(jsonschema.Pointer(place))]); got != text {
				t.Errorf("%s: %q: got %q, want %q", document, place, got, text)
			}
		}
	}
	if got := s.Reductions(); len(got) != 7 || string(got["/oneOf/0/additionalProperties/reduce"]) != "4" {
		t.Errorf("got %q", got)
	}
}
