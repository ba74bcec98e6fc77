//go:build e2e

package doctest

import "testing"

// TestE2EConsole runs the blocks that need real engines and registries.
func TestE2EConsole(t *testing.T) { runConsole(t, true) }
