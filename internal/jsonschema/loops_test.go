package jsonschema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/jsonschema"
)

// A schema that applies to a value because it applies to it ends, and what
// stands beside the loop holds, wherever the loop is entered.
func TestSchemasThatLeadBackToThemselves(t *testing.T) {
	t.Parallel()
	const two = `"$defs":{"a":{"required":["x"],"allOf":[{"$ref":"#/$defs/b"}]},"b":{"required":["y"],"allOf":[{"$ref":"#/$defs/a"}]}}`
	for _, tt := range []struct {
		schema, document string
		ok               bool
	}{
		{`{"$ref":"#"}`, `1`, true},
		{`{"$ref":"#","unevaluatedProperties":false}`, `{}`, true},
		{`{"$ref":"#","unevaluatedProperties":false}`, `{"a":1}`, false},
		{`{"$ref":"#","unevaluatedItems":false,"prefixItems":[true]}`, `[1]`, true},
		{`{"$ref":"#","unevaluatedItems":false,"prefixItems":[true]}`, `[1,2]`, false},
		{`{"allOf":[{"$ref":"#"},{"$ref":"#"},{"$ref":"#"}],"type":"integer"}`, `1`, true},
		{`{"allOf":[{"$ref":"#"},{"$ref":"#"},{"$ref":"#"}],"type":"integer"}`, `"x"`, false},
		{`{"anyOf":[{"$ref":"#/anyOf/0"}]}`, `1`, true},
		{`{"oneOf":[{"$ref":"#/oneOf/0"},{"type":"null"}]}`, `1`, true},
		{`{"if":{"$ref":"#"},"then":{"type":"null"}}`, `1`, false},
		{`{"if":{"required":["a"]},"then":{"$ref":"#"},"else":{"$ref":"#"}}`, `{"a":1}`, true},
		{`{"dependentSchemas":{"a":{"$ref":"#"}},"maxProperties":1}`, `{"a":1,"b":1}`, false},
		{`{"$ref":"#/$defs/a",` + two + `}`, `{"x":1,"y":1}`, true},
		{`{"$ref":"#/$defs/a",` + two + `}`, `{"x":1}`, false},
		{`{"$ref":"#/$defs/a",` + two + `}`, `{"y":1}`, false},
		{`{"properties":{"p":{"$ref":"#/$defs/b"},"q":{"$ref":"#/$defs/a"}},` + two + `}`, `{"p":{"y":1}}`, false},
		{`{"properties":{"p":{"$ref":"#/$defs/b"},"q":{"$ref":"#/$defs/a"}},` + two + `}`, `{"q":{"x":1}}`, false},
		// the same schema for another value is no loop
		{`{"type":"object","propertyNames":{"not":{"$ref":"#"}},"allOf":[{"$ref":"#"}],"additionalProperties":{"$ref":"#"}}`, `{"a":{"b":{}}}`, true},
		{`{"type":"object","allOf":[{"$ref":"#"}],"additionalProperties":{"$ref":"#"}}`, `{"a":{"b":1}}`, false},
		{`{"type":["object","string"],"propertyNames":{"$ref":"#"},"minLength":2,"allOf":[{"$ref":"#"}]}`, `{"a":1}`, false},
	} {
		if got := validate(t, tt.schema, tt.document); (len(got) == 0) != tt.ok {
			t.Errorf("%s\n%s: got %q", tt.schema, tt.document, got)
		}
	}
}

// A schema that doubles the work at each step is given up, and that is told:
// the document may be wrong.
func TestASchemaThatTakesTooManySteps(t *testing.T) {
	t.Parallel()
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		var defs []string
		for i := range 60 {
			defs = append(defs, fmt.Sprintf(`"d%d":{%q:[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"}],"unevaluatedProperties":false}`, i, keyword, i+1, i+1))
		}
		schema := fmt.Sprintf(`{"$ref":"#/$defs/d0","$defs":{%s,"d60":{"required":["a"]}}}`, strings.Join(defs, ","))
		got := validate(t, schema, `{"b":1}`)
		if len(got) == 0 || got[len(got)-1] != "/: want a schema that can be checked: this one takes too many steps (/)" {
			t.Errorf("%s: got %q", keyword, got)
		}
	}
}

// A tree of optional nodes, as models of Python write it, costs what its
// depth is and no power of it.
func TestADeepTreeOfAlternatives(t *testing.T) {
	t.Parallel()
	for _, keyword := range []string{"anyOf", "oneOf"} {
		schema := `{"type":"object","properties":{"n":{"type":"integer"},"next":{"` + keyword + `":[{"$ref":"#"},{"type":"null"}]}}}`
		deep := strings.Repeat(`{"next":`, 60) + `{"n":"x"}` + strings.Repeat("}", 60)
		want := strings.Repeat("/next", 60) + `/n: got string "x", want integer (/properties/n/type)`
		if got := validate(t, schema, deep); len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q", keyword, got)
		}
	}
}

// What is wrong far down is found: a document may be as deep as it is read.
func TestDocumentsAsDeepAsTheyAreRead(t *testing.T) {
	t.Parallel()
	schema := `{"type":"object","properties":{"c":{"$ref":"#/$defs/again"}},"$defs":{"again":{"$ref":"#"}}}`
	for _, deep := range []int{1, 10, 400, 999} {
		document := strings.Repeat(`{"c":`, deep) + `"x"` + strings.Repeat("}", deep)
		want := strings.Repeat("/c", deep) + `: got string "x", want object (/type)`
		if got := validate(t, schema, document); len(got) != 1 || got[0] != want {
			t.Errorf("%d levels: got %d: %.200q", deep, len(got), got)
		}
	}
	just := strings.Repeat(`[`, 1001) + strings.Repeat(`]`, 1001)
	if _, err := new(jsonschema.Doc).Parse([]byte(just)); err != nil {
		t.Errorf("got %v", err)
	}
	over := strings.Repeat(`[`, 1002) + strings.Repeat(`]`, 1002)
	if _, err := new(jsonschema.Doc).Parse([]byte(over)); err == nil || err.Error() != "it is deeper than 1000 levels" {
		t.Errorf("got %v", err)
	}
}

// A chain of references may be long: nothing of it is counted as depth of the document.
func TestLongChainsOfReferences(t *testing.T) {
	t.Parallel()
	const long = 1100 // more than documents may be deep
	var defs []string
	for i := range long {
		defs = append(defs, fmt.Sprintf(`"d%d":{"$ref":"#/$defs/d%d"}`, i, i+1))
	}
	schema := fmt.Sprintf(`{"$ref":"#/$defs/d0","$defs":{%s,"d%d":{"type":"null"}}}`, strings.Join(defs, ","), long)
	if got := validate(t, schema, `null`); len(got) != 0 {
		t.Errorf("got %q", got)
	}
	if got := validate(t, schema, `1`); len(got) != 1 || got[0] != fmt.Sprintf("/: got number 1, want null (/$defs/d%d/type)", long) {
		t.Errorf("got %q", got)
	}
}

// Annotations are found once along a loop, and none sends it round for ever.
func TestAnnotationsOfSchemasThatLeadBack(t *testing.T) {
	t.Parallel()
	s, err := jsonschema.Compile([]byte(`{"$ref":"#/$defs/a","$defs":{"a":{"reduce":1,"allOf":[{"$ref":"#/$defs/b"}],"unevaluatedProperties":{"reduce":3}},
		"b":{"$ref":"#/$defs/a","properties":{"x":{"reduce":2}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	v := parsed(t, `{"x":0,"y":0}`)
	found := s.Annotated(v)
	for place, want := range map[string]string{"": "1", "/x": "2", "/y": "3"} {
		if got := string(found[v.Find(jsonschema.Pointer(place))]); got != want {
			t.Errorf("%q: got %q, want %q", place, got, want)
		}
	}
	if len(found) != 3 {
		t.Errorf("got %d places", len(found))
	}
}
