package cli

import (
	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/ci"
)

func newCIInitCmd(a *app) *cobra.Command {
	var opts ci.InitOptions
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a workflow that builds what a change concerns",
		Long: `Write .github/workflows/ci.yaml for a repository that has no workflow yet: one job finds
the connectors that a change concerns (connkit ci matrix), a matrix tests and builds
them (connkit build), and one job is green when all that had to run has succeeded, also
when nothing had to.

A workflow that is there already stays as it is (exit code 4).`,
		Example: "  connkit ci init\n  connkit ci init --dry-run\n  connkit ci init --file connectors.yaml",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts.Version = buildVersion().Version
			change, err := ci.Init(cmd.Context(), a.ws, opts)
			if err != nil {
				return err
			}
			change.DryRun = dryRun
			if !dryRun {
				if err := change.Apply(); err != nil {
					return err
				}
			}
			return a.ui.Result("ci init", change, nil, func(p *ui.Page) { showInit(p, change) })
		},
	}
	cmd.Flags().StringVar(&opts.File, "file", "", "`name` of the workflow, to write it beside others")
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "print the file, write nothing")
	return cmd
}

func showInit(p *ui.Page, change ci.Change) {
	if change.DryRun {
		change.Each(func(file string, before, after []byte) { p.Diff(changes(file, before, after)) })
	}
	for _, e := range change.Present {
		p.Line(e.File + " is there already")
	}
	for _, e := range change.Edits {
		if change.DryRun {
			p.Line("would create " + p.Bold(e.File))
			continue
		}
		p.Headline("created", e.File, "jobs changes, build and gate")
		p.Facts(ui.Fact{Label: "require", Value: "the check \"every connector\", in the branch protection of the repository"})
		p.Next("git add "+e.File, "connkit ci matrix --changed-since HEAD")
	}
}
