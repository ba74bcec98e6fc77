package recipe_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/build/recipe"
	"github.com/connkit/connkit/pkg/workspace"
)

// What is started: the module of the connector's name, else its only one, else main.py.
func TestTheEntrypointOfAPythonConnector(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, files string
		want        string
		run         string
	}{
		{"its module", "source_x/__main__.py", `["python","-m","source_x"]`, "python -m source_x"},
		{"its module among others", "a/__main__.py source_x/__main__.py z/__main__.py", `["python","-m","source_x"]`, "python -m source_x"},
		{"its module below src", "src/source_x/__main__.py", `["python","-m","source_x"]`, "python -m source_x"},
		{"the only one", "tap_x/__main__.py", `["python","-m","tap_x"]`, "python -m tap_x"},
		{"the only one but tests", "tap_x/__main__.py tests/__main__.py test/__main__.py", `["python","-m","tap_x"]`, "python -m tap_x"},
		{"its module before main.py", "source_x/__main__.py main.py", `["python","-m","source_x"]`, "python -m source_x"},
		{"main.py", "main.py", `["python","/src/source-x/main.py"]`, "python main.py"},
		{"main.py where two modules could be meant", "a/__main__.py b/__main__.py main.py", `["python","/src/source-x/main.py"]`, "python main.py"},
		{"main.py beside tests alone", "tests/__main__.py main.py", `["python","/src/source-x/main.py"]`, "python main.py"},
		{"a module that cannot be started is none", "source_x/__init__.py main.py", `["python","/src/source-x/main.py"]`, "python main.py"},
		{"one that lies deeper is none", "a/b/__main__.py main.py", `["python","/src/source-x/main.py"]`, "python main.py"},
	} {
		files := map[string]string{"source-x/pyproject.toml": project}
		for _, name := range strings.Fields(tt.files) {
			files["source-x/"+name] = ""
		}
		text, err := render(t, "python", files)
		if got := lineOf(text, "ENTRYPOINT "); err != nil || got != tt.want {
			t.Errorf("%s: got %s, %v", tt.name, got, err)
		}
		fromSource := strings.Contains(text, "COPY --from=build /src /src\nWORKDIR /src/source-x\n")
		if want := strings.Contains(tt.want, "/src/"); fromSource != want {
			t.Errorf("%s: its sources are in the image: %v", tt.name, fromSource)
		}
		if !fromSource && !strings.Contains(text, "\nWORKDIR /tmp\n") {
			t.Errorf("%s: it is started where it cannot write", tt.name)
		}
		root := testkit.Tree(t, files)
		if run, err := recipe.Command(connector(root)); err != nil || strings.Join(run, " ") != tt.run {
			t.Errorf("%s: %q, %v", tt.name, run, err)
		}
	}
}

// A folder above the connector may have any name.
func TestAFolderWhoseNameIsAGlob(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), `a[b]*?\c`)
	testkit.Put(t, root, map[string]string{"source-x/pyproject.toml": project, "source-x/source_x/__main__.py": ""})
	r, err := recipe.For(root, connector(root), "capture")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := r.Dockerfile(true); err != nil || lineOf(string(text), "ENTRYPOINT ") != `["python","-m","source_x"]` {
		t.Errorf("%v\n%s", err, text)
	}
}

// Of a lock file's dependencies those without a hash, which are folders and
// repositories, would make pip refuse all that have one.
func TestHashesOfALockFile(t *testing.T) {
	t.Parallel()
	const own = "[[package]]\nname = \"source-x\"\nsource = { editable = \".\" }\n"
	for _, tt := range []struct{ lock, text, want string }{
		{"poetry.lock", "", "poetry export --only main --output /context/requirements.txt"},
		{"poetry.lock", "[[package]]\nname = \"a\"\nfiles = [{file = \"a.whl\", hash = \"sha256:0\"}]\n", "poetry export --only main --output"},
		{"poetry.lock", "[package.source]\ntype = \"directory\"\n", "poetry export --only main --without-hashes --output"},
		{"poetry.lock", "[package.source]\ntype = \"git\"\n", "poetry export --only main --without-hashes --output"},
		{"poetry.lock", "[package.source]\ntype = \"file\"\n", "poetry export --only main --without-hashes --output"},
		{"poetry.lock", "[package.source]\ntype = \"url\"\n", "poetry export --only main --without-hashes --output"},
		{"poetry.lock", "[package.source]\ntype = \"legacy\"\n", "poetry export --only main --output"}, // an index of one's own
		{"uv.lock", own, "--no-editable --output-file"},                                                // it lists the project itself
		{"uv.lock", strings.Replace(own, "editable", "virtual", 1), "--no-editable --output-file"},
		{"uv.lock", own + "[[package]]\nsource = { editable = \"../lib\" }\n", "--no-editable --no-hashes --output-file"},
		{"uv.lock", own + "[[package]]\nsource = { directory = \"../lib\" }\n[[package]]\nsource = { directory = \"../more\" }\n", "--no-editable --no-hashes --output-file"},
		{"uv.lock", own + "[[package]]\nsource = { registry = \"https://pypi.org/simple\" }\n", "--no-editable --output-file"},
	} {
		text, err := render(t, "python", map[string]string{"source-x/pyproject.toml": project, "source-x/" + tt.lock: tt.text, "source-x/source_x/__main__.py": ""})
		if err != nil || !strings.Contains(text, tt.want) {
			t.Errorf("%s %q: %v, %s", tt.lock, tt.text, err, lineOf(text, "RUN /opt/tools"))
		}
		if !strings.Contains(text, "pip install --no-deps -r /context/requirements.txt") || !strings.Contains(text, "pip install --no-deps .\n") {
			t.Errorf("%s %q: something besides the lock is installed", tt.lock, tt.text)
		}
	}
}

// git is in the stage that builds when a dependency is a repository, and else not.
func TestGitIsInstalledForRepositories(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`dependencies = ["a @ git+https://example.com/a@v1"]`: true,
		`dependencies = ["a @ git+ssh://git@example.com/a"]`:  true,
		`dependencies = ["a==1.0"]`:                           false,
		`dependencies = ["gitpython==3.1"]`:                   false,
		`dependencies = ["digit-a"]`:                          false,
	} {
		got, err := render(t, "python", map[string]string{
			"source-x/pyproject.toml": "[project]\nname = \"x\"\n" + text + "\n[build-system]\nrequires = [\"hatchling\"]\n", "source-x/source_x/__main__.py": "",
		})
		if err != nil || strings.Contains(got, "install -y --no-install-recommends git)") != want {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
	for name, text := range map[string]string{
		"pyproject.toml": "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\na = {git = \"https://example.com/a\"}\nb = { git = \"https://example.com/b\" }\n",
		"uv.lock":        "[[package]]\nname = \"a\"\nsource = { git = \"https://example.com/a?rev=v1\" }\n",
		"poetry.lock":    "[[package]]\n[package.source]\ntype = \"git\"\n",
		"setup.py":       "setup(install_requires=['a @ git+https://example.com/a'])\n",
	} {
		files := map[string]string{"source-x/pyproject.toml": project, "source-x/source_x/__main__.py": ""}
		files["source-x/"+name] = text
		got, err := render(t, "python", files)
		if err != nil || !strings.Contains(got, "install -y --no-install-recommends git)") {
			t.Errorf("%s: no git: %v", name, err)
		}
	}
}

// Folders of the repository that a connector depends on are copied before it is
// installed, each once, and installed with it where no lock does.
func TestPathDependencies(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"source-x/source_x/__main__.py": "", "lib/pyproject.toml": project, "lib/nested/pyproject.toml": project, "other-lib/pyproject.toml": project,
		"source-x/pyproject.toml": project + "[tool.uv.sources]\nlib = {path = \"../lib\"}\nnested = {path = \"../lib/nested\"}\nother = {path = \"../other-lib\", editable = true}\n",
	}
	text, err := render(t, "python", files)
	if err != nil {
		t.Fatal(err)
	}
	if got := taken(text); got != "build-ca.cr[t] lib other-lib source-x source-x/pyproject.toml source-x/wheelhous[e]" {
		t.Errorf("taken: %s", got)
	}
	if !strings.Contains(text, "pip install /src/lib /src/other-lib -r /context/requirements.txt\n") {
		t.Errorf("they are not installed:\n%s", text)
	}
	locked := maps.Clone(files)
	locked["source-x/uv.lock"] = ""
	if text, err = render(t, "python", locked); err != nil || strings.Contains(text, "install /src/") || !strings.Contains(text, "COPY lib /src/lib\n") {
		t.Errorf("with a lock: %v\n%s", err, text)
	}
}

// Build files are copied before the sources are, so that a change of the sources
// leaves the layers of the dependencies as they are.
func TestLayersOfDependencies(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]string{
		"pyproject.toml": "pyproject.toml", "setup.py": "setup.py setup.cfg", "requirements.txt": "requirements.txt", "all": "pyproject.toml setup.py setup.cfg requirements.txt uv.lock",
	} {
		tree := map[string]string{"source-x/source_x/__main__.py": "", "source-x/main.py": ""}
		for _, file := range strings.Fields(files) {
			tree["source-x/"+file] = map[string]string{"pyproject.toml": project, "requirements.txt": "a\n"}[file]
		}
		text, err := render(t, "python", tree)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var want []string
		for _, file := range strings.Fields(files) {
			want = append(want, "source-x/"+file)
		}
		early := "COPY " + strings.Join(append(want, "./"), " ") + "\n"
		at, sources := strings.Index(text, early), strings.Index(text, "\nCOPY source-x ./\n")
		if at < 0 || sources < at {
			t.Errorf("%s: %q does not come before the sources:\n%s", name, early, text)
		}
		if install := strings.Index(text, "pip install "); name == "requirements.txt" && (install < at || install > sources) {
			t.Errorf("%s: dependencies are installed behind the sources", name)
		}
	}
}

func TestPythonThatCannotBeBuilt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string
		hint  string
	}{
		{"a build file that is a folder", map[string]string{"source_x/__main__.py": "", "setup.py/": ""}, "there is no pyproject.toml, setup.py or requirements.txt", ""},
		{"nothing to start", map[string]string{"requirements.txt": "a\n"}, "nothing tells what to start: there is no source_x/__main__.py", "write source-x/source_x/__main__.py, or a Dockerfile"},
		{"two modules", map[string]string{"requirements.txt": "a\n", "a/__main__.py": "", "b/__main__.py": ""}, "nothing tells what to start: there is no source_x/__main__.py", "write source-x/source_x/__main__.py, or a Dockerfile"},
		{"a dependency elsewhere", map[string]string{"pyproject.toml": project + "[tool.uv.sources]\na = {path = \"/opt/a\"}\n", "source_x/__main__.py": ""}, `it depends on "/opt/a", which is outside of the repository`, ""},
	} {
		files := map[string]string{}
		for name, text := range tt.files {
			files["source-x/"+name] = text
		}
		_, err := render(t, "python", files)
		if fault.KindOf(err) != fault.Usage || err.Error() != "making a Dockerfile for source-x: "+tt.want || fault.HintOf(err) != tt.hint {
			t.Errorf("%s: got %v, hint %q", tt.name, err, fault.HintOf(err))
		}
	}
}

// A Dockerfile depends on what is there and not on when it is made or on what is
// made besides: with and without mounts, ejected or not, in any order.
func TestRenderingIsAFunctionOfTheFiles(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(connectors)) {
		root := testkit.Tree(t, connectors[name])
		first, err := recipe.For(root, connector(root), "capture")
		if err != nil {
			t.Fatal(err)
		}
		with, _ := first.Dockerfile(true)
		if _, err := first.Eject(false); err != nil {
			t.Fatal(err)
		}
		second, err := recipe.For(root, connector(root), "capture")
		if err != nil {
			t.Fatal(err)
		}
		ejected, _ := second.Eject(true)
		again, _ := first.Dockerfile(true)
		if string(with) != string(again) {
			t.Errorf("%s: the second text is another one", name)
		}
		if want := strings.Replace(string(with), "as connkit makes it", "as connkit wrote it down", 1); string(ejected) != want {
			t.Errorf("%s: what is ejected builds something else:\n%s", name, ejected)
		}
		if strings.Contains(string(with), root) {
			t.Errorf("%s: a path of this machine is in it", name)
		}
	}
}

func TestLanguagesWithoutATemplate(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "source-x"), 0o755); err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string]string{"": "a language that connkit does not know", "rust": "rust", "node": "node"} {
		c := workspace.Connector{Name: "source-x", Dir: filepath.Join(root, "source-x"), Language: language}
		_, err := recipe.For(root, c, "capture")
		if err == nil || err.Error() != "making a Dockerfile for source-x: there is no template for connectors in "+want || fault.HintOf(err) != "write source-x/Dockerfile, or name one as the last argument" {
			t.Errorf("%q: %v", language, err)
		}
		if _, err := recipe.Command(c); err == nil || err.Error() != "nothing tells how to start a connector in "+want {
			t.Errorf("%q: %v", language, err)
		}
	}
}
