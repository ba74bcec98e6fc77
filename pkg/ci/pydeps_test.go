package ci

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
)

func pathsOf(t *testing.T, files map[string]string, folder string) ([]string, *pyPaths) {
	t.Helper()
	p := newPyPaths(testkit.Tree(t, files))
	deps := p.all(folder)
	slices.Sort(deps)
	return deps, p
}

func TestPythonPaths(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ project, want string }{
		"Poetry":              {"[tool.poetry.dependencies]\na = {path = \"../a\", develop = true}\nb = \"^1\"\n", "a"},
		"groups of Poetry":    {"[tool.poetry.group.dev.dependencies]\na = {path = \"../a\"}\n[tool.poetry.dev-dependencies]\nb = {path = \"../b/\"}\n", "a b"},
		"several for one":     {"[tool.poetry.dependencies]\na = [{path = \"../a\", python = \"<3.12\"}, {path = \"../b\", python = \">=3.12\"}]\n", "a b"},
		"an array of tables":  {"[[tool.poetry.dependencies.a]]\npath = \"../a\"\n", "a"},
		"a wheel":             {"[tool.poetry.dependencies]\na = {path = \"../wheels/a.whl\"}\n", "wheels/a.whl"},
		"PEP 621":             {"[project]\ndependencies = [\"a @ file:../a\", \"b @ file:../b#egg=b\", \"c>=1\"]\n", "a b"},
		"extras":              {"[project.optional-dependencies]\nx = [\"a[y] @ file:../a ; python_version > '3'\"]\n", "a"},
		"dependency groups":   {"[dependency-groups]\ndev = [\"a @ file:../a\", {include-group = \"x\"}]\n", "a"},
		"build requirements":  {"[build-system]\nrequires = [\"a @ file:../a\"]\n", "a"},
		"PDM":                 {"[tool.pdm.dev-dependencies]\ndev = [\"-e file:///${PROJECT_ROOT}/../a#egg=a\"]\n", "a"},
		"Hatch":               {"[project]\ndependencies = [\"a @ {root:uri}/../a\"]\n", "a"},
		"uv":                  {"[tool.uv.sources]\na = {path = \"../a\", editable = true}\n", "a"},
		"a blank in the name": {"[project]\ndependencies = [\"a @ file:../my%20lib\"]\n", "my lib"},
		"its own folder":      {"[tool.poetry.dependencies]\na = {path = \".\"}\nb = {path = \"vendored\"}\n", "x/vendored"},
		"outside":             {"[tool.poetry.dependencies]\na = {path = \"../../a\"}\nb = {path = \"/usr/lib\"}\n", ""},
		"git and registries":  {"[tool.poetry.dependencies]\na = {git = \"https://x/a.git\"}\n[project]\ndependencies = [\"b @ https://x/b.whl\", \"profile: x\"]\n", ""},
		"the root":            {"[tool.poetry.dependencies]\na = {path = \"..\"}\n", "."},
	} {
		deps, p := pathsOf(t, map[string]string{"x/pyproject.toml": tt.project}, "x")
		if got := strings.Join(deps, " "); got != tt.want || len(p.bad) > 0 {
			t.Errorf("%s: got %q, want %q, %v", name, got, tt.want, p.bad)
		}
	}
}

func TestPythonPathsBehindOthers(t *testing.T) {
	t.Parallel()
	deps, _ := pathsOf(t, map[string]string{
		"x/pyproject.toml": "[tool.poetry.dependencies]\na = {path = \"../a\"}\n",
		"a/pyproject.toml": "[project]\ndependencies = [\"b @ file:../b\"]\n",
		"b/pyproject.toml": "[tool.poetry.dependencies]\nx = {path = \"../x\"}\nc = {path = \"../c\"}\n", // a circle
	}, "x")
	if got := strings.Join(deps, " "); got != "a b c" {
		t.Errorf("got %q", got)
	}
	_, p := pathsOf(t, map[string]string{"x/pyproject.toml": "[tool\n"}, "x")
	if len(p.bad) != 1 || p.bad["x/pyproject.toml"] == "" {
		t.Errorf("got %v", p.bad)
	}
}

func TestUVWorkspace(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"pyproject.toml":             "[tool.uv.workspace]\nmembers = [\"source-*\", \"libs/*\"]\n[tool.uv.sources]\nshared = {workspace = true}\n",
		"libs/one/pyproject.toml":    "[project]\nname = \"Lib_One\"\n",
		"libs/two/pyproject.toml":    "[project]\nname = \"shared\"\ndependencies = [\"lib-one\"]\n[tool.uv.sources]\nlib-one = {workspace = true}\n",
		"source-a/pyproject.toml":    "[project]\nname = \"a\"\ndependencies = [\"lib.one>=1\"]\n[tool.uv.sources]\n\"lib.one\" = [{workspace = true}]\n",
		"source-b/pyproject.toml":    "[project]\nname = \"b\"\n[dependency-groups]\ndev = [\"Shared\"]\n",
		"source-c/pyproject.toml":    "[project]\nname = \"c\"\ndependencies = [\"nobody\"]\n[tool.uv.sources]\nnobody = {workspace = true}\n",
		"elsewhere/d/pyproject.toml": "[project]\nname = \"d\"\n",
	}
	for folder, want := range map[string]string{"source-a": "libs/one", "source-b": "libs/one libs/two", "source-c": "", "elsewhere/d": ""} {
		deps, _ := pathsOf(t, files, folder)
		if got := strings.Join(deps, " "); got != want {
			t.Errorf("%s: got %q, want %q", folder, got, want)
		}
	}
}

func TestRequirementsFiles(t *testing.T) {
	t.Parallel()
	deps, _ := pathsOf(t, map[string]string{
		"x/requirements.txt":      "# c\n-e ../a[extra]\n--editable=../b # why\n../c\nd @ file:../d ; x\nrequests==1\n-r ../shared/req.txt\n./own\nhttps://x/y.whl\n-e git+https://x/y\n-c ../limits.txt\n--index-url https://x\n",
		"x/requirements-dev.txt":  "-e .\n-r requirements.txt\n",
		"shared/req.txt":          "-e ./lib\n-r req.txt\n",
		"y/other-requirements.in": "-e ../a\n",
	}, "x")
	if got, want := strings.Join(deps, " "), "a b c d limits.txt shared/lib shared/req.txt"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A path that is told as a whole is one in the repository when it lies there, as
// pip freeze writes it.
func TestWholePaths(t *testing.T) {
	t.Parallel()
	top := testkit.Tree(t, map[string]string{"a/x": ""})
	for _, form := range []string{"a @ file://TOP/a", "a @ file://localhostTOP/a", "-e file://TOP/a#egg=a", "TOP/a", "-e TOP/a", "a @ file:TOP/a"} {
		testkit.Put(t, top, map[string]string{"x/requirements.txt": strings.ReplaceAll(form, "TOP", top) + "\n"})
		if got := strings.Join(newPyPaths(top).all("x"), " "); got != "a" {
			t.Errorf("%s: got %q", form, got)
		}
	}
	testkit.Put(t, top, map[string]string{"y/pyproject.toml": "[project]\ndependencies = [\"a @ file://" + top + "/a\", \"b @ file:///usr/lib/b\"]\n[tool.poetry.dependencies]\nc = {path = \"" + top + "/c\"}\n"})
	deps := newPyPaths(top).all("y")
	slices.Sort(deps)
	if got := strings.Join(deps, " "); got != "a c" {
		t.Errorf("got %q", got)
	}
}

// What a pull request brings may lead anywhere; nothing outside is read, and nothing that never ends.
func TestRequirementsStayInside(t *testing.T) {
	t.Parallel()
	outer := filepath.Join(t.TempDir(), "work [1]") // no glob
	testkit.Put(t, outer, map[string]string{
		"req.txt": "-e ./repo/secret\n", "repo/x/requirements.txt": "-r ../../req.txt\n-r zero.txt\n-e ../a\n",
	})
	for name, to := range map[string]string{"zero.txt": "/dev/zero", "pyproject.toml": "/dev/zero"} {
		if err := os.Symlink(to, filepath.Join(outer, "repo/x", name)); err != nil {
			t.Fatal(err)
		}
	}
	p := newPyPaths(filepath.Join(outer, "repo"))
	if got := strings.Join(p.all("x"), " "); got != "a" {
		t.Errorf("got %q", got)
	}
}

// Whatever a line says, what comes out is a path within the repository.
func FuzzRequirementPath(f *testing.F) {
	for _, seed := range []string{"-e ../a", "a @ file:../b#egg=x", "../../../etc", "-r /etc/passwd", "file:///%2e%2e/x", "{root:uri}/../a", "${PROJECT_ROOT}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		p := newPyPaths("/nowhere")
		to, _ := requirementPath(line)
		for _, dep := range p.add(nil, "x", to) {
			if dep == "" || strings.HasPrefix(dep, "/") || dep == ".." || strings.HasPrefix(dep, "../") {
				t.Errorf("%q leads to %q", line, dep)
			}
		}
	})
}
