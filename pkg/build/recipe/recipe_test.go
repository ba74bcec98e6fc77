package recipe_test

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/build/dockerfile"
	"github.com/connkit/connkit/pkg/build/recipe"
	"github.com/connkit/connkit/pkg/workspace"
)

var update = flag.Bool("update", false, "write the golden files")

const project = "[project]\nname = \"x\"\nrequires-python = \">=3.11,<4.0\"\ndependencies = [\"a\"]\n[build-system]\nrequires = [\"poetry-core\"]\n"

// connectors are folders of connectors, and the golden file that each becomes.
var connectors = map[string]map[string]string{
	"python-plain":  {"source-x/pyproject.toml": project, "source-x/source_x/__main__.py": ""},
	"python-poetry": {"source-x/pyproject.toml": "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\npython = \"^3.11\"\n", "source-x/poetry.lock": "", "source-x/source_x/__main__.py": ""},
	"python-poetry-path": {
		"source-x/pyproject.toml": "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\npython = \">=3.9,<3.12\"\nestuary-cdk = {path=\"../estuary-cdk\", develop=true}\n",
		"source-x/poetry.lock":    "[[package]]\n[package.source]\ntype = \"directory\"\n", "source-x/source_x/__main__.py": "", "estuary-cdk/pyproject.toml": project,
	},
	"python-uv":           {"source-x/pyproject.toml": project, "source-x/uv.lock": "source = { editable = \".\" }\n", "source-x/other/__main__.py": "", "source-x/tests/__main__.py": ""},
	"python-requirements": {"source-x/requirements.txt": "a\n", "source-x/main.py": ""},
	"python-git":          {"source-x/pyproject.toml": strings.Replace(project, `"a"`, `"tap-a @ git+https://example.com/a@v1"`, 1), "source-x/source_x/__main__.py": ""},
	"go-module":           {"source-x/go.mod": "module source-x\n\ngo 1.23\n", "source-x/main.go": "package main\n"},
	"go-root": {
		"go.mod": "module example.com/c\n\ngo 1.25.3\n\nreplace example.com/fork => ./third_party/fork\n", "go.sum": "",
		"source-x/cmd/connector/main.go": "package main\n\nimport (\n\t\"fmt\"\n\t_ \"example.com/c/go/common\"\n\t_ \"example.com/c/source-boilerplate\"\n\t_ \"example.com/fork/deep\"\n)\n",
		"source-x/x.go":                  "package x\n\nimport _ \"example.com/c/only/here\"\n", "source-x/x_test.go": "package x\n\nimport _ \"example.com/c/tests\"\n",
		"go/common/c.go": "package common\n\nimport _ \"example.com/c/go/common/sub\"\nimport _ \"example.com/c/sqlcapture\"\n", "go/common/sub/s.go": "package sub\n",
		"sqlcapture/s.go": "package sqlcapture\n", "source-boilerplate/b.go": "package b\n", "third_party/fork/go.mod": "module example.com/fork\n",
		"third_party/fork/deep/d.go": "package deep\n", "tests/t.go": "package tests\n", "only/here/h.go": "package here\n", "unused/u.go": "package unused\n",
	},
	"go-vendored": {"go.mod": "module c\n", "vendor/modules.txt": "", "source-x/main.go": "package main\n"},
}

func connector(root string) workspace.Connector {
	c := workspace.Connector{Name: "source-x", Dir: filepath.Join(root, "source-x"), Language: "python", Kind: "capture"}
	if found, _ := filepath.Glob(filepath.Join(root, "source-x", "*.go")); len(found) > 0 {
		c.Language = "go"
	}
	if _, err := os.Stat(filepath.Join(root, "source-x", "cmd")); err == nil {
		c.Language = "go"
	}
	return c
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, files := range connectors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := testkit.Tree(t, files)
			r, err := recipe.For(root, connector(root), "capture")
			if err != nil {
				t.Fatal(err)
			}
			got, err := r.Dockerfile(true)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".Dockerfile")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || string(got) != string(want) {
				t.Errorf("%v: got\n%s", err, got)
			}
			properties(t, r)
		})
	}
}

// properties are what every Dockerfile of ours has.
func properties(t *testing.T, r *recipe.Recipe) {
	t.Helper()
	for _, mounts := range []bool{true, false} {
		text, err := r.Dockerfile(mounts)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"\nUSER 65532:65532\n", "LABEL FLOW_RUNTIME_PROTOCOL=${CONNECTOR_TYPE}", "FLOW_RUNTIME_CODEC=json", "\nARG BASE_IMAGE=", "\nENTRYPOINT ["} {
			if !strings.Contains(string(text), want) {
				t.Errorf("no %q", want)
			}
		}
		for _, no := range []string{"# syntax", "<no value>", "\n\n\n"} {
			if strings.Contains(string(text), no) {
				t.Errorf("%q is in it", no)
			}
		}
		f := dockerfile.Parse(text)
		if f.Mounts() != mounts || f.Platform(nil) != "" || f.Taken(nil).All {
			t.Errorf("mounts %v, platform %q, %+v", f.Mounts(), f.Platform(nil), f.Taken(nil))
		}
	}
}

// What is imported counts, what is not does not.
func TestSourcesOfGo(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, connectors["go-root"])
	r, err := recipe.For(root, connector(root), "capture")
	if err != nil {
		t.Fatal(err)
	}
	text, err := r.Eject(false)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(dockerfile.Parse(text).Taken(nil).Paths, " ")
	if want := "build-ca.cr[t] go.mod go.su[m] go/common source-boilerplate source-x sqlcapture third_party/fork"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWhatCannotBeBuilt(t *testing.T) {
	t.Parallel()
	rust := func(c workspace.Connector) workspace.Connector { c.Language = "rust"; return c }
	same := func(c workspace.Connector) workspace.Connector { return c }
	for _, tt := range []struct {
		name   string
		files  map[string]string
		change func(workspace.Connector) workspace.Connector
		want   string
	}{
		{"another language", connectors["python-plain"], rust, "making a Dockerfile for source-x: there is no template for connectors in rust"},
		{"nothing to start", map[string]string{"source-x/pyproject.toml": project}, same, "making a Dockerfile for source-x: nothing tells what to start: there is no source_x/__main__.py"},
		{"outside", map[string]string{"source-x/pyproject.toml": project + "[tool.uv.sources]\na = {path = \"../../a\"}\n", "source-x/source_x/__main__.py": ""}, same, "which is outside of the repository"},
		{"a path with blanks", map[string]string{"source-x/pyproject.toml": project + "[tool.uv.sources]\na = {path = \"../a b\"}\n", "source-x/source_x/__main__.py": ""}, same, "a path with characters that a Dockerfile takes for more"},
		{"no module", map[string]string{"source-x/main.go": "package main\n"}, same, "there is no go.mod in it or above it"},
		{"no program", map[string]string{"go.mod": "module x\n", "source-x/x.go": "package x\n"}, same, "no package main in source-x"},
		{"two programs", map[string]string{"go.mod": "module x\n", "source-x/x.go": "package x\n", "source-x/cmd/a/m.go": "package main\n", "source-x/cmd/b/m.go": "package main\n"}, same, "no package main in source-x"},
		{"a work file", map[string]string{"go.mod": "module x\n", "go.work": "go 1.23\n", "source-x/x.go": "package main\n"}, same, "its modules are tied by a go.work"},
		{"no Go", map[string]string{"go.mod": "module x\n", "source-x/x.go": "package main\n\nimport \"a\n"}, same, "reading imports"},
		{"two locks", map[string]string{"source-x/pyproject.toml": project, "source-x/uv.lock": "", "source-x/poetry.lock": ""}, same, "poetry.lock and uv.lock are both there"},
	} {
		root := testkit.Tree(t, tt.files)
		_, err := recipe.For(root, tt.change(connector(root)), "capture")
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}

func TestCommand(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"python-plain": "python -m source_x", "python-uv": "python -m other", "python-requirements": "python main.py",
		"go-module": "go run .", "go-root": "go run ./cmd/connector",
	} {
		root := testkit.Tree(t, connectors[name])
		got, err := recipe.Command(connector(root))
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	root := testkit.Tree(t, maps.Clone(connectors["go-module"]))
	c := connector(root)
	c.Language = "node"
	if _, err := recipe.Command(c); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
}
