// Command connkit carries a data connector from its first file to CI; here it says where it runs.
package main

import (
	"os"

	"github.com/connkit/connkit/internal/platform"
	"github.com/connkit/connkit/internal/ui"
)

func main() {
	os.Exit(platform.Refuse(os.Args[1:], ui.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.Getenv))
}
