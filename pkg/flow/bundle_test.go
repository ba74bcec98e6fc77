package flow_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/flow"
)

// bundled gives the one schema that a collection's schema becomes with what it refers to.
func bundled(t *testing.T, schema string, beside map[string]string) (string, error) {
	t.Helper()
	file := catalog(t, "collections:\n  c: {key: [/id], schema: "+schema+"}\n", beside)
	c, err := flow.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	col, err := c.Collection("c")
	if err != nil {
		return strings.ReplaceAll(err.Error(), filepath.Dir(file)+"/", ""), err
	}
	s, err := jsonschema.Compile(col.WriteSchema)
	if err != nil || len(s.Problems) > 0 {
		t.Errorf("%s: what came out is no schema: %v, %q: %s", schema, err, s.Problems, col.WriteSchema)
	}
	return string(col.WriteSchema), nil
}

// One schema is made of a schema and the files that it refers to, each once,
// with references that lead to the same places.
func TestOneSchemaOfSeveralFiles(t *testing.T) {
	t.Parallel()
	beside := map[string]string{
		"n.yaml": "type: integer\n", "s.json": `{"type":"string"}`, "sub/a.yaml": "$ref: b.yaml\n", "sub/b.yaml": "properties: {back: {$ref: a.yaml}, n: {$ref: ../n.yaml}, own: {$ref: '#/$defs/o'}}\n$defs: {o: {type: 'null'}}\n",
		"other/n.yaml": "type: boolean\n", "top.yaml": "properties: {x: {$ref: other/n.yaml}, y: {$ref: n.yaml}}\n", "self.yaml": "properties: {next: {$ref: self.yaml}, v: {$ref: '#/$defs/v'}}\n$defs: {v: {type: integer}}\n",
		"anchors.yaml": "$defs: {a: {$anchor: here, type: integer}}\nproperties: {p: {$ref: '#here'}}\n", "empty.yaml": "", "odd/a~b c.yaml": "type: integer\n", "yes.yaml": "true\n",
	}
	for _, tt := range []struct{ schema, want string }{
		{"{type: object}", `{"type":"object"}`},
		{"n.yaml", `{"type":"integer"}`},
		{"true", `true`},
		{"yes.yaml", `true`},
		{"{$ref: n.yaml}", `{"$ref":"#/$defs/n.yaml","$defs":{"n.yaml":{"type":"integer"}}}`},
		{"{properties: {a: {$ref: n.yaml}, b: {$ref: ./n.yaml}}}", `{"properties":{"a":{"$ref":"#/$defs/n.yaml"},"b":{"$ref":"#/$defs/n.yaml"}},"$defs":{"n.yaml":{"type":"integer"}}}`},
		{"{$ref: s.json, $defs: {own: {type: 'null'}}}", `{"$ref":"#/$defs/s.json","$defs":{"own":{"type":"null"},"s.json":{"type":"string"}}}`},
		{"{properties: {a: {$ref: 'self.yaml#/$defs/v'}}}", `{"properties":{"a":{"$ref":"#/$defs/self.yaml/$defs/v"}},"$defs":{"self.yaml":{"properties":{"next":{"$ref":"#/$defs/self.yaml"},"v":{"$ref":"#/$defs/self.yaml/$defs/v"}},"$defs":{"v":{"type":"integer"}}}}}`},
		{"{$ref: empty.yaml}", `{"$ref":"#/$defs/empty.yaml","$defs":{"empty.yaml":{}}}`},
		{"{$ref: 'odd/a~b c.yaml'}", `{"$ref":"#/$defs/odd~1a~0b c.yaml","$defs":{"odd/a~b c.yaml":{"type":"integer"}}}`},
		{"{$ref: 'https://json-schema.org/draft/2020-12/schema'}", `{"$ref":"https://json-schema.org/draft/2020-12/schema"}`},
		{"{$ref: '#/$defs/a', $defs: {a: {}}}", `{"$ref":"#/$defs/a","$defs":{"a":{}}}`},
		{"{properties: {$ref: {type: string}}}", `{"properties":{"$ref":{"type":"string"}}}`},
		{"{allOf: [{$ref: n.yaml}, {$ref: flow://inferred-schema}]}", `{"allOf":[{"$ref":"#/$defs/n.yaml"},{"$ref":"#/$defs/flow:~1~1inferred-schema"}],"$defs":{"n.yaml":{"type":"integer"},"flow://inferred-schema":{}}}`},
	} {
		if got, err := bundled(t, tt.schema, beside); err != nil || got != tt.want {
			t.Errorf("%s\ngot  %s, %v\nwant %s", tt.schema, got, err, tt.want)
		}
	}
	// two files of one name, files that refer to each other, and anchors: what they say of a document
	for schema, docs := range map[string]map[string]string{
		"{allOf: [{$ref: top.yaml}]}":                 {`{"x":true,"y":1}`: "", `{"x":1}`: `/x: got number 1, want boolean`, `{"y":true}`: `/y: got boolean true, want integer`},
		"{$ref: sub/a.yaml}":                          {`{"back":{"back":{"n":1,"own":null}}}`: "", `{"back":{"n":"x"}}`: `/back/n: got string "x", want integer`, `{"back":{"back":{"own":1}}}`: `/back/back/own: got number 1, want null`},
		"{$ref: anchors.yaml}":                        {`{"p":1}`: "", `{"p":"x"}`: `/p: got string "x", want integer`},
		"{items: {$ref: self.yaml}}":                  {`[{"next":{"v":1}}]`: "", `[{"next":{"next":{"v":"x"}}}]`: `/0/next/next/v: got string "x", want integer`},
		"{properties: {a: &s {$ref: n.yaml}, b: *s}}": {`{"a":1,"b":2}`: "", `{"b":"x"}`: `/b: got string "x", want integer`},
	} {
		text, err := bundled(t, schema, beside)
		if err != nil {
			t.Errorf("%s: %v", schema, err)
			continue
		}
		for doc, want := range docs {
			s, _ := jsonschema.Compile([]byte(text))
			v, err := new(jsonschema.Doc).Parse([]byte(doc))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, x := range s.Validate(v) {
				got += x.String()
			}
			if got != want {
				t.Errorf("%s: %s: got %q, want %q", schema, doc, got, want)
			}
		}
	}
}

// What a schema refers to and is not there is told at the reference.
func TestSchemasThatCannotBeBundled(t *testing.T) {
	t.Parallel()
	beside := map[string]string{"bad.yaml": "a: [\n", "deep.yaml": "properties: {x: {$ref: gone.yaml}}\n", "list.yaml": "[1]\n", "twice.yaml": "type: string\ntype: object\n"}
	for schema, want := range map[string]string{
		"{$ref: gone.yaml}":                   "test.flow.yaml:2:34: $ref: stat gone.yaml: no such file or directory",
		"{properties: {a: {$ref: bad.yaml}}}": "bad.yaml:1: did not find expected node content",
		"deep.yaml":                           "deep.yaml:1:24: $ref: stat gone.yaml: no such file or directory",
		"{$ref: deep.yaml}":                   "deep.yaml:1:24: $ref: stat gone.yaml: no such file or directory",
		"list.yaml":                           "test.flow.yaml:2:27: a schema is wanted",
		"5":                                   "test.flow.yaml:2:27: a schema is wanted",
		"[{}]":                                "test.flow.yaml:2:27: a schema is wanted",
		"two words":                           "test.flow.yaml:2:27: schema: a map or the name of a local file is wanted",
		"https://e.x/s.yaml":                  "test.flow.yaml:2:27: schema: a map or the name of a local file is wanted",
		"gone.yaml":                           "test.flow.yaml:2:27: schema: open gone.yaml: no such file or directory",
		"twice.yaml":                          `twice.yaml:2:1: key "type" stands here twice`,
		"{a: &a {b: *a}}":                     "test.flow.yaml:2:31: it is deeper than 200 levels or larger than 16 MiB",
	} {
		if got, err := bundled(t, schema, beside); fault.KindOf(err) != fault.Usage || got != want {
			t.Errorf("%s: got %s", schema, got)
		}
	}
}

// readSchema may build on writeSchema and on what only Flow's control plane knows.
func TestReadAndWriteSchemas(t *testing.T) {
	t.Parallel()
	c, err := flow.Load(catalog(t, `collections:
  both: {key: [/id], writeSchema: {required: [id]}, readSchema: {allOf: [{$ref: flow://relaxed-write-schema}, {$ref: flow://write-schema}, {$ref: flow://write-schema}]}}
  write: {key: [/id], writeSchema: w.yaml}
  read: {key: [/id], readSchema: {}}
  none: {key: [/id]}
  keyless: {schema: {}}
  odd: {schema: {}, key: id}
  empty: {schema: {}, key: []}
`, map[string]string{"w.yaml": "type: object\n"}))
	if err != nil {
		t.Fatal(err)
	}
	both, err := c.Collection("both")
	want := `{"allOf":[{"$ref":"#/$defs/flow:~1~1relaxed-write-schema"},{"$ref":"#/$defs/flow:~1~1write-schema"},{"$ref":"#/$defs/flow:~1~1write-schema"}],"$defs":{"flow://relaxed-write-schema":{"required":["id"]},"flow://write-schema":{"required":["id"]}}}`
	if err != nil || string(both.ReadSchema) != want || string(both.WriteSchema) != `{"required":["id"]}` || string(both.Schema()) != want {
		t.Errorf("got %s, %v", both.ReadSchema, err)
	}
	write, err := c.Collection("write")
	if err != nil || write.ReadSchema != nil || string(write.Schema()) != `{"type":"object"}` || write.SchemaFile() != "" {
		t.Errorf("got %+v, %v", write, err)
	}
	if spec := write.Spec(); spec.ReadSchema != nil || string(spec.WriteSchema) != `{"type":"object"}` {
		t.Errorf("got %+v", spec)
	}
	for name, want := range map[string]string{
		"read": `collection "read" has no schema`, "none": `collection "none" has no schema`, "keyless": `collection "keyless" has no key`, "odd": `collection "odd" has no key`, "empty": `collection "empty" has no key`, "gone": `collection "gone" is not in the catalog`,
	} {
		if got, err := c.Collection(name); fault.KindOf(err) != fault.Usage || !strings.HasSuffix(err.Error(), want) || name != "gone" && got.Name != name {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

// JSON becomes YAML that says the same, and comes back to the letter.
func TestJSONAsYAMLAndBack(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `[]`, `null`, `true`, `"x"`, `1.50`, `{"a":[],"b":{}}`, `{"z":1,"a":2}`, `[[1,[2]],{"a":[{"b":null}]}]`, `{"n":[0,-0,1e3,1E-7,123456789012345678901234567890,9007199254740993,0.10]}`,
		`{"s":["","null","~","true","yes","No","on","1","1.5","0x10","0o7","1_000","1:30","2026-01-01","-","?",":","#","a: b","a #b","- a","*a","&a","!a","|",">","%","@","[","{","'","\"","\\"," lead","trail ","tab\there","line\nbreak","cr\rhere","é😀"]}`,
		`{"":1," ":2,"a b":3,"n":4,"y":5,"1":6,"null":7,"é":8,"a: b":9,"-":10,"<<":11}`,
	} {
		out, err := flow.YAML(json.RawMessage(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := flow.Strip("x.yaml", out, "")
		if err != nil || !flow.SameJSON(got, json.RawMessage(text)) || strings.Count(string(got), ",") != strings.Count(text, ",") {
			t.Errorf("%s\nbecame %s\nand then %s, %v", text, out, got, err)
		}
		again, err := flow.YAML(got)
		if err != nil || string(again) != string(out) {
			t.Errorf("%s: a second time it is %s, %v", text, again, err)
		}
	}
	for _, text := range []string{``, `{`, `{"a":}`, `[1,`, `nul`} {
		if out, err := flow.YAML(json.RawMessage(text)); err == nil || !strings.HasPrefix(err.Error(), "reading JSON: ") {
			t.Errorf("%q: got %s, %v", text, out, err)
		}
	}
}

// Resource paths are what tells bindings apart; state keys are made of them.
func TestResourcePathsAndStateKeys(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ resource, pointers, want string }{
		{`{"stream":"a"}`, "/stream", "a"}, {`{"namespace":"n","stream":"a"}`, "/namespace /stream", "n|a"}, {`{"namespace":null,"stream":"a"}`, "/namespace /stream", "a"}, {`{"stream":"a"}`, "/namespace /stream", "a"},
		{`{"a":{"b":"c"}}`, "/a/b", "c"}, {`{"a":"x"}`, "/a/b", ""}, {`{"a/b":"c","~":"d"}`, "/a~1b /~0", "c|d"}, {`{"stream":""}`, "/stream", ""}, {`{}`, "", ""}, {`{"stream":"a"}`, "", ""},
		{`{"_meta":{"path":["x","y"]},"stream":"a"}`, "/stream", "x|y"}, {`{"_meta":{"path":[]},"stream":"a"}`, "/stream", "a"}, {`{"_meta":{},"stream":"a"}`, "/stream", "a"}, {`{"_meta":5,"stream":"a"}`, "/stream", "a"},
	} {
		got, err := flow.ResourcePath(json.RawMessage(tt.resource), strings.Fields(tt.pointers))
		if err != nil || strings.Join(got, "|") != tt.want {
			t.Errorf("%s at %s: got %q, %v", tt.resource, tt.pointers, got, err)
		}
	}
	for resource, want := range map[string]string{`{"stream":7}`: `reading the resource path: there is no text at "/stream"`, `{"stream":["a"]}`: `reading the resource path: there is no text at "/stream"`, `[]`: "reading a resource config: it is no JSON object", `{`: "reading a resource config: it is no JSON object"} {
		if _, err := flow.ResourcePath(json.RawMessage(resource), []string{"/stream"}); fmt.Sprint(err) != want {
			t.Errorf("%s: got %v", resource, err)
		}
	}
	for _, tt := range []struct {
		path     string
		backfill uint32
		want     string
	}{{"", 0, ".v0"}, {"a", 1, "a.v1"}, {"a|b", 4294967295, "a%2Fb.v4294967295"}, {"a/b", 0, "a%2Fb.v0"}, {"é日", 0, "é日.v0"}, {"a b\t\x00%", 0, "a%20b%09%00%25.v0"}, {"😀", 0, "%F0%9F%98%80.v0"}, {"A-_+.=1", 2, "A-_+.=1.v2"}, {"٣", 0, "٣.v0"}, {"\u0301", 0, "%CC%81.v0"}} {
		if got := flow.StateKey(strings.Split(tt.path, "|"), tt.backfill); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.path, got, tt.want)
		}
	}
	for resource, want := range map[string]string{
		`{"a":1}`: `{"a":1}`, `{"_meta":{"path":["x"]},"b":1.50,"a":2}`: `{"b":1.50,"a":2}`, `{"a":{"_meta":1}}`: `{"a":{"_meta":1}}`, `{"a":"\"_meta\""}`: `{"a":"\"_meta\""}`, `{"_meta":1}`: `{}`, `{"x":"_meta"}`: `{"x":"_meta"}`, `{"_meta"`: `{"_meta"`,
	} {
		if got := string(flow.WithoutMeta(json.RawMessage(resource))); got != want {
			t.Errorf("%s: got %s", resource, got)
		}
	}
}
