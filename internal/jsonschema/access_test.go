package jsonschema_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/jsonschema"
)

// Pointers find members by name and items by number, and nothing where there is nothing.
func TestPointers(t *testing.T) {
	t.Parallel()
	v := parsed(t, `{"a":[1,[2,{"b":3}]],"":{"":4},"/":5,"~":6,"~1":7,"0":8,"n":null,"é":9,"a b":10}`)
	for pointer, want := range map[string]string{
		"/a/0": "1", "/a/1/0": "2", "/a/1/1/b": "3", "/": `{"":4}`, "//": "4", "/~1": "5", "/~0": "6", "/~01": "7", "/0": "8", "/n": "null", "/é": "9", "/a b": "10",
		"/a/2": "", "/a/-1": "", "/a/x": "", "/a/": "", "/a/1/1/b/c": "", "/n/x": "", "/none": "", "/A": "", "/a/1/2": "", "/a/99999999999999999999": "",
	} {
		got := v.Find(jsonschema.Pointer(pointer))
		if got.Exists() != (want != "") || got.Exists() && string(got.Raw()) != want {
			t.Errorf("%s: %v", pointer, got)
		}
	}
	if got := v.Find(nil); string(got.Raw()) != string(v.Raw()) {
		t.Errorf("the whole is %s", got.Raw())
	}
	if (jsonschema.Value{}).Find([]string{"a"}).Exists() || (jsonschema.Value{}).Get("a").Exists() || (jsonschema.Value{}).True() {
		t.Error("there is something in nothing")
	}
}

// Whole numbers are read where they are written as such.
func TestInts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"0": 0, "-0": 0, "7": 7, "-12": -12, "9223372036854775807": 9223372036854775807} {
		if got, ok := parsed(t, text).Int(); !ok || got != want {
			t.Errorf("%s: got %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"1.0", "1e2", "9223372036854775808", `"1"`, "true", "null", "[1]", "{}"} {
		if got, ok := parsed(t, text).Int(); ok {
			t.Errorf("%s: got %d", text, got)
		}
	}
}

// Texts are read with their escapes, keys too.
func TestTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`""`: "", `"a"`: "a", `"\""`: `"`, `"\\"`: `\`, `"\/"`: "/", `"\b\f\n\r\t"`: "\b\f\n\r\t", `"\u00e9\u0000"`: "é\x00", `"\ud83d\ude00"`: "😀", `"é😀"`: "é😀", `"\ud83d"`: "\ufffd", `"\ude00\ud83d"`: "\ufffd\ufffd", `"\\u0041"`: `\u0041`,
	} {
		if got := parsed(t, text).Text(); got != want {
			t.Errorf("%s: got %q", text, got)
		}
		if got := parsed(t, "{"+text+":1}").First(); string(got.Key()) != want {
			t.Errorf("%s as a key: got %q", text, got.Key())
		}
	}
}

// A text is put where nothing stands, with the objects on the way, and never over something.
func TestWhatIsPut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ doc, at, found, whole string }{
		{`{}`, "/a", `"new"`, `{}`}, {`{"b":1}`, "/a", `"new"`, `{"b":1}`}, {`{"a":"old"}`, "/a", `"old"`, `{"a":"old"}`}, {`{"a":null}`, "/a", "null", `{"a":null}`},
		{`{}`, "/a/b/c", `"new"`, `{}`}, {`{"a":{}}`, "/a/b", `"new"`, `{"a":{}}`}, {`{"a":{"x":1,"y":2}}`, "/a/b", `"new"`, `{"a":{"x":1,"y":2}}`}, {`{"a":5}`, "/a/b", "", `{"a":5}`}, {`{"a":[]}`, "/a/b", "", `{"a":[]}`},
		{`[]`, "/a", "", `[]`}, {`5`, "/a", "", `5`}, {`{}`, "", "{}", `{}`}, {`{"a":1,"a":{"b":2}}`, "/a/c", `"new"`, `{"a":1,"a":{"b":2}}`},
	} {
		v := parsed(t, tt.doc)
		v.Put(jsonschema.Pointer(tt.at), []byte(`"new"`))
		got := v.Find(jsonschema.Pointer(tt.at))
		if got.Exists() != (tt.found != "") || got.Exists() && string(got.Raw()) != tt.found || string(v.Raw()) != tt.whole {
			t.Errorf("%s at %s: got %v of %s", tt.doc, tt.at, got, v.Raw())
		}
		v.Put(jsonschema.Pointer(tt.at), []byte(`"again"`))
		if again := v.Find(jsonschema.Pointer(tt.at)); again.Exists() && string(again.Raw()) != tt.found {
			t.Errorf("%s at %s: a second time it is %s", tt.doc, tt.at, again.Raw())
		}
	}
	// what was put in counts for a schema, and for equality
	s, err := jsonschema.Compile([]byte(`{"required":["a"],"minProperties":2,"properties":{"a":{"type":"object","required":["b"],"properties":{"b":{"const":"new"}},"additionalProperties":false}},"additionalProperties":false,"patternProperties":{"^z":{}}}`))
	if err != nil {
		t.Fatal(err)
	}
	v := parsed(t, `{"z":1}`)
	if got := s.Validate(v); len(got) != 2 {
		t.Errorf("got %v", got)
	}
	if v.Put([]string{"a", "b"}, []byte(`"new"`)); len(s.Validate(v)) != 0 {
		t.Errorf("got %v", s.Validate(v))
	}
}

// Members stand in the order of their names; of several of one name the last counts.
func TestMembers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{`{}`: "", `{"b":1,"a":2}`: "a=2 b=1", `{"a":1,"b":2,"a":3}`: "a=3 b=2", `{"a":1,"\u0061":2}`: "a=2", `{"é":1,"z":2,"":3}`: "=3 z=2 é=1", `{"10":1,"9":2}`: "10=1 9=2"} {
		var got []string
		for _, m := range jsonschema.Members(parsed(t, text)) {
			got = append(got, string(m.Key())+"="+string(m.Raw()))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %q", text, got)
		}
	}
}

// A document is read again into the same nodes, larger or smaller, and keeps nothing of the one before.
func TestOneDocForManyTexts(t *testing.T) {
	t.Parallel()
	var d jsonschema.Doc
	for range 3 {
		for _, text := range []string{`{"a":{"b":[1,2,3]}}`, `[]`, `"x"`, `{"a":1}`, `[[[[]]]]`, `{"a":{"b":4}}`} {
			v, err := d.Parse([]byte(text))
			if err != nil || string(v.Raw()) != text || v.Get("z").Exists() {
				t.Errorf("%s: got %s, %v", text, v.Raw(), err)
			}
			v.Put([]string{"z"}, []byte(`"put"`))
		}
		if _, err := d.Parse([]byte(`{"a":[1,`)); err == nil {
			t.Error("half a text is read")
		}
	}
}

// Where an annotation holds depends on the value: branches that hold, what is left over, and the outermost of several.
func TestWhereAnnotationsHold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ schema, document, want string }{
		{`{"reduce":1}`, `5`, "=1"}, {`{}`, `{"a":1}`, ""}, {`true`, `1`, ""}, {`{"properties":{"a":{"reduce":1}}}`, `{"b":1}`, ""},
		{`{"properties":{"a":{"reduce":1}},"patternProperties":{"^a":{"reduce":2},"b$":{"reduce":3}},"additionalProperties":{"reduce":4}}`, `{"a":0,"ab":0,"b":0,"c":0}`, "/a=1 /ab=2 /b=3 /c=4"},
		{`{"prefixItems":[{"reduce":1},{}],"items":{"reduce":2}}`, `[0,0,0]`, "/0=1 /2=2"}, {`{"items":[{"reduce":1}],"additionalItems":{"reduce":2}}`, `[0,0]`, "/0=1 /1=2"},
		{`{"prefixItems":[true],"unevaluatedItems":{"reduce":1}}`, `[0,0]`, "/1=1"}, {`{"properties":{"a":{}},"unevaluatedProperties":{"reduce":1}}`, `{"a":0,"b":0}`, "/b=1"},
		{`{"anyOf":[{"type":"integer","reduce":1},{"type":"string","reduce":2},{"reduce":3}]}`, `"x"`, "=2"}, {`{"oneOf":[{"type":"integer","reduce":1},{"type":"string","reduce":2}]}`, `7`, "=1"},
		{`{"if":{"type":"integer","reduce":1},"then":{"reduce":2},"else":{"reduce":3}}`, `7`, "=1"}, {`{"if":{"type":"integer"},"then":{"reduce":2},"else":{"reduce":3}}`, `7`, "=2"}, {`{"if":{"type":"integer","reduce":1},"then":{"reduce":2},"else":{"reduce":3}}`, `"x"`, "=3"},
		{`{"$ref":"#/$defs/a","$defs":{"a":{"reduce":1,"$ref":"#/$defs/b"},"b":{"reduce":2,"properties":{"x":{"reduce":3}}}}}`, `{"x":0}`, "=1 /x=3"}, {`{"allOf":[{"reduce":1},{"reduce":2}]}`, `0`, "=1"}, {`{"reduce":0,"allOf":[{"reduce":1}]}`, `0`, "=0"},
		{`{"not":{"reduce":1}}`, `0`, ""}, {`{"contains":{"reduce":1}}`, `[0]`, ""}, {`{"dependentSchemas":{"a":{"reduce":1,"properties":{"b":{"reduce":2}}}}}`, `{"a":0,"b":0}`, "=1 /b=2"}, {`{"dependentSchemas":{"a":{"reduce":1}}}`, `{"b":0}`, ""},
		{`{"properties":{"n":{"$ref":"#"}},"reduce":1}`, `{"n":{"n":{}}}`, "=1 /n=1 /n/n=1"},
	} {
		s, err := jsonschema.Compile([]byte(tt.schema))
		if err != nil {
			t.Fatal(err)
		}
		v := parsed(t, tt.document)
		found := s.Annotated(v)
		var got []string
		var walk func(v jsonschema.Value, at string)
		walk = func(v jsonschema.Value, at string) {
			if text, ok := found[v]; ok {
				got = append(got, at+"="+string(text))
			}
			i := 0
			for m := v.First(); m.Exists(); m = m.Next() {
				part := string(m.Key())
				if v.Kind() == jsonschema.Array {
					part = string(rune('0' + i))
				}
				walk(m, at+"/"+part)
				i++
			}
		}
		walk(v, "")
		if strings.Join(got, " ") != tt.want || len(found) != len(got) {
			t.Errorf("%s\n%s: got %q of %d", tt.schema, tt.document, got, len(found))
		}
	}
}
