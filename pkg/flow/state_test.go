package flow_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/connkit/connkit/pkg/flow"
)

// The examples of RFC 7396, appendix A. A state is an object, so they stand one
// level down, where the rules are the same.
func TestMergePatchOfTheRFC(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ original, patch, result string }{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`},
		{`{"a":"b"}`, `["c"]`, `["c"]`},
		{`{"a":"foo"}`, `"bar"`, `"bar"`},
		{`{"e":null}`, `{"a":1}`, `{"a":1,"e":null}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
	} {
		s, err := flow.ParseState([]byte(`{"s":` + tt.original + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Update(flow.StateUpdate{Updated: json.RawMessage(`{"s":` + tt.patch + `}`), MergePatch: true}); err != nil {
			t.Fatal(err)
		}
		if got, want := string(s.JSON()), `{"s":`+tt.result+`}`; got != want {
			t.Errorf("%s with %s: got %s, want %s", tt.original, tt.patch, got, want)
		}
	}
}

// What is no one JSON value is no state: half of a file would be lost by the next checkpoint.
func TestTextsThatAreNoState(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{`, `{}}`, `{} {}`, `{"a":1}x`, `[]`, `null`, `"a"`, `1`, "{\"a\":1,}", "\xff"} {
		if s, err := flow.ParseState([]byte(text)); err == nil {
			t.Errorf("%q: got %s", text, s.JSON())
		}
		var s flow.State
		if err := s.Update(flow.StateUpdate{Updated: json.RawMessage(text)}); err == nil && !json.Valid([]byte(text)) {
			t.Errorf("%q is taken as an update: %s", text, s.JSON())
		}
	}
	for text, want := range map[string]string{"": "{}", " \n": "{}", " {\"b\":1.50,\"a\":12345678901234567890123} \n": `{"a":12345678901234567890123,"b":1.50}`, `{"a":"<&>\u2028"}`: "{\"a\":\"<&>\\u2028\"}"} {
		if s, err := flow.ParseState([]byte(text)); err != nil || string(s.JSON()) != want {
			t.Errorf("%q: got %s, %v", text, s.JSON(), err)
		}
	}
}

func randomState(r *rand.Rand, deep int) map[string]any {
	m := map[string]any{}
	for _, name := range "abc" {
		switch r.IntN(4 + deep) {
		case 0:
			m[string(name)] = fmt.Sprint(r.IntN(9))
		case 1:
			m[string(name)] = []any{"x", nil}
		case 2:
		default:
			if deep > 0 {
				m[string(name)] = randomState(r, deep-1)
			}
		}
	}
	return m
}

// difference makes the patch that leads from one state to another.
func difference(from, to map[string]any) map[string]any {
	patch := map[string]any{}
	for name := range from {
		if _, there := to[name]; !there {
			patch[name] = nil
		}
	}
	for name, want := range to {
		old, isMap := from[name].(map[string]any)
		if fresh, both := want.(map[string]any); both && isMap {
			patch[name] = difference(old, fresh)
		} else if !reflect.DeepEqual(from[name], want) {
			patch[name] = want
		}
	}
	return patch
}

func TestMergePatchReachesEveryState(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 7))
		from, to := randomState(r, 3), randomState(r, 3)
		start, _ := json.Marshal(from)
		patch, _ := json.Marshal(difference(from, to))
		want, _ := json.Marshal(to)
		s, err := flow.ParseState(start)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // a second time it changes nothing
			if err := s.Update(flow.StateUpdate{Updated: patch, MergePatch: true}); err != nil || string(s.JSON()) != string(want) {
				t.Fatalf("seed %d: %s with %s: got %s, want %s, %v", seed, start, patch, s.JSON(), want, err)
			}
		}
	}
}

// What a state is made of stays as it is written: numbers digit by digit, texts, names that look like others.
func TestStatesKeepWhatTheyAreMadeOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"n":9007199254740993,"f":0.10,"e":1E+400,"z":-0}`: `{"e":1E+400,"f":0.10,"n":9007199254740993,"z":-0}`,
		`{"s":"a\u00e9\ud83d\ude00\u2028<>&","":1}`:         "{\"\":1,\"s\":\"aé😀\\u2028<>&\"}",
		`{"a":{"b":[1,{"c":null}]}}`:                        `{"a":{"b":[1,{"c":null}]}}`,
		`{"a":1,"a":2}`:                                     `{"a":2}`,
		` { } `:                                             `{}`,
		"\n":                                                `{}`,
	} {
		s, err := flow.ParseState([]byte(text))
		if err != nil || string(s.JSON()) != want {
			t.Errorf("%s: got %s, %v", text, s.JSON(), err)
		}
		again, err := flow.ParseState(s.JSON())
		if err != nil || string(again.JSON()) != want {
			t.Errorf("%s: again %s, %v", text, again.JSON(), err)
		}
		if empty := want == "{}"; s.IsEmpty() != empty {
			t.Errorf("%s: empty is %v", text, s.IsEmpty())
		}
	}
	if !(flow.State{}).IsEmpty() || string(flow.State{}.JSON()) != "{}" {
		t.Error("no state is the empty one")
	}
}

func TestUpdatesThatAreNone(t *testing.T) {
	t.Parallel()
	s, err := flow.ParseState([]byte(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "{", `{"a":2} {"a":3}`, "NaN"} {
		if err := s.Update(flow.StateUpdate{Updated: []byte(text), MergePatch: true}); err == nil || err.Error() != "reading a state: it is no JSON" {
			t.Errorf("%q: got %v", text, err)
		}
	}
	if string(s.JSON()) != `{"a":1}` {
		t.Errorf("it is %s", s.JSON())
	}
}

func TestSameJSON(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{`{"a":1,"b":[2,{"c":3}]}`, "{ \"b\": [2,\n{\"c\":3}], \"a\": 1 }", true}, {`"\u0061"`, `"a"`, true}, {`[1,2]`, `[2,1]`, false}, {`1`, `1.0`, false}, {`9007199254740993`, `9007199254740992`, false},
		{`{}`, `[]`, false}, {`null`, `false`, false}, {``, ``, false}, {`{`, `{`, false}, {`1 2`, `1 2`, false}, {`{"a":null}`, `{}`, false},
	} {
		if got := flow.SameJSON([]byte(tt.a), []byte(tt.b)); got != tt.same {
			t.Errorf("%s and %s: %v", tt.a, tt.b, got)
		}
	}
}
