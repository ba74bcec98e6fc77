//go:build e2e

package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// These tests make connectors with the built connkit, install the real SDKs
// from the registries, and talk to what came out. `make e2e` runs them.

type repo struct {
	t   *testing.T
	dir string
}

func newRepo(t *testing.T) repo {
	t.Helper()
	r := repo{t, t.TempDir()}
	r.run("git", "init", "-q", "-b", "main", ".")
	return r
}

// run runs a program in the repository and gives its stdout.
func (r repo) run(argv ...string) string {
	r.t.Helper()
	return r.runIn("", argv...)
}

func (r repo) runIn(sub string, argv ...string) string {
	r.t.Helper()
	if argv[0] == "connkit" {
		argv[0] = connkitBinary(r.t)
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = filepath.Join(r.dir, sub)
	cmd.Env = append(os.Environ(), "NO_COLOR=1", "LC_ALL=C.UTF-8")
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		r.t.Fatalf("%v in %q: %v\n%s%s", argv, sub, err, tail(out.String()), tail(errOut.String()))
	}
	return out.String()
}

func tail(s string) string { return s[max(0, len(s)-6000):] }

func connkitBinary(t *testing.T) string {
	t.Helper()
	bin := os.Getenv("BINARY_UNDER_TEST")
	if bin == "" {
		t.Fatal("BINARY_UNDER_TEST is not set: run make e2e")
	}
	return bin
}

type discovered struct {
	RecommendedName string          `json:"recommendedName"`
	DocumentSchema  json.RawMessage `json:"documentSchema"`
	Key             []string        `json:"key"`
}

// discover gives the bindings that connkit prints through a pipe: one JSON object a line.
func (r repo) discover(name string) map[string]discovered {
	r.t.Helper()
	bindings := map[string]discovered{}
	dec := json.NewDecoder(strings.NewReader(r.run("connkit", "run", "discover", name)))
	for dec.More() {
		var b discovered
		if err := dec.Decode(&b); err != nil {
			r.t.Fatal(err)
		}
		bindings[b.RecommendedName] = b
	}
	return bindings
}

func (r repo) wantBindings(name string, want ...string) {
	r.t.Helper()
	got := r.discover(name)
	for _, w := range want {
		if len(got[w].Key) == 0 || !json.Valid(got[w].DocumentSchema) {
			r.t.Errorf("discover of %s: no binding %q with key and schema in %v", name, w, names(got))
		}
	}
}

func names(m map[string]discovered) []string {
	var list []string
	for n := range m {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}

func (r repo) wantSpec(name string) {
	r.t.Helper()
	var spec struct {
		Protocol     int             `json:"protocol"`
		ConfigSchema json.RawMessage `json:"configSchema"`
	}
	out := r.run("connkit", "run", "spec", name)
	if err := json.Unmarshal([]byte(out), &spec); err != nil || spec.Protocol != 3032023 || len(spec.ConfigSchema) == 0 {
		r.t.Errorf("spec of %s: %v\n%s", name, err, tail(out))
	}
}

// checkPython runs the scaffold's own tests and the linters as its pyproject sets them.
func (r repo) checkPython(name string) {
	r.t.Helper()
	python := filepath.Join(r.dir, name, ".venv", "bin", "python")
	for _, argv := range [][]string{
		{"-m", "pytest", "-q"},
		{"-m", "ruff", "check", "."},
		{"-m", "ruff", "format", "--check", "."},
		{"-m", "mypy"},
	} {
		r.runIn(name, append([]string{python}, argv...)...)
	}
}

func TestE2EPython(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.run("connkit", "new", "source-big-data")
	r.run("connkit", "env", "source-big-data")
	r.wantSpec("source-big-data")
	r.wantBindings("source-big-data", "events", "plans")
	r.checkPython("source-big-data")
}

func TestE2EAirbyteSample(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.run("connkit", "new", "source-sample", "--template", "airbyte")
	r.run("connkit", "env", "source-sample")
	r.wantSpec("source-sample")
	if got := r.discover("source-sample"); len(got) < 2 {
		t.Errorf("got %v", names(got))
	}
	r.checkPython("source-sample")
}

func TestE2EAirbyteFaker(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.run("connkit", "new", "source-faker", "--template", "airbyte", "--upstream-package", "airbyte-source-faker", "--class", "source_faker:SourceFaker")
	r.run("connkit", "env", "source-faker")
	r.wantSpec("source-faker")
	r.wantBindings("source-faker", "users", "products", "purchases")
	r.checkPython("source-faker")

	// The same without a class: the package's console script tells.
	r.run("connkit", "new", "source-again", "--template", "airbyte", "--upstream-package", "airbyte-source-faker==7.2.1")
	r.run("connkit", "env", "source-again")
	r.wantBindings("source-again", "users", "products", "purchases")
}

func TestE2ESingerSample(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.run("connkit", "new", "source-orders", "--template", "singer")
	r.run("connkit", "env", "source-orders")
	r.wantSpec("source-orders")
	if got := r.discover("source-orders"); len(got) < 2 {
		t.Errorf("got %v", names(got))
	}
	r.checkPython("source-orders")
}

// A real tap on singer-sdk: its class is named, its settings come from the tap.
func TestE2ESingerTap(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.run("connkit", "new", "source-dbt", "--template", "singer", "--upstream-package", "tap-dbt==0.17.0", "--class", "tap_dbt.tap:TapDBT")
	r.run("connkit", "env", "source-dbt")
	r.wantSpec("source-dbt")
	r.write("source-dbt/config.yaml", "account_ids: [\"1\"]\napi_key_sops: not-a-real-key\n")
	r.wantBindings("source-dbt", "accounts", "jobs", "projects", "runs")
	r.checkPython("source-dbt")
}

// A real tap on singer-python, found by its console script, with neither --about nor a class.
func TestE2ESingerPythonTap(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.run("connkit", "new", "source-freshdesk", "--template", "singer", "--upstream-package", "tap-freshdesk==1.0.1")
	r.run("connkit", "env", "source-freshdesk", "--manager", "pip")
	r.wantSpec("source-freshdesk")
	r.write("source-freshdesk/config.yaml", "start_date: \"2020-01-01T00:00:00Z\"\napi_key_sops: not-a-real-key\ndomain: example\nuser_agent: connkit\n")
	r.wantBindings("source-freshdesk", "tickets", "agents")
	r.checkPython("source-freshdesk")
}

// foreignTap is a tap without dependencies, as somebody else would keep it in a folder of a repository.
func foreignTap() map[string]string {
	return map[string]string{
		"pyproject.toml": "[project]\nname = \"tap-foreign\"\nversion = \"1.0\"\nrequires-python = \">=3.9\"\n\n" +
			"[build-system]\nrequires = [\"poetry-core>=2\"]\nbuild-backend = \"poetry.core.masonry.api\"\n\n[tool.poetry]\npackages = [{ include = \"tap_foreign\" }]\n",
		"tap_foreign/__init__.py": `import json
import sys

REQUIRED_CONFIG_KEYS = []
print("printed by the import")


def main():
    streams = [{"tap_stream_id": "things", "stream": "things", "schema": {"properties": {"id": {"type": "integer"}}}, "key_properties": ["id"]}]
    if "--discover" in sys.argv:
        print(json.dumps({"streams": streams}))
`,
	}
}

// An upstream in a folder of the repository.
func TestE2EPathUpstream(t *testing.T) {
	t.Parallel()
	for _, manager := range []string{"uv", "pip"} {
		t.Run(manager, func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			for name, text := range foreignTap() {
				r.write("upstream/foreign/"+name, text)
			}
			r.run("connkit", "new", "source-foreign", "-t", "singer", "--upstream-path", "upstream/foreign", "--class", "tap_foreign:main")
			r.run("connkit", "env", "source-foreign", "--manager", manager)
			r.wantSpec("source-foreign")
			r.wantBindings("source-foreign", "things")
			out := r.run("connkit", "env", "source-foreign", "--manager", manager)
			if !strings.Contains(out, "up to date") {
				t.Errorf("a second run: %s", out)
			}
		})
	}
}

// A poetry.lock makes it Poetry. The project has no dependencies: behind a
// mirror that serves pip and uv alone, Poetry finds no package.
func TestE2EPoetry(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.write("source-plain/pyproject.toml", "[project]\nname = \"source-plain\"\nversion = \"1.0\"\nrequires-python = \">=3.11,<4.0\"\n\n"+
		"[tool.poetry]\npackages = [{ include = \"source_plain\" }]\n\n[build-system]\nrequires = [\"poetry-core>=2\"]\nbuild-backend = \"poetry.core.masonry.api\"\n")
	r.write("source-plain/source_plain/__init__.py", "")
	r.write("source-plain/source_plain/__main__.py", `import json, sys
json.loads(sys.stdin.readline())
schema = {"type": "object"}
print(json.dumps({"spec": {"protocol": 3032023, "configSchema": schema, "resourceConfigSchema": schema, "documentationUrl": sys.prefix, "resourcePathPointers": ["/a"]}}))
`)
	r.write("source-plain/test.flow.yaml", "captures:\n  acmeCo/plain: {endpoint: {local: {command: [python, -m, source_plain], config: {}}}, bindings: []}\n")
	r.runIn("source-plain", "poetry", "lock")
	if out := r.run("connkit", "env", "source-plain"); !strings.Contains(out, "poetry: poetry.lock is there") {
		t.Errorf("got %s", out)
	}
	if out := r.run("connkit", "run", "spec", "source-plain"); !strings.Contains(out, filepath.Join("source-plain", ".venv")) {
		t.Errorf("it runs elsewhere: %s", out)
	}
}

// An upstream in a folder of another repository, at a tag.
func TestE2EGitUpstream(t *testing.T) {
	t.Parallel()
	other, r := newRepo(t), newRepo(t)
	for name, text := range foreignTap() {
		other.write("taps/foreign/"+name, text)
	}
	other.run("git", "add", "-A")
	other.run("git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "one")
	other.run("git", "tag", "v1")
	r.run("connkit", "new", "source-foreign", "-t", "singer", "--upstream-git", "file://"+other.dir+"@v1#taps/foreign", "--class", "tap_foreign:main")
	r.run("connkit", "env", "source-foreign")
	r.wantBindings("source-foreign", "things")
	lock, err := os.ReadFile(filepath.Join(r.dir, "source-foreign", "uv.lock"))
	if commit := strings.TrimSpace(other.run("git", "rev-parse", "HEAD")); err != nil || !strings.Contains(string(lock), commit) {
		t.Errorf("the lock does not name commit %s: %v", commit, err)
	}
}

func (r repo) write(name, text string) {
	r.t.Helper()
	file := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func TestE2EGo(t *testing.T) {
	t.Parallel()
	for name, inModule := range map[string]bool{"own module": false, "root module": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			if inModule {
				r.run("go", "mod", "init", "example.com/connectors")
			}
			r.run("connkit", "new", "source-events", "--template", "go")
			_, err := os.Stat(filepath.Join(r.dir, "source-events", "go.mod"))
			if inModule != os.IsNotExist(err) {
				t.Errorf("go.mod of its own: %v", err)
			}
			r.wantSpec("source-events")
			if got := r.discover("source-events"); len(got) < 2 {
				t.Errorf("got %v", names(got))
			}
			r.runIn("source-events", "go", "vet", "./...")
			r.runIn("source-events", "go", "test", "./...")
			r.runIn("source-events", "golangci-lint", "run", "--allow-parallel-runners", "./...")
		})
	}
}
