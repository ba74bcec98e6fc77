package secrets

import (
	"bytes"
	"strings"
	"testing"

	"github.com/getsops/sops/v3"
)

// changedLines lists the lines of b that a does not have.
func changedLines(a, b []byte) []string {
	had := map[string]bool{}
	for line := range strings.Lines(string(a)) {
		had[strings.TrimRight(line, "\r\n")] = true
	}
	var out []string
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimRight(line, "\r\n"); !had[line] {
			out = append(out, strings.TrimLeft(line, " \t"))
		}
	}
	return out
}

// An edit changes its own line, lastmodified and mac.
func TestReseal(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, from, to string }{
		{"config.yaml", "a: 1.0\nb_sops: one\nc_sops: two\n\nd_sops:\n    - x\n    # c\n    - y # i\n", "one", "three"},
		{"config.yaml", "a: 1.0\nb_sops: |\n    one\n    two\nc_sops: >-\n  x\n  y\n", "one", "three"},
		{"config.yaml", "a: 1.0\r\nb_sops: one\r\nc: x", "1.0", "2.0"},
		{"config.yaml", "{a: 1, b_sops: one}\n", "one", "three"},
		{"config.json", "{\n  \"a\": 1,\n  \"b_sops\": \"one\"\n}", "one", "three"},
		{"config.json", "{\n  \"a\": 1,\n  \"b_sops\": \"one\\u003d\"\n}\n", "1,", "2,"},
		{"config.yaml", "b_sops: one\n...\n", "one", "three"},
	} {
		e := encrypt(t, tt.name, tt.text)
		if e.Err != nil {
			t.Fatal(e.Err)
		}
		o := decrypt(t, tt.name, e.After).opened
		plain := strings.Replace(tt.text, tt.from, tt.to, 1)
		out, err := resealText(o, plain)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		if got := decrypt(t, tt.name, out); string(got.Text) != plain || got.Anew {
			t.Errorf("%q: got %q", plain, got.Text)
		}
		for _, line := range changedLines(e.After, out)[1:] {
			flow := strings.HasPrefix(tt.text, "{a")
			if !strings.Contains(line, "lastmodified") && !strings.Contains(line, "mac") && !flow {
				t.Errorf("%q: changed: %s", tt.text, line)
			}
		}
	}
}

func TestResealOfFilesOfSops(t *testing.T) {
	t.Parallel()
	text := asSops(t, YAML, "a: 1\nb_sops: one\nc_sops:\n    - x\n", sops.Metadata{EncryptedSuffix: "_sops"})
	text = bytes.Replace(text, []byte("sops:\n    age"), []byte("sops:\n    kms: []\n    age"), 1)
	o := decrypt(t, "config.yaml", text).opened
	out, err := resealText(o, "a: 1\nb_sops: two\nc_sops:\n    - x\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := changedLines(text, out); len(got) > 3 || !bytes.Contains(out, []byte("    kms: []\n")) {
		t.Errorf("changed: %q", got)
	}
	decrypt(t, "config.yaml", out)
}

func resealText(o *opened, plain string) ([]byte, error) {
	d, err := parse(o.file, o.format, []byte(plain))
	if err != nil {
		return nil, err
	}
	text, _, err := o.reseal(d, EncryptOptions{})
	return text, err
}
