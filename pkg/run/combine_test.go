package run

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/flow/reduce"
)

func docOf(t *testing.T, text string) jsonschema.Value {
	t.Helper()
	v, err := new(jsonschema.Doc).Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Keys are one by their values: however a number is written, but never across types.
func TestWhichKeysAreOne(t *testing.T) {
	t.Parallel()
	of := func(text string) string {
		return string(identity(keyOf(docOf(t, `{"k":`+text+`}`), [][]string{{"k"}})))
	}
	for _, same := range [][]string{
		{`1`, `1.0`, `1e0`, `10e-1`, `1.000`}, {`0`, `-0`, `0.0`, `0e5`}, {`-3`, `-3.0`, `-30e-1`}, {`"a"`, `"\u0061"`}, {`1000`, `1e3`, `1E+3`}, {`4503599627370497`, `4503599627370497.0`}, {`0.5`, `5e-1`, `0.50`},
	} {
		for _, text := range same {
			if of(text) != of(same[0]) {
				t.Errorf("%s is not %s", text, same[0])
			}
		}
	}
	different := []string{`1`, `"1"`, `true`, `1.5`, `null`, `"true"`, `"1.0"`, `-1`, `[1]`, `{"a":1}`, `9007199254740993`, `9007199254740992`, `""`, `"\u0000"`, `false`}
	for i, a := range different {
		for _, b := range different[:i] {
			if of(a) == of(b) {
				t.Errorf("%s is %s", a, b)
			}
		}
	}
	if got, _ := keyOf(docOf(t, `{}`), [][]string{{"k"}}); string(got[0]) != "null" {
		t.Errorf("a key that is not there is %s", got)
	}
}

// A document has the identifier in front, whatever stands in its _meta.
func TestDocumentsGetAnIdentifier(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{}`:                                  `{"_meta":{"uuid":"u"}}`,
		`{"a":1.50}`:                          `{"_meta":{"uuid":"u"},"a":1.50}`,
		`{"a":1,"_meta":{"op":"d"}}`:          `{"_meta":{"uuid":"u","op":"d"},"a":1}`,
		`{"_meta":{"uuid":"old","op":"d"}}`:   `{"_meta":{"uuid":"u","op":"d"}}`,
		`{"_meta":{"a":{"uuid":"x"}},"b":[]}`: `{"_meta":{"uuid":"u","a":{"uuid":"x"}},"b":[]}`,
		`{"_meta":5,"a":1}`:                   `{"_meta":{"uuid":"u"},"a":1}`,
		`{"_meta":null}`:                      `{"_meta":{"uuid":"u"}}`,
		`{"q\"\u00e9":"\u00e9"}`:              `{"_meta":{"uuid":"u"},"q\"é":"\u00e9"}`,
	} {
		if got := string(withUUID(docOf(t, text), "u")); got != want {
			t.Errorf("%s: got %s", text, got)
		}
		v := docOf(t, text)
		v.Put(uuidPath, quote("placeholder"))
		if got := string(withUUID(v, "u")); got != want {
			t.Errorf("%s with one put in: got %s", text, got)
		}
	}
}

// Of the documents of a transaction one is left for each key, in the order of their bytes.
func TestDocumentsAreCombined(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.Compile([]byte(`{"reduce":{"strategy":"merge"},"properties":{"n":{"reduce":{"strategy":"sum"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	summing, _ := reduce.New(schema)
	plain, _ := reduce.New(&jsonschema.Schema{})
	c := newCombined(func(binding int) *reduce.Reducer { return []*reduce.Reducer{summing, plain}[binding] })
	put := func(binding int, text string) (*entry, *entry) {
		key, packed := keyOf(docOf(t, text), [][]string{{"k"}})
		e := &entry{binding: binding, key: key, packed: packed, doc: []byte(text)}
		kept, err := c.put(e)
		if err != nil {
			t.Fatal(err)
		}
		return e, kept
	}
	if e, kept := put(0, `{"k":"b","n":1}`); e != kept {
		t.Error("the first of a key is another")
	}
	if e, kept := put(0, `{"k":"b","n":2}`); e == kept || string(kept.doc) != `{"k":"b","n":3}` {
		t.Errorf("got %s", kept.doc)
	}
	put(1, `{"k":"b","n":1}`)
	put(1, `{"k":"b","n":2}`)
	for _, k := range []string{`"a"`, `10`, `9`, `-1`, `null`, `true`, `1.5`, `"ä"`, `""`} {
		put(0, `{"k":`+k+`,"n":0}`)
	}
	var got []string
	for _, e := range c.sorted() {
		got = append(got, string(e.key[0])+strings.TrimPrefix(string(e.doc), `{"k":`+string(e.key[0])))
	}
	want := []string{`null,"n":0}`, `"","n":0}`, `"a","n":0}`, `"b","n":3}`, `"ä","n":0}`, `-1,"n":0}`, `9,"n":0}`, `10,"n":0}`, `1.5,"n":0}`, `true,"n":0}`, `"b","n":2}`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	e := &entry{doc: []byte(`{"k":1,"n":1}`), stored: []byte(`{"k":1,"n":41,"kept":true}`)}
	if err := e.settle(summing); err != nil || string(e.doc) != `{"k":1,"kept":true,"n":42}` {
		t.Errorf("got %s, %v", e.doc, err)
	}
	if e = (&entry{doc: []byte(`{"n":"x"}`), stored: []byte(`{"n":1}`)}); e.settle(summing) == nil {
		t.Error("a text is added to a number")
	}
	if e = (&entry{doc: []byte(`{"n":"x"}`)}); e.settle(summing) != nil || string(e.doc) != `{"n":"x"}` {
		t.Errorf("nothing was stored: got %s", e.doc)
	}
}

// State changes are told in the next request: a replacement as null and the new state.
func TestPatchesAreTold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ holder, want string }{
		{`{"state":{"updated":{"a":1},"mergePatch":true}}`, `[{"a":1}]`}, {`{"state":{"updated":{"a":1},"merge_patch":true}}`, `[{"a":1}]`},
		{`{"state":{"updated":{"a":1}}}`, `[null,{"a":1}]`}, {`{"state":{"updated":{"a":1},"mergePatch":false}}`, `[null,{"a":1}]`}, {`{"state":{"updated":{"a":1},"mergePatch":null}}`, `[null,{"a":1}]`},
	} {
		var p patches
		v := docOf(t, tt.holder)
		p.add(v, json.RawMessage(v.Get("state").Get("updated").Raw()))
		text, err := json.Marshal(p.take(&PreviewOptions{}))
		if err != nil || string(text) != tt.want || p != nil {
			t.Errorf("%s: got %s, %v", tt.holder, text, err)
		}
		if p.add(v, nil); len(p.take(&PreviewOptions{})) != 0 {
			t.Error("no change is told")
		}
		p.add(v, json.RawMessage("{}"))
		if got := p.take(&PreviewOptions{Runtime: "v1"}); got != nil || p != nil {
			t.Errorf("the older runtime tells %s", got)
		}
	}
}
