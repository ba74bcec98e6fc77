//go:build e2e

package cli_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestE2ETour makes the tour with the real engine and looks for what is left of it.
func TestE2ETour(t *testing.T) {
	bin := os.Getenv("BINARY_UNDER_TEST")
	if bin == "" {
		t.Fatal("BINARY_UNDER_TEST is not set: run make e2e")
	}
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	cmd := exec.Command(bin, "tour", "--base-image", pythonBase, "--engine", "docker", "--output", "json")
	cmd.Dir = t.TempDir()
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, said.String())
	}
	var r struct {
		OK     bool
		Result struct {
			Steps []struct {
				Name, Skipped string
				Commands      []struct{ Command, Output string }
			}
		}
	}
	if err := json.Unmarshal(out, &r); err != nil || !r.OK || len(r.Result.Steps) != 7 {
		t.Fatalf("%v: %s", err, out)
	}
	for _, s := range r.Result.Steps {
		if s.Skipped != "" {
			t.Errorf("%s was left out: %s", s.Name, s.Skipped)
		}
		if s.Name != "build" {
			continue
		}
		if c := s.Commands[0]; !strings.Contains(c.Output, "spec answered in") {
			t.Errorf("the image was not asked: %s", c.Output)
		}
		if c := s.Commands[1]; !strings.Contains(c.Output, "fresh") {
			t.Errorf("the image is not fresh: %s", c.Output)
		}
	}
	if left, _ := os.ReadDir(tmp); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	name := regexp.MustCompile(`connkit-tour-\d+/[\w-]+`).FindString(string(out)) // others may make a tour meanwhile
	images, err := exec.Command("docker", "image", "ls", "--format", "{{.Repository}}").Output()
	if err != nil || name == "" || slices.Contains(strings.Fields(string(images)), name) {
		t.Errorf("the image %q is left: %v\n%s", name, err, images)
	}
}
