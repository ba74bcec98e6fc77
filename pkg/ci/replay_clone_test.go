//go:build replay

package ci_test

import (
	"os"
	"testing"
)

// TestReplayClone replays the history of the clone that CLONE names.
func TestReplayClone(t *testing.T) {
	clone := os.Getenv("CLONE")
	if clone == "" {
		t.Fatal("CLONE=path of a clone of a monorepo of connectors")
	}
	count := map[string]int{}
	for _, r := range replay(t, clone) {
		count[r.action+": "+r.outcome]++
		t.Logf("%-8s %-6s %-13s %s  %s", r.commit[:8], r.action, r.outcome, r.name, r.detail)
	}
	for key, n := range count {
		t.Logf("%4d  %s", n, key)
	}
}
