// Command docgen writes what is generated from the code: docs/reference, the
// man pages and the schema of connkit.yaml. Usage: docgen DIR.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/connkit/connkit/internal/cli"
	"github.com/connkit/connkit/pkg/workspace"
)

// manDate stands in every man page, so that the same code gives the same bytes.
var manDate = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: docgen DIR")
		os.Exit(2)
	}
	if err := writeDocs(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

// writeDocs writes reference/*.md, man/*.1 and connkit.schema.json below dir.
// Files of commands that are gone are removed; exit-codes.md is written by hand.
func writeDocs(dir string) error {
	root := cli.NewCommand()
	for _, sub := range []string{"reference", "man"} {
		if err := emptyFolder(filepath.Join(dir, sub)); err != nil {
			return err
		}
	}
	disableTags(root)
	if err := doc.GenMarkdownTree(root, filepath.Join(dir, "reference")); err != nil {
		return fmt.Errorf("writing the reference: %w", err)
	}
	head := &doc.GenManHeader{Title: "CONNKIT", Section: "1", Source: "connkit", Date: &manDate}
	if err := doc.GenManTree(root, head, filepath.Join(dir, "man")); err != nil {
		return fmt.Errorf("writing the man pages: %w", err)
	}
	return os.WriteFile(filepath.Join(dir, "connkit.schema.json"), workspace.Schema(), 0o644)
}

func emptyFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "connkit*"))
	if err != nil {
		return err
	}
	for _, f := range old {
		if err := os.Remove(f); err != nil {
			return err
		}
	}
	return nil
}

func disableTags(cmd *cobra.Command) {
	cmd.DisableAutoGenTag = true
	for _, c := range cmd.Commands() {
		disableTags(c)
	}
}
