package workspace_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

func TestAllowPlaintext(t *testing.T) {
	t.Parallel()
	for before, want := range map[string]string{
		"":                           "secrets:\n  allow_plaintext: [a, \"b: c\"]\n",
		"# only\n":                   "# only\nsecrets:\n  allow_plaintext: [a, \"b: c\"]\n",
		"run:\n  timeout: 5m  # x\n": "run:\n  timeout: 5m  # x\nsecrets:\n  allow_plaintext: [a, \"b: c\"]\n",
		"run:\n  timeout: 5m":        "run:\n  timeout: 5m\nsecrets:\n  allow_plaintext: [a, \"b: c\"]",
		"secrets:\n    suffix: _x\n\nrun:\n    timeout: 5m\n":                        "secrets:\n    suffix: _x\n    allow_plaintext: [a, \"b: c\"]\n\nrun:\n    timeout: 5m\n",
		"secrets:\n  allow_plaintext:\n    - z # why\n    - a\nrun: {timeout: 5m}\n": "secrets:\n  allow_plaintext:\n    - z # why\n    - a\n    - \"b: c\"\nrun: {timeout: 5m}\n",
		"secrets: {allow_plaintext: [\"b: c\"]}\r\n":                                 "secrets: {allow_plaintext: [\"b: c\", a]}\r\n",
		"secrets: {allow_plaintext: [\"b: c\", a]}\n":                                "secrets: {allow_plaintext: [\"b: c\", a]}\n",
	} {
		root := testkit.Tree(t, map[string]string{".git/HEAD": "", "connkit.yaml": before})
		if before == "" {
			if err := os.Remove(filepath.Join(root, "connkit.yaml")); err != nil {
				t.Fatal(err)
			}
		}
		w, _ := open(t, root)
		r, err := w.AllowPlaintext([]string{"a", "b: c"})
		if err == nil {
			err = r.Apply()
		}
		text, _ := os.ReadFile(filepath.Join(root, "connkit.yaml"))
		if err != nil || string(text) != want {
			t.Errorf("%q: %v\n got %q\nwant %q", before, err, text, want)
			continue
		}
		if _, set := open(t, root); !slices.Contains(set.Secrets.Allow, "a") || !slices.Contains(set.Secrets.Allow, "b: c") {
			t.Errorf("%q: read as %q", before, set.Secrets.Allow)
		}
	}
	for _, before := range []string{"secrets:\n", "secrets: {allow_plaintext: }\n", "secrets: &x\n  age: []\n", "a: [\n"} {
		root := testkit.Tree(t, map[string]string{".git/HEAD": "", "connkit.yaml": "output: text\n"})
		w, _ := open(t, root)
		if err := os.WriteFile(filepath.Join(root, "connkit.yaml"), []byte(before), 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := w.AllowPlaintext([]string{"a"})
		if err == nil && !strings.Contains(string(r.After), "allow_plaintext: [a]") {
			t.Errorf("%q: %q", before, r.After)
		}
		if err != nil && fault.KindOf(err) == fault.Failed {
			t.Errorf("%q: %v", before, err)
		}
	}
}
