package flow_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/flow"
)

// summary tells all that a catalog says, without the places where it stands.
func summary(t *testing.T, file string) string {
	t.Helper()
	c, err := flow.Load(file)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var b strings.Builder
	for _, task := range c.Tasks {
		config, err := task.Config(t.Context(), flow.ConfigOptions{})
		fmt.Fprintf(&b, "%s %s %q %q %v %s %v %s %v %q %v\n", task.Kind, task.Name, task.Command, task.Image, task.Env, task.LogLevel, task.Interval, config.JSON, err, config.Secrets, config.Plain)
		bindings, err := task.Bindings()
		fmt.Fprintf(&b, "  types %q %v\n", task.ShuffleKeyTypes(), err)
		for _, x := range bindings {
			fmt.Fprintf(&b, "  %s %s %q %v %d %q %+v\n", x.Collection, x.Resource, x.Name, x.Disable, x.Backfill, x.Shuffle, x.Fields)
		}
	}
	for _, name := range []string{"acmeCo/a", "acmeCo/b", "acmeCo/d"} {
		col, err := c.Collection(name)
		spec, _ := json.Marshal(col.Spec())
		fmt.Fprintf(&b, "%s %q %v %v %s %s %s\n", name, col.Key, col.Projections, err != nil, col.WriteSchema, col.ReadSchema, spec)
	}
	fmt.Fprintf(&b, "%d warnings\n", len(c.Warnings))
	return b.String()
}

const everyForm = `
captures:
  acmeCo/c:
    interval: 1h 30m
    endpoint: {local: {command: [python, -m, x, "5"], env: {A: "1", B: two}, config: {token_sops: "s3cr3t 1", n: 1.50, list: [1, null, true, {deep_sops: [a, 2]}], big: 12345678901234567890, "<<": x}}}
    bindings:
      - {resource: {stream: "yes", _meta: {path: [a, b]}}, target: acmeCo/a, backfill: 3}
      - {resource: {stream: "1:30"}, target: acmeCo/b, disable: true}
    shards: {logLevel: debug}
    odd: 1
materializations:
  acmeCo/m:
    endpoint: {connector: {image: "ghcr.io/x/y:local", config: {a: "a\tb\u2028c"}}}
    bindings: [{resource: {t: 1}, source: {name: acmeCo/a, notBefore: "2026-01-01T00:00:00Z"}, fields: {recommended: 2, exclude: [x], require: {id: {k: 1.0}}, groupBy: [id]}}]
collections:
  acmeCo/a: {key: [/id, /k~1x], schema: {type: object, properties: {id: {type: integer}, "k/x": {type: [string, "null"], format: date-time}}, required: [id]}, projections: {Year: {location: /at, partition: true}, Other: /id}}
  acmeCo/b: {key: [/id], writeSchema: {properties: {id: {type: string}}}, readSchema: {allOf: [{$ref: "flow://write-schema"}]}}
  acmeCo/d:
    key: [/id]
    schema: {type: object}
    derive: {using: {local: {command: [x], config: {}}}, shuffleKeyTypes: [integer, string], shards: {logLevel: warn}, transforms: [{name: t, source: acmeCo/a, shuffle: {key: [/id, "/k~1x"]}, lambda: [1.50, {a: null}]}, {name: u, source: acmeCo/b, shuffle: any, lambda: "select 1;", backfill: 2}]}
`

// A catalog says the same as YAML and as JSON, in one file and in several, in place and by file.
func TestACatalogInItsForms(t *testing.T) {
	t.Parallel()
	plain := catalog(t, everyForm, nil)
	want := summary(t, plain)
	for _, part := range []string{`capture acmeCo/c ["python" "-m" "x" "5"]`, `"token":"s3cr3t 1"`, `"big":12345678901234567890`, `"s3cr3t 1"`, "1h30m0s", "derivation acmeCo/d", "warn", `["INTEGER" "STRING"]`, `"k/x"`, "1 warnings"} {
		if !strings.Contains(want, part) {
			t.Errorf("no %s in\n%s", part, want)
		}
	}
	asJSON, err := flow.Strip("x", []byte(everyForm), "")
	if err != nil {
		t.Fatal(err)
	}
	var indented strings.Builder
	enc := json.NewEncoder(&indented)
	enc.SetIndent("", "\t")
	if err := enc.Encode(asJSON); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"JSON": string(asJSON), "JSON with tabs": indented.String(), "JSON with BOM": "\ufeff" + string(asJSON)} {
		dir := testkit.Tree(t, map[string]string{"test.flow.json": text})
		if got := summary(t, filepath.Join(dir, "test.flow.json")); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
	again, err := flow.YAML(asJSON)
	if err != nil {
		t.Fatal(err)
	}
	if got := summary(t, catalog(t, string(again), nil)); got != want {
		t.Errorf("written again: got\n%s\nwant\n%s", got, want)
	}
	if got := summary(t, catalog(t, strings.ReplaceAll(everyForm, "\n", "\r\n"), nil)); got != want {
		t.Errorf("CRLF: got\n%s\nwant\n%s", got, want)
	}
	// configs, resources, lambdas and schemas in files of their own
	by := strings.NewReplacer(
		`{token_sops: "s3cr3t 1", n: 1.50, list: [1, null, true, {deep_sops: [a, 2]}], big: 12345678901234567890, "<<": x}`, "in/c.yaml", `resource: {stream: "yes", _meta: {path: [a, b]}}`, "resource: in/r.json",
		`schema: {type: object, properties: {id: {type: integer}, "k/x": {type: [string, "null"], format: date-time}}, required: [id]}`, "schema: in/s.yaml", "lambda: [1.50, {a: null}]", "lambda: in/l.json").Replace(everyForm)
	got := summary(t, catalog(t, by, map[string]string{
		"in/c.yaml": "token_sops: s3cr3t 1\nn: 1.50\nlist: [1, null, true, {deep_sops: [a, 2]}]\nbig: 12345678901234567890\n\"<<\": x\n", "in/r.json": "{\n\t\"stream\": \"yes\", \"_meta\": {\"path\": [\"a\", \"b\"]}}",
		"in/s.yaml": "type: object\nproperties: {id: {type: integer}, k/x: {type: [string, 'null'], format: date-time}}\nrequired: [id]\n", "in/l.json": "[1.50,{\"a\":null}]",
	}))
	if got != want {
		t.Errorf("by file: got\n%s\nwant\n%s", got, want)
	}
	// collections in a file that is imported
	head, collections, _ := strings.Cut(everyForm, "collections:\n")
	derived := collections[strings.Index(collections, "  acmeCo/d:"):]
	got = summary(t, catalog(t, "import: [sub/flow.yaml]\n"+head+"collections:\n"+derived, map[string]string{"sub/flow.yaml": "collections:\n" + strings.TrimSuffix(collections, derived)}))
	if got != want {
		t.Errorf("imported: got\n%s\nwant\n%s", got, want)
	}
}

// An answer reads the same with its names in camel case, in snake case, and with the suffix that protobuf has.
func TestAnswersInTheirForms(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		into  func() any
		forms []string
	}{
		{func() any { return &flow.Spec{} }, []string{
			`{"protocol":3032023,"configSchema":{"a_b":1},"resourceConfigSchema":{"cD":2},"documentationUrl":"u","resourcePathPointers":["/x_y"],"oauth2":{"auth_url":1}}`,
			`{"protocol":3032023,"config_schema":{"a_b":1},"resource_config_schema":{"cD":2},"documentation_url":"u","resource_path_pointers":["/x_y"],"oauth2":{"auth_url":1}}`,
			`{"protocol":3032023,"config_schema_json":{"a_b":1},"resourceConfigSchemaJson":{"cD":2},"documentationUrl":"u","resource_path_pointers":["/x_y"],"oauth2":{"auth_url":1}}`,
		}},
		{func() any { return &flow.Discovered{} }, []string{
			`{"bindings":[{"recommendedName":"a","resourceConfig":{"x_y":1},"documentSchema":{"p_q":{}},"key":["/a_b"],"isFallbackKey":true,"resourcePath":["r"]}]}`,
			`{"bindings":[{"recommended_name":"a","resource_config_json":{"x_y":1},"document_schema_json":{"p_q":{}},"key":["/a_b"],"is_fallback_key":true,"resource_path":["r"]}]}`,
		}},
		{func() any { return &flow.Validated{} }, []string{
			`{"bindings":[{"resourcePath":["a"],"projectionConstraints":[{"field":"f_g","constraint":{"type":"FIELD_OPTIONAL","reason":"r"}}],"deltaUpdates":true,"serPolicy":{"strTruncateAfter":1},"caseInsensitiveFields":true}]}`,
			`{"bindings":[{"resource_path":["a"],"projection_constraints":[{"field":"f_g","constraint":{"type":"FIELD_OPTIONAL","reason":"r"}}],"delta_updates":true,"ser_policy":{"strTruncateAfter":1},"case_insensitive_fields":true}]}`,
		}},
		{func() any { return &flow.Applied{} }, []string{`{"actionDescription":"a","state":{"updated":{"x_y":1}}}`, `{"action_description":"a","state":{"updated":{"x_y":1}}}`}},
		{func() any { return &flow.Opened{} }, []string{`{"explicitAcknowledgements":true,"disableLoadOptimization":true,"runtimeCheckpoint":{"sources":{}}}`, `{"explicit_acknowledgements":true,"disable_load_optimization":true,"runtime_checkpoint":{"sources":{}}}`}},
	} {
		first := tt.into()
		for i, form := range tt.forms {
			into := tt.into()
			unknown, err := flow.Decode(json.RawMessage(form), into)
			if err != nil || len(unknown) != 0 {
				t.Errorf("%s: %q, %v", form, unknown, err)
			}
			if i == 0 {
				first = into
			}
			if !reflect.DeepEqual(first, into) {
				t.Errorf("%s: got %+v, want %+v", form, into, first)
			}
		}
	}
	for name, want := range map[string]string{"a": "a", "a_b": "aB", "a_b_c1": "aBC1", "aB": "aB", "_a": "A", "a_": "a", "a__b": "aB", "": ""} {
		if got := flow.FieldName(name); got != want {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

// What is wrong with a binding's parts is told at the binding or the part, whichever a person would look at.
func TestPlacesInBindings(t *testing.T) {
	t.Parallel()
	for bindings, want := range map[string]string{
		"{}": "4:15: a list of bindings is wanted", "5": "4:15: a list of bindings is wanted", "[5]": "4:16: a binding is key: value lines", "[[]]": "4:16: a binding is key: value lines", "[{target: a/c}]": "4:16: resource: a map is wanted",
		"[{resource: 5, target: a/c}]": "4:16: resource: a map is wanted", "[{resource: [], target: a/c}]": "4:16: resource: a map is wanted", "[{resource: {}, target: }]": "4:16: target: the name of a collection is wanted", "[{resource: {}, target: {x: y}}]": "4:16: target: the name of a collection is wanted",
		"[{resource: {}, target: a/c, backfill: -1}]": "4:54: backfill: a count is wanted", "[{resource: {}, target: a/c, backfill: many}]": "4:54: backfill: a count is wanted", "[{resource: {}, target: a/c, backfill: 4294967296}]": "4:54: backfill: a count is wanted",
	} {
		_, err := bindingsOf(t, captureHead+bindings+"\n", nil)
		if fault.KindOf(err) != fault.Usage || !strings.HasSuffix(fmt.Sprint(err), "test.flow.yaml:"+want) {
			t.Errorf("%s: got %v", bindings, err)
		}
	}
}
