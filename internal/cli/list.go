package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/ui"
)

func newListCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the connectors of the workspace",
		Long: `List the connectors of the workspace: the top-level folders whose name matches
connectors.patterns (source-*, materialize-*, derive-*) and that hold a build file.`,
		Example: "  connkit list\n  connkit list --output json | jq -r '.result[] | select(.language == \"go\").name'",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			set, err := a.settings()
			if err != nil {
				return err
			}
			list, err := a.ws.Connectors(set)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				a.ui.Warn("there are no connectors in %s", a.ws.Root)
			}
			return a.ui.Result("list", list, nil, func(p *ui.Page) {
				if len(list) == 0 {
					return
				}
				var rows [][]string
				for _, c := range list {
					rows = append(rows, []string{c.Name, c.Kind, c.Language, c.Version})
				}
				p.Table([]string{"NAME", "KIND", "LANGUAGE", "VERSION"}, rows)
			})
		},
	}
}

// completeConnectors completes the one connector that a command takes.
func (a *app) completeConnectors(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.completeMore(cmd, args, word)
}

// completeMore completes one connector after the other.
func (a *app) completeMore(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if a.completionBegin() != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	set, err := a.settings()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	list, err := a.ws.Connectors(set)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, c := range list {
		if !slices.Contains(args, c.Name) {
			names = append(names, c.Name+"\t"+c.Kind+", "+c.Language)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
