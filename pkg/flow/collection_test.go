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

func TestCollections(t *testing.T) {
	t.Parallel()
	file := catalog(t, `import: [acmeCo/flow.yaml]
collections:
  own: {schema: {type: object, properties: {b: {type: string}, a: {type: integer}}}, key: [/a, /b]}
  two: {writeSchema: w.yaml, readSchema: {allOf: [{$ref: 'flow://write-schema'}, {$ref: 'flow://inferred-schema'}]}, key: [/id]}
`, map[string]string{
		"w.yaml":                   "type: object\nrequired: [id]\n",
		"acmeCo/flow.yaml":         "collections:\n  acmeCo/x: {schema: x.schema.yaml, key: [/id]}\n",
		"acmeCo/x.schema.yaml":     "properties:\n  u: {$ref: 'sub/user.yaml#/$defs/user'}\n  v: {$ref: sub/user.yaml}\n  w: {$ref: '#/$defs/own'}\n$defs: {own: {type: string}}\n",
		"acmeCo/sub/user.yaml":     "$defs:\n  user: {type: object, properties: {address: {$ref: address.json}, friend: {$ref: '#/$defs/user'}}}\ntype: integer\n",
		"acmeCo/sub/address.json":  `{"type":"string","maxLength":3}`,
		"acmeCo/unused.schema.yml": "",
	})
	c, err := flow.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	own, err := c.Collection("own")
	if err != nil || string(own.WriteSchema) != `{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"integer"}}}` || fmt.Sprint(own.Key) != "[/a /b]" || own.SchemaFile() != "" {
		t.Errorf("got %+v, %v", own, err)
	}
	two, err := c.Collection("two")
	if err != nil || string(two.WriteSchema) != `{"type":"object","required":["id"]}` || !finds(t, two.Schema(), `{}`, "/: want the property \"id\"") {
		t.Errorf("got %s, %v", two.ReadSchema, err)
	}
	x, err := c.Collection("acmeCo/x")
	if err != nil || x.SchemaFile() != filepath.Join(filepath.Dir(file), "acmeCo/x.schema.yaml") {
		t.Fatalf("got %+v, %v", x, err)
	}
	for doc, want := range map[string]string{
		`{"u":{"address":"long"}}`:            `/u/address: got "long", want at most 3 characters`,
		`{"u":{"friend":{"address":"long"}}}`: `/u/friend/address: got "long", want at most 3 characters`,
		`{"v":"x"}`:                           `/v: got string "x", want integer`, `{"w":1}`: `/w: got number 1, want string`,
	} {
		if !finds(t, x.WriteSchema, doc, want) {
			t.Errorf("%s: %s does not say %q", doc, x.WriteSchema, want)
		}
	}
}

func finds(t *testing.T, schema json.RawMessage, doc, want string) bool {
	t.Helper()
	s, err := jsonschema.Compile(schema)
	if err != nil || len(s.Problems) > 0 {
		t.Fatalf("%v, %q", err, s.Problems)
	}
	var d jsonschema.Doc
	v, err := d.Parse([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	found := s.Validate(v)
	return len(found) == 1 && found[0].String() == want
}

func TestCollectionsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{schema: {}}":                                       `FILE:1:18: collection "x" has no key`,
		"{schema: {}, key: [id]}":                            `FILE:1:37: key: "id" is no JSON pointer`,
		"{key: [/id]}":                                       `FILE:1:18: collection "x" has no schema`,
		"{schema: none.yaml, key: [/id]}":                    `FILE:1:27: schema: open DIR/none.yaml: no such file or directory`,
		"{schema: [1], key: [/id]}":                          `FILE:1:27: a schema is wanted`,
		"{schema: {$ref: none.yaml}, key: [/id]}":            `FILE:1:34: $ref: stat DIR/none.yaml: no such file or directory`,
		"{schema: {$ref: bad.yaml}, key: [/id]}":             `DIR/bad.yaml:1: `,
		"{schema: 'https://example.com/a.json', key: [/id]}": `FILE:1:27: schema: a map or the name of a local file is wanted`,
	} {
		file := catalog(t, "collections: {x: "+text+"}\n", map[string]string{"bad.yaml": "a: [\n"})
		c, err := flow.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Collection("x")
		got := strings.ReplaceAll(strings.ReplaceAll(fmt.Sprint(err), file, "FILE"), filepath.Dir(file), "DIR")
		if fault.KindOf(err) != fault.Usage || !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s", text, got)
		}
	}
}

func TestSetInAConfig(t *testing.T) {
	t.Parallel()
	const config = "{token_sops: old-secret, list: [1, {a: 1}], deep: {x: 1}}"
	for set, want := range map[string]string{
		"/token=new-secret": `{"token":"new-secret","list":[1,{"a":1}],"deep":{"x":1}}`, "/token_sops=new-secret": `{"token":"new-secret","list":[1,{"a":1}],"deep":{"x":1}}`,
		"/list/1/a=true": `{"token":"old-secret","list":[1,{"a":true}],"deep":{"x":1}}`, "/list/-=x=y": `{"token":"old-secret","list":[1,{"a":1},"x=y"],"deep":{"x":1}}`,
		"/deep/y/z={\"k\":[]}": `{"token":"old-secret","list":[1,{"a":1}],"deep":{"x":1,"y":{"z":{"k":[]}}}}`, "/deep=1.50": `{"token":"old-secret","list":[1,{"a":1}],"deep":1.50}`,
		`/n="\ud83d\ude00"`: `{"token":"old-secret","list":[1,{"a":1}],"deep":{"x":1},"n":"😀"}`, "/deep/x=": `{"token":"old-secret","list":[1,{"a":1}],"deep":{"x":""}}`,
	} {
		c, err := flow.Load(catalog(t, "captures: {x: {endpoint: {local: {command: [x], config: "+config+"}}, bindings: []}}\n", nil))
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Tasks[0].Config(t.Context(), flow.ConfigOptions{Set: []string{set}})
		if err != nil || string(got.JSON) != want || len(got.Secrets) != 1 || strings.HasPrefix(set, "/token") != (got.Secrets[0] == "new-secret") {
			t.Errorf("%s: got %s, %q, %v", set, got.JSON, got.Secrets, err)
		}
	}
	for _, set := range []string{"token=x", "/token", "/list/9=1", "/list/x/y=1", "/deep/x/y=1"} {
		c, err := flow.Load(catalog(t, "captures: {x: {endpoint: {local: {command: [x], config: "+config+"}}, bindings: []}}\n", nil))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Tasks[0].Config(t.Context(), flow.ConfigOptions{Set: []string{set}}); fault.KindOf(err) != fault.Usage {
			t.Errorf("%s: got %v", set, err)
		}
	}
}

func TestYAML(t *testing.T) {
	t.Parallel()
	got, err := flow.YAML(json.RawMessage(`{"b":"yes","a":[1,{"x":null}],"e":[],"o":{},"n":1.0,"t":"2026-01-01","s":"a\nb","😀":true,"k: v":"#"}`))
	want := "b: \"yes\"\na:\n  - 1\n  - x: null\ne: []\no: {}\n\"n\": 1.0\nt: \"2026-01-01\"\ns: |-\n  a\n  b\n\"\\U0001F600\": true\n'k: v': '#'\n"
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err := flow.YAML(json.RawMessage(`{"a"`)); err == nil {
		t.Error("no error")
	}
}

// A schema may be a part of a file, by pointer or anchor.
func TestSchemasThatAreAPartOfAFile(t *testing.T) {
	t.Parallel()
	c, err := flow.Load(catalog(t, `collections:
  a: {schema: 'u.yaml#/$defs/user', key: [/id]}
  b: {schema: 'sub/v.yaml#named', key: [/id]}
  c: {writeSchema: 'u.yaml#/$defs/user', readSchema: 'sub/v.yaml#named', key: [/id]}
  d: {schema: 'none.yaml#/$defs/user', key: [/id]}
  e: {schema: u.yaml, writeSchema: {}, key: [/id]}
`, map[string]string{
		"u.yaml":     "$defs:\n  user: {type: object, properties: {id: {$ref: '#/$defs/id'}}}\n  id: {type: integer}\n",
		"sub/v.yaml": "$defs:\n  x: {$anchor: named, properties: {id: {$ref: '../u.yaml#/$defs/id'}}}\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b", "c"} {
		col, err := c.Collection(name)
		if err != nil || !finds(t, col.Schema(), `{"id":"x"}`, `/id: got string "x", want integer`) || col.SchemaFile() != "" {
			t.Errorf("%s: %s, %v", name, col.Schema(), err)
		}
	}
	for name, want := range map[string]string{"d": "none.yaml", "e": `collection "e": it is either schema: or writeSchema: and readSchema:`} {
		if _, err := c.Collection(name); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
