package scaffold_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/scaffold"
	"github.com/connkit/connkit/templates"
)

var update = flag.Bool("update", false, "write the golden trees anew")

// variants are the scaffolds that differ.
func variants(root string) map[string]scaffold.Options {
	upstream := func(template string, u scaffold.Upstream) scaffold.Options {
		return scaffold.Options{Name: "source-big-data", Template: template, Upstream: u}
	}
	return map[string]scaffold.Options{
		"python":           upstream("python", scaffold.Upstream{}),
		"go":               upstream("go", scaffold.Upstream{}),
		"go-in-a-module":   {Name: "source-2fa", Template: "go", GoModule: "example.com/connectors"},
		"airbyte":          upstream("airbyte", scaffold.Upstream{}),
		"airbyte-package":  upstream("airbyte", scaffold.Upstream{Package: "airbyte-source-big-data==7.2.1", Class: "source_big_data:SourceBigData"}),
		"airbyte-no-class": upstream("airbyte", scaffold.Upstream{Package: "airbyte-source-bigdata"}),
		"airbyte-path":     upstream("airbyte", scaffold.Upstream{Path: filepath.Join(root, "upstream", "source-foo"), Class: "source_foo.source:SourceFoo"}),
		"singer":           upstream("singer", scaffold.Upstream{}),
		"materialize":      {Name: "materialize-big-data"},
		"derive":           {Name: "derive-big-data", Prefix: "other"},
		"singer-package":   upstream("singer", scaffold.Upstream{Package: "tap-bigdata", Class: "tap_bigdata:main"}),
	}
}

// A golden tree holds each file's mode, git object and path, and the text of
// the small rendered files. `go test ./pkg/scaffold -update` writes them anew.
func TestGoldenTrees(t *testing.T) {
	t.Parallel()
	for name := range variants("") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The variants have one name, so each has a folder.
			root := testkit.Tree(t, map[string]string{"upstream/source-foo/pyproject.toml": "[project]\nname = \"source-foo\"\n"})
			o := variants(root)[name]
			o.Root, o.Year, o.Version, o.Author = root, 2026, "v0.0.0", "Ann Example <ann@example.com>"
			p, err := scaffold.New(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			checkFiles(t, p)
			golden := filepath.Join("testdata", "golden", name+".txtar")
			got := archive(p)
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("the tree is not that of %s: go test ./pkg/scaffold -update, and read the diff\ngot:\n%s", golden, got)
			}
		})
	}
}

// archive leaves out what is long: code is checked by its object's name.
func archive(p *scaffold.Plan) []byte {
	var a txtar.Archive
	var tree strings.Builder
	for _, f := range p.Files {
		content := strings.ReplaceAll(string(f.Content), p.Path, "ROOT")
		if f.Path == ".connkit.yaml" { // its hashes stand in the tree
			content, _, _ = strings.Cut(content, "files:\n")
		}
		fmt.Fprintf(&tree, "%s %s %s\n", f.Mode, scaffold.GitBlob(content)[:12], f.Path)
		switch filepath.Ext(f.Path) {
		case ".toml", ".yaml", ".txt", ".mod":
			a.Files = append(a.Files, txtar.File{Name: f.Path, Data: []byte(content)})
		}
		if strings.HasSuffix(f.Path, "__main__.py") {
			a.Files = append(a.Files, txtar.File{Name: f.Path, Data: []byte(content)})
		}
	}
	a.Comment = []byte(tree.String())
	return txtar.Format(&a)
}

func checkFiles(t *testing.T, p *scaffold.Plan) {
	t.Helper()
	var v any
	for _, f := range p.Files {
		var err error
		switch filepath.Ext(f.Path) {
		case ".yaml":
			err = yaml.Unmarshal(f.Content, &v)
		case ".toml":
			err = toml.Unmarshal(f.Content, &v)
		case ".jsonl":
			for line := range bytes.Lines(f.Content) {
				var pair []json.RawMessage
				if !bytes.Contains(line, []byte("commit")) {
					err = errors.Join(err, json.Unmarshal(line, &pair))
				}
			}
		}
		if err != nil {
			t.Errorf("%s: %v", f.Path, err)
		}
		if len(f.Content) > 0 && f.Content[len(f.Content)-1] != '\n' {
			t.Errorf("%s has no last line feed", f.Path)
		}
		if bytes.Contains(f.Content, []byte("<no value>")) || bytes.Contains(f.Content, []byte("{{")) && filepath.Ext(f.Path) == ".yaml" {
			t.Errorf("%s is not rendered whole", f.Path)
		}
	}
	if err := p.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := flow.Load(filepath.Join(p.Path, "test.flow.yaml"))
	if err != nil || len(c.Warnings) > 0 {
		t.Fatalf("test.flow.yaml: %q, %v", c.Warnings, err)
	}
	task, err := c.Task("")
	if err != nil {
		t.Fatal(err)
	}
	secretive := len(p.Upstream) == 0 && p.Kind != "derivation" // one that reads collections alone needs no secret
	if config, err := task.Config(t.Context(), flow.ConfigOptions{}); err != nil || config.Plain != secretive {
		t.Errorf("the config has no secret field, or has one: %+v, %v", config, err)
	}
}

// Each template folder is one that connkit new can make something of.
func TestEveryTemplateIsWhole(t *testing.T) {
	t.Parallel()
	list, err := scaffold.Templates(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := fs.ReadDir(templates.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != len(entries)-1 { // shared/ is none
		t.Errorf("%d templates in %d folders", len(list), len(entries))
	}
	for _, tpl := range list {
		if tpl.Title == "" || tpl.Version < 1 || tpl.From != "connkit" {
			t.Errorf("got %+v", tpl)
		}
	}
}

// The builder of the scaffolds needs Python 3.9, and packages of 2019 may need 3.8.
func TestTheBuilderRunsOnTheOldestPython(t *testing.T) {
	t.Parallel()
	for _, template := range []string{"airbyte", "singer"} {
		for python, want := range map[string]string{">=3.8,<3.9": "hatchling.build", ">=3.8": "hatchling.build", ">=3.9": "poetry.core.masonry.api", ">=3.10,<3.11": "poetry.core.masonry.api", "3": "poetry.core.masonry.api"} {
			p, err := scaffold.New(t.Context(), scaffold.Options{
				Root: t.TempDir(), Name: "source-old", Template: template,
				Upstream: scaffold.Upstream{Package: "tap-old==1.0"}, Set: map[string]string{"python": python},
			})
			if err != nil {
				t.Fatal(err)
			}
			var project struct {
				Build map[string]any `toml:"build-system"`
			}
			if err := toml.Unmarshal([]byte(contents(p)["pyproject.toml"]), &project); err != nil || project.Build["build-backend"] != want {
				t.Errorf("%s for %q: %v, %v", template, python, project.Build, err)
			}
		}
	}
}
