//go:build e2e

package cli_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What stands where a file is wanted, and names that lead to one file.
func TestE2ESecretsOddFiles(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	at := func(name string) string { return filepath.Join(l.dir, name) }
	text := "a: 1\npassword_sops: hunter2\n"
	for _, name := range []string{"hard.yaml", "real/real.yaml", "noext", "-dash.yaml", "twice.yaml", "mode.yaml", "a b'c.yaml"} {
		l.write(name, text)
	}
	l.must(errors.Join(
		syscall.Mkfifo(at("pipe.yaml"), 0o644), os.Mkdir(at("folder.yaml"), 0o755), os.Symlink("nowhere", at("dangling.yaml")), os.Symlink("loop.yaml", at("loop.yaml")),
		os.Link(at("hard.yaml"), at("hard2.yaml")), os.Symlink("real/real.yaml", at("link.yaml")), os.Symlink("twice.yaml", at("twice2.yaml")), os.Chmod(at("mode.yaml"), 0o440), os.Chmod(at("real/real.yaml"), 0o600),
	))
	for name, want := range map[string]struct {
		code int
		why  string
	}{
		"pipe.yaml": {2, "not a regular file"}, "folder.yaml": {2, "it is a folder"}, "dangling.yaml": {2, "there is no such file"}, "nope.yaml": {2, "there is no such file"}, "loop.yaml": {1, "too many levels"}, "hard.yaml": {4, "hard links"}, "noext": {2, "--input-type"}, "/dev/null": {2, "not a regular file"},
	} {
		l.refused(want.code, want.why, "connkit", "encrypt", "--age", l.age, "--", name)
	}
	if l.read("hard.yaml") != text || l.read("noext") != text {
		t.Error("a file that was refused has changed")
	}
	l.ok("connkit", "encrypt", "--age", l.age, "noext", "--input-type", "yaml")
	for _, name := range []string{"link.yaml", "-dash.yaml", "mode.yaml", "a b'c.yaml"} {
		l.ok("connkit", "encrypt", "--age", l.age, "--", name)
		if got := l.ok("connkit", "decrypt", "--", name); got != text {
			t.Errorf("%s: %q", name, got)
		}
	}
	if to, err := os.Readlink(at("link.yaml")); err != nil || to != "real/real.yaml" {
		t.Errorf("the link became %q, %v", to, err)
	}
	for name, mode := range map[string]os.FileMode{"mode.yaml": 0o440, "real/real.yaml": 0o600} {
		if info, err := os.Lstat(at(name)); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	// One file by three names is encrypted once.
	l.ok("connkit", "encrypt", "--age", l.age, "twice.yaml", "./twice.yaml", "twice2.yaml")
	if n := strings.Count(l.read("twice.yaml"), "\nsops:"); n != 1 {
		t.Errorf("%d blocks", n)
	}
}

// Rules are those of the folders above the file, wherever one stands.
func TestE2ESecretsRulesFromTheFileUpwards(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write("repo/.sops.yaml", "creation_rules:\n  - encrypted_suffix: _sops\n    age: "+l.age+"\n")
	l.write("elsewhere/.sops.yaml", "creation_rules:\n  - encrypted_suffix: _sops\n    age: "+l.age2+"\n")
	l.write("repo/source-x/config.yaml", "password_sops: hunter2\n")
	out, errOut, code := l.runIn(filepath.Join(l.dir, "elsewhere"), nil, "connkit", "encrypt", "../repo/source-x/config.yaml")
	if code != 0 || !strings.Contains(out, filepath.Join("repo", ".sops.yaml")) {
		t.Fatalf("%d %s%s", code, out, errOut)
	}
	if sealed := l.read("repo/source-x/config.yaml"); !strings.Contains(sealed, l.age) || strings.Contains(sealed, l.age2) {
		t.Errorf("it is encrypted for another:\n%s", sealed)
	}
}

// Private keys in the place of public ones are refused and not shown.
func TestE2ESecretsPrivateKeysAsRecipients(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	key := "AGE-SECRET-KEY-1QQPQYQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSXZS23V9CCRYDPK8QAR0JQQQQQ"
	text := "password_sops: hunter2\n"
	l.write("x.yaml", text)
	l.write("rule/x.yaml", text)
	l.write("rule/.sops.yaml", "creation_rules:\n  - age: "+key+"\n")
	for _, argv := range [][]string{
		{"connkit", "encrypt", "x.yaml", "--age", key}, {"connkit", "encrypt", "x.yaml", "--age", strings.ToLower(key)}, {"connkit", "encrypt", "x.yaml", "--pgp", "-----BEGIN PGP PRIVATE KEY BLOCK-----\nabcdef"},
		{"connkit", "encrypt", "x.yaml", "--age", l.age + "," + key}, {"connkit", "encrypt", key}, {"connkit", "encrypt", "rule/x.yaml"}, {"connkit", "encrypt", "x.yaml", "--gcp-kms", key, "--output", "json"},
	} {
		out, errOut, code := l.run(argv...)
		if code != 2 || strings.Contains(strings.ToUpper(out+errOut), key[:30]) || strings.Contains(out+errOut, "abcdef") {
			t.Errorf("%v: %d: %s%s", argv[:3], code, out, errOut)
		}
	}
	if l.read("x.yaml") != text || l.read("rule/x.yaml") != text {
		t.Error("a file has changed")
	}
}
