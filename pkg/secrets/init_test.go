package secrets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func setUp(t *testing.T, root string, getenv func(string) string) *Setup {
	t.Helper()
	s, err := PlanSetup(root, "", getenv, false)
	if err == nil {
		err = s.Apply()
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSetup(t *testing.T) {
	t.Parallel()
	root, home := t.TempDir(), t.TempDir()
	getenv := env("HOME", home)
	s := setUp(t, root, getenv)
	if !s.IdentityMade || !s.RulesMade || s.Identity != filepath.Join(home, ".config", "sops", "age", "keys.txt") {
		t.Errorf("%+v", s)
	}
	info, err := os.Stat(s.Identity)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	identity, _ := os.ReadFile(s.Identity)
	rules, _ := os.ReadFile(s.Rules)
	if r, err := recipientOf(string(identity)); err != nil || r != s.Recipient || !strings.Contains(string(rules), "encrypted_suffix: _sops\n    age: "+r+"\n") || strings.Contains(string(rules), "SECRET") {
		t.Errorf("%v\n%s", err, rules)
	}
	again := setUp(t, root, getenv)
	now, _ := os.ReadFile(s.Identity)
	nowRules, _ := os.ReadFile(s.Rules)
	if again.IdentityMade || again.RulesMade || string(now) != string(identity) || string(nowRules) != string(rules) || again.Recipient != s.Recipient || len(again.Notes) != 0 {
		t.Errorf("the second run changed something: %+v", again)
	}
	if left, _ := os.ReadDir(filepath.Dir(s.Identity)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	dir := filepath.Join(root, "source-x")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, []byte("b_sops: x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if e := Encrypt(t.Context(), []string{file}, EncryptOptions{Dir: root})[0]; e.Err != nil || e.Keys[0] != "age key "+s.Recipient {
		t.Errorf("%v", e.Err)
	}
}

func TestSetupKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	root, home := t.TempDir(), t.TempDir()
	file := filepath.Join(home, "my.txt")
	rules := filepath.Join(root, ".sops.yaml")
	for path, text := range map[string]string{rules: "creation_rules: []\n", file: "# nothing\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	getenv := env("HOME", home, "SOPS_AGE_KEY_FILE", file)
	if _, err := PlanSetup(root, "", getenv, false); fault.KindOf(err) != fault.Blocked || !strings.Contains(err.Error(), "no age identity") {
		t.Errorf("got %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	s := setUp(t, root, getenv)
	text, _ := os.ReadFile(rules)
	if !s.IdentityMade || s.Identity != file || s.RulesMade || len(s.Notes) != 1 || string(text) != "creation_rules: []\n" {
		t.Errorf("%+v %s", s, text)
	}
}

func TestSetupDryRun(t *testing.T) {
	t.Parallel()
	root, home := t.TempDir(), t.TempDir()
	s, err := PlanSetup(root, "_enc", env("HOME", home, "XDG_CONFIG_HOME", filepath.Join(home, "xdg")), true)
	if err != nil || !s.IdentityMade || s.identity != "" || !strings.Contains(string(s.RulesText), "encrypted_suffix: _enc") || s.Identity != filepath.Join(home, "xdg", "sops", "age", "keys.txt") {
		t.Errorf("%+v, %v", s, err)
	}
	if left, _ := os.ReadDir(home); len(left) != 0 {
		t.Errorf("a dry run left %v", left)
	}
}

func TestSetupWithAKeyInTheEnvironment(t *testing.T) {
	t.Parallel()
	s := setUp(t, t.TempDir(), env("HOME", t.TempDir(), "SOPS_AGE_KEY", os.Getenv("SOPS_AGE_KEY")))
	if s.IdentityMade || s.Recipient != recipient {
		t.Errorf("%+v", s)
	}
}

// An identity that another run has made in the meantime stays.
func TestSetupRace(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s, err := PlanSetup(t.TempDir(), "", env("HOME", home), false)
	if err != nil {
		t.Fatal(err)
	}
	other := setUp(t, t.TempDir(), env("HOME", home))
	if err := s.Apply(); fault.KindOf(err) != fault.Blocked {
		t.Errorf("got %v", err)
	}
	if text, _ := os.ReadFile(other.Identity); !strings.Contains(string(text), other.Recipient) {
		t.Errorf("the identity was replaced")
	}
}
