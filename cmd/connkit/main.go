//go:build !windows

// Command connkit carries a data connector from its first file to CI.
package main

import (
	"os"
	"runtime/debug"

	"github.com/connkit/connkit/internal/cli"
	"github.com/connkit/connkit/internal/ui"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // most runs end before they have used what one collection would give back
	}
	os.Exit(cli.Main(cli.Invoked(os.Args), ui.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
