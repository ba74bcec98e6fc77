package secrets

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

// another gives a recipient that nobody can decrypt for.
func another(t *testing.T) string {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id.Recipient().String()
}

// withRules encrypts sub/config.yaml in a tree without any keys given.
func withRules(t *testing.T, files map[string]string, change ...func(*EncryptOptions)) *Encrypted {
	t.Helper()
	if files["sub/config.yaml"] == "" {
		files["sub/config.yaml"] = "a: 1\nb_sops: x\n"
	}
	dir := testkit.Tree(t, files)
	opts := EncryptOptions{Dir: dir}
	for _, c := range change {
		c(&opts)
	}
	if strings.HasPrefix(opts.RuleFile, "./") {
		opts.RuleFile = filepath.Join(dir, opts.RuleFile)
	}
	return Encrypt(t.Context(), []string{filepath.Join(dir, "sub/config.yaml")}, opts)[0]
}

func rule(lines ...string) string {
	return "creation_rules:\n  - " + strings.Join(lines, "\n    ") + "\n"
}

func TestWhereKeysComeFrom(t *testing.T) {
	t.Parallel()
	one, two := another(t), another(t)
	for name, tt := range map[string]struct {
		files  map[string]string
		change func(*EncryptOptions)
		source string
		keys   []string
	}{
		"the nearest file":          {map[string]string{".sops.yaml": rule("age: " + one), "sub/.sops.yaml": rule("age: " + two)}, nil, "sub/.sops.yaml", []string{two}},
		"a file further up":         {map[string]string{".sops.yaml": rule("age: " + one)}, nil, ".sops.yaml", []string{one}},
		"the first that fits":       {map[string]string{".sops.yaml": rule("path_regex: other", "age: "+two) + "  - path_regex: ^sub/.*yaml$\n    age: " + one + "\n  - age: " + two + "\n"}, nil, ".sops.yaml", []string{one}},
		"several in one":            {map[string]string{".sops.yaml": rule("age: >-", "  "+one+",", "  "+two)}, nil, ".sops.yaml", []string{one, two}},
		"a list":                    {map[string]string{".sops.yaml": rule("age: [" + one + ", " + two + "]")}, nil, ".sops.yaml", []string{one, two}},
		"groups":                    {map[string]string{".sops.yaml": rule("shamir_threshold: 2", "key_groups:", "- age: ["+one+"]", "- age: ["+two+"]")}, nil, ".sops.yaml", []string{one, two}},
		"flags before rules":        {map[string]string{".sops.yaml": rule("age: " + one)}, func(o *EncryptOptions) { o.Keys.Age, o.KeysFrom = []string{two}, "the flags" }, "the flags", []string{two}},
		"each once":                 {map[string]string{}, func(o *EncryptOptions) { o.Keys.Age, o.KeysFrom = []string{two + ", " + one, two}, "the flags" }, "the flags", []string{two, one}},
		"rules before defaults":     {map[string]string{".sops.yaml": rule("age: " + one)}, func(o *EncryptOptions) { o.Defaults.Age = []string{two} }, ".sops.yaml", []string{one}},
		"defaults":                  {map[string]string{}, func(o *EncryptOptions) { o.Defaults.Age = []string{two} }, "connkit.yaml", []string{two}},
		"no rule fits":              {map[string]string{".sops.yaml": rule("path_regex: other", "age: "+one)}, func(o *EncryptOptions) { o.Defaults.Age = []string{two} }, "connkit.yaml", []string{two}},
		"no rules at all":           {map[string]string{".sops.yaml": "stores: {}\n"}, func(o *EncryptOptions) { o.Defaults.Age = []string{two} }, "connkit.yaml", []string{two}},
		"a rule file that is named": {map[string]string{".sops.yaml": rule("age: " + one), "x/rules.yaml": rule("age: " + two)}, func(o *EncryptOptions) { o.RuleFile = "./x/rules.yaml" }, "x/rules.yaml", []string{two}},
	} {
		e := withRules(t, tt.files, func(o *EncryptOptions) {
			if tt.change != nil {
				tt.change(o)
			}
		})
		want := "age key " + strings.Join(tt.keys, " age key ")
		if e.Err != nil || e.Source != tt.source || strings.Join(e.Keys, " ") != want || strings.Count(string(e.After), "recipient:") != len(tt.keys) {
			t.Errorf("%s: %v, from %q for %q, want %q for %q", name, e.Err, e.Source, e.Keys, tt.source, want)
		}
	}
}

func TestNoKey(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"no key is configured to encrypt it with":             {},
		"no rule of \".sops.yaml\" is for this file":          {".sops.yaml": rule("path_regex: other", "age: "+recipient)},
		"the rule of \".sops.yaml\" for this file has no key": {".sops.yaml": rule("encrypted_suffix: _sops")},
		"passes over .sops.yml":                               {".sops.yml": rule("age: " + recipient)},
		"\".sops.yaml\" has no creation rules":                {".sops.yaml": ""},
	} {
		e := withRules(t, files)
		if fault.KindOf(e.Err) != fault.Environment || fault.HintOf(e.Err) != "connkit secrets init" || !strings.Contains(e.Err.Error(), name) || !strings.HasPrefix(e.Err.Error(), "sub/config.yaml: ") {
			t.Errorf("%s: got %v (%s)", name, e.Err, fault.HintOf(e.Err))
		}
	}
}

// A rule never weakens the promise: keys with the suffix are encrypted, whatever it selects.
func TestRulesThatSelectOtherwise(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"encrypted_regex: _sops$", "unencrypted_regex: .", "unencrypted_suffix: _sops", "encrypted_comment_regex: x", "unencrypted_comment_regex: .", "encrypted_regex: ^(b_sops)$"} {
		e := withRules(t, map[string]string{".sops.yaml": rule("age: "+recipient, line)})
		if e.Err != nil || e.Values != 1 || len(e.Notes) != 1 || !strings.Contains(e.Notes[0], "passed over") || !strings.Contains(string(e.After), "\n    encrypted_suffix: _sops\n") || strings.Contains(string(e.After), "regex") {
			t.Errorf("%s: %v %q\n%s", line, e.Err, e.Notes, e.After)
		}
	}
	e := withRules(t, map[string]string{".sops.yaml": rule("age: "+recipient, "encrypted_regex: ^(a|b_sops)$")})
	if fault.KindOf(e.Err) != fault.Blocked || !strings.Contains(e.Err.Error(), `sub/config.yaml:1:1: encrypted_regex of .sops.yaml wants "a" encrypted`) {
		t.Errorf("got %v", e.Err)
	}
	e = withRules(t, map[string]string{".sops.yaml": rule("age: "+recipient, "mac_only_encrypted: true")})
	if e.Err != nil || !strings.Contains(string(e.After), "mac_only_encrypted: true") {
		t.Errorf("%v", e.Err)
	}
}

func TestSuffix(t *testing.T) {
	t.Parallel()
	text := "a_enc: x\nb: 1\n"
	rules := map[string]string{".sops.yaml": rule("age: "+recipient, "encrypted_suffix: _enc"), "sub/config.yaml": text}
	if e := withRules(t, rules); e.Err != nil || e.Suffix != "_enc" || e.Values != 1 {
		t.Errorf("%v %q", e.Err, e.Suffix)
	}
	rules["sub/config.yaml"] = text
	if e := withRules(t, rules, func(o *EncryptOptions) { o.Suffix = "_sops" }); fault.KindOf(e.Err) != fault.Blocked {
		t.Errorf("%v", e.Err)
	}
	rules["sub/config.yaml"] = text + "c_sops: hunter2\n"
	if e := withRules(t, rules); fault.KindOf(e.Err) != fault.Blocked || !strings.Contains(e.Err.Error(), `"c_sops" ends in _sops, and the suffix here is _enc`) {
		t.Errorf("%v", e.Err)
	}
}

func TestBadRules(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		rule("age: AGE-SECRET-KEY-1QQQQ"):                         ".sops.yaml:2: a private key stands here",
		rule("pgp: |", "  -----BEGIN PGP PRIVATE KEY BLOCK-----"): ".sops.yaml:3: a private key stands here",
		rule("age: hunter2"):                                      "its rules cannot be read",
		rule("age: age1hunter2"):                                  "its rules cannot be read",
		rule("age: {a: b}"):                                       "its rules cannot be read",
		rule("path_regex: '('", "age: "+recipient):                "its rules cannot be read",
		"creation_rules: x\n":                                     "its rules cannot be read",
		"a: [\n":                                                  "its rules cannot be read",
		rule("age: "+recipient, "encrypted_suffix: _a", "unencrypted_suffix: _b"):                      "its rules cannot be read",
		rule("age: "+recipient, "encrypted_regex: '('"):                                                "encrypted_regex is no regular expression",
		rule("shamir_threshold: 3", "key_groups:", "- age: ["+recipient+"]", "- age: ["+recipient+"]"): "shamir_threshold is 3, and there are 2 groups",
		rule("key_groups:", "- age: ["+recipient+"]", "- {}"):                                          "a group of keys of the rule for this file is empty",
	} {
		e := withRules(t, map[string]string{".sops.yaml": text})
		if fault.KindOf(e.Err) != fault.Usage || !strings.Contains(e.Err.Error(), want) || !strings.Contains(e.Err.Error(), ".sops.yaml") {
			t.Errorf("%q: got %s %v", text, fault.KindOf(e.Err), e.Err)
		} else if s := e.Err.Error() + fault.HintOf(e.Err); strings.Contains(s, "hunter2") || strings.Contains(s, "QQQQ") || strings.Contains(s, "\n") {
			t.Errorf("%q: the error shows it: %s", text, s)
		}
	}
}

// What is wrong with the file is said before what is wrong with the keys.
func TestFileBeforeKeys(t *testing.T) {
	t.Parallel()
	e := withRules(t, map[string]string{"sub/config.yaml": "a: 1\n"})
	if fault.KindOf(e.Err) != fault.Blocked {
		t.Errorf("got %v", e.Err)
	}
}

func TestManyFiles(t *testing.T) {
	t.Parallel()
	files := map[string]string{".sops.yaml": rule("age: " + recipient), "bad.yaml": "a: [\n", "plain.yaml": "a: 1\n", "dir/x": ""}
	var names []string
	for _, name := range []string{"1", "2", "3", "4", "5", "6", "7"} {
		files[name+".yaml"] = "k_sops: v" + name + "\n"
		names = append(names, name+".yaml")
	}
	dir := testkit.Tree(t, files)
	var paths []string
	for _, name := range append(names, "bad.yaml", "plain.yaml", "1.yaml", "./2.yaml", "none.yaml", "dir") {
		paths = append(paths, dir+"/"+name)
	}
	list := Encrypt(t.Context(), paths, EncryptOptions{Dir: dir})
	ApplyAll(t.Context(), list)
	if len(list) != 11 {
		t.Errorf("%d files", len(list))
	}
	for _, e := range list {
		good := len(e.File) == len("1.yaml")
		if good != (e.Err == nil) {
			t.Errorf("%s: %v", e.File, e.Err)
		}
		if text, err := os.ReadFile(filepath.Join(dir, e.File)); err == nil && good != strings.Contains(string(text), "ENC[") {
			t.Errorf("%s: %s", e.File, text)
		}
	}
	for _, e := range Encrypt(t.Context(), paths, EncryptOptions{Dir: dir}) {
		if e.Err == nil {
			t.Errorf("%s: encrypted twice", e.File)
		}
	}
}

// The context of a flag goes with the AWS keys of a rule, which cannot say one.
func TestContextOfRules(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, map[string]string{".sops.yaml": rule("kms: arn:aws:kms:us-east-1:111122223333:key/x"), "config.yaml": "b_sops: x\n"})
	r, err := EncryptOptions{Keys: Keys{Context: "app:x"}, Dir: dir}.findRecipe(filepath.Join(dir, "config.yaml"), "config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if m := r.groups[0][0].ToMap()["context"]; fmt.Sprint(m) != "map[app:x]" {
		t.Errorf("got %v", m)
	}
	if _, err := (EncryptOptions{Keys: Keys{Context: "app"}, Dir: dir}).findRecipe(filepath.Join(dir, "config.yaml"), "config.yaml"); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
}
