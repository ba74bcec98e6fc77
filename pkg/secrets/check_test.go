package secrets

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

// checked gives what a check finds, one line each.
func checked(t *testing.T, opts CheckOptions, paths ...string) string {
	t.Helper()
	found, err := Check(t.Context(), paths, opts)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range found.Findings {
		all = append(all, fmt.Sprintf("%s %d:%d %s", f.Level, f.Line, f.Column, f.Message))
	}
	return strings.Join(all, "\n")
}

func TestCheckPlainText(t *testing.T) {
	t.Parallel()
	cipher := "ENC[AES256_GCM,data:YQ==,iv:AAAAAAAAAAAAAAAAAAAAAA==,tag:AAAAAAAAAAAAAAAAAAAAAA==,type:str]"
	for name, tt := range map[string]struct{ text, want string }{
		"nothing secret":          {"host: example.com\nport: 5432\n", ""},
		"a secret's key":          {"a:\n  token_sops: x\n", "error 2:3 the value of /a/token_sops is not encrypted"},
		"an empty one":            {"token_sops: \"\"\nother_sops:\n", ""},
		"a map of them":           {"creds_sops: {a: 1, b: null}\n", "error 1:1 the value of /creds_sops is not encrypted"},
		"an alias as one":         {"a: &x host\nb_sops: *x\n", "error 2:1 the value of /b_sops is not encrypted"},
		"the suffix alone":        {"_sops: x\n", ""},
		"in a list":               {"l:\n  - {n: 1}\n  - t_sops: x\n", "error 3:5 the value of /l/1/t_sops is not encrypted"},
		"a ciphertext":            {"a: " + cipher + "\n", "error 1:4 the value of /a is a ciphertext, and no sops block is there to open it"},
		"a ciphertext as one":     {"a_sops: " + cipher + "\n", "error 1:1 the value of /a_sops is a ciphertext, and no sops block is there to open it"},
		"a password":              {"password: hunter2\n", "warning 1:11 /password looks like a password, and stands in clear"},
		"a token":                 {"x: ghp_0123456789abcdefghijklmnopqrstuvwxyz\n", "error 1:4 /x looks like a GitHub token, and stands in clear"},
		"a near miss":             {"token_sop: x\n", `error 1:1 "token_sop" almost ends in _sops, and stands in clear`},
		"two of one name":         {"token: {a: b}\ntoken_sops: x\n", "error 2:1 the value of /token_sops is not encrypted\nerror 2:1 \"token_sops\" stands beside \"token\": Flow takes _sops off, and one of them is lost"},
		"a comment":               {"# old: ghp_0123456789abcdefghijklmnopqrstuvwxyz\na: b\n", "error 1:1 a comment looks like a GitHub token, and stands in clear"},
		"a comment that is prose": {"# the password is in the vault\na: b\n", ""},
		"no YAML":                 {"a: [\n", "error 2:0 did not find expected node content"},
		"twice the same key":      {"a: 1\na: 2\n", `error 2:1 key "a" stands here twice: line 1 has it too`},
		"empty":                   {"\n", "error 0:0 it is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, file := write(t, "config.yaml", tt.text)
			if got := checked(t, CheckOptions{}, file); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// Whatever is done to a sealed file without sops is found without any key, in YAML and in JSON.
func TestCheckSealedText(t *testing.T) {
	t.Parallel()
	block := func(pattern, with string) func(string) string {
		return func(text string) string { return regexp.MustCompile(pattern).ReplaceAllString(text, with) }
	}
	for name, tt := range map[string]struct {
		change func(string) string
		want   string // in the findings; "" for none
	}{
		"nothing":                {func(s string) string { return s }, ""},
		"a value in clear":       {block(`"token_sops": "ENC[^"]*"`, `"token_sops": "hunter2"`), "error the value of /token_sops is not encrypted"},
		"an empty value":         {block(`"token_sops": "ENC[^"]*"`, `"token_sops": ""`), ""},
		"null":                   {block(`"token_sops": "ENC[^"]*"`, `"token_sops": null`), ""},
		"a cut ciphertext":       {block(`"token_sops": "(ENC[^,]*,data:)[^,]*`, `"token_sops": "$1`), "error the value of /token_sops is a damaged ciphertext"},
		"a tag that is none":     {block(`tag:[^,]*,type:int`, `tag:AAAA,type:int`), "error the value of /port_sops is a damaged ciphertext"},
		"a type that is none":    {block(`type:int`, `type:many`), "error the value of /port_sops is a damaged ciphertext"},
		"one renamed":            {block(`"token_sops"`, `"token"`), "error the value of /token is encrypted, and its key says that it is not: sops leaves it as it is"},
		"one renamed by a slip":  {block(`"token_sops"`, `"token_sosp"`), `error "token_sosp" almost ends in _sops, and stands in clear`},
		"a new password":         {block(`"host": "h"`, `"host": "h", "password": "Xk3$9fQz!7Lm"`), "warning /password looks like a password, and stands in clear"},
		"a plain twin":           {block(`"host": "h"`, `"host": "h", "token": {"a": 1}`), `error "token_sops" stands beside "token"`},
		"no signature":           {block(`"mac": "[^"]*"`, `"mac": "x"`), "error the sops block has no sound signature (mac)"},
		"no date":                {block(`"lastmodified": "[^"]*"`, `"lastmodified": "soon"`), "error the sops block has no date (lastmodified)"},
		"no version":             {block(`"version": "[^"]*"`, `"version": ""`), "error the sops block names no version of sops"},
		"no keys":                {block(`(?s)"age": \[.*?\]`, `"age": []`), "error the sops block names no key that could open the file"},
		"no data key":            {block(`"enc": "[^"]*"`, `"enc": ""`), "error the sops block has a key without the data key encrypted for it (enc)"},
		"no rule":                {block(`"encrypted_suffix": "_sops",\s*`, ``), "warning the sops block does not say which keys are encrypted: sops takes all"},
		"two rules":              {block(`"encrypted_suffix": "_sops"`, `"encrypted_suffix": "_sops", "encrypted_regex": "^a"`), "error the sops block has more than one rule for which keys are encrypted"},
		"a rule that is none":    {block(`"encrypted_suffix": "_sops"`, `"encrypted_regex": "("`), "error the sops block has a pattern that is none"},
		"another suffix":         {block(`"encrypted_suffix": "_sops"`, `"encrypted_suffix": "_enc"`), "warning nothing in it is encrypted"},
		"rules by comments":      {block(`"encrypted_suffix": "_sops"`, `"encrypted_comment_regex": "x"`), ""},
		"a group of keys beside": {block(`"version":`, `"key_groups": [{"age": [{"recipient": "age1x", "enc": ""}]}], "version":`), "error the sops block has a key without the data key encrypted for it (enc)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plain := "{\n  \"token_sops\": \"hunter2\",\n  \"port_sops\": 5432,\n  \"host\": \"h\"\n}\n"
			for _, format := range []string{"config.json", "config.yaml"} { // JSON is YAML too
				file := sealFile(t, format, plain)
				if err := os.WriteFile(file, []byte(tt.change(read(t, file))), 0o644); err != nil {
					t.Fatal(err)
				}
				got := regexp.MustCompile(`(?m)^(\w+) \d+:\d+ `).ReplaceAllString(checked(t, CheckOptions{}, file), "$1 ")
				if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
					t.Errorf("%s: got\n%s\nwant %s", format, got, tt.want)
				}
				if strings.Contains(got, "hunter2") || strings.Contains(got, "Xk3$") {
					t.Errorf("a value is shown: %s", got)
				}
			}
		})
	}
}

// A config within a catalog is checked where it stands.
func TestCheckOfPartsOfAFile(t *testing.T) {
	t.Parallel()
	inner := read(t, sealFile(t, "c.yaml", "# note\na: b\nt_sops: x\n"))
	indented := "    " + strings.ReplaceAll(strings.TrimRight(inner, "\n"), "\n", "\n    ") + "\n"
	_, file := write(t, "flow.yaml", "captures:\n  endpoint:\n"+indented)
	found, err := Check(t.Context(), []string{file}, CheckOptions{})
	if err != nil || len(found.Findings) != 0 || found.Sealed != 1 {
		t.Errorf("%+v, %v", found, err)
	}
	_, file = write(t, "flow.yaml", "captures:\n  endpoint:\n    local:\n      t_sops: x\n")
	found, err = Check(t.Context(), []string{file}, CheckOptions{})
	if err != nil || len(found.Findings) != 1 || !strings.Contains(found.Findings[0].Fix, "a file of its own") {
		t.Errorf("%+v, %v", found, err)
	}
}

// In folders only those files count that may hold secrets; a path that is not there is an error.
func TestCheckFolders(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, map[string]string{
		"config.yaml": "password: hunter2secret\n", "other.yaml": "password: hunter2secret\n", "marked.yaml": "t_sops: x\n", "notes.txt": "t_sops: x\n",
		"node_modules/config.yaml": "t_sops: x\n", ".venv/config.yaml": "t_sops: x\n", "broken-config.yaml": "a: [\nt_sops: x\n", "broken.yaml": "a: [\n",
		".sops.yaml": "creation_rules:\n  - age: AGE-SECRET-KEY-1QQ\n", "ignored/config.yaml": "t_sops: x\n",
	})
	files := func(want string) {
		t.Helper()
		found, err := Check(t.Context(), []string{dir, dir}, CheckOptions{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range found.Findings {
			if len(names) == 0 || names[len(names)-1] != f.File {
				names = append(names, f.File)
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
	files(".sops.yaml broken-config.yaml config.yaml ignored/config.yaml marked.yaml")
	testkit.Put(t, dir, map[string]string{".gitignore": "ignored/\n.venv/\nnode_modules/\n"})
	testkit.Git(t, dir, "init", "-q")
	testkit.Git(t, dir, "add", "-A")
	if err := os.Remove(filepath.Join(dir, "marked.yaml")); err != nil { // git knows it still
		t.Fatal(err)
	}
	files(".sops.yaml broken-config.yaml config.yaml")
	if got := checked(t, CheckOptions{Allow: []string{"password"}}, filepath.Join(dir, "config.yaml")); got != "" {
		t.Errorf("allowed, and found: %s", got)
	}
	if got := checked(t, CheckOptions{Allow: []string{"/password"}}, filepath.Join(dir, "config.yaml")); got != "" {
		t.Errorf("allowed by its pointer, and found: %s", got)
	}
	if _, err := Check(t.Context(), []string{filepath.Join(dir, "none")}, CheckOptions{}); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "none") {
		t.Errorf("a path that is not there: %v", err)
	}
}

// What connkit has encrypted is never found fault with.
func TestCheckIsContentWithWhatIsSealed(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(7, 11))
	for range 60 {
		text := randomConfig(rnd, 0)
		e := encrypt(t, "config.yaml", text)
		if e.Err != nil {
			t.Fatalf("%v\n%s", e.Err, text)
		}
		if err := e.Apply(); err != nil {
			t.Fatal(err)
		}
		if got := checked(t, CheckOptions{}, e.path); got != "" {
			t.Fatalf("%s\n%s", got, read(t, e.path))
		}
	}
}

// randomConfig makes a config with a secret in it somewhere, below lists and maps.
func randomConfig(rnd *rand.Rand, depth int) string {
	indent := strings.Repeat("  ", depth)
	var b strings.Builder
	for i := range 1 + rnd.IntN(4) {
		key := fmt.Sprintf("%sk%d", indent, i)
		switch rnd.IntN(5) {
		case 0:
			if depth < 3 {
				b.WriteString(key + ":\n" + randomConfig(rnd, depth+1))
				continue
			}
			fallthrough
		case 1:
			fmt.Fprintf(&b, "%s: %d\n", key, rnd.IntN(1000))
		case 2:
			fmt.Fprintf(&b, "%s: [a, b]  # some\n", key)
		case 3:
			fmt.Fprintf(&b, "%s_sops: |\n%s  line\n%s  more\n", key, indent, indent)
		default:
			fmt.Fprintf(&b, "%s_sops: 'it''s %d'\n", key, rnd.IntN(1000))
		}
	}
	fmt.Fprintf(&b, "%slast_sops: {a: %d, b: [x, \"y\"]}\n", indent, rnd.IntN(9))
	return b.String()
}
