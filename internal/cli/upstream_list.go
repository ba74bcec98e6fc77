package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/upstream/imports"
	"github.com/connkit/connkit/pkg/upstream/record"
)

func newUpstreamListCmd(a *app) *cobra.Command {
	notice := false
	cmd := &cobra.Command{
		Use:   "list [DEST...]",
		Short: "List what was imported, from where, under which licence",
		Long: `List every import: where it is, its licence, the commit of the upstream with its date,
the upstream and the path there. Imports by the script before connkit do not record that
date and show, in brackets, the day on which they were made.

--output spdx prints an SPDX 2.3 document in JSON, --output csv comma-separated values, and
--notice a NOTICE with the licence texts that the repository holds.`,
		Example: `  connkit upstream list
  connkit upstream list --output spdx > imports.spdx.json
  connkit upstream list --notice > NOTICE
  connkit upstream list --output json | jq -r '.result[] | select(.license.id != "MIT").dest'`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: a.completeImports,
		Annotations:       map[string]string{moreOutputs: "csv spdx"},
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := a.imports(args)
			if err != nil {
				return err
			}
			list, err := imports.List(cmd.Context(), o)
			if err != nil {
				return err
			}
			for _, im := range list {
				if im.Problem != "" {
					a.ui.Warn("%s", im.Problem)
				}
			}
			if notice {
				return a.notice(cmd, o, list)
			}
			return a.showImports(cmd, o, list)
		},
	}
	cmd.Flags().BoolVar(&notice, "notice", false, "print a NOTICE of all imports instead")
	return cmd
}

func (a *app) notice(cmd *cobra.Command, o imports.Options, list []*imports.Import) error {
	if a.flags.output != "text" && a.flags.output != "json" {
		return fault.Usagef("reading the flags: --notice and --output %s exclude each other", a.flags.output)
	}
	text, missing, err := imports.Notice(cmd.Context(), o, list)
	if err != nil {
		return err
	}
	for _, dest := range missing {
		a.ui.Warn("%s came without the text of its licence: connkit pull-upstream --update %s brings it along", dest, dest)
	}
	result := map[string]any{"notice": text, "missing": append([]string{}, missing...)}
	return a.ui.Result("upstream list", result, nil, func(p *ui.Page) { p.Raw(text) })
}

func (a *app) showImports(cmd *cobra.Command, o imports.Options, list []*imports.Import) error {
	var document string
	var err error
	switch a.flags.output {
	case "csv":
		document, err = imports.CSV(list)
	case "spdx":
		document, err = imports.SPDX(cmd.Context(), o, list, buildVersion().Version)
	}
	if err != nil {
		return err
	}
	return a.ui.Result("upstream list", list, nil, func(p *ui.Page) {
		switch {
		case document != "":
			p.Raw(document)
		case len(list) == 0:
			p.Line("nothing was imported")
		default:
			p.Table([]string{"DEST", "LICENCE", "COMMIT", "DATE", "UPSTREAM", "PATH"}, importRows(list))
		}
	})
}

func importRows(list []*imports.Import) [][]string {
	var rows [][]string
	for _, im := range list {
		date := im.Date.UTC().Format(time.DateOnly)
		if im.Date.IsZero() {
			date = "(" + im.Imported.UTC().Format(time.DateOnly) + ")"
		}
		if im.Date.IsZero() && im.Imported.IsZero() {
			date = ""
		}
		dest := im.Dest
		if im.Gone {
			dest += " (gone)"
		}
		rows = append(rows, []string{dest, im.License.ID, record.Short(im.Commit), date, im.Repository, im.Label()})
	}
	return rows
}
