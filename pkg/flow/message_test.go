package flow_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

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
	if b.ResourceConfig = []byte(`{"interval":"PT5M"}`); b.Mode() != "PT5M" {
		t.Errorf("got %q", b.Mode())
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
		"..":                 "acmeCo/_",
		"":                   "acmeCo/_",
	} {
		if got := flow.CollectionName("acmeCo/", recommended); got != want {
			t.Errorf("%q: got %q, want %q", recommended, got, want)
		}
	}
}

// Whatever a connector prints, it is a response with a name or a short error.
func FuzzParseResponse(f *testing.F) {
	for _, seed := range []string{`{"spec":{}}`, `{"":1}`, `{"a":null,"$internal":1}`, "[1]", "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := flow.ParseResponse(line)
		switch {
		case err != nil && len(err.Error()) > 1200: // 200 bytes, quoted
			t.Errorf("a message of %d bytes", len(err.Error()))
		case err == nil && !json.Valid(r.Message):
			t.Errorf("%q: got %q", line, r.Message)
		}
	})
}

// A binding reads the same in both spellings, and its config and schema keep their own.
func FuzzDecodeBothSpellings(f *testing.F) {
	f.Add("a", `{"x_y":1}`, "/id")
	f.Add("", `[{"documentSchema":{}}]`, "")
	f.Fuzz(func(t *testing.T, name, inner, key string) {
		if !json.Valid([]byte(inner)) || !utf8.ValidString(name) || !utf8.ValidString(key) {
			return
		}
		quote := func(s string) string { b, _ := json.Marshal(s); return string(b) }
		var camel, snake flow.Discovered
		for into, keys := range map[*flow.Discovered][3]string{
			&camel: {"recommendedName", "resourceConfig", "documentSchema"}, &snake: {"recommended_name", "resource_config_json", "document_schema_json"},
		} {
			text := `{"bindings":[{"` + keys[0] + `":` + quote(name) + `,"` + keys[1] + `":` + inner + `,"` + keys[2] + `":` + inner + `,"key":[` + quote(key) + `]}]}`
			if unknown, err := flow.Decode([]byte(text), into); err != nil || len(unknown) != 0 {
				t.Fatalf("%s: %q, %v", text, unknown, err)
			}
		}
		if !reflect.DeepEqual(camel, snake) || camel.Bindings[0].RecommendedName != name {
			t.Errorf("%+v\n%+v", camel, snake)
		}
	})
}
