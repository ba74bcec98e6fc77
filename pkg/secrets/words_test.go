package secrets

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/connkit/connkit/internal/fault"
)

// What a library says is one line of bounded length, without a private key in it.
func TestErrorsOfLibrariesAreBrief(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 2000)
	for _, tt := range []struct{ text, safe, answer string }{
		{"one line", "one line", "one line"},
		{"first\nsecond", "first", "first; second"},
		{"\n  first\n", "first", "first"},
		{"{\n  \"error\": [\n  -----\n  denied\n  ]\n}", "{", "\"error\":; denied"},
		{"reading AGE-SECRET-KEY-1QQ", "reading …1QQ", "reading …1QQ"},
		{"age-plugin-x", "…x", "…x"},
		{"x -----BEGIN RSA PRIVATE KEY", "x …", "x …"},
		{long, strings.Repeat("é", 300) + "…", strings.Repeat("é", 700) + "…"},
		{"", "", ""},
	} {
		if got := safe(errors.New(tt.text)); got != tt.safe {
			t.Errorf("%.40q: %q, want %q", tt.text, got, tt.safe)
		}
		if got := answer(errors.New(tt.text)); got != tt.answer {
			t.Errorf("%.40q: answers %q, want %q", tt.text, got, tt.answer)
		}
	}
}

// A setup says what is wrong with an identity without a word of it, and makes nothing then.
func TestSetupRefuses(t *testing.T) {
	t.Parallel()
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	home, root := t.TempDir(), t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, "dir"), 0o700); err != nil {
		t.Fatal(err)
	}
	quantum := filepath.Join(home, "quantum.txt")
	if err := os.WriteFile(quantum, []byte("# mine\n\n"+hybrid.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		env  []string
		kind fault.Kind
		want string
	}{
		"a folder":         {[]string{"SOPS_AGE_KEY_FILE", filepath.Join(home, "dir")}, fault.Environment, "is a directory"},
		"below a file":     {[]string{"SOPS_AGE_KEY_FILE", filepath.Join(quantum, "x")}, fault.Environment, "not a directory"},
		"no key in $…":     {[]string{"HOME", home, "SOPS_AGE_KEY", "AGE-SECRET-KEY-1HUNTER2"}, fault.Environment, "reading $SOPS_AGE_KEY: it holds no age identity"},
		"a comment in $…":  {[]string{"HOME", home, "SOPS_AGE_KEY", "# " + hybrid.String()}, fault.Environment, "reading $SOPS_AGE_KEY: it holds no age identity"},
		"post-quantum":     {[]string{"SOPS_AGE_KEY_FILE", quantum}, "", ""},
		"post-quantum, $…": {[]string{"HOME", home, "SOPS_AGE_KEY", hybrid.String()}, "", ""},
	} {
		s, err := PlanSetup(root, "", env(tt.env...), false)
		if tt.kind == "" {
			if err != nil || s.Recipient != hybrid.Recipient().String() || s.IdentityMade || !strings.Contains(string(s.RulesText), s.Recipient) {
				t.Errorf("%s: %+v, %v", name, s, err)
			}
			continue
		}
		if fault.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "HUNTER2") || strings.Contains(err.Error(), hybrid.String()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.Mkdir(filepath.Join(root, ".sops.yaml"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := PlanSetup(root, "", env("HOME", home), false); err == nil || !strings.Contains(err.Error(), `.sops.yaml": is a directory`) {
		t.Errorf("rules that are a folder: %v", err)
	}
	if left, _ := os.ReadDir(home); len(left) != 2 {
		t.Errorf("left: %v", left)
	}
}

// Rules that name the recipient, with others and comments around it, need no word; those that do not are told so.
func TestSetupLooksIntoTheRules(t *testing.T) {
	t.Parallel()
	for rules, notes := range map[string]int{
		rule("age: " + recipient):                   0,
		rule("age: >-", "  age1x,", "  "+recipient): 0,
		rule("age: age1other"):                      1,
		"":                                          1,
		rule("pgp: 0123456789012345678901234567890123456789"): 1,
	} {
		root := t.TempDir()
		if err := os.WriteFile(filepath.Join(root, ".sops.yaml"), []byte(rules), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := PlanSetup(root, "", env("HOME", t.TempDir(), "SOPS_AGE_KEY", os.Getenv("SOPS_AGE_KEY")), false)
		if err != nil || len(s.Notes) != notes || s.RulesMade {
			t.Errorf("%q: %+v, %v", rules, s, err)
		}
	}
}

// Where a key was looked for is told for the types of keys that the file has, and for no others.
func TestWhereToLook(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		keys []string
		late bool
		want []string
	}{
		{[]string{"age key age1x", "age key age1y"}, false, []string{"age identities"}},
		{[]string{"PGP key AB"}, false, []string{"gpg"}},
		{[]string{"GCP KMS key p", "AWS KMS key a"}, false, []string{"gcloud", "$AWS_PROFILE"}},
		{[]string{"Azure key u", "Vault key v"}, true, []string{"az login", "$VAULT_TOKEN", "--timeout"}},
		{[]string{"Huawei KMS key h"}, false, []string{"connkit doctor"}},
	} {
		lines := strings.Split(whereToLook(tt.keys, tt.late), "\n")
		if len(lines) != len(tt.want) {
			t.Errorf("%q: %q", tt.keys, lines)
			continue
		}
		for i, want := range tt.want {
			if !strings.Contains(lines[i], want) {
				t.Errorf("%q: %q, want %q", tt.keys, lines[i], want)
			}
		}
	}
}

// The identity stands where sops looks for it, for all ways to say where that is.
func TestIdentityFile(t *testing.T) {
	t.Parallel()
	for want, pairs := range map[string][]string{
		"/h/.config/sops/age/keys.txt": {"HOME", "/h"},
		"/x/sops/age/keys.txt":         {"HOME", "/h", "XDG_CONFIG_HOME", "/x"},
		"/k/mine":                      {"HOME", "/h", "XDG_CONFIG_HOME", "/x", "SOPS_AGE_KEY_FILE", "/k/mine"},
	} {
		if got := identityFile(env(pairs...)); got != want {
			t.Errorf("%q: %s, want %s", pairs, got, want)
		}
	}
	if got := identityFile(env("HOME", "/h", "XDG_CONFIG_HOME", "relative")); got != "/h/.config/sops/age/keys.txt" {
		t.Errorf("a relative folder counts: %s", got)
	}
}
