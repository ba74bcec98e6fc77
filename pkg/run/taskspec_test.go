package run

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/flow"
)

const jobCatalog = `captures:
  acmeCo/c:
    endpoint: {local: {command: [x], config: {b: 1.50, a_sops: s}}}
    interval: 90s
    bindings:
      - {resource: {stream: u, _meta: {path: [u]}}, target: acmeCo/u, backfill: 2}
      - {resource: {stream: off}, target: acmeCo/gone, disable: true}
      - {resource: {stream: v}, target: acmeCo/u}
materializations:
  acmeCo/m:
    endpoint: {connector: {image: x, config: {}}}
    bindings: [{resource: {table: t}, source: acmeCo/u, fields: {require: {id: {as: key}}, groupBy: [id]}}]
    shards: {logLevel: warn}
collections:
  acmeCo/u: {key: [/id], schema: {type: object, properties: {id: {type: integer}}, required: [id]}}
  acmeCo/d:
    key: [/id]
    schema: {type: object, properties: {id: {type: integer}}, required: [id]}
    derive:
      using: {local: {command: [x], config: {k: 1}}}
      transforms:
        - {name: all, source: acmeCo/u, shuffle: any, lambda: {sql: x}}
        - {name: by id, source: acmeCo/u, shuffle: {key: [/id]}, backfill: 1}
`

// jobOf reads a task of jobCatalog as a call does, and takes in what a connector would validate.
func jobOf(t *testing.T, task, validated string) (*job, error) {
	t.Helper()
	dir := testkit.Tree(t, map[string]string{"test.flow.yaml": jobCatalog})
	o := &Options{Dir: dir, Root: dir, Task: task}
	found, catalog, _, err := o.findTask()
	if err != nil {
		t.Fatal(err)
	}
	j := &job{target: &target{task: found, catalog: catalog, options: o, endpoint: &local{}}}
	if j.config, err = found.Config(t.Context(), flow.ConfigOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := j.collections(); err != nil {
		t.Fatal(err)
	}
	var v flow.Validated
	if err := json.Unmarshal([]byte(validated), &v); err != nil {
		t.Fatal(err)
	}
	return j, j.takeIn(v)
}

const (
	uSpec = `{"name":"acmeCo/u","writeSchema":{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]},"key":["/id"],"uuidPtr":"/_meta/uuid",` +
		`"projections":[{"ptr":"","field":"flow_document","inference":{"types":["object"],"exists":"MUST"}},{"ptr":"/id","field":"id","isPrimaryKey":true,"inference":{"types":["integer"],"exists":"MUST"}}],` +
		`"ackTemplate":{"_meta":{"uuid":"DocUUIDPlaceholder-329Bb50aa48EAa9ef","ack":true}},"partitionTemplate":{"name":"acmeCo/u/ffffffffffffffff","replication":3,"fragment":{"compressionCodec":"GZIP","length":"536870912","refreshInterval":"300s"}}}`
	logSpec = `{"name":"recovery/KIND/TASK","replication":3,"fragment":{"compressionCodec":"GZIP","length":"536870912","refreshInterval":"300s"}}`
	shard   = `{"id":"KIND/TASK/ffffffffffffffff","recoveryLogPrefix":"recovery","hintPrefix":"/estuary/flow/hints","hintBackups":2,"maxTxnDuration":"MOST","minTxnDuration":"0s","labels":{"labels":[{"name":"estuary.dev/flag/enable-runtime-v2","value":"true"},{"name":"estuary.dev/log-level","value":"LEVEL"}]}}`
)

func templates(kind, task, most, level string) string {
	return strings.NewReplacer("KIND", kind, "TASK", task, "MOST", most, "LEVEL", level).Replace(`"shardTemplate":` + shard + `,"recoveryLogTemplate":` + logSpec)
}

// The task as connectors get it, to the letter: Go connectors check all of it.
func TestTheTaskAsConnectorsGetIt(t *testing.T) {
	t.Parallel()
	capture, err := jobOf(t, "acmeCo/c", `{"bindings":[{"resourcePath":["ns","u"]},{"resourcePath":["v"]}]}`)
	if err != nil {
		t.Fatal(err)
	}
	store, err := jobOf(t, "acmeCo/m", `{"bindings":[{"resourcePath":["t"],"deltaUpdates":true,"serPolicy":{"strTruncateAfter":9},"constraints":{"id":{"type":"LOCATION_REQUIRED"},"flow_document":{"type":"FIELD_REQUIRED"}}}]}`)
	if err != nil {
		t.Fatal(err)
	}
	derived, err := jobOf(t, "acmeCo/d", `{"transforms":[{"readOnly":true},{}]}`)
	if err != nil {
		t.Fatal(err)
	}
	d := derive{preview: &preview{job: derived, o: &PreviewOptions{}}}
	for got, want := range map[any]string{
		capture.taskSpec("enable-runtime-v2"): `{"name":"acmeCo/c","connectorType":"LOCAL","config":{"b":1.50,"a":"s"},"bindings":[` +
			`{"resourceConfig":{"stream":"u"},"resourcePath":["ns","u"],"collection":` + uSpec + `,"backfill":2,"stateKey":"ns%2Fu.v2"},` +
			`{"resourceConfig":{"stream":"v"},"resourcePath":["v"],"collection":` + uSpec + `,"stateKey":"v.v0"}],"intervalSeconds":90,` + templates("capture", "acmeCo/c", "1s", "info") + "}",
		store.taskSpec("enable-runtime-v2"): `{"name":"acmeCo/m","connectorType":"LOCAL","config":{},"bindings":[` +
			`{"resourceConfig":{"table":"t"},"resourcePath":["t"],"collection":` + uSpec + `,"stateKey":"t.v0","fieldSelection":{"keys":["id"],"values":[],"document":"flow_document","fieldConfig":{"id":{"as":"key"}}},"deltaUpdates":true,` +
			`"journalReadSuffix":"materialize/acmeCo/m/t.v0","partitionSelector":{},"serPolicy":{"strTruncateAfter":9}}],` + templates("materialize", "acmeCo/m", "300s", "warn") + "}",
		d.collectionSpec(): strings.TrimSuffix(strings.ReplaceAll(uSpec, "acmeCo/u", "acmeCo/d"), "}") + `,"derivation":{"connectorType":"LOCAL","config":{"k":1},"transforms":[` +
			`{"name":"all","collection":` + uSpec + `,"partitionSelector":{},"lambdaConfig":{"sql":"x"},"readOnly":true,"journalReadSuffix":"derive/acmeCo/d/all.v0","stateKey":"all.v0"},` +
			`{"name":"by id","collection":` + uSpec + `,"partitionSelector":{},"shuffleKey":["/id"],"lambdaConfig":null,"journalReadSuffix":"derive/acmeCo/d/by%20id.v1","backfill":1,"stateKey":"by%20id.v1"}],` +
			`"shuffleKeyTypes":["INTEGER"],` + templates("derive", "acmeCo/d", "1s", "info") + "}}",
	} {
		if text, err := json.Marshal(got); err != nil || string(text) != want {
			t.Errorf("got  %s\nwant %s, %v", text, want, err)
		}
	}
	if !slices.Equal(store.warnings, []string{"the binding of acmeCo/u: fields.groupBy is not carried out, documents are grouped by the key of the collection"}) || capture.warnings != nil {
		t.Errorf("warned %q, %q", store.warnings, capture.warnings)
	}
}

// What a connector validates has to fit what it was asked.
func TestAnswersToValidateThatDoNotFit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ task, validated, want string }{
		{"acmeCo/c", `{"bindings":[]}`, "it validated 0 of 2 bindings"}, {"acmeCo/c", `{"bindings":[{"resourcePath":["a"]},{"resourcePath":["b"]},{"resourcePath":["c"]}]}`, "it validated 3 of 2 bindings"},
		{"acmeCo/c", `{"transforms":[{},{}]}`, "it validated 0 of 2 bindings"}, {"acmeCo/c", `{"bindings":[{"resourcePath":["a"]},{}]}`, "it validated the binding of acmeCo/u without a resource path"},
		{"acmeCo/c", `{"bindings":[{"resourcePath":["a","b"]},{"resourcePath":["a","b"]}]}`, "the bindings of acmeCo/u and acmeCo/u have one resource path: a/b"},
		{"acmeCo/c", `{"bindings":[{"resourcePath":["a","b"]},{"resourcePath":["a/b"]}]}`, ""}, // one path of two parts, and one of one
		{"acmeCo/m", `{"bindings":[{"resourcePath":["t"],"constraints":{"id":{"type":"NO"}}}]}`, `it has the constraint "NO" for the field "id"`},
		{"acmeCo/d", `{"transforms":[{}]}`, "it validated 1 of 2 bindings"}, {"acmeCo/d", `{"bindings":[{},{}]}`, "it validated 0 of 2 bindings"},
	} {
		_, err := jobOf(t, tt.task, tt.validated)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || err.Error() != "the connector broke the protocol: "+tt.want || fault.KindOf(err) != fault.Failed) {
			t.Errorf("%s: got %v", tt.validated, err)
		}
	}
}

// A config or resource that the connector's own schema does not allow is told without its values.
func TestConfigsAreHeldAgainstTheSchema(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ schema, value, want string }{
		{`{"type":"object","required":["token"],"properties":{"n":{"type":"integer","maximum":5},"token":{"type":"string","pattern":"^tok-"}}}`, `{"n":7,"token":"s3cr3t"}`, "config: /n: want at most 5; config: /token: want a text like ^tok-"},
		{`{"required":["a"]}`, `{}`, `config: /: want the property "a"`}, {`{"properties":{"k":{"enum":["a","b"]}}}`, `{"k":"s3cr3t"}`, `config: /k: want one of ["a","b"]`}, {`{}`, `{"x":1}`, ""}, {`[]`, `{"x":1}`, ""}, {`{"type":"object"}`, `{`, ""}, {`{"additionalProperties":false}`, `{"x":"s3cr3t"}`, "config: /x: want no such property"},
	} {
		j := &job{target: &target{options: &Options{}}}
		if j.checkAgainst("config", json.RawMessage(tt.schema), json.RawMessage(tt.value)); strings.Join(j.warnings, "; ") != tt.want {
			t.Errorf("%s, %s: got %q", tt.schema, tt.value, j.warnings)
		}
	}
}

// Documents are counted, and of those that are wrong one is kept for each place.
func TestDocumentsAreCountedAndChecked(t *testing.T) {
	t.Parallel()
	c := flow.Collection{Name: "c", Key: []string{"/id", "/k/n"}, WriteSchema: json.RawMessage(`{"type":"object","properties":{"_meta":{"required":["uuid"]},"l":{"items":{"type":"integer"}},"k":{"type":"object"}},"required":["_meta"]}`)}
	var stats BindingStats
	k, err := newChecker(c, &stats, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`{"id":1,"k":{"n":null}}`, `{"id":1,"k":{"n":2},"_meta":{"op":"u"}}`, `{"id":[1],"k":{"n":2}}`, `{"k":{"n":{}}}`, `{"id":1,"k":5}`, `{"id":1,"k":{"n":1},"l":[1,"a","b"]}`, `{"id":1,"k":{"n":1},"l":[0,0,0,0,0,0,0,0,0,0,"c"]}`, `{"id":2}`,
	} {
		k.count(docOf(t, text))
	}
	var got []string
	for _, s := range stats.Samples {
		got = append(got, s.String())
	}
	want := []string{
		"/id: got an array, want a string, integer or boolean: it is part of the key (key, document 3)", "/k/n: got an object, want a string, integer or boolean: it is part of the key (key, document 4)",
		"/k: got number 5, want object (/properties/k/type, document 5)", `/l/1: got string "a", want integer (/properties/l/items/type, document 6)`,
	}
	if stats.Documents != 8 || stats.Violations != 6 || !slices.Equal(got, want) {
		t.Errorf("%d documents, %d violations, samples %q", stats.Documents, stats.Violations, got)
	}
	if _, err := newChecker(flow.Collection{Name: "c", File: "f", WriteSchema: json.RawMessage(`5`)}, &stats, false); fault.KindOf(err) != fault.Usage || err.Error() != `f: collection "c": reading a schema: an object is wanted` {
		t.Errorf("got %v", err)
	}
	var none BindingStats
	if k, err = newChecker(flow.Collection{WriteSchema: json.RawMessage(`5`)}, &none, true); err != nil {
		t.Fatal(err)
	}
	if k.count(docOf(t, `{"a":1}`)); none.Documents != 1 || none.Bytes != 7 || none.Violations != 0 {
		t.Errorf("unchecked: %+v", none)
	}
}

// Names of collections that become one are told, with those that gave them.
func TestNamesThatBecomeOne(t *testing.T) {
	t.Parallel()
	tg := &target{options: &Options{Prefix: "big"}, task: flow.Task{Name: "big/x"}}
	one := func(name string) string {
		return `{"recommendedName":"` + name + `","resourceConfig":{"s":"` + name + `"},"documentSchema":{"properties":{"id":{}}},"key":["/id"]}`
	}
	r, err := tg.discovered(json.RawMessage(`{"bindings":[`+one("a b")+","+one("a?b")+","+one("c")+","+one("a b")+`]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, b := range r.Bindings {
		names = append(names, b.Collection)
	}
	if !slices.Equal(names, []string{"big/a_b", "big/a_b", "big/c", "big/a_b"}) || !slices.Contains(r.Warnings, `"a b" and "a?b" both become the collection big/a_b`) || !slices.Contains(r.Warnings, `"a b" is recommended twice`) {
		t.Errorf("got %q, %q", names, r.Warnings)
	}
	if rel := relative("/w", "/w/a/b"); rel != filepath.Join("a", "b") || relative("/w", "/x/a") != "/x/a" {
		t.Errorf("got %s", rel)
	}
}
