package testkit_test

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
)

// What was just written can be started, whatever is started beside it.
func TestProgramsStartAtOnce(t *testing.T) {
	t.Parallel()
	for n := range 8 {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			for i := range 40 {
				file := filepath.Join(t.TempDir(), "bin", strconv.Itoa(i))
				testkit.Program(t, file, "#!/bin/sh\nexit 7\n")
				if err := exec.CommandContext(t.Context(), file).Run(); err == nil || err.Error() != "exit status 7" {
					t.Error(err)
				}
			}
		})
	}
}
