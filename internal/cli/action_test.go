package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/cli"
	"github.com/connkit/connkit/internal/testkit"
)

// The step for GitHub Actions hands its arguments to connkit as words, not as
// text for a shell, and passes on the outputs of ci matrix.
func TestActionStep(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var action struct {
		Inputs  map[string]struct{ Default string }
		Outputs map[string]struct{ Value string }
		Runs    struct {
			Using string
			Steps []struct {
				ID, Uses, Shell, Run string
				Env                  map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(text, &action); err != nil {
		t.Fatal(err)
	}
	steps := action.Runs.Steps
	last := steps[len(steps)-1]
	for _, output := range []string{"any", "count", "matrix", "chunks"} {
		if action.Outputs[output].Value != "${{ steps."+last.ID+".outputs."+output+" }}" {
			t.Errorf("output %s: got %+v", output, action.Outputs[output])
		}
	}
	if action.Runs.Using != "composite" || action.Inputs["run"].Default != "ci check" {
		t.Errorf("got %+v", action)
	}
	for _, step := range steps {
		if strings.Contains(step.Run, "${{") || step.Run != "" && step.Shell != "bash" {
			t.Errorf("got %+v", step)
		}
	}
	dir := testkit.Tree(t, map[string]string{"connkit": "#!/bin/sh\nfor a; do echo \"<$a>\"; done >said\n", "x": ""})
	if err := os.Chmod(filepath.Join(dir, "connkit"), 0o755); err != nil {
		t.Fatal(err)
	}
	for arguments, want := range map[string]string{
		"ci check":                     "<ci>\n<check>\n",
		"ci matrix  --changed-since x": "<ci>\n<matrix>\n<--changed-since>\n<x>\n",
		"$(touch y) ; * `id`":          "<$(touch>\n<y)>\n<;>\n<*>\n<`id`>\n",
		"":                             "",
	} {
		_ = os.Remove(filepath.Join(dir, "said"))
		cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", last.Run)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "ARGUMENTS=" + arguments}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%q: %v\n%s", arguments, err, out)
		}
		if said, _ := os.ReadFile(filepath.Join(dir, "said")); string(said) != want {
			t.Errorf("%q: got %q, want %q", arguments, said, want)
		}
	}
}

// The hook for pre-commit runs a command that is there, for every commit or for those that touch its files.
func TestPreCommitHook(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var hooks []struct {
		ID, Name, Entry, Language string
		Files                     string
		PassFilenames             bool `yaml:"pass_filenames"`
		AlwaysRun                 bool `yaml:"always_run"`
	}
	if err := yaml.Unmarshal(text, &hooks); err != nil {
		t.Fatal(err)
	}
	for _, h := range hooks {
		if h.ID == "" || h.Name == "" || h.Language != "golang" || h.PassFilenames || h.AlwaysRun == (h.Files != "") {
			t.Errorf("got %+v", h)
		}
		root := cli.NewCommand()
		words := strings.Fields(h.Entry)
		cmd, rest, err := root.Find(words[1:])
		if err == nil {
			err = cmd.ParseFlags(rest)
		}
		if err != nil || words[0] != "connkit" || cmd.Flags().NArg() > 0 || !cmd.Runnable() {
			t.Errorf("%s: there is no %q: %v", h.ID, h.Entry, err)
		}
	}
	if len(hooks) == 0 {
		t.Error("no hook")
	}
}
