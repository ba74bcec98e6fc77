package secrets

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

// the secrets in the texts below; no error may hold one
var hushed = []string{"hunter2", "s3cr3t", "001234", "Secret1", "AGE-SECRET-KEY-1", "MIIE"}

var refusals = []struct {
	name, text string
	kind       fault.Kind
	want       string // in the error
	hint       string // in the hint
}{
	{"", "a: 1\n", fault.Blocked, "config.yaml: no key ends in _sops", "add _sops"},
	{"", "a_sop: hunter2\n", fault.Blocked, `config.yaml:1:1: "a_sop" almost ends in _sops`, "--allow-plaintext a_sop"},
	{"", "b_sops: x\nx:\n  a_SOPS: hunter2\n", fault.Blocked, `:3:3: "a_SOPS" almost ends in _sops`, "rename it"},
	{"", "a-sops: hunter2\nb_sops: x\n", fault.Blocked, `"a-sops" almost`, ""},
	{"", "aSops: hunter2\nb_sops: x\n", fault.Blocked, `"aSops" almost`, ""},
	{"", "a_spos: hunter2\nb_sops: x\n", fault.Blocked, `"a_spos" almost`, ""},
	{"", "\"a_sops \": hunter2\nb_sops: x\n", fault.Blocked, `"a_sops " almost`, ""},
	{"", "a_sops_: hunter2\nb_sops: x\n", fault.Blocked, `"a_sops_" almost`, ""},
	{"", "x: 1\nx_sops: hunter2\n", fault.Blocked, `:2:1: "x_sops" stands beside "x": Flow takes _sops off`, "rename"},
	{"", "n:\n- {x_sops: hunter2, x: 1}\n", fault.Blocked, `:2:21: "x" stands beside "x_sops"`, ""},
	{"", "b: &b {x: 1}\nm:\n  <<: *b\n  x_sops: hunter2\n", fault.Blocked, `:4:3: "x_sops" stands beside "x"`, ""},
	{"", "b: &b {x: 1}\nc: &c {<<: *b}\nm:\n  x_sops: hunter2\n  <<: [{y: 1}, *c]\n", fault.Blocked, `:4:3: "x_sops" stands beside "x"`, ""},
	{"", "a_sops: &v hunter2\nb: *v\n", fault.Blocked, ":2:4: an alias carries a secret to /b", ""},
	{"", "a_sops: &v {k: hunter2}\nb: *v\n", fault.Blocked, ":2:4: an alias carries a secret to /b", ""},
	{"", "a_sops:\n  k: &v hunter2\nb: [*v]\n", fault.Blocked, ":3:5: an alias carries a secret to /b/0", ""},
	{"", "a: &v hunter2\nb_sops: *v\n", fault.Blocked, ":2:9: the secret at /b_sops is an alias of a value that stays in clear", ""},
	{"", "a: &v {k_sops: hunter2}\nb:\n  <<: *v\n", fault.Blocked, ":3:7: an alias at /b/<< stands for a map or list with secrets", "--reformat"},
	{"", "a_sops: &v {k: hunter2}\nb_sops: *v\n", fault.Blocked, ":2:9: an alias at /b_sops stands for", "--reformat"},
	{"", "# hunter2\na_sops: hunter2\n", fault.Blocked, ":1:1: a comment holds the value of a secret", ""},
	{"", "a_sops: x # old: s3cr3t99\n", fault.Blocked, ":1:11: a comment looks like", "take the value out"},
	{"", "# password: s3cr3t99\na_sops: x\n", fault.Blocked, ":1:1: a comment looks like", ""},
	{"", "a_sops: x\n# s3cr3tPassw0rd\nb: 1\n", fault.Blocked, ":2:1: a comment looks like", ""},
	{"", "a_sops: x\npassword: hunter2\n", fault.Blocked, ":2:11: /password looks like a password", "--allow-plaintext password"},
	{"", "a_sops: x\nn: {l: [ghp_aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789]}\n", fault.Blocked, ":2:9: /n/l/0 looks like", "--allow-plaintext l"},
	{"", "a_sops: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n", fault.Usage, ":1:9: the value of /a_sops is encrypted already", ""},
	{"", "a_sops: x\nsops:\n  mac: x\n  version: 3.7.3\n", fault.Usage, ":2:1: it is encrypted already", "connkit edit"},
	{"", "a_sops: x\nsops: y\n", fault.Usage, ":2:1: the key sops is taken", ""},
	{"", "a_sops: x\nsops:\n  k: y\n", fault.Usage, ":2:1: the key sops is taken", ""},
	{"", "", fault.Usage, "it is empty", ""},
	{"", "# only\n", fault.Usage, "it is empty", ""},
	{"", "---\n", fault.Usage, "it is empty", ""},
	{"", "{}\n", fault.Usage, "it is empty", ""},
	{"", "\ufeff\n", fault.Usage, "it is empty", ""},
	{"", "- a_sops: hunter2\n", fault.Usage, ":1:1: a config is key: value lines", ""},
	{"", "hunter2\n", fault.Usage, ":1:1: a config is key: value lines", ""},
	{"", "a_sops: x\na_sops: hunter2\n", fault.Usage, `:2:1: key "a_sops" stands here twice: line 1`, ""},
	{"", "a_sops:\n  k: x\n  l: y\n  k: hunter2\n", fault.Usage, `:4:3: key "k" stands here twice`, ""},
	{"", "a_sops: x\n---\nb_sops: hunter2\n", fault.Usage, "a second document", ""},
	{"", "a_sops: hunter2\n---\n", fault.Usage, "a second document", ""},
	{"", "a_sops: [hunter2\n", fault.Usage, "config.yaml:", ""},
	{"", "a_sops: *Secret1\n", fault.Usage, "an alias names no anchor", "quoted"},
	{"", "a_sops: @Secret1\n", fault.Usage, "config.yaml:", ""},
	{"", "a_sops: %Secret1\n", fault.Usage, "config.yaml:", ""},
	{"", "a_sops: \"Secret1\\q\"\n", fault.Usage, "config.yaml:", ""},
	{"", "a_sops: Secret1: x\n", fault.Usage, "config.yaml:", ""},
	{"", "a_sops: !vault Secret1\n", fault.Usage, ":1:9: the tag here is none that sops keeps", "quote"},
	{"", "b_sops: x\na: !Ref y\n", fault.Usage, ":2:4: the tag here", ""},
	{"", "a_sops: !!binary aGk=\n", fault.Usage, "the tag !!binary", ""},
	{"", "a_sops: !!timestamp 2024-01-01\n", fault.Usage, "the tag !!timestamp", ""},
	{"", "a_sops: !!set {x}\n", fault.Usage, "the tag !!set", ""},
	{"", "a_sops: 001234\n", fault.Usage, ":1:9: the value of /a_sops is a number that sops would write in another way", "quote it"},
	{"", "a_sops: 0x1F\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"", "a_sops: 0o17\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"", "a_sops: 0b11\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"", "a_sops: 1_000\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"", "a_sops: +12\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"", "a_sops: -0\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"", "a_sops: 1.0\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"", "a_sops: 2.50\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"", "a_sops: 1e3\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"", "a_sops: .5\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"", "a_sops: .inf\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"", "a_sops: .NaN\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"", "a_sops: 1.23456789012345678\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"", "a_sops: 18446744073709551616\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"", "a_sops: 18446744073709551615\n", fault.Usage, "/a_sops has more digits", "quote it"},
	{"", "a_sops: x\nb: 9223372036854775808\n", fault.Usage, ":2:4: the value of /b has more digits", "quote it"},
	{"", "a_sops: {k: [x, 2024-01-01]}\n", fault.Usage, ":1:17: the value of /a_sops/k/1 is a date", "quote it"},
	{"", "a_sops: 2024-01-01T10:00:00Z\n", fault.Usage, "/a_sops is a date", "quote it"},
	{"", "1: x\na_sops: hunter2\n", fault.Usage, ":1:1: a key that is no text", "quote the key"},
	{"", "true: x\na_sops: hunter2\n", fault.Usage, ":1:1: a key that is no text", ""},
	{"", "? [a]\n: x\na_sops: hunter2\n", fault.Usage, "a key that is no text", ""},
	{"", "a_sops: &x [*x]\n", fault.Usage, "", ""},
	{"", "a_sops: x\r# y\n", fault.Usage, "a line ends in neither LF nor CRLF", ""},
	{"", "a_sops: \xff\xfe\n", fault.Usage, "it is not UTF-8", ""},
	{"", "a_sops: \x00\n", fault.Usage, "NUL", ""},
	{"", "\xff\xfea\x00:\x00", fault.Usage, "it is not UTF-8", ""},
	{"", "<<<<<<< HEAD\na_sops: hunter2\n", fault.Usage, "a merge conflict", ""},
	{"config.json", "a_sops: hunter2\n", fault.Usage, "config.json:1:1: it is no JSON from here on", ""},
	{"config.json", "{\"é\": \"ü\",\n \"ä\": 1, \"c\": {\"a_sop\": \"hunter2\"}, \"d_sops\": 1}\n", fault.Blocked, `config.json:2:16: "a_sop" almost`, ""},
	{"config.json", "{\"a_sops\": \"hunter2\",}\n", fault.Usage, "config.json:1:22: it is no JSON", ""},
	{"config.json", "{\"a_sops\": \"hunter2\"} x\n", fault.Usage, "it is no JSON", ""},
	{"config.json", "{\"a_sops\": \"hunter2\"}{}\n", fault.Usage, "it is no JSON", ""},
	{"config.json", "// c\n{\"a_sops\": \"hunter2\"}\n", fault.Usage, "config.json:1:1: it is no JSON", ""},
	{"config.json", "[{\"a_sops\": \"hunter2\"}]\n", fault.Usage, "config.json:1:1: a config is a JSON object", ""},
	{"config.json", "\"hunter2\"\n", fault.Usage, "a config is a JSON object", ""},
	{"config.json", "{}\n", fault.Usage, "it is empty", ""},
	{"config.json", "\ufeff{\"a_sops\": \"x\"}\n", fault.Usage, "byte order mark", ""},
	{"config.json", "{\"a_sops\": \"x\",\n \"a_sops\": \"hunter2\"}\n", fault.Usage, `config.json:2:2: key "a_sops" stands here twice`, ""},
	{"config.json", "{\"a\": \"x\", \"\\u0061\": 1, \"b_sops\": 1}\n", fault.Usage, `key "a" stands here twice`, ""},
	{"config.json", "{\"a_sops\": 1.0}\n", fault.Usage, "config.json:1:12: the value of /a_sops is a number", "quote it"},
	{"config.json", "{\"a_sops\": 1E3}\n", fault.Usage, "/a_sops is a number", "quote it"},
	{"config.json", "{\"a_sops\": 123456789012345678901234567890}\n", fault.Usage, "/a_sops has more digits", "quote it"},
	{"config.json", "{\"a_sops\": \"x\", \"b\": 123456789012345678901234567890}\n", fault.Usage, "/b has more digits", "quote it"},
	{"config.json", "{\"a_sops\": \"\\ud800\"}\n", fault.Usage, "config.json:1:12: a \\u escape is half a character", ""},
	{"config.txt", "a_sops: x\n", fault.Usage, "its name ends in none of", "--input-type"},
	{"config.env", "a_sops=hunter2\n", fault.Usage, "its name ends in none of", ""},
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range refusals {
		if tt.name == "" {
			tt.name = "config.yaml"
		}
		e := encrypt(t, tt.name, tt.text)
		if e.Err == nil {
			t.Errorf("%q: no error\n%s", tt.text, e.After)
			continue
		}
		text, hint := e.Err.Error(), fault.HintOf(e.Err)
		if fault.KindOf(e.Err) != tt.kind || !strings.Contains(text, tt.want) || !strings.Contains(hint, tt.hint) {
			t.Errorf("%q: got %s %q (%s)\nwant %s %q (%s)", tt.text, fault.KindOf(e.Err), text, hint, tt.kind, tt.want, tt.hint)
		}
		for _, secret := range hushed {
			if strings.Contains(text+hint, secret) {
				t.Errorf("%q: the error tells a secret: %s (%s)", tt.text, text, hint)
			}
		}
		if e.After != nil {
			t.Errorf("%q: there is a result to write", tt.text)
		}
	}
}

func TestAllowedPlaintext(t *testing.T) {
	t.Parallel()
	for _, allow := range [][]string{{"password", "a_sop"}, {"/n/password", "a_sop"}} {
		e := encrypt(t, "config.yaml", "b_sops: x\nn: {password: hunter2}\na_sop: y\n", func(o *EncryptOptions) { o.Allow = allow })
		if e.Err != nil {
			t.Errorf("%v: %v", allow, e.Err)
		}
	}
}

func TestKeysThatAreNoNearMisses(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"a_sops", "dev_ops", "sops", "_sops", "shops", "props", "stops", "snoops", "sops_version", "bus_stops", "opts", "so", "milksops"} {
		if nearMiss(key, "_sops") {
			t.Error(key)
		}
	}
	for _, key := range []string{"token-secret", "token.secret", "token_SECRET", "token_secrets", "token_secert", "token secret"} {
		if !nearMiss(key, "_secret") {
			t.Error(key)
		}
	}
	for _, key := range []string{"secret", "client_secret", "clientsecret", "token_secretary"} {
		if nearMiss(key, "_secret") {
			t.Error(key)
		}
	}
}
