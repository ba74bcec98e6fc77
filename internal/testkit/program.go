package testkit

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Program writes a program that is to be started, a script for the most part,
// and the folder that it is in.
func Program(tb testing.TB, file, text string) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := write(file, text, 0o755); err != nil {
		tb.Fatal(err)
	}
}

// write writes a file while no process is forked. A child that another test
// starts meanwhile has the file open until it becomes another program, and what
// somebody can write the kernel does not start: "text file busy".
func write(file, text string, mode os.FileMode) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(file, []byte(text), mode)
}
