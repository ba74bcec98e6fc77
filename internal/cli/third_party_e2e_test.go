//go:build e2e

package cli_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestE2EThirdParty takes three published packages, each odd in its way, whole
// through connkit and holds what comes against their own protocols: a tap of
// before discovery, a tap on the kit of today, and a low-code source that
// answers spec by itself.
func TestE2EThirdParty(t *testing.T) {
	script, err := filepath.Abs("../../scripts/third_party/run.py")
	if err != nil {
		t.Fatal(err)
	}
	packages := []string{"tap-exchangeratesapi==0.1.1", "tap-jsonl==0.3.1", "airbyte-source-declarative-manifest==6.5.2"}
	r := newRepo(t)
	said := r.run(append([]string{"python", script, "--connkit", connkitBinary(t), "--work", r.dir}, packages...)...)
	if !strings.Contains(said, "\n3 passed, 0 failed\n") || strings.Count(said, " again, resume") != len(packages) {
		t.Error(said)
	}
}
