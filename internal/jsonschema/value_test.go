package jsonschema_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/jsonschema"
)

func parse(tb testing.TB, text string) jsonschema.Value {
	tb.Helper()
	v, err := new(jsonschema.Doc).Parse([]byte(text))
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestValues(t *testing.T) {
	t.Parallel()
	v := parse(t, ` {"a":{"b/c":[1,"two\u0021",null]},"n":7,"a~":true,"dup":1,"dup":2,"k\u0041":[]} `)
	for pointer, want := range map[string]string{
		"": string(v.Raw()), "/a/b~1c/0": "1", "/a/b~1c/1": `"two\u0021"`, "/a/b~1c/2": "null", "/a~0": "true", "/dup": "2", "/kA": "[]",
	} {
		if got := v.Find(jsonschema.Pointer(pointer)); !got.Exists() || string(got.Raw()) != want {
			t.Errorf("%s: got %s", pointer, got.Raw())
		}
	}
	for _, pointer := range []string{"/x", "/a/b~1c/3", "/a/b~1c/x", "/n/x", "/a/b~1c/-1"} {
		if got := v.Find(jsonschema.Pointer(pointer)); got.Exists() {
			t.Errorf("%s: got %s", pointer, got.Raw())
		}
	}
	if text := v.Find([]string{"a", "b/c", "1"}).Text(); text != "two!" {
		t.Errorf("got %q", text)
	}
	if n, ok := v.Get("n").Int(); n != 7 || !ok {
		t.Errorf("got %d, %v", n, ok)
	}
}

func TestPut(t *testing.T) {
	t.Parallel()
	s, err := jsonschema.Compile([]byte(`{"properties":{"_meta":{"required":["op","uuid"]}},"required":["_meta"]}`))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{`{}`: 1, `{"_meta":{"op":"u"}}`: 0, `{"_meta":{"op":"u","uuid":"x"}}`: 0, `{"_meta":3}`: 0} {
		v := parse(t, text)
		v.Put([]string{"_meta", "uuid"}, []byte(`"placeholder"`))
		if got := s.Validate(v); len(got) != want {
			t.Errorf("%s: got %v", text, got)
		}
	}
}

func TestParseTwice(t *testing.T) {
	t.Parallel()
	var d jsonschema.Doc
	for _, text := range []string{`{"a":[1,2,3]}`, `[]`, `{"a":[4]}`} {
		v, err := d.Parse([]byte(text))
		if err != nil || string(v.Raw()) != text {
			t.Errorf("%s: %s, %v", text, v.Raw(), err)
		}
	}
}

func TestDeepNesting(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 100_000)} {
		if _, err := new(jsonschema.Doc).Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), "deeper") {
			t.Errorf("got %v", err)
		}
	}
}

// FuzzParse holds the parser to encoding/json: it takes the same texts, and
// reads the same strings in them.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-0.5e+3,"x\n\ud83d\ude00",true,false,null]}`, `[`, `01`, `"\x"`, `{"a" : 1 , "a":2}`, "\"\x01\"", `1.`, `-`, `nul`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := new(jsonschema.Doc).Parse(text)
		if valid := json.Valid(text); valid != (err == nil) {
			t.Fatalf("%q: valid is %v, got %v", text, valid, err)
		}
		if err != nil || v.Kind() != jsonschema.String {
			return
		}
		var want string
		if err := json.Unmarshal(text, &want); err != nil || strings.ToValidUTF8(v.Text(), "\uFFFD") != strings.ToValidUTF8(want, "\uFFFD") && !strings.Contains(want, "\uFFFD") {
			t.Fatalf("%q: got %q, want %q", text, v.Text(), want)
		}
	})
}

const (
	smallSchema = `{"type":"object","properties":{"id":{"type":"integer"},"name":{"type":"string"},"email":{"type":["string","null"]},"updated_at":{"type":"string","format":"date-time"},"_meta":{"type":"object","properties":{"op":{"type":"string"},"row_id":{"type":"integer"}}}},"required":["id"]}`
	smallDoc    = `{"id":12345,"name":"Ann Example","email":"ann@example.com","updated_at":"2026-01-01T00:00:00Z","_meta":{"op":"u","row_id":12}}`
)

func BenchmarkValidate(b *testing.B) {
	s, err := jsonschema.Compile([]byte(smallSchema))
	if err != nil {
		b.Fatal(err)
	}
	var d jsonschema.Doc
	text := []byte(smallDoc)
	b.ReportAllocs()
	for b.Loop() {
		v, err := d.Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		if len(s.Validate(v)) != 0 {
			b.Fatal("it is valid")
		}
	}
}

func BenchmarkParse(b *testing.B) {
	var d jsonschema.Doc
	text := []byte(smallDoc)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
