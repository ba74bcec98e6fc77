package flow_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/flow"
)

func TestParseResponse(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`{"spec":{}}`:                       "spec",
		`{"discovered":{},"$internal":"x"}`: "discovered",
		`{"sourced_schema":{}}`:             "sourcedSchema",
	} {
		if r, err := flow.ParseResponse([]byte(line)); err != nil || r.Kind != want {
			t.Errorf("%s: got %q, %v", line, r.Kind, err)
		}
	}
	for _, line := range []string{"", "hello", "[1]", "{}", `{"a":1,"b":2}`, "null", strings.Repeat("x", 10000)} {
		if _, err := flow.ParseResponse([]byte(line)); err == nil || len(err.Error()) > 400 {
			t.Errorf("%.20q: got %v", line, err)
		}
	}
}

func TestDecodeTakesBothSpellings(t *testing.T) {
	t.Parallel()
	var spec flow.Spec
	unknown, err := flow.Decode(json.RawMessage(`{"protocol":3032023,"config_schema_json":{"my_key":1},"resourceConfigSchema":{},"documentation_url":"u","resource_path_pointers":["/a"],"extra":1}`), &spec)
	if err != nil || string(spec.ConfigSchema) != `{"my_key":1}` || spec.DocumentationURL != "u" || !slices.Equal(unknown, []string{"extra"}) {
		t.Errorf("got %+v, %q, %v", spec, unknown, err)
	}
	var d flow.Discovered
	unknown, err = flow.Decode(json.RawMessage(`{"bindings":[{"recommended_name":"a","resource_config":{"b_c":1},"documentSchema":{},"isFallbackKey":true,"odd":1}]}`), &d)
	if err != nil || d.Bindings[0].RecommendedName != "a" || string(d.Bindings[0].ResourceConfig) != `{"b_c":1}` || !slices.Equal(unknown, []string{"bindings.odd"}) {
		t.Errorf("got %+v, %q, %v", d, unknown, err)
	}
	if _, err := flow.Decode(json.RawMessage(`[]`), &d); err == nil {
		t.Error("a list is no message")
	}
	if _, err := flow.Decode(json.RawMessage(`{"bindings":{}}`), &d); err == nil {
		t.Error("bindings are a list")
	}
	var empty flow.Discovered // defaults are left out
	if _, err := flow.Decode(json.RawMessage(`{}`), &empty); err != nil || len(empty.Bindings) != 0 {
		t.Errorf("got %+v, %v", empty, err)
	}
}

func TestSpecCheck(t *testing.T) {
	t.Parallel()
	good := flow.Spec{Protocol: flow.Protocol, ConfigSchema: []byte("{}"), ResourceConfigSchema: []byte("{}"), DocumentationURL: "u", ResourcePathPointers: []string{"/a"}}
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
	good.ResourcePathPointers = nil
	if len(good.Check("capture")) != 1 || len(good.Check("materialization")) != 0 {
		t.Error("only captures need resource path pointers")
	}
}

func TestDiscoveredCheck(t *testing.T) {
	t.Parallel()
	d := flow.Discovered{Bindings: []flow.DiscoveredBinding{
		{RecommendedName: "a", ResourceConfig: []byte("{}"), DocumentSchema: []byte("{}"), Key: []string{"/id"}},
		{RecommendedName: "a", ResourceConfig: []byte("1"), DocumentSchema: []byte("true"), Key: []string{"id"}},
		{ResourceConfig: []byte("{}"), DocumentSchema: []byte("{}")},
	}}
	want := []string{
		`"a" is recommended twice`, `"a": documentSchema is no JSON object`, `"a": resourceConfig is no JSON object`,
		`"a": key "id" is no JSON pointer`, "binding 2 has no recommendedName",
	}
	if got := d.Check(); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestBindingSummary(t *testing.T) {
	t.Parallel()
	b := flow.DiscoveredBinding{ResourceConfig: []byte(`{"syncMode":"incremental"}`), DocumentSchema: []byte(`{"properties":{"a":{},"b":{},"_meta":{}}}`)}
	if b.Mode() != "incremental" || b.Fields() != 2 {
		t.Errorf("got %q, %d", b.Mode(), b.Fields())
	}
	b = flow.DiscoveredBinding{ResourceConfig: []byte(`{"replicationMethod":"FULL_TABLE"}`), DocumentSchema: []byte(`true`)}
	if b.Mode() != "FULL_TABLE" || b.Fields() != 0 {
		t.Errorf("got %q, %d", b.Mode(), b.Fields())
	}
	if (flow.DiscoveredBinding{}).Mode() != "" {
		t.Error("nothing tells a mode")
	}
}

func TestCollectionName(t *testing.T) {
	t.Parallel()
	for recommended, want := range map[string]string{
		"users":              "acmeCo/users",
		"public/users":       "acmeCo/public/users",
		"../../etc/passwd":   "acmeCo/etc/passwd",
		"/a//b/":             "acmeCo/a/b",
		"odd name!":          "acmeCo/odd_name_",
		"größe-1.x_y":        "acmeCo/größe-1.x_y",
		"a/./b":              "acmeCo/a/b",
		"line\nbreak\x00end": "acmeCo/line_break_end",
	} {
		if got := flow.CollectionName("acmeCo/", recommended); got != want {
			t.Errorf("%q: got %q, want %q", recommended, got, want)
		}
	}
}
