package workspace_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/workspace"
)

// What a setting takes it takes in a file, by a variable and by a flag, and what it does not
// it refuses in each, in the same words.
func TestValuesThatSettingsTake(t *testing.T) {
	t.Parallel()
	for key, tt := range map[string]struct{ right, wrong []string }{
		"run.timeout":         {[]string{"1s", "90s", "5m", "1h30m", "0.5s", "100ms", "1us"}, []string{"90", "0", "0s", "-1s", "soon", "5 m", "1d", "m"}},
		"secrets.timeout":     {[]string{"1m"}, []string{"0s"}},
		"output":              {[]string{"text", "json"}, []string{"JSON", "yaml", "text "}},
		"env.manager":         {[]string{"auto", "uv", "poetry", "pip"}, []string{"conda", "Pip"}},
		"build.engine":        {[]string{"auto", "docker", "podman", "nerdctl", "buildah"}, []string{"Docker", "rkt"}},
		"upstream.commit":     {[]string{"merge", "single"}, []string{"squash"}},
		"new.prefix":          {[]string{"acmeCo", "acme/team", "a.b-c_d", "größe", "1"}, []string{"/acme", "acme/", "a//b", "a b", "a:b", "a\\b", "*"}},
		"secrets.suffix":      {[]string{"_sops", "Secret", "-x", "_größe"}, []string{"a b", "a:", "'x'", "a\tb"}},
		"connectors.patterns": {[]string{"source-*", "[a-c]*", "*", "?x"}, []string{"[", "a/b", "/a"}},
		"connectors.ignore":   {[]string{"source-x"}, []string{"[a", "x/y"}},
		"ci.unrelated":        {[]string{"docs/**", "**/*.md", "LICENSE*", ".github/**"}, []string{"/docs", "!docs", "[", "a["}},
		"secrets.age":         {[]string{"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"}, []string{"AGE-SECRET-KEY-1QQ", "-----BEGIN PRIVATE KEY-----"}},
	} {
		list := strings.HasPrefix(key, "connectors.") || key == "ci.unrelated" || key == "secrets.age"
		inFile := func(value string) error {
			text := strconv.Quote(value)
			if list {
				text = "[" + text + "]"
			}
			_, err := explain(t, fileWith(key, text), "", nil, nil)
			return err
		}
		variable := "CONNKIT_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
		ways := func(value string) map[string]error {
			_, byVariable := explain(t, "", "", []string{variable + "=" + value}, nil)
			_, byFlag := explain(t, "", "", nil, map[string]string{key: value})
			return map[string]error{"the file": inFile(value), variable: byVariable, "flag": byFlag}
		}
		for _, value := range tt.right {
			for way, err := range ways(value) {
				if err != nil {
					t.Errorf("%s: %q by %s: %v", key, value, way, err)
				}
			}
		}
		for _, value := range tt.wrong {
			texts := map[string]bool{}
			for way, err := range ways(value) {
				if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), key+": ") {
					if list && way != "the file" && strings.TrimSpace(value) != value {
						continue // blanks around the parts of a list do not count
					}
					t.Errorf("%s: %q by %s: %v", key, value, way, err)
					continue
				}
				_, text, _ := strings.Cut(err.Error(), key+": ")
				texts[text] = true
			}
			if len(texts) > 1 {
				t.Errorf("%s: %q is refused in several words: %v", key, value, texts)
			}
		}
	}
}

// Durations and lists come out as what they say.
func TestValuesAsTheyAreUsed(t *testing.T) {
	t.Parallel()
	w, _ := open(t, testkit.Tree(t, map[string]string{workspace.FileName: "build: {dockerfile: [{language: go, file: Go.Dockerfile}], secrets: [{id: ca, src: ca.crt}]}\n" +
		"ci: {ignore: [{name: source-x, reason: old}]}\nsecrets: {hc_vault_transit: [u], gcp_kms: [a, b], allow_plaintext: ['a,b']}\n"}))
	s, err := w.Settings([]string{"CONNKIT_RUN_TIMEOUT=1h30m", "CONNKIT_CONNECTORS_IGNORE= a , b,c ", "CONNKIT_SECRETS_AZURE_KV=x"}, map[string]string{"secrets.kms": "k1,k2"})
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(s.Run.Timeout == 90*time.Minute, s.Connectors.Ignore, s.Build.Dockerfile, s.Build.Secrets, s.CI.Ignore, s.Secrets.Vault, s.Secrets.GCPKMS, s.Secrets.Allow, s.Secrets.AzureKV, s.Secrets.KMS, s.Secrets.Timeout)
	if want := "true [a b c] [{go Go.Dockerfile}] [{ca ca.crt}] [{source-x old}] [u] [a b] [a,b] [x] [k1 k2] 15s"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The root is found from wherever one stands: by the nearest connkit.yaml, else by git.
func TestTheRootFromOddPlaces(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{
		"outer/connkit.yaml": "", "outer/source-x/deep/": "", "outer/inner/connkit.yaml": "", "outer/inner/a/": "",
		"repo/.git/HEAD": "", "repo/source-y/": "", "repo/sub/.git": "gitdir: ../.git/modules/sub\n", "repo/sub/source-z/": "", "plain/a/": "", "real.yaml": "",
	})
	if err := os.MkdirAll(filepath.Join(root, "linked", "a"), 0o755); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"linked/connkit.yaml": "../real.yaml", "to-deep": "outer/source-x/deep", "dangling": "nowhere"} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	for from, want := range map[string]string{
		"outer": "outer connkit.yaml", "outer/source-x/deep": "outer connkit.yaml", "outer/inner": "outer/inner connkit.yaml", "outer/inner/a": "outer/inner connkit.yaml",
		"repo/source-y": "repo git", "repo/sub": "repo/sub git", "repo/sub/source-z": "repo/sub git", "plain/a": "plain/a folder", "linked/a": "linked connkit.yaml",
		"to-deep": "outer connkit.yaml", "outer/./source-x/../source-x": "outer connkit.yaml", "outer/gone/further": "outer connkit.yaml",
	} {
		w, err := workspace.Open(filepath.Join(root, from))
		if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel(root, w.Root)
		if got := filepath.ToSlash(rel) + " " + string(w.Origin); err != nil || got != want {
			t.Errorf("from %s: got %s, want %s", from, got, want)
		}
	}
}

// Whatever a settings file looks like, a key that is added is read back, all else stays byte
// for byte, and a second time changes nothing; what cannot be edited so is refused.
func TestAKeyIsAddedToAnyFile(t *testing.T) {
	t.Parallel()
	edited := 0
	for _, text := range []string{
		"", "\n", "# c", "output: text", "output: text\n", "output: text\r\n", "---\noutput: text\n", "\ufeffoutput: text\n",
		"secrets:\n  age: [a]\n", "secrets:\n    age:\n    - a\n", "secrets: {age: [a]}\n", "secrets: {}\n", "secrets: { }\n", "secrets:\n", "secrets: ~\n",
		"secrets:\n  allow_plaintext: []\n", "secrets:\n  allow_plaintext: [a]\n", "secrets:\n  allow_plaintext:\n  - a\n", "secrets:\n  allow_plaintext:\n  - a  # why\n\noutput: text\n",
		"secrets:\n  allow_plaintext:\n  - 'a'\n  # last\n", "secrets:\n  allow_plaintext: # here\n    - a\n", "secrets:\n  allow_plaintext: [\n    a,\n    b,\n  ]\n",
		"secrets:\n  # nothing yet\n  age: [a] # mine\n# behind\n", "new: {template: go}\nsecrets:\n  age: []\nci: {job: x}\n", "secrets:\n  allow_plaintext: &x [a]\n",
		"output: text\n\n\n", "output: text\n# the end", "secrets:\n  age:\n    - a",
	} {
		root := testkit.Tree(t, map[string]string{".git/HEAD": "", workspace.FileName: text})
		w, err := workspace.Open(root)
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.AllowPlaintext([]string{"token_endpoint"})
		if err != nil {
			if kind := fault.KindOf(err); kind != fault.Blocked && kind != fault.Usage || fault.HintOf(err) == "" && kind == fault.Blocked {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		edited++
		if err := r.Apply(); err != nil {
			t.Fatal(err)
		}
		s, err := w.Settings(nil, nil)
		if err != nil || len(s.Secrets.Allow) == 0 || s.Secrets.Allow[len(s.Secrets.Allow)-1] != "token_endpoint" {
			t.Errorf("%q became %q: %v", text, r.After, err)
			continue
		}
		// Without what was added it is the old text: nothing else was touched.
		rest, old := string(r.After), strings.TrimRight(text, "\r\n")
		for _, part := range strings.FieldsFunc(old, func(r rune) bool { return r == '\n' || r == '\r' }) {
			if part = strings.TrimRight(part, " ]},"); !strings.Contains(rest, part) {
				t.Errorf("%q is not in %q", part, rest)
			}
		}
		if strings.Contains(text, "\r\n") != strings.Contains(rest, "\r\n") || strings.Count(rest, "token_endpoint") != 1 {
			t.Errorf("%q became %q", text, rest)
		}
		again, err := w.AllowPlaintext([]string{"token_endpoint"})
		if err != nil || string(again.After) != rest || string(again.Before) != rest {
			t.Errorf("%q: a second time: %q, %v", text, again.After, err)
		}
	}
	if edited < 20 {
		t.Errorf("%d files were edited", edited)
	}
}
