package flow_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
)

// load gives the config of a task whose catalog says config: VALUE.
func load(t *testing.T, value string, beside map[string]string, decrypt flow.Decrypt) (flow.Config, error) {
	t.Helper()
	c, err := flow.Load(catalog(t, "captures: {x: {endpoint: {local: {command: [x], config: "+value+"}}, bindings: []}}\n", beside))
	if err != nil {
		t.Fatal(err)
	}
	return c.Tasks[0].Config(t.Context(), flow.ConfigOptions{Decrypt: decrypt})
}

func TestConfigs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file, want string
		secrets    []string
		plain      bool
	}{
		"order and numbers": {file: "b: 1\na: 1.50\nc: [0x10, 1e3, .5, 123456789012345678901234567890]\n", want: `{"b":1,"a":1.50,"c":[16,1e3,0.5,123456789012345678901234567890]}`},
		"texts to Flow":     {file: "a: [0123, -012, 1_000, 1e1_0, 0x1_0]\nb: [0, -0, 0.5, 0o17]\nc: [yes, off, 1:30]\n", want: `{"a":["0123","-012","1_000","1e1_0","0x1_0"],"b":[0,-0,0.5,15],"c":["yes","off","1:30"]}`},
		"scalars":           {file: "a: null\nb: true\nc: 2026-01-01\nd: \"1\"\ne: <&>\nf:\n", want: `{"a":null,"b":true,"c":"2026-01-01","d":"1","e":"<&>","f":null}`},
		"suffix": {
			file: "u: me\np_sops: pass-word\nin:\n  - {k_sops: [one1, {deep: two2}], n_sops: 12345}\n",
			want: `{"u":"me","p":"pass-word","in":[{"k":["one1",{"deep":"two2"}],"n":12345}]}`, secrets: []string{"pass-word", "one1", "two2", "12345"}, plain: true,
		},
		"only the suffix": {file: "_sops: x\n", want: `{"_sops":"x"}`},
		"JSON":            {file: `{"b": {"c_sops": "text"}, "a": 1}`, want: `{"b":{"c":"text"},"a":1}`, secrets: []string{"text"}, plain: true},
		"aliases":         {file: "a: &x {k: 1}\nb: *x\n", want: `{"a":{"k":1},"b":{"k":1}}`},
		"empty":           {file: "", want: `{}`},
		"only comments":   {file: "# nothing\n", want: `{}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := load(t, "sub/config.yaml", map[string]string{"sub/config.yaml": tt.file}, nil)
			if err != nil || string(c.JSON) != tt.want || !slices.Equal(c.Secrets, tt.secrets) || c.Plain != tt.plain {
				t.Errorf("got %s %q %v, %v\nwant %s", c.JSON, c.Secrets, c.Plain, err, tt.want)
			}
		})
	}
}

func TestConfigErrors(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"a_sops: 1\na: s3cr3t\n":      `config.yaml:2:1: key "a" stands here twice, once the suffix _sops is taken off`,
		"b: {a: 1,\n a: s3cr3t}\n":    `config.yaml:2:2: key "a" stands here twice`,
		"- s3cr3t\n":                  "config.yaml:1:1: a config is key: value lines",
		"a: s3cr3t\n b: [\n":          "config.yaml:2",
		"a: .nan\n":                   "NaN",
		"a: &x [*x]\n":                "deeper than 200 levels",
		laughs:                        "larger than 16 MiB",
		"a: &x {b: 1}\nc: {<<: *x}\n": "merge key",
	} {
		_, err := load(t, "config.yaml", map[string]string{"config.yaml": file}, nil)
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", file, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%q: a value is in %v", file, err)
		}
	}
	for _, value := range []string{"none.yaml", "'two words'", "https://example.com/c.yaml"} {
		if _, err := load(t, value, nil, nil); fault.KindOf(err) != fault.Usage {
			t.Errorf("%s: got %v", value, err)
		}
	}
}

// laughs doubles a list 40 times.
var laughs = func() string {
	text := "l0: &l0 [x, x]\n"
	for i := range 40 {
		text += fmt.Sprintf("l%d: &l%d [*l%d, *l%d]\n", i+1, i+1, i, i)
	}
	return text
}()

const sealed = "user: me\npass_hidden: ENC[x]\nkeep_sops: y\nsops:\n  mac: ENC[y]\n  encrypted_suffix: _hidden\n"

func TestSealedConfig(t *testing.T) {
	t.Parallel()
	var given []byte
	decrypt := func(_ context.Context, doc []byte) ([]byte, error) {
		given = doc
		return []byte(`{"user":"me","pass_hidden":"opened","keep_sops":"y","sops":{"mac":"z"}}`), nil
	}
	c, err := load(t, "c.yaml", map[string]string{"c.yaml": sealed}, decrypt)
	if err != nil || string(c.JSON) != `{"user":"me","pass":"opened","keep_sops":"y"}` || c.Plain || !slices.Equal(c.Secrets, []string{"opened"}) {
		t.Errorf("got %s %+v, %v", c.JSON, c, err)
	}
	want := `{"user":"me","pass_hidden":"ENC[x]","keep_sops":"y","sops":{"mac":"ENC[y]","encrypted_suffix":"_hidden"}}`
	if string(given) != want { // the MAC depends on the order
		t.Errorf("decrypt got %s", given)
	}
	if _, err := load(t, "c.yaml", map[string]string{"c.yaml": sealed}, nil); fault.KindOf(err) != fault.Environment {
		t.Errorf("without a way to decrypt: %v", err)
	}
	failing := func(context.Context, []byte) ([]byte, error) { return nil, errors.New("no key") }
	if _, err := load(t, "c.yaml", map[string]string{"c.yaml": sealed}, failing); err == nil || !strings.Contains(err.Error(), "no key") {
		t.Errorf("got %v", err)
	}
}

// A file that sops encrypted whole, or by a pattern, has no suffix: its keys stay, and what was encrypted is secret.
func TestSealedConfigWithoutSuffix(t *testing.T) {
	t.Parallel()
	file := "user: me\nin: {token_sops: \"ENC[a]\", list: [\"ENC[b]\", x]}\nsops: {mac: m}\n"
	decrypt := func(context.Context, []byte) ([]byte, error) {
		return []byte(`{"user":"me","in":{"token_sops":"opened-1","list":["opened-2","x"]}}`), nil
	}
	for _, order := range []string{file, "sops: {mac: m}\n" + strings.TrimSuffix(file, "sops: {mac: m}\n")} {
		c, err := load(t, "c.yaml", map[string]string{"c.yaml": order}, decrypt)
		if err != nil || string(c.JSON) != `{"user":"me","in":{"token_sops":"opened-1","list":["opened-2","x"]}}` || !slices.Equal(c.Secrets, []string{"opened-1", "opened-2"}) {
			t.Errorf("got %s %q, %v", c.JSON, c.Secrets, err)
		}
	}
}

// Whatever the config is, what comes out is JSON, and no key in it ends in the suffix.
func FuzzConfigStripsEveryKey(f *testing.F) {
	for _, seed := range []string{"a_sops: 1", `{"a":{"b_sops":[{"c_sops":null}]}}`, "a: !!binary aGk=", "? [a]\n: b", "a: 010\nb: 1_000", "é_sops: ü"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := load(t, "c.yaml", map[string]string{"c.yaml": text}, nil)
		if err != nil {
			return
		}
		if !json.Valid(c.JSON) {
			t.Fatalf("%q became %s", text, c.JSON)
		}
		var v any
		dec := json.NewDecoder(bytes.NewReader(c.JSON))
		dec.UseNumber()
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		noSuffix(t, v)
	})
}

func noSuffix(t *testing.T, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if rest, ok := strings.CutSuffix(k, flow.SecretSuffix); ok && rest != "" && !strings.HasSuffix(rest, flow.SecretSuffix) {
				t.Errorf("key %q keeps the suffix", k)
			}
			noSuffix(t, x)
		}
	case []any:
		for _, x := range v {
			noSuffix(t, x)
		}
	}
}
