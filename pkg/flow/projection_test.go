package flow_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/flow"
)

// field gives what is inferred of a field of a schema, or "none".
func field(t *testing.T, schema, name string) string {
	t.Helper()
	spec := flow.Collection{Name: "c", Key: []string{"/k"}, WriteSchema: json.RawMessage(schema)}.Spec()
	for _, p := range spec.Projections {
		if p.Field != name {
			continue
		}
		text := p.Inference.Exists + " " + strings.Join(p.Inference.Types, ",")
		if s := p.Inference.String; s != nil {
			text += fmt.Sprintf(" %+v", *s)
		}
		return text
	}
	return "none"
}

// What Flow infers of a field: the types of its schema, and whether each document has it.
func TestInferenceOfFields(t *testing.T) {
	t.Parallel()
	const all = "array,boolean,null,number,object,string"
	for _, tt := range []struct{ schema, field, want string }{
		{`{"properties":{"a":{"type":"string"}}}`, "a", "MAY string"},
		{`{"properties":{"a":{"type":"string"}},"required":["a"]}`, "a", "MUST string"},
		{`{"properties":{"a":{"type":"string"}},"allOf":[{"required":["a"]}]}`, "a", "MUST string"},
		{`{"$ref":"#/$defs/d","required":["a"],"$defs":{"d":{"properties":{"a":{"type":"string"}}}}}`, "a", "MUST string"},
		{`{"$ref":"#/$defs/d","properties":{"a":{"type":"string"}},"$defs":{"d":{"required":["a"]}}}`, "a", "MUST string"},
		{`{"anyOf":[{"required":["a"]},{}],"properties":{"a":{"type":"string"}}}`, "a", "MAY string"},
		{`{"allOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"b":{"type":"null"}},"required":["b"]}]}`, "b", "MUST null"},
		{`{"properties":{"o":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}},"required":["o"]}`, "o/a", "MUST integer"},
		{`{"properties":{"o":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}}}`, "o/a", "MAY integer"},
		{`{"properties":{"o":{"type":["object","null"],"properties":{"a":{"type":"integer"}},"required":["a"]}},"required":["o"]}`, "o/a", "MAY integer"},
		{`{"properties":{"o":{"properties":{"a":{"type":"integer"}},"required":["a"]}},"required":["o"]}`, "o/a", "MAY integer"}, // it may be no object
		{`{"properties":{"l":{"type":"array","items":{"properties":{"a":{}}}}}}`, "l", "MAY array"},
		{`{"properties":{"l":{"type":"array","items":{"properties":{"a":{}}}}}}`, "l/a", "none"},
		{`{"properties":{"a":{}}}`, "a", "MAY " + all},
		{`{"properties":{"a":true}}`, "a", "MAY " + all},
		{`{"properties":{"a":{"type":"integer"}}}`, "a", "MAY integer"},
		{`{"properties":{"a":{"type":["integer","number","null"]}}}`, "a", "MAY null,number"},
		{`{"properties":{"a":{"type":["string","string"]}}}`, "a", "MAY string"},
		{`{"properties":{"a":{"enum":["x",1,null,true,1.5]}}}`, "a", "MAY boolean,null,number,string"},
		{`{"properties":{"a":{"enum":[1,2]}}}`, "a", "MAY integer"},
		{`{"properties":{"a":{"const":[1]}}}`, "a", "MAY array"},
		{`{"properties":{"a":{"const":{"b":1}}}}`, "a", "MAY object"},
		{`{"properties":{"a":{"anyOf":[{"type":"string"},{"type":["null","integer"]}]}}}`, "a", "MAY integer,null,string"},
		{`{"properties":{"a":{"oneOf":[{"$ref":"#/$defs/s"},{"type":"null"}]}},"$defs":{"s":{"type":"string"}}}`, "a", "MAY null,string"},
		{`{"properties":{"a":{"anyOf":[{"type":"string"},{}]}}}`, "a", "MAY " + all},
		{`{"properties":{"a":{"type":"string","anyOf":[{"type":"null"}]}}}`, "a", "MAY string"},
		{`{"properties":{"a":{"type":"string","format":"date-time","contentEncoding":"base64","contentMediaType":"x/y"}}}`, "a", "MAY string {Format:date-time ContentType:x/y ContentEncoding:base64}"},
		{`{"properties":{"a":{"type":"integer","format":"date-time"}}}`, "a", "MAY integer"},
		{`{"properties":{"a":{"$ref":"#/allOf/0"}},"allOf":[{"type":"object"}]}`, "a", "MAY object"},
		{`{"properties":{"a":{"$ref":"#/$defs/x%25y"}},"$defs":{"x%y":{"type":"null"}}}`, "a", "MAY null"},
		{`{"properties":{"a":{"$ref":"#/allOf/9"}},"allOf":[{"type":"object"}]}`, "a", "MAY " + all},
		{`{"properties":{"a":{"$ref":"https://elsewhere/x"}}}`, "a", "MAY " + all},
		{`{"properties":{"a/b~":{"type":"null"}}}`, "a~1b~0", "MAY null"},
		{`{"properties":{"":{"type":"null"}}}`, "", "MAY null"},
		{`{"properties":{"ü":{"type":"null"}}}`, "ü", "MAY null"},
		{`true`, "flow_document", "MUST object"},
		{`{"type":"object","properties":{"next":{"$ref":"#"}},"required":["next"]}`, "next/next/next", "MUST object"},
		{`{}`, "k", "MAY " + all}, // the key is a field in any case
		{`[]`, "k", "MAY " + all},
		{`{`, "k", "MAY " + all},
	} {
		if got := field(t, tt.schema, tt.field); got != tt.want {
			t.Errorf("%s\n%s: got %q, want %q", tt.schema, tt.field, got, tt.want)
		}
	}
}

// A schema that refers to itself, or is wider than any table, has fields up to a bound.
func TestFieldsWithoutEnd(t *testing.T) {
	t.Parallel()
	tree := flow.Collection{Name: "c", Key: []string{"/a"}, WriteSchema: json.RawMessage(`{"properties":{"a":{"$ref":"#"},"b":{"$ref":"#"}}}`)}.Spec()
	if n := len(tree.Projections); n < 500 || n > 11_000 {
		t.Errorf("a tree has %d fields", n)
	}
	var wide []string
	for i := range 12_000 {
		wide = append(wide, fmt.Sprintf(`"f%d":{"type":"null"}`, i))
	}
	spec := flow.Collection{Name: "c", Key: []string{"/f11999"}, WriteSchema: json.RawMessage(`{"properties":{` + strings.Join(wide, ",") + `}}`)}.Spec()
	keyed := 0
	for _, p := range spec.Projections {
		if p.IsPrimaryKey {
			keyed++
		}
	}
	if n := len(spec.Projections); n > 10_003 || keyed != 1 {
		t.Errorf("%d fields, %d of them keys", n, keyed)
	}
}

// The schema that documents are read by tells the fields, and explicit ones stand in the place of inferred ones.
func TestProjectionsOfACatalog(t *testing.T) {
	t.Parallel()
	c, err := flow.Load(catalog(t, `collections:
  acmeCo/x:
    writeSchema: {properties: {w: {type: string}}}
    readSchema: {type: object, properties: {id: {type: integer}, at: {type: string}}}
    key: [/id]
    projections: {Renamed: /at, Part: {location: /id, partition: true}, Deep: {location: /in/there}, Odd: 5}
`, nil))
	if err != nil {
		t.Fatal(err)
	}
	col, err := c.Collection("acmeCo/x")
	if err != nil {
		t.Fatal(err)
	}
	if bad := col.Check(); len(bad) != 1 || bad[0] != `acmeCo/x: projection "Odd": "5" is no JSON pointer` {
		t.Errorf("got %q", bad)
	}
	var got []string
	for _, p := range col.Spec().Projections {
		got = append(got, fmt.Sprintf("%s=%s %v%v%v %s", p.Field, p.Pointer, p.Explicit, p.IsPartitionKey, p.IsPrimaryKey, p.Inference.Exists))
	}
	want := "Deep=/in/there truefalsefalse MAY;Odd=5 truefalsefalse MAY;Part=/id truetruetrue MAY;Renamed=/at truefalsefalse MAY;flow_document= falsefalsefalse MUST"
	if strings.Join(got, ";") != want {
		t.Errorf("got %s", strings.Join(got, ";"))
	}
	if got := col.Spec().PartitionFields; len(got) != 1 || got[0] != "Part" {
		t.Errorf("partitions: %q", got)
	}
}

// A place may have several fields, and a field of the catalog may have the name of an inferred one: all is the same in every run.
func TestProjectionsThatMeet(t *testing.T) {
	t.Parallel()
	col := flow.Collection{Name: "c", Key: []string{"/at"}, WriteSchema: json.RawMessage(`{"properties":{"id":{"type":"integer"},"at":{"type":"string"},"flow_document":{"type":"null"}}}`),
		Projections: map[string]flow.Field{"one": {Pointer: "/at"}, "two": {Pointer: "/at", Partition: true}, "id": {Pointer: "/at"}}}
	for range 20 {
		var got []string
		for _, p := range col.Spec().Projections {
			got = append(got, fmt.Sprintf("%s=%s %v%v%v", p.Field, p.Pointer, p.Explicit, p.IsPartitionKey, p.IsPrimaryKey))
		}
		if want := "flow_document= falsefalsefalse;id=/at truefalsetrue;one=/at truefalsetrue;two=/at truetruetrue"; strings.Join(got, ";") != want {
			t.Fatalf("got  %s\nwant %s", strings.Join(got, ";"), want)
		}
	}
}
