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
	bin := os.Getenv("CONNKIT_BIN")
	if bin == "" {
		t.Fatal("CONNKIT_BIN is not set: run make e2e")
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
			r.runIn("source-events", "golangci-lint", "run", "./...")
		})
	}
}
