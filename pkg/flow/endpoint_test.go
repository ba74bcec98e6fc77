package flow_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/flow"
)

// What an endpoint says of how a connector is started, in every form that YAML has for it.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"{local: {command: [python, -m, source_x]}}":                                    "python|-m|source_x",
		"{local: {command: [x, '', 5, 1.50, true, null, ~, 'a b', \"q\\\"\"]}}":         `x||5|1.50|true|null|~|a b|q"`,
		"{local: {command: &c [x, *d], env: {}}}":                                       "x|deep",
		"{local: {command: [x], env: {A: 1, B: 'two words', C: '', D: true, E: '=x'}}}": "x A=1 B=two words C= D=true E==x",
		"{local: {command: [x], protobuf: true}}":                                       "x proto",
		"{local: {command: [x], protobuf: false}}":                                      "x",
		"{connector: {image: 'ghcr.io/x/y:local', config: {}}}":                         " image ghcr.io/x/y:local",
		"{connector: {image: 'x@sha256:00'}}":                                           " image x@sha256:00",
	} {
		c, err := flow.Load(catalog(t, "x-d: &d deep\ncaptures: {a/x: {endpoint: "+endpoint+"}}\n", nil))
		if err != nil || len(c.Tasks) != 1 {
			t.Errorf("%s: got %+v, %v", endpoint, c, err)
			continue
		}
		task := c.Tasks[0]
		got := strings.Join(task.Command, "|")
		for _, k := range slices.Sorted(maps.Keys(task.Env)) {
			got += " " + k + "=" + task.Env[k]
		}
		if task.Proto {
			got += " proto"
		}
		if task.Image != "" {
			got += " image " + task.Image
		}
		if got != want || task.File() != c.File {
			t.Errorf("%s: got %q, want %q", endpoint, got, want)
		}
	}
	for endpoint, want := range map[string]string{
		"{local: {}}": "1:31: local: command is missing or empty", "{local: {command: }}": "1:31: local: command is missing or empty", "{local: {command: ''}}": "1:31: local: command is missing or empty", "{local: {command: x}}": "1:41: local: command: a list is wanted, such as [python, -m, source_x]",
		"{local: {command: {a: b}}}": "1:41: local: command: a list is wanted, such as [python, -m, source_x]", "{local: {command: [[x]]}}": "1:42: local: command: a list of texts is wanted", "{local: {command: [x, {a: b}]}}": "1:45: local: command: a list of texts is wanted",
		"{local: {command: [x], env: [a]}}": "1:54: local: env: a map is wanted, such as {LOG: \"1\"}", "{local: {command: [x], env: {a: [s3cr3t]}}}": "1:58: local: env: a: a text is wanted", "{local: {command: [x], protobuf: s3cr3t}}": "1: cannot unmarshal !!str a value into bool", "{local: {command: [x]}, connector: {image: y}}": "1:23: endpoint: it is either local: or connector:",
	} {
		_, err := flow.Load(catalog(t, "captures: {a: {endpoint: "+endpoint+"}}\n", nil))
		got := fmt.Sprint(err)
		_, got, _ = strings.Cut(got, "test.flow.yaml:")
		if fault.KindOf(err) != fault.Usage || !samePlace(got, want) || strings.Contains(got, "s3cr3t") {
			t.Errorf("%s: got %s, want %s", endpoint, got, want)
		}
	}
}

// samePlace compares messages by line and text: columns are tested elsewhere.
func samePlace(got, want string) bool {
	line, rest, _ := strings.Cut(want, ":")
	_, text, hasText := strings.Cut(rest, ": ")
	if !hasText {
		text = strings.TrimSpace(rest)
	}
	return strings.HasPrefix(got, line+":") && strings.HasSuffix(got, text)
}

// A sealed config is opened, and its keys stripped of the suffix that it says itself.
func TestSealedConfigs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		sealed, plain, want string
		secrets             []string
	}{
		"our suffix":          {"a: 1\nb_sops: ENC[x]\nsops: {encrypted_suffix: _sops}\n", `{"a":1,"b_sops":"s","sops":{}}`, `{"a":1,"b":"s"}`, []string{"s"}},
		"another suffix":      {"a_sops: 1\nb_enc: ENC[x]\nsops: {encrypted_suffix: _enc}\n", `{"a_sops":1,"b_enc":"s"}`, `{"a_sops":1,"b":"s"}`, []string{"s"}},
		"no suffix":           {"a_sops: ENC[x]\nb: plain\nsops: {mac: x}\n", `{"a_sops":"s","b":"plain"}`, `{"a_sops":"s","b":"plain"}`, []string{"s"}},
		"no suffix, a list":   {"a: ['ENC[x]', {b: 'ENC[y]'}, z]\nsops: {}\n", `{"a":["one",{"b":"two"},"z"]}`, `{"a":["one",{"b":"two"},"z"]}`, []string{"one", "two"}},
		"numbers and nulls":   {"n_sops: ENC[x]\nz_sops: ENC[y]\nt_sops: ENC[z]\nsops: {encrypted_suffix: _sops}\n", `{"n_sops":12345678901234567890,"z_sops":null,"t_sops":true}`, `{"n":12345678901234567890,"z":null,"t":true}`, []string{"12345678901234567890"}},
		"surrogates":          {"a_sops: ENC[x]\nsops: {encrypted_suffix: _sops}\n", `{"a_sops":"\ud83d\ude00\/"}`, `{"a":"😀/"}`, []string{"😀/"}},
		"an order of its own": {"z: 1\na: 2\nsops: {encrypted_suffix: _sops}\n", `{"z":1,"a":2}`, `{"z":1,"a":2}`, nil},
	} {
		var given string
		c, err := load(t, "c.yaml", map[string]string{"c.yaml": tt.sealed}, func(_ context.Context, doc []byte) ([]byte, error) { given = string(doc); return []byte(tt.plain), nil })
		if err != nil || string(c.JSON) != tt.want || !slices.Equal(c.Secrets, tt.secrets) || c.Plain {
			t.Errorf("%s: got %s, %q, %v", name, c.JSON, c.Secrets, err)
		}
		if !json.Valid([]byte(given)) || !strings.Contains(given, `"sops":`) {
			t.Errorf("%s: decrypted was %s", name, given)
		}
	}
	refused := errors.New("no key fits")
	for name, tt := range map[string]struct {
		decrypt flow.Decrypt
		want    string
		kind    fault.Kind
	}{
		"no way":    {nil, "there is nothing to decrypt with", fault.Environment},
		"no key":    {func(context.Context, []byte) ([]byte, error) { return nil, refused }, "no key fits", fault.Failed},
		"no JSON":   {func(context.Context, []byte) ([]byte, error) { return []byte(`{"s3cr3t`), nil }, "what came out is no JSON object", fault.Failed},
		"no object": {func(context.Context, []byte) ([]byte, error) { return []byte(`["s3cr3t"]`), nil }, "what came out is no JSON object", fault.Failed},
		"nothing":   {func(context.Context, []byte) ([]byte, error) { return nil, nil }, "what came out is no JSON object", fault.Failed},
		"one key":   {func(context.Context, []byte) ([]byte, error) { return []byte(`{"a":"s3cr3t","a_sops":"s3cr3t"}`), nil }, `key "a" stands here twice, once the suffix _sops is taken off`, fault.Usage},
	} {
		_, err := load(t, "c.yaml", map[string]string{"c.yaml": "a_sops: ENC[x]\nsops: {encrypted_suffix: _sops}\n"}, tt.decrypt)
		if fault.KindOf(err) != tt.kind || !strings.HasSuffix(fmt.Sprint(err), tt.want) || strings.Contains(fmt.Sprint(err), "s3cr3t") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// unpack reads a packed tuple again, by FoundationDB's specification: a second reader of what PackTuple writes.
func unpack(t *testing.T, b []byte) []string {
	t.Helper()
	var all []string
	for len(b) > 0 {
		code := b[0]
		b = b[1:]
		switch {
		case code == 0x00:
			all = append(all, "null")
		case code == 0x26 || code == 0x27:
			all = append(all, fmt.Sprint(code == 0x27))
		case code == 0x01 || code == 0x02:
			var text []byte
			for {
				if len(b) == 0 {
					t.Fatal("a text has no end")
				}
				c := b[0]
				b = b[1:]
				if c == 0 {
					if len(b) == 0 || b[0] != 0xff {
						break
					}
					b = b[1:]
				}
				text = append(text, c)
			}
			quoted, _ := json.Marshal(string(text))
			all = append(all, map[byte]string{1: string(text), 2: string(quoted)}[code])
		case 0x0c <= code && code <= 0x1c:
			size := int(code) - 0x14
			negative := size < 0
			if negative {
				size = -size
			}
			var n uint64
			for _, c := range b[:size] {
				if negative {
					c = ^c
				}
				n = n<<8 | uint64(c)
			}
			b = b[size:]
			text := fmt.Sprint(n)
			if negative {
				text = "-" + text
			}
			all = append(all, text)
		default:
			t.Fatalf("code %x is not read here", code)
		}
	}
	return all
}

// A packed tuple says what was packed, and where each value ends.
func TestPackedTuplesAreReadAgain(t *testing.T) {
	t.Parallel()
	for _, list := range []string{
		`[]`, `[null]`, `["",""]`, `["a\u0000","\u0000","\u0000\u0000b"]`, `[0,1,-1,255,256,-255,-256,65535,65536,-65536,4294967296]`, `[9223372036854775807,-9223372036854775808,18446744073709551615]`, `[true,false,null,"null","true"]`,
		`["é","日本","😀"]`, `[[],{},[1,[2]],{"a":"\u0000"}]`, `["a",1,null,true,["x"],"b"]`,
	} {
		var want []string
		v, err := new(jsonschema.Doc).Parse([]byte(list))
		if err != nil {
			t.Fatal(err)
		}
		for item := v.First(); item.Exists(); item = item.Next() {
			text := string(item.Raw())
			if item.Kind() == jsonschema.String {
				quoted, _ := json.Marshal(item.Text())
				text = string(quoted)
			}
			want = append(want, text)
		}
		if got := unpack(t, packed(t, list)); !slices.Equal(got, want) {
			t.Errorf("%s: got %q", list, got)
		}
	}
}

// Identifiers are in order, each once, and of the one producer.
func TestIdentifiersAreInOrder(t *testing.T) {
	t.Parallel()
	var c flow.Clock
	seen, last := map[string]bool{}, ""
	for range 5000 {
		u := c.Next()
		if seen[u.Text] || len(u.Text) != 36 || u.Text[14] != '1' || !strings.HasSuffix(u.Text, "-071353030311") || len(u.Clock) != 19 || u.Clock <= last || u.Node != "509842455224451072" {
			t.Fatalf("got %+v after %s", u, last)
		}
		seen[u.Text], last = true, u.Clock
	}
}

// What a schema of a config may stand in, and what holds none.
func TestWhereAConfigSchemaIsFound(t *testing.T) {
	t.Parallel()
	const schema = `{"type":"object","properties":{"a":{"secret":true}}}`
	for _, text := range []string{
		schema, `{"configSchema":` + schema + `,"resourceConfigSchema":{"properties":{}}}`, `{"spec":{"configSchema":` + schema + `}}`, `[{"configSchema":` + schema + `},{}]`, `{"connectionSpecification":` + schema + `}`, `{"spec":{"connectionSpecification":` + schema + `}}`,
		`{"config_schema_json":` + schema + `}`, `{"configSchemaJson":"{\"type\":\"object\",\"properties\":{\"a\":{\"secret\":true}}}"}`, `{"result":{"spec":{"configSchema":` + schema + `}}}`, "type: object\nproperties: {a: {secret: true}}\n", "configSchema:\n  type: object\n  properties: {a: {secret: true}}\n", "  " + schema + "\n",
	} {
		if got, err := flow.ConfigSchema("spec.json", []byte(text)); err != nil || !flow.SameJSON(got, json.RawMessage(schema)) {
			t.Errorf("%s: got %s, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		``: "spec.json: it is empty; a JSON schema is wanted", `5`: "it holds no JSON schema of a config: it is no object", `[]`: "it is no object", `"text"`: "it is no object", `{}`: "it has neither properties nor configSchema nor connectionSpecification", `{"type":"object"}`: "it has neither properties nor configSchema nor connectionSpecification",
		`{"spec":{"spec":{"spec":{"spec":{"spec":{"spec":{"properties":{}}}}}}}}`: "it has neither properties nor configSchema nor connectionSpecification", "a: [\n": "spec.json:1:1: it is no JSON from here on", `{"configSchema":null}`: "it is no object",
	} {
		if got, err := flow.ConfigSchema("spec.json", []byte(text)); fault.KindOf(err) != fault.Usage || !strings.HasSuffix(fmt.Sprint(err), want) {
			t.Errorf("%s: got %s, %v", text, got, err)
		}
	}
}
