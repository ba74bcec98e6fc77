//go:build e2e

package cli_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// kindsOf are the connectors without an SDK, and the protocol that the label
// of their images says.
var kindsOf = map[string]string{"materialize-big-data": "materialize", "derive-big-data": "derive"}

// failedChecks gives how many checks of connkit run test have failed.
func (r repo) failedChecks(args ...string) int {
	r.t.Helper()
	report := struct{ Result struct{ Failed int } }{}
	report.Result.Failed = -1
	out := r.run(append([]string{"connkit", "-q", "run", "test", "--output", "json"}, args...)...)
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		r.t.Fatal(err)
	}
	return report.Result.Failed
}

// What connkit new makes of the other two kinds, in an environment of its own.
func TestE2EKinds(t *testing.T) {
	t.Parallel()
	for name := range kindsOf {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			r.run("connkit", "new", name)
			r.run("connkit", "env", name)
			r.wantSpec(name)
			fixture := name + "/fixture.jsonl"
			for _, runtime := range []string{"v1", "v2"} {
				r.run("connkit", "run", "preview", name, "--fixture", fixture, "--sessions", "1,-1", "--runtime", runtime)
			}
			if n := r.failedChecks(name, "--fixture", fixture); n != 0 {
				t.Errorf("%d checks failed", n)
			}
			r.checkPython(name)
		})
	}
}

// The same in images, as connkit builds them.
func TestE2EKindsInImages(t *testing.T) {
	engines(t)
	for name, protocol := range kindsOf {
		r := newRepo(t)
		r.run("connkit", "new", name)
		r.commit()
		args := append([]string{name, "--engine", "docker", "--build-arg", "BASE_IMAGE=" + pythonBase}, certificates(t)...)
		image := r.build(args...).Result.Images[0]
		t.Cleanup(func() { r.run("docker", "image", "rm", "-f", image.Image) })
		if image.State != "built" || !image.Probe.OK {
			t.Fatalf("%s: %+v", name, image)
		}
		label := strings.TrimSpace(r.run("docker", "image", "inspect", "--format", `{{index .Config.Labels "FLOW_RUNTIME_PROTOCOL"}}`, image.Image))
		if label != protocol {
			t.Errorf("%s: the label says %q, want %q", name, label, protocol)
		}
		if n := r.failedChecks(name, "--fixture", name+"/fixture.jsonl", "--image", image.Image); n != 0 {
			t.Errorf("%s: %d checks failed in the image", name, n)
		}
		// What a preview leaves behind is no source of the image.
		r.run("connkit", "-q", "run", "preview", name, "--fixture", name+"/fixture.jsonl")
		if got := r.state("docker", name); got != "fresh" {
			t.Errorf("%s is %s after a preview", name, got)
		}
	}
}
