//go:build e2e

package cli_test

import (
	"bytes"
	"strings"
	"testing"
)

const interopYAML = `# how the sandbox is reached
host: db.example.com   # as is
port: 5432

credentials:
  user: "ann"
  password_sops: 'it''s hunter2'   # rotated yearly
  tokens_sops:
    - first-token
    - { name: second, value: "ü\t\"quoted\"" }
key_sops: |
  line one
  line two
ratio: 1.50
empty_sops: ""
`

const interopValues = `{"host": "db.example.com", "port": 5432, "credentials": {"user": "ann", "password_sops": "it's hunter2", "tokens_sops": ["first-token", {"name": "second", "value": "ü\t\"quoted\""}]}, "key_sops": "line one\nline two\n", "ratio": 1.5, "empty_sops": ""}`

const interopJSON = `{
  "host": "db.example.com", "port": 5432,
  "credentials": {"user": "ann", "password_sops": "it's hunter2",
    "tokens_sops": ["first-token", {"name": "second", "value": "ü\t\"quoted\""}]},
  "key_sops": "line one\nline two\n",
  "ratio": 1.50,
  "empty_sops": ""
}
`

// keysOf are the ways to name keys that the tests go through.
func keysOf(l *lab) map[string][]string {
	return map[string][]string{
		"age":         {"--age", l.age},
		"two of age":  {"--age", l.age + "," + l.age2},
		"pgp":         {"--pgp", l.pgp},
		"aws":         {"--kms", l.fake.AWS("k1")},
		"aws context": {"--kms", l.fake.AWS("k1"), "--encryption-context", "app:connkit,env:test"},
		"gcp":         {"--gcp-kms", l.fake.GCP("k1")},
		"azure":       {"--azure-kv", l.fake.Azure("k1")},
		"vault":       {"--hc-vault-transit", l.fake.Vault("k1")},
		"all at once": {"--age", l.age, "--pgp", l.pgp, "--kms", l.fake.AWS("k1"), "--gcp-kms", l.fake.GCP("k1"), "--azure-kv", l.fake.Azure("k1"), "--hc-vault-transit", l.fake.Vault("k1")},
	}
}

// What connkit encrypts sops decrypts, changes, rotates, and the other way round.
func TestE2ESecretsInterop(t *testing.T) {
	t.Parallel()
	l := newLab(t).withPGP()
	for name, keys := range keysOf(l) {
		for file, text := range map[string]string{"config.yaml": interopYAML, "config.json": interopJSON} {
			t.Run(name+" "+file, func(t *testing.T) {
				at := &lab{t: t, dir: t.TempDir(), home: l.home, env: l.env, fake: l.fake}
				at.interop(file, text, keys)
			})
		}
	}
	for _, a := range l.fake.Asked() {
		if len(a.Plain) != 32 || bytes.Contains(a.Plain, []byte("hunter2")) {
			t.Errorf("a service was sent something else than a data key: %+v", a)
		}
	}
}

func (l *lab) interop(file, text string, keys []string) {
	l.t.Helper()
	decrypted := func() string { return l.ok("sops", "decrypt", "--output-type", "json", file) }

	l.write(file, text)
	l.ok(append([]string{"connkit", "encrypt", file}, keys...)...)
	l.sameValues("sops decrypts", decrypted(), interopValues)
	if got := l.ok("connkit", "decrypt", file); got != text {
		l.t.Errorf("connkit decrypts to %q", got)
	}
	sealed := l.read(file)
	for _, secret := range []string{"hunter2", "first-token", "quoted", "line one"} {
		if strings.Contains(sealed, secret) {
			l.t.Errorf("%q stands in clear", secret)
		}
	}

	l.ok("sops", "set", file, `["credentials"]["password_sops"]`, `"changed"`)
	changed := strings.Replace(interopValues, "it's hunter2", "changed", 1)
	l.sameValues("after sops set", l.asJSON(file), changed)
	l.ok("sops", "rotate", "-i", file)
	l.sameValues("after sops rotate", l.asJSON(file), changed)

	l.write(file, text)
	l.ok(append([]string{"sops", "encrypt", "-i", "--encrypted-suffix", "_sops"}, append(keys, file)...)...)
	l.sameValues("of sops", l.asJSON(file), interopValues)
	l.ok("connkit", "decrypt", "--in-place", file)
	l.ok(append([]string{"connkit", "encrypt", file}, keys...)...)
	l.sameValues("of sops, and encrypted anew", decrypted(), interopValues)
}

// asJSON gives what connkit decrypts, as JSON.
func (l *lab) asJSON(file string) string {
	l.t.Helper()
	text := l.ok("connkit", "decrypt", file)
	if strings.HasSuffix(file, ".json") {
		return text
	}
	return l.yamlToJSON(text)
}
