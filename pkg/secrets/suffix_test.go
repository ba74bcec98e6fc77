package secrets

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

func TestWithSuffix(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		file, text, pointers, want string
	}{
		{"x.yaml", "password: a # b\nx: 1\n", "/password", "password_sops: a # b\nx: 1\n"},
		{"x.yaml", "\"password\" : a\n'token':\n  - b\n", "/password /token", "\"password_sops\" : a\n'token_sops':\n  - b\n"},
		{"x.yaml", "a: {b: 1, \"c\":2, 'd': {e: f}}\n", "/a/c /a/d/e /a/b", "a: {b_sops: 1, \"c_sops\":2, 'd': {e_sops: f}}\n"},
		{"x.yaml", "l:\r\n  - k: 1\r\n    my key: 2\r\n  - k: 3\r\n", "/l/0/k /l/0/my~1key", ""},
		{"x.yaml", "l:\r\n  - k: 1\r\n    my key: 2\r\n  - k: 3\r\n", "/l/0/k /l/0/my key /l/1/k", "l:\r\n  - k_sops: 1\r\n    my key_sops: 2\r\n  - k_sops: 3\r\n"},
		{"x.yaml", "a/b~c: 1\nü: |\n  x\n", "/a~1b~0c /ü", "a/b~c_sops: 1\nü_sops: |\n  x\n"},
		{"x.yaml", "password: a\n", "/password /password", "password_sops: a\n"},
		{"x.yaml", "password_sops: a\n", "/password_sops", "password_sops: a\n"},
		{"x.yaml", "password: a\npassword_sops: b\n", "/password", ""},
		{"x.yaml", "a: &x {p: 1}\nb: *x\n", "/b/p", ""},
		{"x.yaml", "a: &x {p: 1}\nb: *x\n", "/a/p", "a: &x {p_sops: 1}\nb: *x\n"},
		{"x.yaml", "a: 1\n", "/b", ""},
		{"x.yaml", "a: 1\n", "/a/b", ""},
		{"x.yaml", "a: [1]\n", "/a/1", ""},
		{"x.json", "{\n\t\"pass\\u0077ord\": \"a\",\n\t\"b\": [{\"c\":null}]\n}", "/password /b/0/c", "{\n\t\"pass\\u0077ord_sops\": \"a\",\n\t\"b\": [{\"c_sops\":null}]\n}"},
	} {
		format, err := formatOf(tt.file, "")
		if err != nil {
			t.Fatal(err)
		}
		d, err := parse(tt.file, format, []byte(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		list := strings.Split(tt.pointers, " /")
		for i := range list[1:] {
			list[i+1] = "/" + list[i+1]
		}
		got, err := d.withSuffix(list, "_sops")
		if string(got) != tt.want || (tt.want == "") != (err != nil) {
			t.Errorf("%q: got %q, %v; want %q", tt.text, got, err, tt.want)
		}
		if k := fault.KindOf(err); err != nil && k != fault.Blocked && k != fault.Usage {
			t.Errorf("%q: %s", tt.text, k)
		}
	}
}
