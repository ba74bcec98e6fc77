package cli

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/pkg/ci"
	"github.com/connkit/connkit/pkg/workspace"
)

func newCICmd(a *app) *cobra.Command {
	return group(&cobra.Command{
		Use:   "ci",
		Short: "Put connectors into CI",
	}, newCIAddCmd(a), newCIRemoveCmd(a), newCIListCmd(a), newCICheckCmd(a), newCIMatrixCmd(a), newCIInitCmd(a))
}

// ciPlace binds the flags that choose a matrix.
func (a *app) ciPlace(cmd *cobra.Command) {
	f := cmd.Flags()
	f.String("workflow", "", "workflow `file` to edit, such as ci.yaml")
	f.String("job", "", "`job` of the workflow, by id or name")
	f.String("axis", "", "`key` of the job's matrix")
	for _, name := range []string{"workflow", "job", "axis"} {
		a.bind(cmd, name, "ci."+name)
	}
	offerBy(cmd, "workflow", a.completeSpots(func(s ci.Spot) string { return filepath.Base(s.File) }))
	offerBy(cmd, "job", a.completeSpots(func(s ci.Spot) string { return s.Job }))
	offerBy(cmd, "axis", a.completeSpots(func(s ci.Spot) string { return s.Axis }))
}

// completeSpots completes what the places have in which connectors stand now.
func (a *app) completeSpots(word func(ci.Spot) string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		const none = cobra.ShellCompDirectiveNoFileComp
		if a.completionBegin() != nil {
			return nil, none
		}
		set, err := a.settings()
		if err != nil {
			return nil, none
		}
		all, err := a.ws.Folders(set)
		if err != nil {
			return nil, none
		}
		standings, _ := ci.List(a.ws, all, nil, ci.Target{}) // what cannot be read completes nothing
		var words []string
		for _, s := range standings {
			for _, spot := range s.Spots {
				if w := word(spot); w != "" && !slices.Contains(words, w) {
					words = append(words, w)
				}
			}
		}
		return words, none
	}
}

func ciTarget(set *workspace.Settings) ci.Target {
	return ci.Target{Workflow: set.CI.Workflow, Job: set.CI.Job, Axis: set.CI.Axis}
}

// connectorsFor gives all folders of connectors and those that the arguments
// name, each once. CI builds also what has no build file that connkit knows.
func (a *app) connectorsFor(set *workspace.Settings, args []string) (all, named []workspace.Connector, err error) {
	if all, err = a.ws.Folders(set); err != nil {
		return nil, nil, err
	}
	named, err = a.named(set, args)
	return all, named, err
}

// lockCI lets one run at a time change the workflows; one that writes nothing need not wait.
func (a *app) lockCI(cmd *cobra.Command, dryRun bool) (unlock func(), err error) {
	if dryRun {
		return func() {}, nil
	}
	return ci.Lock(cmd.Context(), a.ws)
}

// nameFor gives the name that an argument means; the folder may be gone.
func (a *app) nameFor(set *workspace.Settings, arg string) string {
	if c, err := a.ws.FolderNamed(a.dir, arg, set); err == nil {
		return c.Name
	}
	if strings.Contains(arg, "/") {
		return filepath.Base(arg)
	}
	return arg
}
