package ci

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
)

// When the second of two files cannot be written, the first is as it was.
func TestApplyPutsBack(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"a.yaml": "before"})
	file := filepath.Join(root, "a.yaml")
	change := Change{files: []fileChange{
		{file: "a.yaml", path: file, before: []byte("before"), after: []byte("after")},
		{file: "b.yaml", path: "/proc/connkit/b.yaml", after: []byte("new")}, // no folder can be made there
	}}
	if err := change.Apply(); err == nil {
		t.Fatal("a file in a folder that cannot be made")
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "before" {
		t.Errorf("got %q, %v", text, err)
	}
}

// A graph as go list gives it: a leads to lib by a package of another module,
// and its test to helpers.
func TestGoGraph(t *testing.T) {
	t.Parallel()
	text := `
{"Dir": "/r/source-a", "ImportPath": "m/source-a", "Imports": ["fmt", "other/x"]}
{"Dir": "/r/source-a", "ImportPath": "m/source-a [m/source-a.test]", "Imports": ["m/helpers", "m/gone/deep", "fmt"]}
{"Dir": "/cache/other/x", "ImportPath": "other/x", "Imports": ["m/lib"]}
{"Dir": "/r/lib", "ImportPath": "m/lib", "Imports": ["m/lib/deep"]}
{"Dir": "/r/lib/deep", "ImportPath": "m/lib/deep", "Imports": ["m/lib"]}
{"Dir": "/r/helpers", "ImportPath": "m/helpers"}
{"Dir": "/r/source-ab", "ImportPath": "m/source-ab", "Imports": ["m/unrelated"]}
{"Dir": "/r/unrelated", "ImportPath": "m/unrelated"}
{"ImportPath": "m/gone/deep"}
`
	g, err := readGraph([]byte(text), "/r")
	if err != nil {
		t.Fatal(err)
	}
	g.modules = map[string]string{"m": "."}
	reached := g.reach("source-a")
	for _, dir := range []string{"source-a", "lib", "lib/deep", "helpers", "gone/deep"} {
		if !reached[dir] {
			t.Errorf("%s is not reached: %v", dir, reached)
		}
	}
	if len(reached) != 5 {
		t.Errorf("got %v", reached)
	}
	for _, bad := range []string{"", "{", `{"Dir": "/elsewhere", "ImportPath": "x"}`} {
		if _, err := readGraph([]byte(bad), "/r"); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a/b_c-1.go and 2 more: x":    "a/b_c-1.go and 2 more: x",
		"$(x) `y` ${{ z }} \"q\" 'r'": "??x? ?y? ??? z ?? ?q? ?r?",
		"ä\n;|&<>*?!\\":               "???????????",
	} {
		if got := plainText(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// The documentation shows how a matrix of more than 256 jobs is split; both
// workflows are ones that actionlint has nothing against.
func TestDocumentedWorkflows(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/ci-matrix.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := yamlBlocks(string(text))
	if len(blocks) != 2 {
		t.Fatalf("%d workflows", len(blocks))
	}
	const before = "on: push\njobs:\n  changes:\n    runs-on: ubuntu-24.04\n    outputs:\n      any: ${{ steps.m.outputs.any }}\n      chunks: ${{ steps.m.outputs.chunks }}\n    steps:\n      - id: m\n        run: connkit ci matrix --all\n"
	for _, workflow := range []string{before + blocks[0], blocks[1]} {
		found, err := lint("ci.yaml", []byte(workflow))
		if err != nil || len(found) > 0 {
			t.Errorf("%v %v in\n%s", found, err, workflow)
		}
	}
}

// yamlBlocks gives the texts in a Markdown file that are marked as YAML.
func yamlBlocks(text string) []string {
	var blocks []string
	for {
		_, rest, ok := strings.Cut(text, "```yaml\n")
		block, after, closed := strings.Cut(rest, "```")
		if !ok || !closed {
			return blocks
		}
		blocks, text = append(blocks, block), after
	}
}
