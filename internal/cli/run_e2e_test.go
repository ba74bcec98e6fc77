//go:build e2e

package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestE2EImage runs a Go connector out of its template in an image, by the
// engine of this machine, and looks for what is left of it.
func TestE2EImage(t *testing.T) {
	r := newRepo(t)
	r.run("connkit", "new", "source-imaged", "--template", "go")
	dir := filepath.Join(r.dir, "source-imaged")
	t.Setenv("CGO_ENABLED", "0")
	r.runIn("source-imaged", "go", "build", "-o", "flow", ".")
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile.e2e"), []byte("FROM scratch\nCOPY flow /flow\nLABEL FLOW_RUNTIME_PROTOCOL=capture FLOW_RUNTIME_CODEC=json\nENTRYPOINT [\"/flow\"]\nCMD [\"--not-for-flow\"]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const ref = "connkit-e2e/source-imaged:local"
	r.runIn("source-imaged", "docker", "build", "-q", "-t", ref, "-f", "Dockerfile.e2e", ".")
	t.Cleanup(func() { r.run("docker", "image", "rm", "-f", ref) })

	var code, image struct{ Result json.RawMessage }
	for into, args := range map[*struct{ Result json.RawMessage }][]string{&code: nil, &image: {"--image=" + ref}} {
		out := r.run(append([]string{"connkit", "-q", "run", "spec", "source-imaged", "--output", "json"}, args...)...)
		if err := json.Unmarshal([]byte(out), into); err != nil {
			t.Fatal(err)
		}
	}
	if string(code.Result) != string(image.Result) {
		t.Errorf("code %s\nimage %s", code.Result, image.Result)
	}
	own := r.run("connkit", "-q", "run", "preview", "source-imaged")
	if got := r.run("connkit", "-q", "run", "preview", "source-imaged", "--image", ref); got != own || strings.Count(got, "\n") < 100 {
		t.Errorf("the image captured other documents: %s", tail(got))
	}
	var report struct{ Result struct{ Failed int } }
	if err := json.Unmarshal([]byte(r.run("connkit", "-q", "run", "test", "source-imaged", "--image", ref, "--output", "json")), &report); err != nil || report.Result.Failed != 0 {
		t.Errorf("got %+v, %v", report, err)
	}
	if left := r.run("docker", "ps", "-aq", "--filter", "ancestor="+ref); left != "" {
		t.Errorf("left: %s", left)
	}
}
