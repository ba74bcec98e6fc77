package flow_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/flow"
)

func decode(lines ...string) []flow.Log {
	var got []flow.Log
	d := flow.NewLogDecoder(func(l flow.Log) { got = append(got, l) })
	for _, line := range lines {
		d.Line(line)
	}
	d.Flush()
	return got
}

func TestLogDecoder(t *testing.T) {
	t.Parallel()
	none := map[string]any{}
	tests := map[string]struct {
		lines []string
		want  []flow.Log
	}{
		"python": {[]string{`{"level":"ERROR","msg":"m","fields":{"a":1}}`}, []flow.Log{{Level: "error", Message: "m", Fields: map[string]any{"a": 1.0}}}},
		"logrus": {[]string{`{"level":"fatal","msg":"m","time":"t","k":"v"}`}, []flow.Log{{Level: "error", Message: "m", Fields: map[string]any{"k": "v"}}}},
		"others": {[]string{`{"lvl":"Warning","message":"m","ts":1}`, `{"level":"CRITICAL","msg":"m"}`, `{"level":"trace","msg":"m"}`},
			[]flow.Log{{Level: "warn", Message: "m", Fields: none}, {Level: "error", Message: "m", Fields: none}, {Level: "trace", Message: "m", Fields: none}}},
		"an unknown level is text": {[]string{`{"level":"loud","msg":"m"}`}, []flow.Log{{Level: "warn", Message: `{"level":"loud","msg":"m"}`, Raw: true}}},
		"no level is text":         {[]string{`{"a":1}`}, []flow.Log{{Level: "warn", Message: `{"a":1}`, Raw: true}}},
		"neighbours are one": {[]string{"a", "", "b\r", `{"level":"info","msg":"m"}`, "", "Operation FAILED", "c"},
			[]flow.Log{{Level: "warn", Message: "a\n\nb", Raw: true}, {Level: "info", Message: "m", Fields: none}, {Level: "error", Message: "Operation FAILED\nc", Raw: true}}},
		"nothing":   {[]string{"", "  "}, nil},
		"bad UTF-8": {[]string{"a\xffb"}, []flow.Log{{Level: "warn", Message: "a?b", Raw: true}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := decode(tt.lines...); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestLastWords(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ lines, want string }{
		"json":           {`{"level":"error","msg":"no such host"}`, "no such host"},
		"json traceback": {`{"level":"ERROR","msg":"Traceback (most recent call last):\n  File x\nValueError: bad"}`, "ValueError: bad"},
		"traceback":      {"Traceback (most recent call last):\n  File x\nValueError: bad", "ValueError: bad"},
		"go panic":       {"panic: nil map\n\ngoroutine 1 [running]:\nmain.main()", "panic: nil map"},
		"go run":         {"dial tcp: refused\nexit status 1", "dial tcp: refused"},
		"list":           {`{"level":"error","msg":"Multiple validation errors:\n - first\n - second"}`, "Multiple validation errors:\n - first\n - second"},
		"only noise":     {"exit status 1", ""},
	} {
		got := decode(strings.Split(tt.lines, "\n")...)
		if words := got[len(got)-1].LastWords(); words != tt.want {
			t.Errorf("%s: got %q, want %q", name, words, tt.want)
		}
	}
}

func TestMasker(t *testing.T) {
	t.Parallel()
	key := "-----BEGIN KEY-----\nabcdefghijkl\n-----END KEY-----"
	m := flow.NewMasker([]string{"pass-word", "pass", "a\"quoted\"one", "no", key, ""})
	for text, want := range map[string]string{
		"the pass-word is pass":    "the *** is ***",
		`json: "a\"quoted\"one"`:   `json: "***"`,
		"no secret":                "no secret",
		"line: abcdefghijkl of it": "line: *** of it",
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
	if got := (flow.Masker{}).Text("x"); got != "x" {
		t.Errorf("got %q", got)
	}
}

func TestSecretsBySchema(t *testing.T) {
	t.Parallel()
	schema := `{"properties":{"plain":{},"token":{"secret":true},"list":{"items":{"properties":{"k":{"airbyte_secret":true}}}},
		"auth":{"oneOf":[{"properties":{"kind":{"const":"a"}}},{"properties":{"key":{"secret":true}}}]}}}`
	config := `{"plain":"p","token":"t1","list":[{"k":"t2"},{"k":{"deep":["t3",4]}}],"auth":{"kind":"b","key":"t4"},"other":"o"}`
	got := flow.SecretsBySchema([]byte(schema), []byte(config))
	for _, want := range []string{"t1", "t2", "t3", "t4"} {
		if !strings.Contains(strings.Join(got, " "), want) {
			t.Errorf("%s is not in %q", want, got)
		}
	}
	if len(got) != 4 {
		t.Errorf("got %q", got)
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
