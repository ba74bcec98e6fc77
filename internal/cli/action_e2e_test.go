//go:build e2e

package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/testkit"
)

// TestE2EAction runs the shell steps of action.yml in their order, as a runner
// does: the first installs connkit from this source, the second calls it. A
// finding fails the step and is an annotation of the file.
func TestE2EAction(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var action struct {
		Runs struct {
			Steps []struct{ Name, Shell, Run string }
		}
	}
	if err := yaml.Unmarshal(text, &action); err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	work, _ := testkit.Repo(t, map[string]string{
		".github/workflows/ci.yaml": "jobs:\n  build:\n    runs-on: ubuntu-24.04\n    strategy:\n      matrix:\n        connector: [source-a, source-gone]\n    steps: [{run: 'true'}]\n",
		"source-a/pyproject.toml":   "[project]\n",
	})
	temp, path := t.TempDir(), filepath.Join(t.TempDir(), "path")
	added := ""
	var out []byte
	ran := 0
	for _, step := range action.Runs.Steps {
		if step.Run == "" {
			continue
		}
		cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
		cmd.Dir = work
		cmd.Env = append(os.Environ(), "GITHUB_ACTION_PATH="+root, "RUNNER_TEMP="+temp, "GITHUB_PATH="+path, "GITHUB_ACTIONS=true",
			"ARGUMENTS=ci check", "PATH="+added+os.Getenv("PATH"))
		out, err = cmd.CombinedOutput()
		if ran++; ran == 1 && err != nil {
			t.Fatalf("%s: %v\n%s", step.Name, err, out)
		}
		if list, err := os.ReadFile(path); err == nil {
			added = strings.TrimSpace(string(list)) + ":"
		}
	}
	if ran != 2 || exitStatus(err) != 1 || !strings.Contains(string(out), "::error file=.github/workflows/ci.yaml,line=6,") || !strings.Contains(string(out), "source-gone") {
		t.Errorf("%d steps ran, %v\n%s", ran, err, out)
	}
}
