//go:build e2e

package cli_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Rules with groups of keys, of which Shamir's scheme wants two.
func TestE2ESecretsKeyGroups(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(".sops.yaml", fmt.Sprintf(`creation_rules:
  - path_regex: a\.yaml$
    encrypted_suffix: _sops
    shamir_threshold: 2
    key_groups:
      - age: [%s]
      - age: [%s]
        kms: [{arn: %s}]
      - gcp_kms: [{resource_id: %s}]
`, l.age, l.age2, l.fake.AWS("k1"), l.fake.GCP("k1")))
	l.write("sub/a.yaml", "x: 1\npassword_sops: hunter2\n")
	l.ok("connkit", "encrypt", "sub/a.yaml")
	if n := strings.Count(l.read("sub/a.yaml"), "shamir_threshold: 2"); n != 1 {
		t.Errorf("the threshold stands there %d times:\n%s", n, l.read("sub/a.yaml"))
	}
	if got := l.ok("sops", "decrypt", "sub/a.yaml"); got != "x: 1\npassword_sops: hunter2\n" {
		t.Errorf("sops gives %q", got)
	}
	if got := l.ok("connkit", "decrypt", "sub/a.yaml"); got != "x: 1\npassword_sops: hunter2\n" {
		t.Errorf("connkit gives %q", got)
	}
	// Two of the three groups are enough; one is not.
	only := func(file string) []string {
		return []string{"SOPS_AGE_KEY_FILE=" + filepath.Join(l.home, file, "sops/age/keys.txt")}
	}
	l.fake.Refuse("not today")
	if _, errOut, code := l.run("connkit", "decrypt", "sub/a.yaml"); code != 0 {
		t.Errorf("two groups: %d %s", code, errOut)
	}
	if _, errOut, code := l.runIn(l.dir, only("one"), "connkit", "decrypt", "sub/a.yaml"); code != 3 {
		t.Errorf("one group: %d %s", code, errOut)
	}
	l.fake.Refuse("")
	l.write("sub/b.yaml", "password_sops: hunter2\n")
	l.refused(3, "no rule of \".sops.yaml\" is for this file", "connkit", "encrypt", "sub/b.yaml")
	// sops's own file of that kind.
	l.write("sub/a.yaml", "x: 1\npassword_sops: hunter2\n")
	l.ok("sops", "encrypt", "-i", "sub/a.yaml")
	if got := l.ok("connkit", "decrypt", "sub/a.yaml"); got != "x: 1\npassword_sops: hunter2\n" {
		t.Errorf("of sops: %q", got)
	}
}

// sops updatekeys works on connkit's files: another key is added, the text stays.
func TestE2ESecretsUpdateKeysBySops(t *testing.T) {
	t.Parallel()
	l := newLab(t).withPGP()
	rules := "creation_rules:\n  - encrypted_suffix: _sops\n    age: %s\n"
	l.write(".sops.yaml", fmt.Sprintf(rules, l.age))
	l.write("a.yaml", interopYAML)
	l.ok("connkit", "encrypt", "a.yaml")
	l.ok("sops", "updatekeys", "-y", "a.yaml")
	l.write(".sops.yaml", fmt.Sprintf(rules, l.age+","+l.age2)+"    pgp: "+l.pgp+"\n")
	l.ok("sops", "updatekeys", "-y", "a.yaml")
	l.sameValues("after updatekeys", l.asJSON("a.yaml"), interopValues)
	two := []string{"SOPS_AGE_KEY_FILE=" + filepath.Join(l.home, "two", "sops/age/keys.txt")}
	if out, errOut, code := l.runIn(l.dir, two, "connkit", "decrypt", "a.yaml"); code != 0 || !strings.Contains(out, "hunter2") {
		t.Errorf("with the new key alone: %d %s", code, errOut)
	}
}

// A file that sops has encrypted whole, or by other rules than a suffix.
func TestE2ESecretsFilesOfSops(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for name, flags := range map[string]string{
		"whole": "", "regex": "--encrypted-regex ^(password|n)", "unencrypted suffix": "--unencrypted-suffix _plain", "unencrypted regex": "--unencrypted-regex ^host", "mac only": "--encrypted-suffix _sops --mac-only-encrypted", "another suffix": "--encrypted-suffix _enc",
	} {
		for file, text := range map[string]string{"x.yaml": "host: h\nn: 5\npassword_enc: hunter2 # c\nlist: [a, 1, true, null, 1.5]\nd_plain: x\n", "x.json": `{"host": "h", "n": 5, "password_enc": "hunter2", "list": ["a", 1, true, null, 1.5], "d_plain": "x"}`} {
			l.write(file, text)
			want := text
			if file == "x.yaml" {
				want = l.yamlToJSON(text)
			}
			if name == "mac only" { // a setting of rules in sops's newer commands
				l.write("rules/"+file, text)
				l.write("rules/.sops.yaml", "creation_rules:\n  - age: "+l.age+"\n    encrypted_suffix: _enc\n    mac_only_encrypted: true\n")
				file = "rules/" + file
				out, errOut, code := l.runIn(filepath.Join(l.dir, "rules"), nil, "sops", "encrypt", "-i", filepath.Base(file))
				if code != 0 {
					t.Fatal(out, errOut)
				}
			} else {
				l.ok(append(append([]string{"sops", "encrypt", "-i", "--age", l.age}, strings.Fields(flags)...), file)...)
			}
			l.sameValues(name+" "+file, l.asJSON(file), want)
		}
	}
}

// A key service that does not answer, or says no: an error that names the key, in time.
func TestE2ESecretsKeyServices(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]func(*lab) []string{
		"aws":   func(l *lab) []string { return []string{"--kms", l.fake.AWS("k1")} },
		"gcp":   func(l *lab) []string { return []string{"--gcp-kms", l.fake.GCP("k1")} },
		"azure": func(l *lab) []string { return []string{"--azure-kv", l.fake.Azure("k1")} },
		"vault": func(l *lab) []string { return []string{"--hc-vault-transit", l.fake.Vault("k1")} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			keys := key(l)
			text := "password_sops: hunter2\n"
			l.write("x.yaml", text)
			encrypt := append([]string{"connkit", "encrypt", "x.yaml"}, keys...)
			l.fake.Slow(time.Hour)
			l.refused(3, ": no answer within 500ms", append(encrypt, "--timeout", "500ms")...)
			l.fake.Slow(0)
			l.fake.Refuse("you are not ann")
			l.refused(3, "you are not ann", encrypt...)
			l.fake.Refuse("")
			if got := l.read("x.yaml"); got != text {
				t.Errorf("the file became %q", got)
			}
			l.ok(encrypt...)
			l.fake.Slow(time.Hour)
			l.refused(3, ": no answer within 500ms", "connkit", "decrypt", "x.yaml", "--timeout", "500ms")
			l.fake.Slow(0)
			l.fake.Refuse("you are not ann")
			l.refused(3, "k1", "connkit", "decrypt", "x.yaml")
		})
	}
}

// One of several keys is enough to decrypt, whichever it is.
func TestE2ESecretsAnyKeyOpens(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write("x.yaml", "password_sops: hunter2\n")
	l.ok("connkit", "encrypt", "x.yaml", "--age", l.age, "--gcp-kms", l.fake.GCP("k1"))
	none := []string{"SOPS_AGE_KEY_FILE=/nonexistent"}
	if out, errOut, code := l.runIn(l.dir, none, "connkit", "decrypt", "x.yaml"); code != 0 || out != "password_sops: hunter2\n" {
		t.Errorf("by the service: %d %s%s", code, out, errOut)
	}
	l.fake.Refuse("no")
	if out, errOut, code := l.run("connkit", "decrypt", "x.yaml"); code != 0 || out != "password_sops: hunter2\n" {
		t.Errorf("by age: %d %s%s", code, out, errOut)
	}
	if _, errOut, code := l.runIn(l.dir, none, "connkit", "decrypt", "x.yaml"); code != 3 || !strings.Contains(errOut, l.age) || !strings.Contains(errOut, "k1") {
		t.Errorf("by none: %d %s", code, errOut)
	}
}
