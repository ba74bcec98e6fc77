package flow_test

import (
	"encoding/base64"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/flow"
)

func TestMasker(t *testing.T) {
	t.Parallel()
	key := "-----BEGIN KEY-----\nabcdefghijkl\n-----END KEY-----"
	m := flow.NewMasker([]string{"pass-word", "pass", "a\"quoted\"one", "no", key, "", "a/b c&d", "grün-ä"})
	for text, want := range map[string]string{
		"the pass-word is pass":                  "the *** is ***",
		`json: "a\"quoted\"one"`:                 `json: "***"`,
		"no secret":                              "no secret",
		"line: abcdefghijkl of it":               "line: *** of it",
		"q?key=a%2Fb+c%26d&x=1":                  "q?key=***&x=1",
		"path/a%2Fb%20c&d/x":                     "path/***/x",
		"Basic YS9iIGMmZA==":                     "Basic ***",
		`go "a/b c\u0026d"`:                      `go "***"`,
		`json "gr\u00fcn-\u00e4"`:                `json "***"`,
		`body "{\"a\": \"a\\\"quoted\\\"one\"}"`: `body "{\"a\": \"***\"}"`,
		"[type=missing, input_value={'a': 'pass-w...123'}, input_type=dict]": "[type=missing, input_value=***, input_type=dict]",
		"[type=int, input_value='pass-word', input_type=str]":                "[type=int, input_value='***', input_type=str]",
	} {
		if got := m.Text(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	fields := m.Fields(map[string]any{"a": []any{"pass-word", 1.0, map[string]any{"b": "x pass y"}}})
	want := map[string]any{"a": []any{"***", 1.0, map[string]any{"b": "x *** y"}}}
	if !reflect.DeepEqual(fields, want) {
		t.Errorf("got %v", fields)
	}
	for _, none := range []flow.Masker{{}, flow.NewMasker(nil), flow.NewMasker([]string{"no"})} {
		if got := none.Text("input_value=a...b, input_type=x no"); got != "input_value=a...b, input_type=x no" {
			t.Errorf("got %q", got)
		}
	}
}

// Wherever a secret begins in a text that is written in base64, too little of
// it is left to be of use.
func TestMaskerWithinBase64(t *testing.T) {
	t.Parallel()
	const secret = "Hunter2&Sesame/+="
	m := flow.NewMasker([]string{secret})
	for _, before := range []string{"", "u:", "us:", "user:", "user1:", "😀:"} {
		for _, after := range []string{"", "@", "@h", "@host"} {
			text := m.Text(base64.StdEncoding.EncodeToString([]byte(before + secret + after)))
			left, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.NewReplacer("***", "").Replace(text), "="))
			if !strings.Contains(text, "***") || err == nil && strings.Contains(string(left), secret[3:9]) || len(text) > 8+len("***")+4*(len(before)+len(after)) {
				t.Errorf("%q %q: got %s", before, after, text)
			}
		}
	}
}

func TestSecretsBySchema(t *testing.T) {
	t.Parallel()
	schema := `{"properties":{"plain":{},"token":{"secret":true},"list":{"items":{"properties":{"k":{"airbyte_secret":true}}}},
		"auth":{"oneOf":[{"properties":{"kind":{"const":"a"}}},{"properties":{"key":{"secret":true}}}]},
		"ref":{"$ref":"#/$defs/a~1b"},"other":{"$ref":"https://example.com"},"lost":{"$ref":"#/no/where"}},
		"additionalProperties":{"secret":true},"$defs":{"a/b":{"anyOf":[{"$ref":"#/$defs/a~1b"},{"properties":{"pin":{"secret":true}}}]}}}`
	config := `{"plain":"p","token":"t1","list":[{"k":"t2"},{"k":{"deep":["t3",4]}}],"auth":{"kind":"b","key":"t4"},"other":"o","ref":{"pin":12345678901234567890},"lost":"l","extra":"t5"}`
	got := flow.SecretsBySchema([]byte(schema), []byte(config))
	for _, want := range []string{"t1", "t2", "t3", "4", "t4", "12345678901234567890", "t5"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not in %q", want, got)
		}
	}
	for _, want := range []string{"p", "o", "l"} {
		if slices.Contains(got, want) {
			t.Errorf("%s is in %q", want, got)
		}
	}
	if flow.SecretsBySchema([]byte("true"), []byte("1")) != nil || flow.SecretsBySchema(nil, nil) != nil {
		t.Error("no schema, no secrets")
	}
}

// Whatever is logged, no secret is left in the text.
func FuzzMaskerHides(f *testing.F) {
	f.Add("secret", "a secret in a secretsecret")
	f.Add("aaaa", "aaaaaaa")
	f.Fuzz(func(t *testing.T, secret, text string) {
		if len(secret) < 4 || strings.Contains(secret, "*") {
			return
		}
		if got := flow.NewMasker([]string{secret}).Text(text); strings.Contains(got, secret) {
			t.Errorf("%q is in %q", secret, got)
		}
	})
}
