package cli

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/pkg/upstream"
	"github.com/connkit/connkit/pkg/upstream/imports"
	"github.com/connkit/connkit/pkg/upstream/remote"
	"github.com/connkit/connkit/pkg/workspace"
)

func newUpstreamCmd(a *app) *cobra.Command {
	return group(&cobra.Command{
		Use:   "upstream",
		Short: "Look after what was imported: licences, new commits, local changes",
		Long: `Look after what pull-upstream, or the script before it, has imported: list it, compare it
with its upstreams, see what was changed here, check that the records are true.`,
	}, newUpstreamListCmd(a), newUpstreamStatusCmd(a), newUpstreamDiffCmd(a), newUpstreamVerifyCmd(a), newUpstreamFindCmd(a))
}

// imports gives the options of all commands about imports.
func (a *app) imports(dests []string) (imports.Options, error) {
	o := imports.Options{Dir: a.dir, Dests: dests, Terminal: a.ui.CanAsk(), Report: remote.Report{Step: a.ui.Step, Progress: a.ui.Detail}}
	if real, err := filepath.EvalSymlinks(o.Dir); err == nil {
		o.Dir = real
	}
	if a.ws.Origin == workspace.FromFile {
		o.Root = a.ws.Root
	}
	var err error
	o.Cache, err = upstream.CacheDir(a.getenv)
	return o, err
}

// completeImports completes the folders that something was imported into.
func (a *app) completeImports(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	if a.completionBegin() != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	a.ui.Quiet = true
	o, err := a.imports(nil)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	list, err := imports.List(cmd.Context(), o)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, im := range list {
		if !im.Gone {
			names = append(names, im.Dest+"\t"+im.License.ID)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
