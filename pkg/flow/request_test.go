package flow_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/flow"
)

// Requests are written as the JSON codec of protobuf does: camel case, defaults
// left out, but lists and configs that old connectors look for sent even when
// they are empty.
func TestRequestsAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	collection := flow.Collection{Name: "acmeCo/users", Key: []string{"/id"}, WriteSchema: json.RawMessage(`{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]}`)}.Spec()
	const users = `{"name":"acmeCo/users","writeSchema":{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]},"key":["/id"],"uuidPtr":"/_meta/uuid",` +
		`"projections":[{"ptr":"","field":"flow_document","inference":{"types":["object"],"exists":"MUST"}},{"ptr":"/id","field":"id","isPrimaryKey":true,"inference":{"types":["integer"],"exists":"MUST"}}],` +
		`"ackTemplate":{"_meta":{"uuid":"DocUUIDPlaceholder-329Bb50aa48EAa9ef","ack":true}},` +
		`"partitionTemplate":{"name":"acmeCo/users/ffffffffffffffff","replication":3,"fragment":{"compressionCodec":"GZIP","length":"536870912","refreshInterval":"300s"}}}`
	none, one := []flow.ValidateBinding{}, []flow.ValidateBinding{{ResourceConfig: json.RawMessage(`{"b":1,"a":1.50}`), Collection: collection, Backfill: 2}}
	read := flow.ReadRequest{Transform: 1, Doc: json.RawMessage(`{"n":123456789012345678901}`)}
	read.UUID.Node, read.UUID.Clock = "1", "2"
	read.Shuffle.Key, read.Shuffle.Packed = []json.RawMessage{json.RawMessage("true"), json.RawMessage("32")}, []byte{0x27, 0x15, 0x20}
	for want, r := range map[string]flow.Request{
		`{"spec":{"connectorType":"LOCAL","config":{}}}`:                                                                                                         {Spec: &flow.SpecRequest{ConnectorType: "LOCAL", Config: json.RawMessage("{}")}},
		`{"discover":{"connectorType":"IMAGE","config":{"z":1,"a":2}}}`:                                                                                          {Discover: &flow.DiscoverRequest{ConnectorType: "IMAGE", Config: json.RawMessage(`{"z":1,"a":2}`)}},
		`{"validate":{"name":"x","connectorType":"LOCAL","config":{},"bindings":[]}}`:                                                                            {Validate: &flow.ValidateRequest{Name: "x", ConnectorType: "LOCAL", Config: json.RawMessage("{}"), Bindings: &none}},
		`{"validate":{"name":"x","connectorType":"LOCAL","config":{},"bindings":[{"resourceConfig":{"b":1,"a":1.50},"collection":` + users + `,"backfill":2}]}}`: {Validate: &flow.ValidateRequest{Name: "x", ConnectorType: "LOCAL", Config: json.RawMessage("{}"), Bindings: &one}},
		`{"acknowledge":{"checkpoints":3}}`:                                                                                                                      {Acknowledge: &flow.AckRequest{Checkpoints: 3}},
		`{"acknowledge":{}}`:                                                                                                                                     {Acknowledge: &flow.AckRequest{}},
		`{"acknowledge":{"statePatches":[null,{"a":1}]}}`:                                                                                                        {Acknowledge: &flow.AckRequest{StatePatches: []json.RawMessage{json.RawMessage("null"), json.RawMessage(`{"a":1}`)}}},
		`{"load":{"key":[1],"keyPacked":"FQE="}}`:                                                                                                                {Load: &flow.LoadRequest{Key: []json.RawMessage{json.RawMessage("1")}, KeyPacked: []byte{0x15, 1}}},
		`{"load":{"binding":2,"key":["a"],"keyPacked":"AmEA"}}`:                                                                                                  {Load: &flow.LoadRequest{Binding: 2, Key: []json.RawMessage{json.RawMessage(`"a"`)}, KeyPacked: []byte{2, 'a', 0}}},
		`{"flush":{}}`: {Flush: &flow.PatchesRequest{}},
		`{"reset":{}}`: {Reset: &struct{}{}},
		`{"startCommit":{"runtimeCheckpoint":{"sources":{"acmeCo/a/pivot=00;materialize/acmeCo/m/t.v0":{"readThrough":"12"}}}}}`: {StartCommit: &flow.CommitRequest{RuntimeCheckpoint: flow.Checkpoint{Sources: map[string]flow.ReadThrough{
			flow.CheckpointSource("acmeCo/a", flow.Task{Name: "acmeCo/m", Kind: "materialization"}.ReadSuffix("t.v0")): {ReadThrough: "12"}}}}},
		`{"store":{"key":[1],"keyPacked":"FQE=","values":["x"],"valuesPacked":"AngA","doc":{"id":1},"exists":true,"delete":true}}`: {Store: &flow.StoreRequest{
			Key: []json.RawMessage{json.RawMessage("1")}, KeyPacked: []byte{0x15, 1}, Values: []json.RawMessage{json.RawMessage(`"x"`)}, ValuesPacked: []byte{2, 'x', 0}, Doc: json.RawMessage(`{"id":1}`), Exists: true, Delete: true}},
		`{"read":{"transform":1,"uuid":{"node":"1","clock":"2"},"shuffle":{"key":[true,32],"packed":"JxUg"},"doc":{"n":123456789012345678901}}}`: {Read: &read},
		`{"open":{"version":"v","range":{"keyEnd":4294967295,"rClockEnd":4294967295},"state":{}}}`:                                               {Open: &flow.OpenRequest{Version: "v", Range: flow.WholeRange, State: json.RawMessage("{}")}},
	} {
		got, err := json.Marshal(r)
		if err != nil || string(got) != want {
			t.Errorf("got  %s\nwant %s, %v", got, want, err)
		}
	}
}

// Each task of a kind has names of its own in shards, logs and read suffixes.
func TestNamesOfATask(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"capture": "capture", "materialization": "materialize", "derivation": "derive"} {
		task := flow.Task{Name: "acmeCo/x", Kind: kind}
		shard, log := task.Templates("debug", "enable-runtime-v2")
		if shard.ID != want+"/acmeCo/x/ffffffffffffffff" || log.Name != "recovery/"+want+"/acmeCo/x" || task.ReadSuffix("k.v1") != want+"/acmeCo/x/k.v1" {
			t.Errorf("%s: got %+v, %+v, %s", kind, shard, log, task.ReadSuffix("k.v1"))
		}
		if wantMax := map[bool]string{true: "300s", false: "1s"}[kind == "materialization"]; shard.MaxTxnDuration != wantMax || shard.MinTxnDuration != "0s" {
			t.Errorf("%s: got %+v", kind, shard)
		}
		text, err := json.Marshal(shard.Labels)
		if err != nil || string(text) != `{"labels":[{"name":"estuary.dev/flag/enable-runtime-v2","value":"true"},{"name":"estuary.dev/log-level","value":"debug"}]}` {
			t.Errorf("%s: got %s, %v", kind, text, err)
		}
	}
}

// What a connector may leave out, write as null, in snake case or beside what is its own.
func TestResponsesAsTheyComeIn(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`{"applied":{"actionDescription":"x"}}`: `applied {"actionDescription":"x"}`,
		`{"spec":null,"discovered":{"a":1}}`:    `discovered {"a":1}`,
		`{"spec":null}`:                         `spec null`,
		`{"$internal":"b64","opened":{}}`:       `opened {}`,
		`{"started_commit":{}}`:                 `startedCommit {}`,
		`  {"opened" : { } }  `:                 `opened { }`,
		`{"captured":{"doc":{"n":1.50}}}`:       `captured {"doc":{"n":1.50}}`,
		`{"a__b_":{}}`:                          `aB {}`,
	} {
		if got, err := flow.ParseResponse([]byte(line)); err != nil || got.Kind+" "+string(got.Message) != want {
			t.Errorf("%s: got %s %s, %v", line, got.Kind, got.Message, err)
		}
	}
	for line, want := range map[string]string{
		`{"a":{},"b":{}}`:        `reading a response: one field is wanted: "{\"a\":{},\"b\":{}}"`,
		`{"$internal":"x"}`:      `reading a response: one field is wanted: "{\"$internal\":\"x\"}"`,
		`{"a":null,"b":null}`:    ``, // one of two nothings is a matter of chance, so neither is promised
		"hello \xff":             `reading a response: it is no JSON object: "hello ?"`,
		`{"a":{}} {"b":{}}`:      `reading a response: it is no JSON object: "{\"a\":{}} {\"b\":{}}"`,
		strings.Repeat("é", 300): `reading a response: it is no JSON object: "` + strings.Repeat("é", 100) + `…"`,
	} {
		if _, err := flow.ParseResponse([]byte(line)); want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s: got %v", line, err)
		}
	}
}

// Keys that Flow does not know are told, at the top and in bindings; those
// inside configs and schemas are the connector's own.
func TestUnknownKeysOfAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		into    any
		message string
		want    string
	}{
		{&flow.Spec{}, `{"protocol":3032023,"configSchema":{"odd":1},"resourceConfigSchema":{"odd":1},"documentationUrl":"u","oauth2":{"odd":1}}`, ""},
		{&flow.Spec{}, `{"protocol":3032023,"lambdaConfigSchema":{},"b_b":1,"a":2}`, "a,bB,lambdaConfigSchema"},
		{&flow.Discovered{}, `{"bindings":[{"recommendedName":"a","disable":true,"resourcePath":["a"],"x":1},{"x":2,"y":3}]}`, "bindings.x,bindings.y"},
		{&flow.Validated{}, `{"bindings":[{"resourcePath":["a"],"constraints":{"odd":{"type":"X"}},"projectionConstraints":[],"deltaUpdates":true,"serPolicy":{"odd":1},"caseInsensitiveFields":true}],"transforms":[{"readOnly":true}],"generatedFiles":{"file:///x":"y"}}`, ""},
		{&flow.Applied{}, `{"actionDescription":"x","state":{"updated":{"odd":1},"mergePatch":true},"dryRun":true}`, "dryRun"},
		{&flow.Opened{}, `{"explicitAcknowledgements":true,"runtimeCheckpoint":{"sources":{"a":{"readThrough":"1"}}},"disableLoadOptimization":false,"$internal":"x"}`, ""},
		{&flow.Opened{}, `null`, ""},
	} {
		unknown, err := flow.Decode(json.RawMessage(tt.message), tt.into)
		if err != nil || strings.Join(unknown, ",") != tt.want {
			t.Errorf("%s: got %q, %v", tt.message, unknown, err)
		}
	}
	for message, want := range map[string]string{
		`[]`:                           `reading a response: it is no JSON object: "[]"`,
		`{"bindings":{}}`:              "reading a response: bindings: json: cannot unmarshal object",
		`{"bindings":[1]}`:             `reading a response: it is no JSON object: "1"`,
		`{"bindings":[{"key":"/id"}]}`: "reading a response: json: cannot unmarshal string",
	} {
		if _, err := flow.Decode(json.RawMessage(message), &flow.Discovered{}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v", message, err)
		}
	}
}
