package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/textedit"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/workspace"
)

func newConfigCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "See the settings"}
	return group(cmd, newConfigShowCmd(a))
}

func newConfigShowCmd(a *app) *cobra.Command {
	var origin bool
	cmd := &cobra.Command{
		Use:     "show",
		Short:   "Print the settings that hold",
		Long:    "Print the settings that hold: a flag, else a CONNKIT_* variable, else connkit.yaml, else the user's own file, else the default.",
		Example: "  connkit config show --origin",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			set, err := a.settings()
			if err != nil {
				return err
			}
			values := set.Explain()
			return a.ui.Result("config show", values, nil, func(p *ui.Page) {
				header := []string{"SETTING", "VALUE"}
				if origin {
					header = append(header, "ORIGIN")
				}
				var rows [][]string
				for _, v := range values {
					row := []string{v.Key, v.Text()}
					if origin {
						row = append(row, v.Origin)
					}
					rows = append(rows, row)
				}
				p.Table(header, rows)
			})
		},
	}
	cmd.Flags().BoolVar(&origin, "origin", false, "say where each value comes from")
	return cmd
}

func newInitCmd(a *app) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:     "init",
		Short:   "Write a commented connkit.yaml",
		Long:    "Write a connkit.yaml at the root of the workspace that explains every setting and changes none. One that is there stays as it is.",
		Example: "  connkit init",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			set, err := a.settings()
			if err != nil {
				return err
			}
			file := filepath.Join(a.ws.Root, workspace.FileName)
			r := struct {
				File    string `json:"file"`
				Created bool   `json:"created"`
				DryRun  bool   `json:"dryRun"`
			}{File: file, DryRun: dryRun}
			if _, err := os.Lstat(file); err == nil {
				return a.ui.Result("init", r, nil, func(p *ui.Page) { p.Line(a.relative(file) + " is there already") })
			}
			if !dryRun {
				if err := textedit.Create(file, workspace.Sample(), 0o644); err != nil {
					return err
				}
				r.Created = true
			}
			return a.ui.Result("init", r, nil, func(p *ui.Page) {
				if dryRun {
					p.Diff(additions(workspace.FileName, workspace.Sample()))
					return
				}
				p.Headline("created", a.relative(file), fmt.Sprintf("%d settings, all as comments", len(set.Explain())))
				p.Next("connkit config show --origin")
			})
		},
	}
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "print the file, write nothing")
	return cmd
}
