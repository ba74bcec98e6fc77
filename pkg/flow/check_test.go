package flow_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/flow"
)

func TestSpecCheck(t *testing.T) {
	t.Parallel()
	good := flow.Spec{
		Protocol: flow.Protocol, ConfigSchema: []byte("{}"), DocumentationURL: "https://e.x/u", ResourcePathPointers: []string{"/a", "/b", "/c/d"},
		ResourceConfigSchema: []byte(`{"properties":{"a":{"type":["string","null"]},"b":{"$ref":"#/$defs/b"},"c":{"properties":{"d":{"title":"D"}}}},"$defs":{"b":{"type":"string"}}}`),
	}
	if bad := good.Check("capture"); len(bad) != 0 {
		t.Errorf("got %q", bad)
	}
	bad := flow.Spec{Protocol: 1, ConfigSchema: []byte("[]"), ResourcePathPointers: []string{"a"}}.Check("capture")
	want := []string{
		"protocol is 1, Flow wants 3032023", "configSchema is no JSON object", "resourceConfigSchema is no JSON object",
		"documentationUrl is empty", `resourcePathPointers: "a" is no JSON pointer`,
	}
	if !slices.Equal(bad, want) {
		t.Errorf("got %q", bad)
	}
	good.ResourcePathPointers = []string{"/none", "/n"}
	good.ResourceConfigSchema = []byte(`{"properties":{"n":{"type":"integer"}}}`)
	want = []string{`resourcePathPointers: "/none" is not in resourceConfigSchema`, `resourcePathPointers: "/n" is no text in resourceConfigSchema`}
	if bad := good.Check("capture"); !slices.Equal(bad, want) {
		t.Errorf("got %q", bad)
	}
	good.ResourcePathPointers = nil
	if len(good.Check("capture")) != 1 || len(good.Check("materialization")) != 0 {
		t.Error("only captures need resource path pointers")
	}
}

func TestDiscoveredCheck(t *testing.T) {
	t.Parallel()
	const schema = `{"properties":{"id":{"type":"integer"}}}`
	tests := map[string]struct {
		bindings string
		want     []string
	}{
		"good": {`{"recommendedName":"a","resourceConfig":{"s":"a"},"documentSchema":` + schema + `,"key":["/id"]},
			{"recommendedName":"b","resourceConfig":{"s":"b"},"documentSchema":{"x-infer-schema":true},"key":["/any"]},
			{"recommendedName":"c","resourceConfig":{"s":"c"},"documentSchema":{"properties":{"x":{}, "_meta":{"$ref":"#/$defs/m"}},"$defs":{"m":{"properties":{"row_id":{"type":["integer","null"]}}}}},"key":["/_meta/row_id", "/x"]},
			{"recommendedName":"d","resourceConfig":{"s":"d"},"documentSchema":{"$ref":"#"},"key":["/x"]}`, nil},
		"names": {`{"recommendedName":"a","resourceConfig":{"s":"1"},"documentSchema":` + schema + `,"key":["/id"]},
			{"recommendedName":"a","resourceConfig":{"s":"2"},"documentSchema":` + schema + `,"key":["/id"]},
			{"resourceConfig":{"s":"3"},"documentSchema":` + schema + `,"key":["/id"]}`,
			[]string{`"a" is recommended twice`, "binding 2 has no recommendedName"}},
		"no objects": {`{"recommendedName":"a","resourceConfig":1,"documentSchema":true,"key":["id"]}`,
			[]string{`"a": documentSchema is no JSON object`, `"a": resourceConfig: reading a resource config: it is no JSON object`}},
		"keys": {`{"recommendedName":"a","resourceConfig":{"s":"a"},"documentSchema":{"properties":{"n":{"type":["number","null"]},"o":{"type":"object"}}},"key":["id","/none","/n","/o","/o/x"]},
			{"recommendedName":"b","resourceConfig":{"s":"b"},"documentSchema":` + schema + `}`,
			[]string{
				`"a": key "id" is no JSON pointer`, `"a": key "/none" is not in documentSchema`,
				`"a": key "/n" is of type number or null: a key is a string, integer or boolean`,
				`"a": key "/o" is of type object: a key is a string, integer or boolean`, `"a": key "/o/x" is not in documentSchema`,
				`"b": key is empty: a key has to be set by hand`,
			}},
		"no properties": {`{"recommendedName":"a","resourceConfig":{"s":"a"},"documentSchema":{"type":"object","properties":{"_meta":{"properties":{"row_id":{}}}}},"key":["/_meta/row_id"]}`,
			[]string{`"a": documentSchema has no properties besides _meta`}},
		"resource paths": {`{"recommendedName":"a","resourceConfig":{"s":"x"},"documentSchema":` + schema + `,"key":["/id"]},
			{"recommendedName":"b","resourceConfig":{"s":"x"},"documentSchema":` + schema + `,"key":["/id"]},
			{"recommendedName":"c","resourceConfig":{"s":null},"documentSchema":` + schema + `,"key":["/id"]},
			{"recommendedName":"d","resourceConfig":{"s":1},"documentSchema":` + schema + `,"key":["/id"]}`,
			[]string{`"b": it has the resource path of "a": x`, `"c": resourceConfig has nothing at /s`, `"d": resourceConfig: reading the resource path: there is no text at "/s"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var d flow.Discovered
			if err := json.Unmarshal([]byte(`{"bindings":[`+tt.bindings+`]}`), &d); err != nil {
				t.Fatal(err)
			}
			if got := d.Check([]string{"/s"}); !slices.Equal(got, tt.want) {
				t.Errorf("got %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestResourcePath(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		resource string
		pointers []string
		want     []string
	}{
		"one":           {`{"stream":"users"}`, []string{"/stream"}, []string{"users"}},
		"two":           {`{"stream":"users","namespace":"public"}`, []string{"/namespace", "/stream"}, []string{"public", "users"}},
		"absent":        {`{"stream":"users"}`, []string{"/namespace", "/stream"}, []string{"users"}},
		"null":          {`{"stream":"users","namespace":null}`, []string{"/namespace", "/stream"}, []string{"users"}},
		"deep, escaped": {`{"a":{"b/c~d":"x"}}`, []string{"/a/b~1c~0d"}, []string{"x"}},
		"kept":          {`{"stream":"users","_meta":{"path":["old","users"]}}`, []string{"/stream"}, []string{"old", "users"}},
		"other _meta":   {`{"stream":"users","_meta":"x"}`, []string{"/stream"}, []string{"users"}},
		"none":          {`{}`, []string{"/stream"}, nil},
	} {
		if got, err := flow.ResourcePath([]byte(tt.resource), tt.pointers); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	for _, resource := range []string{`{"stream":1}`, `{"stream":{}}`, "[]", ""} {
		if got, err := flow.ResourcePath([]byte(resource), []string{"/stream"}); err == nil {
			t.Errorf("%s: got %q", resource, got)
		}
	}
}

func TestStateKey(t *testing.T) {
	t.Parallel()
	for want, tt := range map[string]struct {
		path     []string
		backfill uint32
	}{
		"a%2Fcdc%2Ftable+baz.v3": {[]string{"a", "cdc", "table+baz"}, 3},
		"greetings.v0":           {[]string{"greetings"}, 0},
		"two%20words.v1":         {[]string{"two words"}, 1},
		"größe.v0":               {[]string{"größe"}, 0},
		"a+b=c-_.v0":             {[]string{"a+b=c-_"}, 0},
		"%25%3A%E2%82%AC.v0":     {[]string{"%:€"}, 0},
		".v0":                    {nil, 0},
	} {
		if got := flow.StateKey(tt.path, tt.backfill); got != want {
			t.Errorf("%q: got %q, want %q", tt.path, got, want)
		}
	}
}

func TestDocumentationIsAURL(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{"https://example.com/x": true, "http://localhost:1/": true, "not a url": false, "example.com/x": false, "/docs": false, "https://": false, ":": false} {
		bad := flow.Spec{Protocol: flow.Protocol, ConfigSchema: []byte("{}"), ResourceConfigSchema: []byte("{}"), DocumentationURL: text}.Check("materialization")
		if ok != (len(bad) == 0) {
			t.Errorf("%q: got %q", text, bad)
		}
	}
}

func TestCollectionCheck(t *testing.T) {
	t.Parallel()
	c, err := flow.Load(catalog(t, `collections:
  good: {schema: {type: object, properties: {id: {type: integer}}}, key: [/id], projections: {a: /id, b: {location: /id, partition: true}, root: ''}}
  bad: {writeSchema: {type: objekt}, readSchema: {properties: []}, key: [/id], projections: {a: id}}
`, nil))
	if err != nil {
		t.Fatal(err)
	}
	good, err := c.Collection("good")
	if err != nil || len(good.Check()) != 0 {
		t.Errorf("got %q, %v", good.Check(), err)
	}
	bad, err := c.Collection("bad")
	want := []string{
		`bad: the schema is no valid JSON Schema: /type: "objekt" is no type`, "bad: readSchema is no valid JSON Schema: /properties: an object is wanted",
		`bad: projection "a": "id" is no JSON pointer`,
	}
	if err != nil || !slices.Equal(bad.Check(), want) {
		t.Errorf("got %q, %v", bad.Check(), err)
	}
}

func TestSchemasOfSpecsAndBindings(t *testing.T) {
	t.Parallel()
	spec := flow.Spec{Protocol: flow.Protocol, DocumentationURL: "https://e.x/", ResourcePathPointers: []string{"/s"}}
	spec.ConfigSchema = []byte(`{"type":"objekt","required":true,"properties":{"a":{"minLength":-1},"b":{"type":3}},"maxItems":"x","airbyte_hidden":true}`)
	spec.ResourceConfigSchema = []byte(`{"properties":{"s":{"type":"string"}}}`)
	want := []string{
		`configSchema is no valid JSON Schema: /type: "objekt" is no type`, "configSchema is no valid JSON Schema: /required: a list is wanted",
		"configSchema is no valid JSON Schema: /properties/a/minLength: a count is wanted", "configSchema: 2 more places are no valid JSON Schema",
	}
	if got := spec.Check("capture"); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	d := flow.Discovered{Bindings: []flow.DiscoveredBinding{{
		RecommendedName: "a", ResourceConfig: []byte(`{"s":"a"}`), Key: []string{"/id"},
		DocumentSchema: []byte(`{"properties":{"id":{"type":"integer","airbyte_type":"big"}},"divisibleBy":2}`),
	}}}
	want = []string{`"a": documentSchema has keywords that Flow does not know: airbyte_type, divisibleBy`}
	if got := d.Check([]string{"/s"}); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestKeysOfCollections(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string]string{
		`{"properties":{"id":{"type":"integer"}}}`:                                   "",
		`{"properties":{"id":{"type":["string","null"]}}}`:                           "",
		`{"properties":{"id":{"type":["number","boolean"]}}}`:                        "",
		`{"properties":{"id":{}}}`:                                                   "",
		`{"properties":{"other":{}}}`:                                                `key "/id" is not in the schema`,
		`{"properties":{"id":{"type":"number"}}}`:                                    `key "/id" is of type number: a key is a string, integer or boolean`,
		`{"properties":{"id":{"type":["object","array"]}}}`:                          `key "/id" is of type object or array: a key is a string, integer or boolean`,
		`{"properties":{"other":{}},"allOf":[{}]}`:                                   "", // more may be said elsewhere
		`{"properties":{"other":{}},"patternProperties":{}}`:                         "",
		`{"$ref":"#/$defs/a","$defs":{"a":{"properties":{"x":{}}}}}`:                 `key "/id" is not in the schema`,
		`{"$ref":"#/$defs/a","$defs":{"a":{"properties":{"id":{"type":"object"}}}}}`: `key "/id" is of type object: a key is a string, integer or boolean`,
		`{"$ref":"#/allOf/0","allOf":[{"properties":{"id":{"type":"object"}}}]}`:     `key "/id" is of type object: a key is a string, integer or boolean`,
		`{"$ref":"#"}`: "",
		`{}`:           `key "/id" is not in the schema`,
	} {
		c := flow.Collection{Name: "c", Key: []string{"/id"}, WriteSchema: []byte(schema)}
		if got := strings.Join(c.CheckKey(), "; "); got != want {
			t.Errorf("%s: got %q", schema, got)
		}
	}
	c := flow.Collection{Name: "c", Key: []string{"/a/b", "c"}, WriteSchema: []byte(`{"properties":{"a":{"properties":{"b":{"type":"null"}}}}}`)}
	want := []string{`key "/a/b" is of type null: a key is a string, integer or boolean`, `key "c" is no JSON pointer`}
	if got := c.CheckKey(); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
