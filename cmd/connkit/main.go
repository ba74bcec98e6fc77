// Command connkit carries a data connector from its first file to CI.
package main

import (
	"os"

	"github.com/connkit/connkit/internal/cli"
	"github.com/connkit/connkit/internal/ui"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], ui.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
