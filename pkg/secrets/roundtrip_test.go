package secrets

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"
)

// ageIdentity makes an age identity, puts it where sops looks, and gives its recipient.
func ageIdentity(t *testing.T) string {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("SOPS_AGE_KEY", id.String())
	return id.Recipient().String()
}

func TestRoundTripQuick(t *testing.T) {
	rec := ageIdentity(t)
	for _, text := range []string{
		"a: 1\nb_sops: secret # c\nc: x\n",
		"a: 1.0\nb_sops: 'sec''ret'\nc_sops: \"x y\\tz\"\n",
		"b_sops: |\n  one\n  two\n\n# c\nd: 1\n",
		"b_sops: |+\n  one\n  two\n\n\nd: 1\n",
		"b_sops: >-\n  one\n  two\n\n  three\nd: 1\n",
		"b_sops: |2-\n    one\n  two\nd: 1\n",
		"b_sops: | # hdr\n  one\n",
		"b_sops: |\n  one",
		"a_sops:\n  # head\n  b: x # inl  \n  c:\n    - 1 # one\n    # two\n    - true\n\n  # foot\n\n# end\n",
		"a: {b_sops: x, c: [1, 2], \"d_sops\": \"y\"}\n",
		"{a: 1, b_sops: x}\n",
		"{\"a\": 1,\n \"b_sops\": \"x\"\n}\n",
		"\ufeffa: 1\r\nb_sops: x\r\n",
		"a: 1\nb_sops: x",
		"---\na: 1\nb_sops: &x foo\nc_sops: *x\n...\n",
		"b_sops: multi\n  line\n  plain # c\nc_sops: \"two\n  lines\"\n",
		"  a: 1\n  b_sops: x\n",
		"b_sops:\n- x\n- - y\n  - z\n- {q: 1}\n",
		"b_sops: !!str 12\nc_sops: ~\nd_sops: \"\"\ne_sops:\n",
		"b_sops: True\nc: yes\nd_sops: yes\ne_sops: 1.5\nf_sops: 12\n",
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "x.yaml")
		os.WriteFile(file, []byte(text), 0o644)
		out := Encrypt(context.Background(), []string{file}, EncryptOptions{Keys: Keys{Age: []string{rec}}, KeysFrom: "flags", Dir: dir})[0]
		if out.Err != nil {
			t.Errorf("%q: %v", text, out.Err)
			continue
		}

		if err := out.Apply(); err != nil {
			t.Fatal(err)
		}
		o, err := Open(context.Background(), file, OpenOptions{Dir: dir})
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if string(o.Text) != text {
			t.Errorf("%q: got %q anew %v", text, o.Text, o.Anew)
		}
	}
}
