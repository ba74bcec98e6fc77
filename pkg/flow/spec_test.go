package flow_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/flow"
)

// The values are those of flow's own tests and transcripts.
func TestPackTuple(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`[1]`: "FQE=", `["ann"]`: "AmFubgA=", `[0]`: "FA==", `[-1]`: "E/4=", `[1.5]`: "Ib/4AAAAAAAA", `[[{"a": [1]}]]`: "AVt7ImEiOlsxXX1dAA==", `[{"a":[1]}]`: "AXsiYSI6WzFdfQA=",
		`[true,false,null]`: "JyYA", `[true,32]`: "JxUg", `["a\u0000b"]`: "AmEA/2IA", `[-1.5]`: "IUAH////////", `[256,-256]`: "FgEAEv7/",
		`[18446744073709551615]`: "HP//////////", `[36893488147419103232]`: "IcQAAAAAAAAA", `[1e2]`: "IcBZAAAAAAAA",
	} {
		var d jsonschema.Doc
		v, err := d.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var values []jsonschema.Value
		for item := v.First(); item.Exists(); item = item.Next() {
			values = append(values, item)
		}
		if got := base64.StdEncoding.EncodeToString(flow.PackTuple(values)); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	if got := flow.PackTuple(make([]jsonschema.Value, 1)); string(got) != "\x00" {
		t.Errorf("nothing: got %q", got)
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ state, update, want string }{
		{``, `{"updated":{"a":1},"mergePatch":true}`, `{"a":1}`},
		{`{"a":{"b":1,"c":2}}`, `{"updated":{"a":{"b":null,"d":{"e":null,"f":3}}},"mergePatch":true}`, `{"a":{"c":2,"d":{"f":3}}}`},
		{`{"a":{"b":1}}`, `{"updated":{"a":[1]},"mergePatch":true}`, `{"a":[1]}`},
		{`{"a":1}`, `{"updated":{}}`, `{}`},
		{`{"a":1}`, `{"updated":{},"mergePatch":true}`, `{"a":1}`},
		{`{"n":123456789012345678901234567890,"x":1.50,"s":"<&>"}`, `{"updated":{},"mergePatch":true}`, `{"n":123456789012345678901234567890,"s":"<&>","x":1.50}`},
	} {
		s, err := flow.ParseState([]byte(tt.state))
		if err != nil {
			t.Fatal(err)
		}
		var u flow.StateUpdate
		if err := json.Unmarshal([]byte(tt.update), &u); err != nil {
			t.Fatal(err)
		}
		if err := s.Update(u); err != nil || string(s.JSON()) != tt.want {
			t.Errorf("%s + %s: got %s, %v", tt.state, tt.update, s.JSON(), err)
		}
	}
	for _, text := range []string{"[]", "3", "{"} {
		if _, err := flow.ParseState([]byte(text)); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

// The first identifiers are those of flowctl's previews.
func TestUUIDs(t *testing.T) {
	t.Parallel()
	var c flow.Clock
	if got := c.Next(); got.Text != "1419d680-1dd2-11b2-8400-071353030311" || got.Node != "509842455224451072" || got.Clock != "1955086848160000001" {
		t.Errorf("got %+v", got)
	}
	var last flow.UUID
	for range 16 {
		last = c.Next()
	}
	if last.Text != "1419d681-1dd2-11b2-8400-071353030311" {
		t.Errorf("got %+v", last)
	}
}

const schemaOfAll = `{"type":"object","required":["id","in","tags"],"allOf":[{"properties":{"extra":{"enum":["a",1]}},"required":["extra"]}],
 "properties":{"id":{"type":"integer","title":"Id"},"at":{"type":["string","null"],"format":"date-time"},"n":{"type":["number","integer"]},"any":{},
  "in":{"$ref":"#/$defs/in"},"maybe":{"type":["object","null"],"required":["x"],"properties":{"x":{"type":"boolean"}}},"tags":{"type":"array","items":{"type":"string"}},
  "a/b":{"const":true},"opt":{"anyOf":[{"type":"string"},{"type":"null"}]}},
 "$defs":{"in":{"type":"object","required":["deep"],"properties":{"deep":{"type":"string","contentEncoding":"base64"},"self":{"$ref":"#/$defs/in"}}}}}`

func TestProjections(t *testing.T) {
	t.Parallel()
	c := flow.Collection{
		Name: "acmeCo/x", Key: []string{"/id", "/missing"}, WriteSchema: json.RawMessage(schemaOfAll),
		Projections: map[string]flow.Field{"Year": {Pointer: "/at", Partition: true}},
	}
	spec := c.Spec()
	got := map[string]string{}
	for _, p := range spec.Projections {
		got[p.Field] = p.Inference.Exists + " " + strings.Join(p.Inference.Types, ",")
		if p.IsPrimaryKey {
			got[p.Field] += " key"
		}
	}
	for field, want := range map[string]string{
		"flow_document": "MUST object", "id": "MUST integer key", "missing": "MAY array,boolean,null,number,object,string key", "Year": "MAY null,string", "n": "MAY number",
		"any": "MAY array,boolean,null,number,object,string", "in": "MUST object", "in/deep": "MUST string", "in/self/deep": "MAY string", "maybe/x": "MAY boolean",
		"tags": "MUST array", "a~1b": "MAY boolean", "opt": "MAY null,string", "extra": "MUST integer,string",
	} {
		if got[field] != want {
			t.Errorf("%s: got %q, want %q", field, got[field], want)
		}
	}
	if !slices.IsSortedFunc(spec.Projections, func(a, b flow.Projection) int { return strings.Compare(a.Field, b.Field) }) {
		t.Error("not sorted")
	}
	if !slices.Equal(spec.PartitionFields, []string{"Year"}) || spec.PartitionTemplate.Name != "acmeCo/x/ffffffffffffffff" || spec.UUIDPtr != "/_meta/uuid" {
		t.Errorf("got %+v", spec)
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	shard, log := flow.Task{Name: "acmeCo/m", Kind: "materialization"}.Templates("debug", "enable-runtime-v2")
	if shard.ID != "materialize/acmeCo/m/ffffffffffffffff" || shard.MaxTxnDuration != "300s" || log.Name != "recovery/materialize/acmeCo/m" {
		t.Errorf("got %+v, %+v", shard, log)
	}
	if want := []flow.Label{{Name: "estuary.dev/flag/enable-runtime-v2", Value: "true"}, {Name: "estuary.dev/log-level", Value: "debug"}}; !slices.Equal(shard.Labels.Labels, want) {
		t.Errorf("got %+v", shard.Labels)
	}
}

func TestWithoutMeta(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"b":1,"_meta":{"path":["x"]},"a":1.50}`: `{"b":1,"a":1.50}`, `{"a":{"_meta":1}}`: `{"a":{"_meta":1}}`, `{"a":1}`: `{"a":1}`, `3`: `3`,
	} {
		if got := flow.WithoutMeta(json.RawMessage(text)); string(got) != want {
			t.Errorf("%s: got %s", text, got)
		}
	}
}

func TestIntervals(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"5m": 5 * time.Minute, "1h 30m": 90 * time.Minute, "2 days": 48 * time.Hour, "90s": 90 * time.Second, "1week": 168 * time.Hour, "250ms": 250 * time.Millisecond} {
		c, err := flow.Load(catalog(t, "captures: {a: {endpoint: {local: {command: [x]}}, interval: "+text+", bindings: []}}\n", nil))
		if err != nil || c.Tasks[0].Interval != want {
			t.Errorf("%s: got %v, %v", text, c, err)
		}
	}
	for _, text := range []string{"5", "soon", "5 fortnights", "''", "99999999999s"} {
		if _, err := flow.Load(catalog(t, "captures: {a: {endpoint: {local: {command: [x]}}, interval: "+text+", bindings: []}}\n", nil)); fault.KindOf(err) != fault.Usage {
			t.Errorf("%s: got %v", text, err)
		}
	}
}
