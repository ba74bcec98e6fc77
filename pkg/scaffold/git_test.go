package scaffold_test

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/scaffold"
)

func below(prefix string, files map[string]string) map[string]string {
	m := map[string]string{}
	for k, v := range files {
		m[prefix+"/"+k] = v
	}
	return m
}

// fileURL names a repository on this machine, whose folder may have a blank in its name.
func fileURL(dir string) string { return (&url.URL{Scheme: "file", Path: dir}).String() }

func TestTemplateFromGit(t *testing.T) {
	t.Parallel()
	repo, commit := testkit.Repo(t, below("some/template", sampleTemplate()))
	for name, ref := range map[string]string{
		"subdir and ref": fileURL(repo) + "#some/template@v1",
		"ref first":      fileURL(repo) + "@main#some/template",
		"head":           fileURL(repo) + "#some/template",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t, sampleTemplate())
			o.Template = ref
			p, err := scaffold.New(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if rec := contents(p)[".connkit.yaml"]; !strings.Contains(rec, "commit: "+commit) {
				t.Errorf("the commit is not recorded:\n%s", rec)
			}
			if contents(p)["run.sh"] == "" {
				t.Error("no files")
			}
		})
	}
}

func TestTemplateFromGitThatIsNotThere(t *testing.T) {
	t.Parallel()
	repo, _ := testkit.Repo(t, sampleTemplate())
	for ref, tt := range map[string]struct {
		kind fault.Kind
		part string
	}{
		fileURL(repo) + "@v9":                  {fault.Usage, `no branch, tag or commit "v9"`},
		fileURL(repo) + "#nowhere":             {fault.Usage, "nowhere"},
		"file:///nonexistent/repo":             {fault.Environment, "fetching"},
		"https://u:hunter2@127.0.0.1:1/x#y@v1": {fault.Environment, "fetching"},
	} {
		o := options(t, sampleTemplate())
		o.Template = ref
		_, err := scaffold.New(t.Context(), o)
		if fault.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.part) {
			t.Errorf("%s: got %v", ref, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the password is in %v", err)
		}
	}
}

func TestNamedTemplates(t *testing.T) {
	t.Parallel()
	o := options(t, sampleTemplate())
	o.Templates = []scaffold.Named{{Name: "ours", From: "tpl"}, {Name: "far", From: "https://u:hunter2@example.invalid/x#y"}}
	o.Template = "ours"
	p, err := scaffold.New(t.Context(), o)
	if err != nil || p.Template != "ours" {
		t.Errorf("got %v, %v", p, err)
	}
	list, err := scaffold.Templates(o.Root, o.Templates)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tpl := range list {
		names = append(names, tpl.Name)
		if strings.Contains(tpl.From, "hunter2") {
			t.Errorf("the password is in %q", tpl.From)
		}
	}
	if got := strings.Join(names, " "); got != "airbyte derive far go materialize ours python singer" {
		t.Errorf("got %s", got)
	}
	o.Template = "our"
	if _, err := scaffold.New(t.Context(), o); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "airbyte, derive, far, go, materialize, ours, python, singer") {
		t.Errorf("got %v", err)
	}
}

// airbyteSource is a source as people write them.
func airbyteSource() map[string]string {
	return map[string]string{
		"connector/pyproject.toml":             "[project]\nname = \"Source_BigData\"\nrequires-python = \">=3.9,<3.12\"\n",
		"connector/source_bigdata/__init__.py": "from .source import SourceBigData\n",
		"connector/source_bigdata/source.py":   "from airbyte_cdk.sources import AbstractSource\n\nclass SourceBigData(AbstractSource):\n    pass\n",
		"connector/unit_tests/test_source.py":  "class SourceFake(AbstractSource):\n    pass\n",
	}
}

// airbyteTemplate bears the name by which the look knows what to look for.
func airbyteOptions(t *testing.T) scaffold.Options {
	t.Helper()
	o := options(t, nil)
	testkit.Put(t, filepath.Join(o.Root, "tpl"), sampleTemplate())
	o.Templates = []scaffold.Named{{Name: "airbyte", From: "tpl"}}
	o.Template = "airbyte"
	return o
}

func TestLookIntoAGitUpstream(t *testing.T) {
	t.Parallel()
	repo, _ := testkit.Repo(t, airbyteSource())
	o := airbyteOptions(t)
	o.Upstream.Git = fileURL(repo) + "@v1#connector"
	p, err := scaffold.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]string{
		"distribution": "Source_BigData", "module": "source_bigdata", "symbol": "SourceBigData", "python": ">=3.9,<3.12",
		"requirement": "Source_BigData @ git+" + fileURL(repo) + "@v1#subdirectory=connector",
	} {
		if p.Upstream[k] != want {
			t.Errorf("%s: got %q, want %q", k, p.Upstream[k], want)
		}
	}
	if p.Answers["python"] != ">=3.9,<3.12" {
		t.Errorf("the upstream's Python is not the default: %v", p.Answers)
	}
}

func TestAGitUpstreamOutOfReachIsANote(t *testing.T) {
	t.Parallel()
	o := airbyteOptions(t)
	o.Upstream.Git = "https://u:hunter2@127.0.0.1:1/big/data.git#connector"
	p, err := scaffold.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Notes) != 1 || p.Upstream["requirement"] != "connector @ git+https://127.0.0.1:1/big/data.git#subdirectory=connector" {
		t.Errorf("got %v, %v", p.Notes, p.Upstream)
	}
	for _, text := range append(p.Notes, contents(p)[".connkit.yaml"]) {
		if strings.Contains(text, "hunter2") {
			t.Errorf("the password is in %s", text)
		}
	}
}

func TestLookIntoAPathUpstream(t *testing.T) {
	t.Parallel()
	o := airbyteOptions(t)
	testkit.Put(t, o.Root, below("upstream", airbyteSource()))
	o.Upstream.Path = filepath.Join(o.Root, "upstream", "connector")
	p, err := scaffold.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if p.Upstream["path"] != "../upstream/connector" || p.Upstream["symbol"] != "SourceBigData" || p.Upstream["requirement"] != "Source_BigData" {
		t.Errorf("got %v", p.Upstream)
	}
	testkit.Put(t, o.Root, map[string]string{"upstream/connector/source_bigdata/other.py": "class SourceOther(AbstractSource):\n    pass\n"})
	if _, err := scaffold.New(t.Context(), o); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "SourceOther") {
		t.Errorf("two classes: %v", err)
	}
	o.Ask = func(q scaffold.Question) (string, error) { return q.Choices[0], nil }
	if p, err := scaffold.New(t.Context(), o); err != nil || p.Upstream["symbol"] != "SourceOther" {
		t.Errorf("asked: %v, %v", p, err)
	}
	o.Upstream.Path = t.TempDir()
	if _, err := scaffold.New(t.Context(), o); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "outside the repository") {
		t.Errorf("outside: %v", err)
	}
}

func TestAPathUpstreamThatIsPulledInLater(t *testing.T) {
	t.Parallel()
	o := airbyteOptions(t)
	o.Upstream = scaffold.Upstream{Path: filepath.Join(o.Root, o.Name, "source_bigdata"), Class: "source_bigdata:SourceBigData"}
	p, err := scaffold.New(t.Context(), o)
	if err != nil || len(p.Notes) != 1 || p.Upstream["path"] != "source_bigdata" {
		t.Errorf("got %v, %v", p, err)
	}
}

// Other users of the machine see command lines.
func TestPasswordStandsOnNoCommandLine(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	calls := filepath.Join(bin, "calls")
	script := "#!/bin/sh\nprintf '%s\\n' \"$*\" >>'" + calls + "'\nexec " + git + " \"$@\"\n"
	testkit.Program(t, filepath.Join(bin, "git"), script)
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	o := options(t, sampleTemplate())
	o.Template = "https://u:hunter2@127.0.0.1:1/x#y@v1"
	if _, err := scaffold.New(t.Context(), o); fault.KindOf(err) != fault.Environment {
		t.Errorf("got %v", err)
	}
	said, err := os.ReadFile(calls)
	if err != nil || !strings.Contains(string(said), "fetch ") {
		t.Fatalf("git was not called: %v", err)
	}
	if strings.Contains(string(said), "hunter2") {
		t.Errorf("the password stands there:\n%s", said)
	}
}
