package ci

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/workspace"
)

// question asks of a tree with Go modules, in which the paths have changed.
func question(t *testing.T, files map[string]string, prefix string, changed ...string) *goQuestion {
	t.Helper()
	g := &gitRepo{top: testkit.Tree(t, files), prefix: prefix}
	s := &sorting{m: &matrix{ws: &workspace.Workspace{Root: g.top}, why: map[string]reason{}}, g: g, paths: changed, users: map[string]bool{}, settled: map[string]bool{}}
	q := &goQuestion{s: s, modules: map[string]string{}, byFolder: map[string][]string{}, byModule: map[string][]string{}, looked: map[string]bool{}, sources: map[string]bool{}}
	for _, p := range changed {
		if strings.HasSuffix(p, ".go") {
			q.sources[path.Dir(p)] = true
		}
	}
	return q
}

// A path is its package's: the nearest folder upwards with Go files, be they gone.
// Above a module, and at the root of one that holds everything, there is none.
func TestPackagesOfPaths(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"go.mod": "module m\n", "main.go": "", "lib/a.go": "", "lib/testdata/deep/x.json": "", "lib/sub/y.txt": "", "notgo/deep/z.txt": "", "own/go.mod": "module own\n", "own/own.go": "", "own/data/x.txt": "", "own/deep/b.go": "",
	}
	for p, want := range map[string]string{
		"main.go": "main.go in .", "go.mod": "go.mod of .", "go.sum": "go.sum of .", "own/go.mod": "own/go.mod of own", "own/go.sum": "own/go.sum of own", "go.work": "", "go.work.sum": "", "README.md": "README.md in .",
		"lib/a.go": "lib/a.go in lib", "lib/README.md": "lib/README.md in lib", "lib/testdata/deep/x.json": "lib/testdata/deep/x.json in lib", "lib/sub/y.txt": "lib/sub/y.txt in lib", "lib/gone/x.txt": "lib/gone/x.txt in lib",
		"notgo/deep/z.txt": "", "notgo/z.txt": "", "scripts/x.sh": "", "own/data/x.txt": "own/data/x.txt in own", "own/deep/c.txt": "own/deep/c.txt in own/deep", "gone/x.go": "gone/x.go in gone", "lib/gone/x.go": "lib/gone/x.go in lib/gone",
	} {
		q := question(t, files, "", p)
		q.ask(p)
		got := ""
		for dir, paths := range q.byFolder {
			got = strings.Join(paths, " ") + " in " + dir
		}
		for dir, paths := range q.byModule {
			got = strings.Join(paths, " ") + " of " + dir
		}
		if got != want || (q.first == p) != (want != "") || q.s.settled[p] != (strings.HasSuffix(p, ".go") && want != "") {
			t.Errorf("%s: got %q, want %q; first %q, settled %v", p, got, want, q.first, q.s.settled)
		}
	}
	q := question(t, map[string]string{"x.txt": ""}, "", "x.txt")
	if q.ask("x.txt"); len(q.byFolder)+len(q.byModule) != 0 {
		t.Errorf("without a module: %v, %v", q.byFolder, q.byModule)
	}
}

// A module may lead to what has changed when it holds it, or takes from its folder what another one holds.
func TestModulesThatMayLead(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"a/go.mod": "module a\n\nreplace lib => ../lib\n", "a/x/a.go": "", "b/go.mod": "module b\n\nreplace (\n\tother => \"../other\"\n\tout => ../../out\n\tv => example.com/v v1.2.3\n)\n", "lib/go.mod": "module lib\n", "lib/l.go": "", "other/go.mod": "module other\n", "other/o.go": "", "c/go.mod": "module c\n",
	}
	for changed, want := range map[string]string{"a/x/a.go": "a", "lib/l.go": "a", "lib/go.mod": "a", "other/o.go": "b", "other/go.mod": "b", "a/go.mod": "", "c/go.mod": "", "nowhere/x.go": ""} {
		q := question(t, files, "", changed)
		q.ask(changed)
		var got []string
		for _, module := range []string{"a", "b", "c"} {
			if q.mayLead(module) {
				got = append(got, module)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %q, want %q", changed, got, want)
		}
	}
}

func TestNamesOfModules(t *testing.T) {
	t.Parallel()
	q := question(t, map[string]string{
		"a/go.mod": "module example.com/a\n", "b/go.mod": "// a note: module no\n\nmodule \"example.com/b\" // so\n", "c/go.mod": "\ufeffgo 1.21\n", "d/go.mod": "go 1.21\r\nmodule example.com/d\r\n", "e/x": "", "f/go.mod/": "",
	}, "")
	for folder, want := range map[string]string{"a": "example.com/a", "b": "example.com/b", "c": "", "d": "example.com/d", "e": "", "f": "", "none": ""} {
		if got := q.moduleName(folder); got != want {
			t.Errorf("%s: got %q, want %q", folder, got, want)
		}
	}
	for _, dir := range []string{"a/deep/er", "b", "e", "."} {
		q.module(dir)
	}
	names := q.names()
	if len(names) != 2 || names["example.com/a"] != "a" || names["example.com/b"] != "b" {
		t.Errorf("got %v", names)
	}
}

// One call of go list is for all modules that a go.work names, wherever it lies
// above them; a module that it does not name is asked by itself.
func TestWorkspacesOfGo(t *testing.T) {
	t.Parallel()
	q := question(t, map[string]string{
		"go.work": "go 1.21\n\nuse (\n\t./source-a\n\t./libs/x\n)\n", "source-a/go.mod": "module a\n\ngo 1.21\n", "libs/x/go.mod": "module x\n\ngo 1.21\n", "source-b/go.mod": "module b\n\ngo 1.21\n", "nested/go.work": "go 1.21\n\nuse .\n", "nested/go.mod": "module n\n\ngo 1.21\n",
	}, "")
	works := map[string]*goRun{}
	for module, want := range map[string]string{"source-a": ". ./source-a/... ./libs/x/...", "libs/x": ". ./source-a/... ./libs/x/...", "source-b": "", "nested": "nested ./..."} {
		run, err := q.workspace(t.Context(), module, works)
		got := ""
		if run != nil {
			got = run.dir + " " + strings.Join(run.patterns, " ")
		}
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", module, got, err, want)
		}
	}
	if len(works) != 2 {
		t.Errorf("%d files were read", len(works))
	}
	bad := question(t, map[string]string{"go.work": "use (\n", "a/go.mod": "module a\n"}, "")
	if _, err := bad.workspace(t.Context(), "a", map[string]*goRun{}); err == nil {
		t.Error("a go.work that cannot be read")
	}
}

// Lines of a requirements file: what leads to a folder or file, and what to another such file.
func TestLinesOfRequirements(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"": "", "requests>=2": "", "requests[socks]==2.1 # why": "", "# -e ../lib": "", "https://x/y.whl": "", "git+https://x/y.git@main#egg=y": "", "-e git+https://x/y.git#egg=y": "", "--hash=sha256:abc": "", "--index-url https://x/simple": "",
		"-e ../lib": "../lib", "-e  ../lib ": "../lib", "--editable ../lib": "../lib", "--editable=../lib": "../lib", "-e ../lib[extra]": "../lib", "../lib": "../lib", "./wheels/a.whl": "./wheels/a.whl", ". ": ".", "-e .": ".", "../lib ; python_version > '3'": "../lib", "../lib # why": "../lib",
		"-r ../base.txt": "../base.txt more", "--requirement ../base.txt": "../base.txt more", "-r base.txt": "base.txt more", "-c constraints.txt": "constraints.txt more", "--constraint=../c.txt": "../c.txt more", "-r https://x/r.txt": "", "-rbase.txt": "",
		"lib @ file:../lib": "../lib", "lib @ file:///opt/lib": "/opt/lib", "-e file:../lib#egg=lib": "../lib", "lib @ file://localhost/opt/lib": "/opt/lib", "/opt/lib": "/opt/lib", "-e my%20lib": "", "lib @ file:../my%20lib": "../my lib", "file:../lib": "../lib", "profile:../x": "",
	} {
		to, more := requirementPath(line + "\n")
		got := to
		if more && to != "" {
			got += " more"
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}

func TestNamesOfProjects(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"A.B_c--d": "a-b-c-d", "requests": "requests", "": "", "X__y": "x-y"} {
		if got := normal(name); got != want {
			t.Errorf("%q: got %q", name, got)
		}
	}
	doc := map[string]any{
		"project":           map[string]any{"dependencies": []any{"Lib.One>=1", "two[extra] ; x"}, "optional-dependencies": map[string]any{"dev": []any{"three"}}},
		"dependency-groups": map[string]any{"x": []any{"four", map[string]any{"include-group": "y"}}}, "tool": map[string]any{"uv": map[string]any{"dev-dependencies": []any{"five @ file:x"}}, "other": []any{"six"}},
	}
	names := requirementNames(doc)
	for _, want := range []string{"lib-one", "two", "three", "four", "five"} {
		if !names[want] {
			t.Errorf("%s is not in %v", want, names)
		}
	}
	if names["six"] {
		t.Error("what another tool lists is no requirement")
	}
	for _, tt := range []struct {
		value any
		want  bool
	}{
		{map[string]any{"workspace": true}, true}, {map[string]any{"workspace": false}, false}, {map[string]any{"workspace": "true"}, false}, {map[string]any{"path": "../x"}, false},
		{[]any{map[string]any{"path": "x"}, map[string]any{"workspace": true}}, true}, {[]any{}, false}, {"workspace", false}, {nil, false},
	} {
		if inWorkspace(tt.value) != tt.want {
			t.Errorf("%v: %t", tt.value, !tt.want)
		}
	}
	if table(nil, "a") != nil || table(map[string]any{"a": 1}, "a") != nil || !slices.Equal(sortedKeys(map[string]string{"b": "", "a": ""}), []string{"a", "b"}) {
		t.Error("a table that is none")
	}
}
