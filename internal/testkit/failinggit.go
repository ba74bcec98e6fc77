package testkit

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// FailingGit gives a folder for the front of PATH with a git in it that fails
// at the commands, which stand with blanks between, and is the real one for all others.
func FailingGit(tb testing.TB, commands string) (bin string) {
	tb.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		tb.Fatal(err)
	}
	bin = tb.TempDir()
	script := "#!/bin/sh\ncase \" " + commands + " \" in *\" $1 \"*) echo \"fatal: made to fail\" >&2; exit 128;; esac\nexec " + git + " \"$@\"\n"
	Program(tb, filepath.Join(bin, "git"), script)
	return bin
}
