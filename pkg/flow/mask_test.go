package flow_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

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

// A secret is hidden in each form in which programs write it, at both ends of a text too.
func TestFormsOfSecrets(t *testing.T) {
	t.Parallel()
	quote := func(v any) string { text, _ := json.Marshal(v); return string(text) }
	python := func(s string) string {
		var b strings.Builder
		for _, x := range utf16.Encode([]rune(strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s))) {
			if x < 0x80 {
				b.WriteByte(byte(x))
			} else {
				fmt.Fprintf(&b, `\u%04x`, x)
			}
		}
		return b.String()
	}
	for _, secret := range []string{"p&ss<word>", "tab\tand\nline", `back\slash "quote"`, "päß-wörd", "日本語の秘密", "a+b=c/d?e", "100% sure", "12345678", "😀😀😀😀", strings.Repeat("long", 1000)} {
		m := flow.NewMasker([]string{secret})
		if m.Longest() < len(secret) {
			t.Errorf("%.20q: the longest form has %d bytes", secret, m.Longest())
		}
		for name, form := range map[string]string{
			"as it is": secret, "query": url.QueryEscape(secret), "path": url.PathEscape(secret), "JSON of Go": quote(secret), "base64": base64.StdEncoding.EncodeToString([]byte(secret)),
			"Go's %q": strconv.Quote(secret), "Go's %+q": strconv.QuoteToASCII(secret), "JSON of Python": python(secret), "JSON in JSON": quote(quote(secret)),
			"Python's in Go's": quote(python(secret)), "basic": base64.StdEncoding.EncodeToString([]byte("user:" + secret)),
		} {
			for _, around := range []string{"%s", "got %s", "%s.", "x=%s&y=%s"} {
				text := strings.ReplaceAll(around, "%s", form)
				got := m.Text(text)
				if !strings.Contains(got, "***") || strings.Contains(got, secret) {
					t.Errorf("%.20q as %s: got %.80q", secret, name, got)
				}
			}
		}
	}
}

// Numbers, keys and lists of a log entry are hidden, and what is none stays of its type.
func TestFieldsOfLogEntries(t *testing.T) {
	t.Parallel()
	m := flow.NewMasker([]string{"12345678901234567890", "s3cret"})
	in := map[string]any{
		"pin": json.Number("12345678901234567890"), "other": json.Number("1234567890123456789"), "s3cret": true, "list": []any{"a s3cret b", nil, false, []any{"s3cret"}},
		"deep": map[string]any{"Bearer s3cret": map[string]any{"x": "s3cret"}}, "none": "secret",
	}
	want := map[string]any{
		"pin": "***", "other": json.Number("1234567890123456789"), "***": true, "list": []any{"a *** b", nil, false, []any{"***"}},
		"deep": map[string]any{"Bearer ***": map[string]any{"x": "***"}}, "none": "secret",
	}
	if got := m.Fields(in); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	if in["list"].([]any)[0] != "a s3cret b" { //nolint:forcetypeassert // it was made above
		t.Error("the entry itself has changed")
	}
	if got := (flow.Masker{}).Fields(in); !reflect.DeepEqual(got, in) || (flow.Masker{}).Longest() != 0 {
		t.Errorf("without secrets: got %v", got)
	}
}

// Of secrets of which one is within another nothing of the longer is left.
func TestSecretsWithinSecrets(t *testing.T) {
	t.Parallel()
	for _, order := range [][]string{{"pass", "password", "word"}, {"word", "password", "pass"}, {"password", "pass", "word", "password"}} {
		m := flow.NewMasker(order)
		for text, want := range map[string]string{"password": "***", "passwords": "***s", "pass word": "*** ***", "passpassword": "******", "wordpass": "******", "swordfish": "s***fish"} {
			if got := m.Text(text); got != want {
				t.Errorf("%q: %q: got %q", order, text, got)
			}
		}
	}
}
