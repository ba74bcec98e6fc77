package cli

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

func TestReadAnswers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file string
		set  []string
		want map[string]string
		err  string
	}{
		"nothing":         {"", nil, map[string]string{}, ""},
		"only comments":   {"# none\n", nil, map[string]string{}, ""},
		"file":            {"a: b\npython: '>=3.11'\nn: 010\n", nil, map[string]string{"a": "b", "python": ">=3.11", "n": "010"}, ""},
		"set wins":        {"a: b\n", []string{"a=c", "d=e=f", "g="}, map[string]string{"a": "c", "d": "e=f", "g": ""}, ""},
		"last one wins":   {"", []string{"a=b", "a=c"}, map[string]string{"a": "c"}, ""},
		"no equals sign":  {"", []string{"a"}, nil, `--set "a": it must be key=value`},
		"no key":          {"", []string{"=a"}, nil, "it must be key=value"},
		"a list":          {"- a\n", nil, nil, "answers.yaml:1:1: "},
		"a list as value": {"a: b\nc: [d]\n", nil, nil, `answers.yaml:2:4: reading the answer to "c"`},
		"broken":          {"a: [\n", nil, nil, "answers.yaml"},
		"twice":           {"a: b\na: c\n", nil, nil, `answers.yaml:2:1: reading the answers: "a" stands here a second time`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &app{dir: t.TempDir()}
			if err := os.WriteFile(filepath.Join(a.dir, "answers.yaml"), []byte(tt.file), 0o644); err != nil {
				t.Fatal(err)
			}
			got, err := a.readAnswers("answers.yaml", tt.set) // from where --directory says that the user stands
			if tt.err != "" {
				if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || !maps.Equal(got, tt.want) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	if _, err := (&app{dir: "/"}).readAnswers("/nonexistent/answers.yaml", nil); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
}

func TestAdditions(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"a\nb\n":   "--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n",
		"a\nb":     "--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n",
		"\n":       "--- /dev/null\n+++ b/f\n@@ -0,0 +1,1 @@\n+\n",
		"":         "--- /dev/null\n+++ b/f\n",
		"a\x00b":   "--- /dev/null\n+++ b/f\nBinary file, 3 bytes\n",
		"a\xffb\n": "--- /dev/null\n+++ b/f\nBinary file, 4 bytes\n",
	} {
		if got := additions("f", []byte(content)); got != want {
			t.Errorf("%q: got %q", content, got)
		}
	}
}

func TestWantsJSON(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]bool{
		"":                            false,
		"list --output json":          true,
		"list -o json":                true,
		"list --output=json":          true,
		"list --output=text":          false,
		"--output json new --nope":    true,
		"run spec x -- --output json": false,
		"list --output":               false,
		"list -ojson":                 true,
		"list -o=json":                true,
		"list -qojson":                true,
		"list -qo json":               true,
		"list -nqo=json":              true,
		"-C json list -o text":        false,
		"new x -tojson":               false, // the value of another flag
		"list -ojson --output=text":   false, // the last one counts
		"list -oxml -o json":          true,
		"list -o":                     false,
		"list - ojson":                false,
	} {
		if got := wantsJSON(strings.Fields(args), func(string) string { return "" }); got != want {
			t.Errorf("%q: got %v", args, got)
		}
	}
	env := func(string) string { return "json" }
	if !wantsJSON(nil, env) || wantsJSON([]string{"--output=text"}, env) {
		t.Error("the variable holds where no flag does")
	}
}

func TestUpstreamText(t *testing.T) {
	t.Parallel()
	for want, u := range map[string]map[string]string{
		"":                                     {},
		"a==1, class m:C":                      {"kind": "package", "requirement": "a==1", "module": "m", "symbol": "C"},
		"../up":                                {"kind": "path", "requirement": "a", "path": "../up"},
		"a @ git+https://example.com/x.git@v1": {"kind": "git", "requirement": "a @ git+https://example.com/x.git@v1"},
	} {
		if got := upstreamText(u); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
