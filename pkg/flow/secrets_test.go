package flow_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
)

const credentialsSchema = `{
	"$defs": {
		"oauth": {"properties": {"kind": {"const": "oauth", "type": "string"}, "client_id": {}, "client_secret": {"secret": true}, "shared": {}}},
		"node": {"properties": {"pin": {"secret": true}, "next": {"$ref": "#/$defs/node"}}}
	},
	"properties": {
		"password": {"type": "string", "secret": true},
		"user": {"type": "string"},
		"n": {"type": "integer", "airbyte_secret": true},
		"whole": {"secret": true, "properties": {"a": {}, "b": {}}},
		"credentials": {
			"oneOf": [
				{"$ref": "#/$defs/oauth"},
				{"properties": {"kind": {"enum": ["token"]}, "token": {"secret": true}, "shared": {"secret": true}}}
			]
		},
		"tokens": {"items": {"type": "string", "secret": true}},
		"pair": {"prefixItems": [{}, {"secret": true}]},
		"hosts": {"items": {"properties": {"key": {"secret": true}, "name": {}}}},
		"headers": {"additionalProperties": {"secret": true}, "properties": {"Accept": {}}},
		"env": {"patternProperties": {"_KEY$": {"secret": true}}},
		"chain": {"$ref": "#/$defs/node"},
		"both": {"allOf": [{"properties": {"x": {}}}, {"properties": {"x": {"secret": true}}}]},
		"maybe": {"if": {}, "then": {"properties": {"y": {"secret": true}}}}
	}
}`

func TestUnmarkedSecrets(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]string{
		`{"password": "x", "user": "u"}`:                                             "/password",
		`{"password_sops": "x", "n": 5}`:                                             "/n",
		`{"password": "", "n": null, "tokens": [], "whole": {}}`:                     "",
		`{"whole": {"a": 1}}`:                                                        "/whole",
		`{"whole": {"a_sops": 1, "b_sops": {"c": 2}}}`:                               "",
		`{"whole": {"a_sops": 1, "b": 2}}`:                                           "/whole",
		`{"whole_sops": {"a": 1}}`:                                                   "",
		`{"credentials": {"kind": "oauth", "client_secret": "x", "client_id": "i"}}`: "/credentials/client_secret",
		`{"credentials": {"kind": "oauth", "shared": "x"}}`:                          "",
		`{"credentials": {"kind": "token", "shared": "x", "token_sops": "y"}}`:       "/credentials/shared",
		`{"credentials": {"kind": "other", "shared": "x"}}`:                          "/credentials/shared",
		`{"credentials": {"shared": "x", "client_secret": "y"}}`:                     "/credentials/client_secret /credentials/shared",
		`{"credentials_sops": {"kind": "oauth", "client_secret": "x"}}`:              "",
		`{"tokens": ["a", "b"]}`:                                                     "/tokens",
		`{"tokens_sops": ["a", "b"]}`:                                                "",
		`{"pair": ["a", "b"]}`:                                                       "/pair",
		`{"pair": ["a"]}`:                                                            "",
		`{"hosts": [{"key": "a"}, {"key_sops": "b"}, {"key": "c", "name": "d"}]}`:    "/hosts/0/key /hosts/2/key",
		`{"headers": {"Accept": "a", "X-Key": "b", "0": "c", "a/b~c": "d"}}`:         "/headers/0 /headers/X-Key /headers/a~1b~0c",
		`{"env": {"A_KEY": "a", "A": "b", "B_KEY_sops": "c"}}`:                       "/env/A_KEY",
		`{"chain": {"next": {"next": {"pin": 1}}, "pin_sops": 2}}`:                   "/chain/next/next/pin",
		`{"both": {"x": 1}}`:                                                         "/both/x",
		`{"maybe": {"y": false}}`:                                                    "/maybe/y",
		`[]`:                                                                         "",
		`{`:                                                                          "",
	} {
		if got := strings.Join(flow.UnmarkedSecrets([]byte(credentialsSchema), []byte(config), "_sops"), " "); got != want {
			t.Errorf("%s: got %q, want %q", config, got, want)
		}
	}
	if got := flow.UnmarkedSecrets([]byte(`{"properties":{"a":{"secret":true}}}`), []byte(`{"a_enc":1,"a":2}`), "_enc"); !slices.Equal(got, []string{"/a"}) {
		t.Errorf("another suffix: %v", got)
	}
}

func TestConfigSchema(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"properties": {"a": {}}}`:                                            `{"properties": {"a": {}}}`,
		"properties:\n  a: {secret: true}\n":                                   `{"properties":{"a":{"secret":true}}}`,
		`[{"protocol": 1, "configSchema": {"properties": {}}}]`:                `{"properties": {}}`,
		`{"spec": {"configSchema": {"properties": {}}}}`:                       `{"properties": {}}`,
		`{"type": "SPEC", "spec": {"connectionSpecification": {"oneOf": []}}}`: `{"oneOf": []}`,
		"documentationUrl: u\nconnectionSpecification:\n  properties: {}\n":    `{"properties":{}}`,
		`{"config_schema_json": "{\"properties\": {}}"}`:                       `{"properties": {}}`,
		"{\n\t\"properties\": {}\n}":                                           "{\n\t\"properties\": {}\n}",
	} {
		if got, err := flow.ConfigSchema("spec.json", []byte(text)); err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "a: [", "5", "{}", `{"configSchema": 1}`, `[[[[[[[{"properties": {}}]]]]]]]`, "a: &x [*x]\n"} {
		if got, err := flow.ConfigSchema("spec.json", []byte(text)); fault.KindOf(err) != fault.Usage || !strings.HasPrefix(err.Error(), "spec.json") {
			t.Errorf("%s: got %s, %v", text, got, err)
		}
	}
}

// Secrets are found wherever a schema can say that there is one.
func TestWhereASchemaMarksSecrets(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ schema, config, want string }{
		{`{"secret":true}`, `"whole"`, "whole"},
		{`{"properties":{"a":{"items":[{},{"secret":true}]}}}`, `{"a":["one","two","three"]}`, "two"},
		{`{"properties":{"a":{"items":[{}],"additionalItems":{"secret":true}}}}`, `{"a":["one","two"]}`, "two"},
		{`{"properties":{"a":{"prefixItems":[{"secret":true}],"items":{"secret":false}}}}`, `{"a":["one","two"]}`, "one"},
		{`{"dependencies":{"a":{"properties":{"b":{"secret":true}}},"c":["d"]}}`, `{"a":1,"b":"dep"}`, "dep"},
		{`{"dependentSchemas":{"a":{"properties":{"b":{"secret":true}}}}}`, `{"b":"dep"}`, "dep"},
		{`{"oneOf":[{"$ref":"#/oneOf/1"},{"properties":{"k":{"secret":true}}}]}`, `{"k":"by number"}`, "by number"},
		{`{"$ref":"#/$defs/a%20b","$defs":{"a b":{"properties":{"k":{"secret":true}}}}}`, `{"k":"by escape"}`, "by escape"},
		{`{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a","properties":{"k":{"airbyte_secret":true}}}}}`, `{"k":"in a ring"}`, "in a ring"},
		{`{"patternProperties":{"^k":{"secret":true},"(":{"secret":true}}}`, `{"k1":"by pattern","x":"no"}`, "by pattern"},
		{`{"properties":{"k1":{}},"patternProperties":{"^k":{"secret":true}}}`, `{"k1":"both"}`, "both"},
		{`{"properties":{"k":{}},"additionalProperties":{"secret":true}}`, `{"k":"no","x":"rest"}`, "rest"},
		{`{"properties":{"k":{"secret":"true"}}}`, `{"k":"no"}`, ""},
		{`{"properties":{"k":{"secret":true}}}`, `{"k":[1.50,{"x":[true,null,"in"]}]}`, "1.50 in"},
		{`{"properties":{"k":{"writeOnly":true}}}`, `{"k":"no"}`, ""},
		{`{"if":{"properties":{"k":{"secret":true}}},"else":{"properties":{"e":{"secret":true}}}}`, `{"k":"no","e":"yes"}`, "yes"},
		{`[]`, `{"k":"no"}`, ""},
		{`{`, `{"k":"no"}`, ""},
	} {
		if got := strings.Join(slices.Compact(flow.SecretsBySchema([]byte(tt.schema), []byte(tt.config))), " "); got != tt.want {
			t.Errorf("%s\n%s: got %q, want %q", tt.schema, tt.config, got, tt.want)
		}
	}
}

// A schema that leads everywhere from everywhere is given up in the end.
func TestASchemaOfManyWays(t *testing.T) {
	t.Parallel()
	schema := `{"$defs":{"n":{"anyOf":[{"properties":{"a":{"$ref":"#/$defs/n"}}},{"properties":{"a":{"$ref":"#/$defs/n"}}},{"properties":{"a":{"$ref":"#/$defs/n"}}}]}},"$ref":"#/$defs/n"}`
	config := strings.Repeat(`{"a":`, 40) + `"x"` + strings.Repeat("}", 40)
	if got := flow.SecretsBySchema([]byte(schema), []byte(config)); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}
