package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/ci"
	"github.com/connkit/connkit/pkg/workspace"
)

func newCIAddCmd(a *app) *cobra.Command {
	var opts ci.Options
	var sets []string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "add NAME...",
		Short: "Add connectors to the CI matrix",
		Long: `Add connectors to the matrix of a GitHub Actions workflow, as the only changed lines.

The matrix is the one whose entries are of the same language and kind; --workflow, --job
and --axis choose another. The entry has the shape of its neighbours: a name, a map, an
entry of include. Its values come from the folder (kind, VERSION) and from what most
neighbours say. Path filters that name the other connectors get the new one too.`,
		Example: `  connkit ci add source-bigdata
  connkit ci add source-bigdata --dry-run
  connkit ci add source-bigdata --set usage_rate=0.0 --also "integration tests"
  connkit ci add source-bigdata --python --type capture`,
		Args:              someArgs,
		ValidArgsFunction: a.completeMore,
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := a.settings()
			if err != nil {
				return err
			}
			if opts.Set, err = assignments(sets); err != nil {
				return err
			}
			if opts.Type != "" && !slices.Contains(ci.Types(), opts.Type) {
				return fault.Usagef("reading the flags: --type %q is none of %s", opts.Type, strings.Join(ci.Types(), ", "))
			}
			opts.Target = ciTarget(set)
			unlock, err := a.lockCI(cmd, dryRun)
			if err != nil {
				return err
			}
			defer unlock()
			all, add, err := a.connectorsFor(set, args)
			if err != nil {
				return err
			}
			change, err := ci.Add(a.ws, all, add, opts)
			if err != nil {
				return err
			}
			for _, c := range add {
				if reason, ok := ignoredInCI(set)[c.Name]; ok {
					change.Notes = append(change.Notes, fmt.Sprintf("ci.ignore of %s names %s: %s", workspace.FileName, c.Name, reason))
				}
			}
			return a.applyCI("ci add", change, dryRun)
		},
	}
	a.ciPlace(cmd)
	f := cmd.Flags()
	f.StringVar(&opts.Type, "type", "", "`kind` in the entry: capture or materialization; else the name tells")
	f.BoolVar(&opts.Python, "python", false, "say python: true in the entry")
	f.StringArrayVar(&sets, "set", nil, "`key=value` of the entry; repeat for more")
	f.StringArrayVar(&opts.Also, "also", nil, "`step` whose contains(fromJson('[…]')) the connector belongs in; repeat for more")
	f.BoolVar(&opts.Update, "update", false, "change an entry that says something else")
	f.BoolVarP(&dryRun, "dry-run", "n", false, "print the diff, write nothing")
	offer(cmd, "type", ci.Types()...)
	return cmd
}

func newCIRemoveCmd(a *app) *cobra.Command {
	var opts ci.Options
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "remove NAME...",
		Short: "Remove connectors from the CI matrix",
		Long: `Take connectors out of the matrices they stand in, and out of the path filters that
name them: the exact inverse of connkit ci add. What named a connector before it was added
stays, if git's HEAD can tell. The connector's folder need not be there any more.`,
		Example: `  connkit ci remove source-bigdata
  connkit ci remove source-bigdata --workflow python.yaml --dry-run`,
		Args:              someArgs,
		ValidArgsFunction: a.completeMore,
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := a.settings()
			if err != nil {
				return err
			}
			opts.Target = ciTarget(set)
			unlock, err := a.lockCI(cmd, dryRun)
			if err != nil {
				return err
			}
			defer unlock()
			all, err := a.ws.Folders(set)
			if err != nil {
				return err
			}
			var names []string
			for _, arg := range args {
				names = append(names, a.nameFor(set, arg))
			}
			change, err := ci.Remove(cmd.Context(), a.ws, all, names, opts)
			if err != nil {
				return err
			}
			return a.applyCI("ci remove", change, dryRun)
		},
	}
	a.ciPlace(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&opts.Also, "also", nil, "`step` whose contains(fromJson('[…]')) names the connector; repeat for more")
	f.BoolVarP(&dryRun, "dry-run", "n", false, "print the diff, write nothing")
	return cmd
}

func assignments(list []string) (map[string]string, error) {
	set := map[string]string{}
	for _, s := range list {
		key, value, ok := strings.Cut(s, "=")
		if !ok || !ci.IsKey(key) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' }) {
			return nil, fault.Usagef("reading the flags: --set %q is no key=value", s).WithHint("for example --set usage_rate=1.0")
		}
		set[key] = value
	}
	return set, nil
}
