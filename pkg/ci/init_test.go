package ci_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/ci"
	"github.com/connkit/connkit/pkg/workspace"
)

func initIn(t *testing.T, dir string, o ci.InitOptions) (ci.Change, error) {
	t.Helper()
	ws, err := workspace.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return ci.Init(t.Context(), ws, o)
}

// initText gives the workflow that a folder would get.
func initText(t *testing.T, dir string, o ci.InitOptions) string {
	t.Helper()
	change, err := initIn(t, dir, o)
	if err != nil || len(change.Edits) != 1 {
		t.Fatalf("got %+v, %v (%s)", change.Edits, err, fault.HintOf(err))
	}
	return change.Edits[0].Text
}

func TestInitWritesOnce(t *testing.T) {
	t.Parallel()
	dir, _ := testkit.Repo(t, map[string]string{"source-a/go.mod": ""})
	file := filepath.Join(dir, ".github/workflows/ci.yaml")
	change, err := initIn(t, dir, ci.InitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, ".github")); err == nil {
		t.Fatal("the plan has written something")
	}
	if err := change.Apply(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || string(text) != change.Edits[0].Text {
		t.Fatalf("got %v", err)
	}
	if err := change.Apply(); fault.Code(err) != 4 {
		t.Errorf("the same plan again: got %v", err)
	}
	again, err := initIn(t, dir, ci.InitOptions{})
	if err != nil || len(again.Edits) != 0 || len(again.Present) != 1 {
		t.Errorf("a second time: got %+v, %v", again, err)
	}
	testkit.Put(t, dir, map[string]string{".github/workflows/ci.yaml": string(text) + "# mine\n"})
	for _, o := range []ci.InitOptions{{}, {File: "ci.yaml"}} {
		if _, err := initIn(t, dir, o); fault.Code(err) != 4 || !strings.Contains(err.Error(), "says something else") {
			t.Errorf("a changed one: got %v", err)
		}
	}
	initText(t, dir, ci.InitOptions{File: "connectors.yml"})
}

func TestInitBesideOthers(t *testing.T) {
	t.Parallel()
	dir, _ := testkit.Repo(t, map[string]string{".github/workflows/release.yml": "on: push\n", ".github/workflows/notes.txt": ""})
	_, err := initIn(t, dir, ci.InitOptions{})
	if fault.Code(err) != 4 || !strings.Contains(err.Error(), "there is a workflow already: release.yml") || !strings.Contains(fault.HintOf(err), "connkit ci add NAME") {
		t.Errorf("got %v (%s)", err, fault.HintOf(err))
	}
	initText(t, dir, ci.InitOptions{File: "ci.yaml"})
	for _, name := range []string{"../ci.yaml", "a/b.yaml", "ci", ".ci.yaml", "-x.yaml", "ci.yaml\n"} {
		if _, err := initIn(t, dir, ci.InitOptions{File: name}); fault.Code(err) != 2 {
			t.Errorf("%q: got %v", name, err)
		}
	}
	inTheWay, _ := testkit.Repo(t, map[string]string{".github": "a file"})
	if _, err := initIn(t, inTheWay, ci.InitOptions{}); err == nil {
		t.Error("a file in place of the folder")
	}
}

// A failed write leaves no folder.
func TestInitLeavesNothingHalf(t *testing.T) {
	t.Parallel()
	dir, _ := testkit.Repo(t, map[string]string{"a": ""})
	change, err := initIn(t, dir, ci.InitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	testkit.Put(t, dir, map[string]string{".github/workflows": "came in between"})
	if err := change.Apply(); err == nil {
		t.Error("a file stands in place of the folder")
	}
	if text, err := os.ReadFile(filepath.Join(dir, ".github/workflows")); err != nil || string(text) != "came in between" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestInitNamesBranchVersionAndFolder(t *testing.T) {
	t.Parallel()
	dir, _ := testkit.Repo(t, map[string]string{"data/connkit.yaml": "", "source-a/go.mod": ""})
	has := func(text string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
	}
	has(initText(t, dir, ci.InitOptions{}), `branches: ["main"]`, "cmd/connkit@latest\n")
	testkit.Git(t, dir, "checkout", "-qb", "feature")
	has(initText(t, dir, ci.InitOptions{Version: "v1.2.3"}), `branches: ["main"]`, "cmd/connkit@v1.2.3\n")
	testkit.Git(t, dir, "update-ref", "refs/remotes/origin/trunk", "HEAD")
	testkit.Git(t, dir, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
	for _, version := range []string{"devel", "v1.2.3-4-gabc1234", "v1.2.3+dirty", "v1.2.3 ; x", ""} {
		has(initText(t, dir, ci.InitOptions{Version: version}), `branches: ["trunk"]`, "cmd/connkit@latest\n")
	}
	has(initText(t, dir, ci.InitOptions{Version: "v0.0.0-20260101000000-0123456789ab"}), "@v0.0.0-20260101000000-0123456789ab\n")
	part := initText(t, filepath.Join(dir, "data"), ci.InitOptions{})
	if strings.Count(part, "        working-directory: \"data\"\n") != 2 {
		t.Errorf("the folder of the workspace is not named in\n%s", part)
	}
	has(initText(t, testkit.Tree(t, nil), ci.InitOptions{}), `branches: ["main"]`)
}

// The workflow is one that connkit itself has nothing against, with as few
// rights as it needs, and no value of the matrix reaches a shell as code.
func TestInitIsSound(t *testing.T) {
	t.Parallel()
	dir, _ := testkit.Repo(t, map[string]string{"source-a/go.mod": ""})
	text := initText(t, dir, ci.InitOptions{})
	testkit.Put(t, dir, map[string]string{".github/workflows/ci.yaml": text})
	ws, all := openAt(t, dir)
	if found, err := ci.Check(ws, all, nil, ci.Target{}); err != nil || len(found) > 0 {
		t.Errorf("ci check: %v, %v", found, err)
	}
	if _, err := ci.Add(ws, all, all, ci.Options{}); fault.Code(err) != 2 || !strings.Contains(fault.HintOf(err), "connkit ci matrix") {
		t.Errorf("ci add: got %v (%s)", err, fault.HintOf(err))
	}
	var w struct {
		Permissions map[string]string
		Concurrency struct{ Group string }
		Jobs        map[string]struct {
			TimeoutMinutes int `yaml:"timeout-minutes"`
			Steps          []struct{ Uses, Run string }
		}
	}
	if err := yaml.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	if len(w.Permissions) != 1 || w.Permissions["contents"] != "read" || w.Concurrency.Group == "" || len(w.Jobs) != 3 {
		t.Errorf("got %+v", w)
	}
	for name, job := range w.Jobs {
		if job.TimeoutMinutes == 0 || len(job.Steps) == 0 {
			t.Errorf("job %s: got %+v", name, job)
		}
		for _, step := range job.Steps {
			if strings.Contains(step.Run, "${{") || step.Uses != "" && !strings.Contains(step.Uses, "@v") {
				t.Errorf("job %s: got %+v", name, step)
			}
			if step.Run != "" {
				if out, err := exec.Command("bash", "-n", "-c", step.Run).CombinedOutput(); err != nil {
					t.Errorf("job %s: %s", name, out)
				}
			}
		}
	}
}

// The gate is green when nothing had to run, and red when something failed,
// was cancelled or did not run that had to.
func TestInitGate(t *testing.T) {
	t.Parallel()
	dir, _ := testkit.Repo(t, map[string]string{"a": ""})
	var w struct {
		Jobs map[string]struct {
			If    string
			Needs any
			Steps []struct {
				Run string
				Env map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(initText(t, dir, ci.InitOptions{})), &w); err != nil {
		t.Fatal(err)
	}
	gate := w.Jobs["gate"]
	if gate.If != "always()" || len(gate.Steps) != 1 {
		t.Fatalf("got %+v", gate)
	}
	for _, results := range []struct {
		changes, concerned, build string
		green                     bool
	}{
		{"success", "true", "success", true}, {"success", "false", "skipped", true},
		{"success", "true", "failure", false}, {"success", "true", "cancelled", false}, {"success", "true", "skipped", false},
		{"failure", "", "skipped", false}, {"cancelled", "", "skipped", false}, {"success", "", "skipped", false}, {"success", "false", "failure", false},
		{"skipped", "", "skipped", false}, {"failure", "true", "success", false},
	} {
		cmd := exec.Command("bash", "-e", "-c", gate.Steps[0].Run)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "CHANGES=" + results.changes, "ANY=" + results.concerned, "BUILD=" + results.build}
		if out, err := cmd.CombinedOutput(); (err == nil) != results.green {
			t.Errorf("%+v: got %v\n%s", results, err, out)
		}
	}
}
