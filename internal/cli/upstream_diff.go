package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/upstream/imports"
	"github.com/connkit/connkit/pkg/upstream/record"
)

func newUpstreamDiffCmd(a *app) *cobra.Command {
	format, offline := "text", false
	cmd := &cobra.Command{
		Use:   "diff DEST",
		Short: "Show what was changed here since the import",
		Long: `Show what differs from what was imported, committed or not: what would be lost by importing
anew, and what can be sent back. The record and the carried licence texts are connkit's
own and left out, as are files that git does not track.

--format patch prints a patch with the paths of the upstream, which git apply takes there
at the imported commit: binary files, renames and modes included.`,
		Example: `  connkit upstream diff source-foo
  connkit upstream diff source-foo --format patch | git -C ../bigdata apply`,
		Args:              exactArgs(1),
		ValidArgsFunction: a.completeImports,
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "patch" {
				return fault.Usagef("reading the flags: --format %q is none of text, patch", format)
			}
			o, err := a.imports(args)
			if err != nil {
				return err
			}
			o.Offline = offline
			d, err := imports.Diff(cmd.Context(), o, format == "patch")
			if err != nil {
				return err
			}
			return a.ui.Result("upstream diff", d, nil, func(p *ui.Page) {
				if format == "patch" {
					p.Raw(d.Patch)
					return
				}
				showDiff(p, d)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`format` of the diff: text, or patch for the upstream")
	cmd.Flags().BoolVar(&offline, "offline", false, "reach no upstream")
	offer(cmd, "format", "text", "patch")
	return cmd
}

func showDiff(p *ui.Page, d *imports.Difference) {
	from := fmt.Sprintf("%s of %s", record.Short(d.Commit), d.Repository)
	if len(d.Edits) == 0 {
		p.Line(fmt.Sprintf("%s is as it was imported  (%s)", p.Bold(d.Dest), from))
		return
	}
	files := "files differ"
	if len(d.Edits) == 1 {
		files = "file differs"
	}
	p.Line(fmt.Sprintf("%s  %d %s from %s", p.Bold(d.Dest), len(d.Edits), files, from))
	for _, e := range d.Edits {
		text := "  " + column(e.Status, 10) + ui.Plain(e.Path)
		if e.From != "" {
			text += "  " + p.Dim("(was "+e.From+")")
		}
		p.Line(text)
	}
	p.Line("")
	p.Diff(d.Patch)
}
