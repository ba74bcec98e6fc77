package secrets

import (
	"context"
	"os"
	"strings"
	"testing"
)

const sample = `# config
host: example.com  # plain
password_sops: "hunter2"

nested:
  - name: a
    token_sops: |
      line one
      line two
  - {name: b, token_sops: 'x y'}
ports_sops: [1, 1, 2]
# end
`

// sealFile puts an encrypted file into a folder of its own.
func sealFile(t *testing.T, name, text string) string {
	t.Helper()
	e := encrypt(t, name, text)
	if e.Err != nil {
		t.Fatal(e.Err)
	}
	if err := e.Apply(); err != nil {
		t.Fatal(err)
	}
	return e.path
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// inClear gives the plain text of a sealed file.
func inClear(t *testing.T, file string) string {
	t.Helper()
	o, err := Open(context.Background(), file, OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return string(o.Text)
}

func TestSetKeepsAllElse(t *testing.T) {
	for pointer, tt := range map[string]struct {
		value, want string
		json        bool
	}{
		"/password_sops":       {"new", strings.Replace(sample, "hunter2", "new", 1), false},
		"/host":                {"b.example", strings.Replace(sample, "example.com", "b.example", 1), false},
		"/nested/1/token_sops": {"z'q", strings.Replace(sample, "'x y'", "'z''q'", 1), false},
		"/nested/0/token_sops": {"short", strings.Replace(sample, "|\n      line one\n      line two", "short", 1), false},
		"/nested/0/port":       {"12", strings.Replace(sample, "line two\n", "line two\n    port: 12\n", 1), true},
		"/nested/1/key":        {`{"a": [1, "b"]}`, strings.Replace(sample, "'x y'}", `'x y', key: {"a": [1, "b"]}}`, 1), true},
		"/ports_sops/-":        {"3", strings.Replace(sample, "1, 2]", "1, 2, 3]", 1), true},
		"/ports_sops/1":        {"7", strings.Replace(sample, "1, 1, 2]", "1, 7, 2]", 1), true},
		"/ports_sops":          {"null", strings.Replace(sample, "[1, 1, 2]", "null", 1), true},
		"/new_sops":            {"a\nb\n", strings.Replace(sample, "1, 2]\n", "1, 2]\nnew_sops: |\n  a\n  b\n", 1), false},
		"/nested/-":            {`{"name": "c"}`, strings.Replace(sample, "ports", "  - {\"name\": \"c\"}\nports", 1), true},
	} {
		t.Run(pointer, func(t *testing.T) {
			file := sealFile(t, "c.yaml", sample)
			before := read(t, file)
			r, err := Set(context.Background(), file, pointer, []byte(tt.value), SetOptions{JSON: tt.json})
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Apply(); err != nil {
				t.Fatal(err)
			}
			if got := inClear(t, file); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			if n := len(changedLines([]byte(before), []byte(read(t, file)))); n > 5 {
				t.Errorf("%d lines changed: %q", n, changedLines([]byte(before), []byte(read(t, file))))
			}
			if len(r.Values) == 0 || strings.Contains(string(r.After), "hunter2") {
				t.Errorf("values: %v", r.Values)
			}
		})
	}
}

func TestUnset(t *testing.T) {
	for pointer, want := range map[string]string{
		"/password_sops":       strings.Replace(sample, "password_sops: \"hunter2\"\n", "", 1),
		"/nested/0/name":       strings.Replace(sample, "name: a\n    ", "", 1),
		"/nested/0/token_sops": strings.Replace(sample, "    token_sops: |\n      line one\n      line two\n", "", 1),
		"/nested/1/name":       strings.Replace(sample, "name: b, ", "", 1),
		"/nested/1":            strings.Replace(sample, "  - {name: b, token_sops: 'x y'}\n", "", 1),
		"/nested/0":            strings.Replace(sample, "  - name: a\n    token_sops: |\n      line one\n      line two\n", "", 1),
		"/ports_sops/1":        strings.Replace(sample, "1, 1, 2]", "1, 2]", 1),
		"/nested":              strings.Replace(sample, sample[strings.Index(sample, "nested"):strings.Index(sample, "ports")], "", 1),
		"/none":                sample,
	} {
		t.Run(pointer, func(t *testing.T) {
			file := sealFile(t, "c.yaml", sample)
			r, err := Unset(context.Background(), file, pointer, SetOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Apply(); err != nil {
				t.Fatal(err)
			}
			if got := inClear(t, file); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestRotate(t *testing.T) {
	file := sealFile(t, "c.yaml", sample)
	before := read(t, file)
	r := Rotate(context.Background(), []string{file}, OpenOptions{})[0]
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if err := r.Apply(); err != nil {
		t.Fatal(err)
	}
	if got := inClear(t, file); got != sample {
		t.Errorf("got\n%s", got)
	}
	for line := range strings.Lines(read(t, file)) {
		if strings.Contains(line, "ENC[") && strings.Contains(before, line) {
			t.Errorf("kept: %s", line)
		}
	}
}
