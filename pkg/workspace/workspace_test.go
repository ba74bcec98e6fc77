package workspace_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/workspace"
)

func open(t *testing.T, dir string) (*workspace.Workspace, *workspace.Settings) {
	t.Helper()
	w, err := workspace.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Settings(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w, s
}

func TestOpen(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		files  map[string]string
		from   string
		root   string
		origin workspace.Origin
	}{
		"git":                        {map[string]string{".git/HEAD": "", "a/b/": ""}, "a/b", "", workspace.FromGit},
		"a linked work tree":         {map[string]string{".git": "gitdir: x", "a/": ""}, "a", "", workspace.FromGit},
		"connkit.yaml":               {map[string]string{".git/HEAD": "", "in/connkit.yaml": "", "in/a/": ""}, "in/a", "in", workspace.FromFile},
		"connkit.yaml beyond git":    {map[string]string{"connkit.yaml": "", "in/.git/HEAD": "", "in/a/": ""}, "in/a", "", workspace.FromFile},
		"neither":                    {map[string]string{"a/": ""}, "a", "a", workspace.FromFolder},
		"a folder that is not there": {map[string]string{".git/HEAD": ""}, "a/b/c", "", workspace.FromGit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := testkit.Tree(t, tt.files)
			w, err := workspace.Open(filepath.Join(root, tt.from))
			if err != nil || w.Root != filepath.Join(root, tt.root) || w.Origin != tt.origin {
				t.Errorf("got %+v, %v", w, err)
			}
		})
	}
}

func TestOpenThroughALink(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{".git/HEAD": "", "source-x/VERSION": ""})
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(root, "source-x"), link); err != nil {
		t.Fatal(err)
	}
	if w, err := workspace.Open(link); err != nil || w.Root != root {
		t.Errorf("got %+v, %v", w, err)
	}
}

// shapes are the kinds of folders that real monorepos of connectors hold.
func shapes() map[string]string {
	return map[string]string{
		"source-py/pyproject.toml":                 "",
		"source-py/VERSION":                        "v2\n",
		"source-setup/setup.py":                    "",
		"source-go-main/main.go":                   "package main\n\nfunc main() {}\n",
		"source-go-docker/x.go":                    "package connector\n",
		"source-go-docker/Dockerfile":              "",
		"materialize-go-cmd/driver.go":             "// Package driver is one.\npackage driver\n",
		"materialize-go-cmd/cmd/connector/main.go": "// c\n\npackage main // here\n",
		"source-go-mod/go.mod":                     "module x\n",
		"materialize-rust/Cargo.toml":              "",
		"derive-ts/package.json":                   "{}",
		"source-py-and-go/pyproject.toml":          "",
		"source-py-and-go/main.go":                 "package main\n",
		"source-boilerplate/boilerplate.go":        "package boilerplate\n",
		"materialize-sql/testing/x_test.go":        "package main\n",
		"materialize-sql/sql.go":                   "package sql\n",
		"materialize-sql/sql_test.go":              "package main\n",
		"source-empty/":                            "",
		"source-file":                              "",
		"other/pyproject.toml":                     "",
		"sources-x/pyproject.toml":                 "",
		"nested/source-deep/pyproject.toml":        "",
	}
}

func TestConnectors(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, shapes())
	if err := os.Symlink("nowhere", filepath.Join(root, "source-dangling")); err != nil {
		t.Fatal(err)
	}
	w, s := open(t, root)
	list, err := w.Connectors(s)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range list {
		got = append(got, fmt.Sprintf("%s %s %s %s", c.Name, c.Kind, c.Language, c.Version))
		if c.Dir != filepath.Join(root, c.Name) {
			t.Errorf("%s is at %s", c.Name, c.Dir)
		}
	}
	want := []string{
		"derive-ts derivation node ", "materialize-go-cmd materialization go ", "materialize-rust materialization rust ", "source-go-docker capture go ",
		"source-go-main capture go ", "source-go-mod capture go ", "source-py capture python v2", "source-py-and-go capture python ", "source-setup capture python ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestConnectorsBySettings(t *testing.T) {
	t.Parallel()
	files := maps.Clone(shapes())
	files["ingest-x/go.mod"] = "module x\n"
	files["connkit.yaml"] = "connectors:\n  patterns: [source-*, ingest-*]\n  ignore: [source-go-*]\n  kinds: [{name: ingest-x, kind: capture}]\n"
	w, s := open(t, testkit.Tree(t, files))
	list, err := w.Connectors(s)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range list {
		got = append(got, c.Name+" "+c.Kind)
	}
	if want := []string{"ingest-x capture", "source-py capture", "source-py-and-go capture", "source-setup capture"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestConnectorByNameOrPath(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"source-py/pyproject.toml": "", "source-py/src/deep/": "", "docs/": ""})
	w, s := open(t, root)
	for _, tt := range []struct{ from, arg string }{
		{"", "source-py"}, {"", "source-py/"}, {"", "./source-py"}, {"docs", "source-py"}, {"docs", "../source-py/"},
		{"source-py", "."}, {"source-py/src/deep", "."}, {"source-py/src", "deep"}, {"", filepath.Join(root, "source-py", "src")},
	} {
		c, err := w.Connector(filepath.Join(root, tt.from), tt.arg, s)
		if err != nil || c.Name != "source-py" {
			t.Errorf("%q from %q: got %v, %v", tt.arg, tt.from, c, err)
		}
	}
	for arg, hint := range map[string]string{
		"source-p": "did you mean source-py", "py": "connkit list, or connkit new NAME", "docs": "connkit list, or connkit new NAME",
		"source-py/none": "connkit list, or connkit new NAME", ".": "connkit list, or connkit new NAME", "/etc": "connkit list, or connkit new NAME", "sorce-py": "did you mean source-py",
	} {
		_, err := w.Connector(root, arg, s)
		if fault.KindOf(err) != fault.Usage || fault.HintOf(err) != hint {
			t.Errorf("%q: got %v (%s)", arg, err, fault.HintOf(err))
		}
	}
}

func TestFolderNamed(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"source-py/pyproject.toml": "", "source-bare/Dockerfile": "", "docs/": ""})
	w, s := open(t, root)
	for arg, want := range map[string]string{"source-bare": "source-bare", "./source-bare/": "source-bare", "source-py": "source-py python"} {
		if c, err := w.FolderNamed(root, arg, s); err != nil || strings.TrimSpace(c.Name+" "+c.Language) != want {
			t.Errorf("%q: got %+v, %v", arg, c, err)
		}
	}
	for _, arg := range []string{"docs", "source-none", "."} {
		if c, err := w.FolderNamed(root, arg, s); fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: got %+v, %v", arg, c, err)
		}
	}
	if _, err := w.Connector(root, "source-bare", s); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "tells how it is built") || !strings.Contains(fault.HintOf(err), "pyproject.toml") {
		t.Errorf("got %v (%s)", err, fault.HintOf(err))
	}
}

// An empty name is a variable of a script that is not set. As a path it would be the
// folder in which the script stands.
func TestAnEmptyNameIsNoConnector(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"source-py/pyproject.toml": "", "connkit.yaml": "connectors: {patterns: ['*']}\n"})
	w, s := open(t, root)
	for _, dir := range []string{root, filepath.Join(root, "source-py")} {
		c, err := w.Connector(dir, "", s)
		if fault.KindOf(err) != fault.Usage || err.Error() != "finding a connector: its name is empty" || c.Name != "" {
			t.Errorf("in %s: got %+v, %v", dir, c, err)
		}
	}
}

func TestConnectorThatIsNotThereWithinAnother(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"source-py/pyproject.toml": ""})
	w, s := open(t, root)
	if c, err := w.Connector(filepath.Join(root, "source-py"), "source-pie", s); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v, %v", c, err)
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"deep/materialize-x/pyproject.toml": "", "plain/a.txt": ""})
	if c := workspace.Folder(filepath.Join(root, "deep/materialize-x")); c.Name != "materialize-x" || c.Language != "python" || c.Kind != "materialization" {
		t.Errorf("got %+v", c)
	}
	if c := workspace.Folder(filepath.Join(root, "plain")); c.Language != "" || c.Kind != "" || c.Dir != filepath.Join(root, "plain") {
		t.Errorf("got %+v", c)
	}
}

func TestGoModule(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"module example.com/x\n\ngo 1.21\n": "example.com/x",
		"// c\nmodule \"example.com/q\"\n":  "example.com/q",
		"go 1.21\n":                         "",
	} {
		w, _ := open(t, testkit.Tree(t, map[string]string{"go.mod": text}))
		if got := w.GoModule(); got != want {
			t.Errorf("%q: got %q", text, got)
		}
	}
	if w, _ := open(t, testkit.Tree(t, nil)); w.GoModule() != "" {
		t.Error("no go.mod, no module")
	}
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"source-x", "source-big-data", "materialize-s3", "derive-a-1", "source-2fa", "source-" + strings.Repeat("a", 56)} {
		if err := workspace.CheckName(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, near := range map[string]string{
		"Source_BigData": "source-big-data", "postgres": "source-postgres", "source-": "source-example", "": "source-example",
		"source--x": "source-x", "-source-x": "source-x", "source-x-": "source-x", "../source-x": "source-x", "source-größe": "source-gre",
		"tap-github": "source-github", "target-s3": "materialize-s3", "destination-x": "materialize-x", "materializeX": "materialize-x",
		"source x": "source-x", "source-X2Y": "source-x2-y", "derivation-y": "derive-y", "source-" + strings.Repeat("a", 57): "source-" + strings.Repeat("a", 56),
		"source-x\n": "source-x",
	} {
		err := workspace.CheckName(name)
		if fault.KindOf(err) != fault.Usage || fault.HintOf(err) != "for example "+near {
			t.Errorf("%q: got %v (%s)", name, err, fault.HintOf(err))
		}
	}
}

// Whatever is given, the name that is suggested is one that is taken.
func FuzzCheckNameSuggests(f *testing.F) {
	for _, seed := range []string{"", "source", "Source-Ä", "a b", strings.Repeat("x", 200), strings.Repeat("ab ", 80), "materialize-materialize-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		err := workspace.CheckName(name)
		if err == nil {
			return
		}
		near := strings.TrimPrefix(fault.HintOf(err), "for example ")
		if err := workspace.CheckName(near); err != nil {
			t.Errorf("%q: %q is suggested: %v", name, near, err)
		}
	})
}

// A folder of Go files counts by its commands, wherever the repository lies.
func TestConnectorsBelowAFolderWithBrackets(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "work [1]")
	testkit.Put(t, root, map[string]string{
		"connkit.yaml": "", "source-lib/lib.go": "package lib\n",
		"source-go/lib.go": "package lib\n", "source-go/cmd/main/main.go": "package main\n",
	})
	w, err := workspace.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Settings(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	list, err := w.Connectors(s)
	if err != nil || len(list) != 1 || list[0].Name != "source-go" {
		t.Errorf("%+v, %v", list, err)
	}
}
