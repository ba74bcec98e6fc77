package ci_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/ci"
	"github.com/connkit/connkit/pkg/workspace"
)

// monorepo has connectors of all languages, Go and Python libraries that some
// of them depend on, and files that belong to nobody.
func monorepo() map[string]string {
	main := func(imports ...string) string {
		text := "package main\n\nimport (\n"
		for _, i := range imports {
			text += "\t_ \"example.com/mono/" + i + "\"\n"
		}
		return text + ")\n\nfunc main() {}\n"
	}
	return map[string]string{
		".gitignore":                     "*.log\n",
		"go.mod":                         "module example.com/mono\n\ngo 1.21\n\nrequire example.com/other v1.0.0\n",
		"README.md":                      "x",
		"scripts/build.sh":               "x",
		"go/base/base.go":                "package base\n",
		"go/base/testdata/x.json":        "{}",
		"go/mid/mid.go":                  "package mid\n\nimport _ \"example.com/mono/go/base\"\n",
		"go/tests/tests.go":              "package tests\n",
		"go/unused/unused.go":            "package unused\n",
		"go/deep/notgo/config.txt":       "x",
		"source-a/main.go":               main("go/mid"),
		"source-a/VERSION":               "v2\n",
		"source-a/a_test.go":             "package main\n\nimport _ \"example.com/mono/go/tests\"\n",
		"source-b/main.go":               main("source-a-lib/shared"),
		"source-a-lib/main.go":           main(),
		"source-a-lib/shared/shared.go":  "package shared\n",
		"materialize-z/driver.go":        "package driver\n",
		"materialize-z/cmd/z/main.go":    main("go/base"),
		"cdk/pyproject.toml":             "[tool.poetry.dependencies]\nbase = {path = \"../pybase\"}\n",
		"cdk/cdk/__init__.py":            "",
		"pybase/pyproject.toml":          "",
		"pybase/x.py":                    "",
		"source-p/pyproject.toml":        "[tool.poetry.dependencies]\ncdk = {path=\"../cdk\", develop = true}\n",
		"source-q/pyproject.toml":        "[project]\nname = \"q\"\ndependencies = [\"pybase @ file:../pybase\"]\n",
		"source-r/Cargo.toml":            "",
		"source-r/src/main.rs":           "",
		"derive-n/package.json":          "{}",
		".github/workflows/ci.yaml":      "run: connkit ci matrix\nuses: ./.github/actions/setup\n",
		".github/workflows/other.yaml":   "x",
		".github/actions/setup/act.yaml": "run: .github/scripts/x.sh\n",
		".github/actions/other/act.yaml": "",
		".github/scripts/x.sh":           "",
		".github/CODEOWNERS":             "",
	}
}

func everyone() string {
	return "derive-n materialize-z source-a source-a-lib source-b source-p source-q source-r"
}

func unrelated() []string { return []string{"**/*.md", "docs/**", ".github/**", "source-a/notes/**"} }

// affected runs Matrix in a repository, at a folder of it.
func affected(t *testing.T, dir string, o ci.MatrixOptions) (ci.Affected, error) {
	t.Helper()
	ws, err := workspace.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	set, err := ws.Settings(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	all, err := ws.Connectors(set)
	if err != nil {
		t.Fatal(err)
	}
	if o.Unrelated == nil {
		o.Unrelated = unrelated()
	}
	o.Named = set.Names
	return ci.Matrix(t.Context(), ws, all, o)
}

func namesIn(found ci.Affected) string {
	var names []string
	for _, j := range found.Matrix.Include {
		names = append(names, j.Connector)
	}
	return strings.Join(names, " ")
}

func commitAll(t *testing.T, dir string) {
	t.Helper()
	testkit.Git(t, dir, "add", "-A")
	testkit.Git(t, dir, "commit", "-qm", "x")
}

func TestMatrixOfAChange(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put  map[string]string
		gone []string // paths that are removed
		want string
		why  string // in the reason of the first
	}{
		"nothing":                          {},
		"a connector":                      {put: map[string]string{"source-r/src/main.rs": "x"}, want: "source-r", why: "changed: source-r/src/main.rs"},
		"two files":                        {put: map[string]string{"source-r/src/main.rs": "x", "source-r/b": "x"}, want: "source-r", why: "changed: source-r/b and 1 more"},
		"a new connector":                  {put: map[string]string{"source-new/go.mod": "module x\n"}, want: "source-new"},
		"a connector's own text":           {put: map[string]string{"source-r/README.md": "x"}, want: "source-r"},
		"what is set to concern nobody":    {put: map[string]string{"source-a/notes/x.go": "package x\n"}},
		"a package":                        {put: map[string]string{"go/base/base.go": "package base // x\n"}, want: "materialize-z source-a", why: "depends on go/base: go/base/base.go"},
		"a package's data":                 {put: map[string]string{"go/base/testdata/x.json": "{1}"}, want: "materialize-z source-a"},
		"a package between":                {put: map[string]string{"go/mid/mid.go": "package mid\n"}, want: "source-a"},
		"a package of tests":               {put: map[string]string{"go/tests/new.go": "package tests\n"}, want: "source-a"},
		"two packages":                     {put: map[string]string{"go/mid/mid.go": "package mid\n", "go/tests/new.go": "package tests\n"}, want: "source-a", why: "depends on go/mid: go/mid/mid.go and 1 more"},
		"a package that nobody imports":    {put: map[string]string{"go/unused/unused.go": "package unused // x\n"}},
		"a package that is gone":           {gone: []string{"go/base"}, want: "materialize-z source-a"},
		"a package of another connector":   {put: map[string]string{"source-a-lib/shared/x.go": "package shared\n"}, want: "source-a-lib source-b", why: "changed: source-a-lib/shared/x.go"},
		"one with a longer name":           {put: map[string]string{"source-a/x.go": "package main\n"}, want: "source-a"},
		"go.mod":                           {put: map[string]string{"go.mod": "module example.com/mono\n\ngo 1.21\n"}, want: "materialize-z source-a source-a-lib source-b"},
		"no package on the way":            {put: map[string]string{"go/deep/notgo/config.txt": "y"}, want: everyone(), why: "shared: go/deep/notgo/config.txt"},
		"a Python library":                 {put: map[string]string{"cdk/cdk/__init__.py": "x"}, want: "source-p", why: "depends on cdk: cdk/cdk/__init__.py"},
		"a Python library behind another":  {put: map[string]string{"pybase/x.py": "x"}, want: "source-p source-q"},
		"a Python library that is gone":    {gone: []string{"pybase"}, want: "source-p source-q"},
		"what nothing is known of":         {put: map[string]string{"scripts/build.sh": "y"}, want: everyone(), why: "shared: scripts/build.sh"},
		"a connector that is gone":         {gone: []string{"source-r"}},
		"a connector with a new name":      {put: map[string]string{"source-s/Cargo.toml": ""}, gone: []string{"source-r"}, want: "source-s"},
		"texts":                            {put: map[string]string{"README.md": "y", "docs/a": "x", "cdk/README.md": "x"}},
		"the workflow":                     {put: map[string]string{".github/workflows/ci.yaml": "run: connkit ci matrix\n"}, want: everyone(), why: "shared: .github/workflows/ci.yaml"},
		"another workflow":                 {put: map[string]string{".github/workflows/other.yaml": "y"}},
		"an action of the workflow":        {put: map[string]string{".github/actions/setup/x.sh": "y"}, want: everyone()},
		"a script of an action":            {put: map[string]string{".github/scripts/x.sh": "y"}, want: everyone()},
		"another action":                   {put: map[string]string{".github/actions/other/x.sh": "y", ".github/CODEOWNERS": "y"}},
		"odd characters":                   {put: map[string]string{"source-r/ä \"$(x)\"\nb`": "x"}, want: "source-r", why: "changed: source-r/? ???x???b?"},
		"a name that begins like another":  {put: map[string]string{"source-rx/Cargo.toml": ""}, want: "source-rx"},
		"a file named like a connector":    {put: map[string]string{"source-file": "x"}, want: everyone()},
		"a folder named like a connector":  {put: map[string]string{"source-empty/data.txt": "x"}, want: everyone()},
		"what git ignores":                 {put: map[string]string{"source-r/x.log": "x", "x.log": "x"}},
		"settings":                         {put: map[string]string{"connkit.yaml": "output: text\n"}, want: everyone()},
		"a connector that the root is for": {put: map[string]string{"main.go": "package main\n\nfunc main() {}\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, base := testkit.Repo(t, monorepo())
			for _, path := range tt.gone {
				if err := os.RemoveAll(filepath.Join(dir, path)); err != nil {
					t.Fatal(err)
				}
			}
			testkit.Put(t, dir, tt.put)
			check := func(o ci.MatrixOptions) {
				t.Helper()
				found, err := affected(t, dir, o)
				if err != nil || namesIn(found) != tt.want || len(found.Notes) > 0 {
					t.Fatalf("%+v: got %q, want %q, %v, %q", o, namesIn(found), tt.want, err, found.Notes)
				}
				if found.Any != (tt.want != "") || found.Base != base || found.Any && tt.why != "" && !strings.HasPrefix(found.Matrix.Include[0].Reason, tt.why) {
					t.Errorf("got %+v, want %q", found, tt.why)
				}
			}
			check(ci.MatrixOptions{Since: "v1"}) // not committed yet
			if none, err := affected(t, dir, ci.MatrixOptions{Since: "v1", Committed: true}); err != nil || none.Any {
				t.Errorf("nothing is committed: got %q, %v", namesIn(none), err)
			}
			if len(tt.put)+len(tt.gone) > 0 && name != "what git ignores" {
				commitAll(t, dir)
			}
			check(ci.MatrixOptions{Since: "HEAD~" + strings.TrimSpace(testkit.Git(t, dir, "rev-list", "--count", "v1..HEAD")), Committed: true})
		})
	}
}

// The values of a job are what workflows need, and there are as many jobs in a
// chunk as GitHub takes.
func TestMatrixValues(t *testing.T) {
	t.Parallel()
	files := map[string]string{"source-a/pyproject.toml": "", "source-a/VERSION": "v3\n", "materialize-b/go.mod": "module b\n", "derive-c/package.json": "", "derive-c/VERSION": "v1 $(x)"}
	dir, _ := testkit.Repo(t, files)
	found, err := affected(t, dir, ci.MatrixOptions{All: true, Ignored: map[string]string{"derive-x": "gone"}})
	want := []ci.Job{
		{Connector: "derive-c", ConnectorType: "derivation", Language: "node", Version: "v1", Reason: "all"},
		{Connector: "materialize-b", ConnectorType: "materialization", Language: "go", Version: "v1", Reason: "all"},
		{Connector: "source-a", ConnectorType: "capture", Language: "python", Python: true, Version: "v3", Reason: "all"},
	}
	if err != nil || !slices.Equal(found.Matrix.Include, want) || len(found.Chunks) != 1 || !slices.Equal(found.Chunks[0].Include, want) || found.Count != 3 || found.Of != 3 {
		t.Errorf("got %+v, %v", found, err)
	}
	if len(found.Notes) != 1 || !strings.Contains(found.Notes[0], "derive-c/VERSION holds no plain version") {
		t.Errorf("got notes %q", found.Notes)
	}
	found, err = affected(t, dir, ci.MatrixOptions{All: true, Languages: []string{"go", "rust"}, Ignored: map[string]string{"source-a": "x"}})
	if err != nil || namesIn(found) != "materialize-b" {
		t.Errorf("got %q, %v", namesIn(found), err)
	}
	testkit.Put(t, dir, map[string]string{"source-a/x": ""})
	found, err = affected(t, dir, ci.MatrixOptions{Since: "v1", Ignored: map[string]string{"source-a": "retired"}})
	if err != nil || found.Any || !slices.Equal(found.Notes, []string{"source-a has changed and is not built: ci.ignore (retired)"}) {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestMatrixChunks(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][]int{0: {}, 1: {1}, 256: {256}, 257: {256, 1}, 600: {256, 256, 88}} {
		var all []workspace.Connector
		for i := range n {
			all = append(all, workspace.Connector{Name: fmt.Sprintf("source-%03d", i), Language: "go"})
		}
		found, err := ci.Matrix(t.Context(), &workspace.Workspace{Root: t.TempDir()}, all, ci.MatrixOptions{All: true})
		sizes := []int{}
		total := 0
		for _, c := range found.Chunks {
			sizes = append(sizes, len(c.Include))
			total += len(c.Include)
		}
		if err != nil || !slices.Equal(sizes, want) || total != n || (len(found.Notes) > 0) != (n > 256) {
			t.Errorf("%d: got %v, %q, %v", n, sizes, found.Notes, err)
		}
		text, err := json.Marshal(found)
		if err != nil || n == 0 && !strings.Contains(string(text), `"any":false,"count":0,"of":0,"matrix":{"include":[]},"chunks":[]`) {
			t.Errorf("%d: got %s, %v", n, text, err)
		}
	}
	odd := []workspace.Connector{{Name: "source-${{ x }}", Language: "go"}}
	if _, err := ci.Matrix(t.Context(), &workspace.Workspace{}, odd, ci.MatrixOptions{All: true}); fault.KindOf(err) != fault.Usage {
		t.Errorf("a name that an expression would read: got %v", err)
	}
}

func TestMatrixRevisions(t *testing.T) {
	t.Parallel()
	dir, first := testkit.Repo(t, map[string]string{"source-a/go.mod": "module a\n", "source-b/go.mod": "module b\n", "source-c/go.mod": "module c\n"})
	testkit.Git(t, dir, "checkout", "-qb", "feature")
	testkit.Put(t, dir, map[string]string{"source-a/x": ""})
	commitAll(t, dir)
	testkit.Git(t, dir, "checkout", "-q", "main")
	testkit.Put(t, dir, map[string]string{"source-b/x": ""})
	commitAll(t, dir)
	testkit.Git(t, dir, "checkout", "-q", "feature")
	testkit.Git(t, dir, "update-ref", "refs/remotes/origin/far", "main")
	testkit.Git(t, dir, "checkout", "-q", "--orphan", "alone")
	commitAll(t, dir)
	testkit.Git(t, dir, "checkout", "-q", "feature")
	for _, tt := range []struct{ since, want, base, note, fails string }{
		{since: "main", want: "source-a", base: first}, // what main has got in the meantime is not of this branch
		{since: "v1", want: "source-a", base: first},
		{since: first, want: "source-a", base: first},
		{since: "HEAD", base: testkit.Git(t, dir, "rev-parse", "HEAD")},
		{since: "far", want: "source-a", base: first, note: "compared with origin/far"},
		{since: strings.Repeat("0", 40), want: "source-a source-b source-c", note: "first push"},
		{since: "nowhere", fails: "there is no such commit"},
		{since: "--all", fails: "there is no such commit"},
		{since: "HEAD:source-a", fails: "there is no such commit"},
		{since: strings.Repeat("1", 40), fails: "there is no such commit"},
		{since: "alone", fails: "no commit in common"},
	} {
		found, err := affected(t, dir, ci.MatrixOptions{Since: tt.since})
		switch {
		case tt.fails != "":
			if fault.Code(err) != 2 || !strings.Contains(err.Error(), tt.fails) || fault.HintOf(err) == "" {
				t.Errorf("%s: got %v (%s)", tt.since, err, fault.HintOf(err))
			}
		case err != nil || namesIn(found) != tt.want || found.Base != tt.base:
			t.Errorf("%s: got %q, %s, %v", tt.since, namesIn(found), found.Base, err)
		case tt.note == "" != (len(found.Notes) == 0), tt.note != "" && !strings.Contains(found.Notes[0], tt.note):
			t.Errorf("%s: got notes %q", tt.since, found.Notes)
		}
	}
}

func TestMatrixWithoutHistory(t *testing.T) {
	t.Parallel()
	origin, _ := testkit.Repo(t, map[string]string{"source-a/go.mod": "module a\n"})
	for range 3 {
		testkit.Put(t, origin, map[string]string{"source-a/x": testkit.Git(t, origin, "rev-parse", "HEAD")})
		commitAll(t, origin)
	}
	testkit.Git(t, origin, "branch", "side", "HEAD~2")
	shallow := filepath.Join(t.TempDir(), "shallow")
	testkit.Git(t, origin, "clone", "-q", "--depth", "1", "--no-single-branch", "file://"+origin, shallow)
	for since, problem := range map[string]string{testkit.Git(t, origin, "rev-parse", "HEAD~1"): "does not hold it", "side": "does not reach back"} {
		_, err := affected(t, shallow, ci.MatrixOptions{Since: since})
		if fault.Code(err) != 3 || !strings.Contains(err.Error(), problem) || !strings.Contains(fault.HintOf(err), "fetch-depth: 0") {
			t.Errorf("%s: got %v (%s)", since, err, fault.HintOf(err))
		}
	}
	if found, err := affected(t, shallow, ci.MatrixOptions{Since: "HEAD"}); err != nil || found.Any {
		t.Errorf("got %+v, %v", found, err)
	}
	empty := testkit.Tree(t, map[string]string{"source-a/go.mod": ""})
	testkit.Git(t, empty, "init", "-q")
	if _, err := affected(t, empty, ci.MatrixOptions{Since: "HEAD"}); fault.Code(err) != 2 || !strings.Contains(err.Error(), "no commit yet") {
		t.Errorf("got %v", err)
	}
	nowhere := testkit.Tree(t, map[string]string{"source-a/go.mod": ""})
	if _, err := affected(t, nowhere, ci.MatrixOptions{Since: "HEAD"}); fault.Code(err) != 2 || !strings.Contains(err.Error(), "in no git repository") {
		t.Errorf("got %v", err)
	}
	if found, err := affected(t, nowhere, ci.MatrixOptions{All: true}); err != nil || namesIn(found) != "source-a" {
		t.Errorf("got %+v, %v", found, err)
	}
}

// A workspace that is a part of a repository: what is outside of it counts
// when a connector depends on it, or when it is the workflow.
func TestMatrixOfAPart(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"web/index.html": "", "lib/pyproject.toml": "", "golib/x.go": "package golib\n", "go.mod": "module example.com/m\n\ngo 1.21\n",
		"data/connkit.yaml": "", "data/source-p/pyproject.toml": "[tool.poetry.dependencies]\nlib = {path = \"../../lib\"}\n",
		"data/source-g/main.go": "package main\n\nimport _ \"example.com/m/golib\"\n\nfunc main() {}\n", "data/tools/x.sh": "",
		".github/workflows/ci.yaml": "run: connkit -C data ci matrix",
	}
	for path, want := range map[string]string{
		"web/index.html": "", "lib/x.py": "source-p", "golib/x.go": "source-g", "data/source-g/x": "source-g", "data/tools/x.sh": "source-g source-p",
		"data/README.md": "", "go.mod": "source-g", ".github/workflows/ci.yaml": "source-g source-p", "source-p/x": "",
	} {
		dir, _ := testkit.Repo(t, files)
		testkit.Put(t, dir, map[string]string{path: files[path] + "\n// ci matrix\n"})
		found, err := affected(t, filepath.Join(dir, "data"), ci.MatrixOptions{Since: "HEAD"})
		if err != nil || namesIn(found) != want || len(found.Notes) > 0 {
			t.Errorf("%s: got %q, want %q, %v %q", path, namesIn(found), want, err, found.Notes)
		}
	}
}

// Modules of their own lead to others by replace and by go.work.
func TestMatrixOfModules(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"lib/go.mod": "module example.com/lib\n\ngo 1.21\n", "lib/lib.go": "package lib\n", "lib/sub/sub.go": "package sub\n",
		"tool/go.mod": "module example.com/tool\n\ngo 1.21\n", "tool/main.go": "package main\n",
		"source-a/go.mod":  "module example.com/a\n\ngo 1.21\n\nrequire example.com/lib v0.0.0\n\nreplace (\n\texample.com/lib => ../lib\n)\n",
		"source-a/main.go": "package main\n\nimport _ \"example.com/lib\"\n\nfunc main() {}\n",
		"source-b/go.mod":  "module example.com/b\n\ngo 1.21\n", "source-b/main.go": "package main\n\nfunc main() {}\n",
	}
	inWork := maps.Clone(files)
	inWork["go.work"] = "go 1.21\n\nuse (\n\t./lib\n\tsource-a\n\t./source-b\n)\n"
	inWork["source-a/go.mod"] = "module example.com/a\n\ngo 1.21\n"
	inWork["source-c/go.mod"] = "module example.com/c\n\ngo 1.21\n" // not in go.work
	inWork["source-c/main.go"] = "package main\n\nfunc main() {}\n"
	for _, tt := range []struct {
		files map[string]string
		path  string
		want  string
	}{
		{files, "lib/lib.go", "source-a"}, {files, "lib/sub/sub.go", ""}, {files, "tool/main.go", ""}, {files, "lib/go.mod", "source-a"},
		{inWork, "lib/lib.go", "source-a"}, {inWork, "lib/sub/sub.go", ""}, {inWork, "tool/main.go", ""}, {inWork, "source-c/x.go", "source-c"},
		{inWork, "go.work", "source-a source-b source-c"},
	} {
		dir, _ := testkit.Repo(t, tt.files)
		testkit.Put(t, dir, map[string]string{tt.path: tt.files[tt.path] + "// x\n"})
		if tt.path == "source-c/x.go" {
			testkit.Put(t, dir, map[string]string{tt.path: "package main\n"})
		}
		found, err := affected(t, dir, ci.MatrixOptions{Since: "HEAD"})
		if err != nil || namesIn(found) != tt.want || len(found.Notes) > 0 {
			t.Errorf("%s: got %q, want %q, %v %q", tt.path, namesIn(found), tt.want, err, found.Notes)
		}
	}
}

// Where go is missing or does not understand a module, every connector is
// built, and it is said why.
func TestMatrixWithoutGo(t *testing.T) {
	files := monorepo()
	dir, _ := testkit.Repo(t, files)
	git, err := filepath.EvalSymlinks(strings.TrimSpace(testkit.Git(t, dir, "--exec-path")) + "/git")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(git, filepath.Join(bin, "git")); err != nil {
		t.Fatal(err)
	}
	real := os.Getenv("PATH")
	testkit.Put(t, dir, map[string]string{"source-b/x.go": "package main\n", "source-a/README.md": "x", "go.mod": files["go.mod"] + "\n"})
	t.Setenv("PATH", bin)
	found, err := affected(t, dir, ci.MatrixOptions{Since: "HEAD"})
	if err != nil || namesIn(found) != "materialize-z source-a source-a-lib source-b" || len(found.Notes) != 0 {
		t.Errorf("nobody imports these: got %q, %v, %q", namesIn(found), err, found.Notes)
	}
	testkit.Put(t, dir, map[string]string{"go/base/base.go": "package base // x\n"})
	found, err = affected(t, dir, ci.MatrixOptions{Since: "HEAD"})
	t.Setenv("PATH", real)
	if err != nil || namesIn(found) != everyone() || len(found.Notes) != 1 || !strings.Contains(found.Notes[0], `looking for "go" in PATH: not found: every connector is built`) {
		t.Errorf("got %q, %v, %q", namesIn(found), err, found.Notes)
	}
	testkit.Put(t, dir, map[string]string{"go.mod": "module example.com/mono\n\nnonsense\n"})
	found, err = affected(t, dir, ci.MatrixOptions{Since: "HEAD"})
	if err != nil || namesIn(found) != everyone() || len(found.Notes) != 1 {
		t.Errorf("got %q, %v, %q", namesIn(found), err, found.Notes)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ws, err := workspace.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ci.Matrix(ctx, ws, nil, ci.MatrixOptions{Since: "HEAD"}); fault.Code(err) != 130 {
		t.Errorf("interrupted: got %v", err)
	}
}

// A submodule is a connector's folder, or shared, by where it stands.
func TestMatrixOfSubmodules(t *testing.T) {
	t.Parallel()
	sub, _ := testkit.Repo(t, map[string]string{"go.mod": "module s\n"})
	dir, _ := testkit.Repo(t, map[string]string{"source-a/go.mod": "module a\n"})
	for _, folder := range []string{"source-s", "vendored"} {
		testkit.Git(t, dir, "-c", "protocol.file.allow=always", "submodule", "add", "-q", sub, folder)
		commitAll(t, dir)
	}
	for folder, want := range map[string]string{"source-s": "source-s", "vendored": "source-a source-s"} {
		inner := filepath.Join(dir, folder)
		testkit.Put(t, inner, map[string]string{"x": folder})
		commitAll(t, inner)
		found, err := affected(t, dir, ci.MatrixOptions{Since: "HEAD"})
		if err != nil || namesIn(found) != want {
			t.Errorf("%s: got %q, want %q, %v", folder, namesIn(found), want, err)
		}
		commitAll(t, dir)
	}
}
