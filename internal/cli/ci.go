package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
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

// connectorsFor gives all folders of connectors and those that the arguments
// name, each once. CI builds also what has no build file that connkit knows.
func (a *app) connectorsFor(set *workspace.Settings, args []string) (all, named []workspace.Connector, err error) {
	if all, err = a.ws.Folders(set); err != nil {
		return nil, nil, err
	}
	seen := map[string]bool{}
	for _, arg := range args {
		c, err := a.ws.FolderNamed(a.dir, arg, set)
		if err != nil {
			return nil, nil, err
		}
		if !seen[c.Name] {
			named = append(named, c)
		}
		seen[c.Name] = true
	}
	return all, named, nil
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

// applyCI writes a change, or shows what it would write.
func (a *app) applyCI(command string, change ci.Change, dryRun bool) error {
	change.DryRun = dryRun
	for _, note := range change.Notes {
		a.ui.Warn("%s", note)
	}
	if !dryRun {
		if err := change.Apply(); err != nil {
			return err
		}
	}
	return a.ui.Result(command, change, nil, func(p *ui.Page) {
		if dryRun {
			change.Each(func(file string, before, after []byte) { p.Diff(changes(file, before, after)) })
		}
		showEdits(p, change, dryRun)
	})
}

func showEdits(p *ui.Page, change ci.Change, dryRun bool) {
	verbs := map[string][2]string{"add": {"added", "would add"}, "remove": {"removed", "would remove"}, "update": {"updated", "would update"}}
	when := 0
	if dryRun {
		when = 1
	}
	also := ""
	for i, e := range change.Edits {
		place := fmt.Sprintf("%s:%d", e.File, e.Line)
		if e.Trigger != "" {
			also = strings.TrimPrefix(also+", "+fmt.Sprintf("on.%s.paths:%d", e.Trigger, e.Line), ", ")
		} else {
			preposition := map[string]string{"add": "to", "remove": "from", "update": "in"}[e.Action]
			p.Line(fmt.Sprintf("%s %s %s %s  (%s)", verbs[e.Action][when], p.Bold(e.Connector), preposition, place, whereabouts(e)))
			if lines := strings.TrimRight(e.Text, "\r\n"); e.Action == "add" && strings.Contains(lines, "\n") && !dryRun {
				p.Raw(lines + "\n")
			}
		}
		if last := i+1 == len(change.Edits); last || change.Edits[i+1].Connector != e.Connector {
			p.Facts(ui.Fact{Label: "also", Value: also})
			also = ""
		}
	}
	for _, e := range change.Present {
		if e.File == "" {
			p.Line(e.Connector + " stands in no matrix: nothing to remove")
			continue
		}
		p.Line(fmt.Sprintf("%s stands in %s:%d already  (%s)", e.Connector, e.File, e.Line, whereabouts(e)))
	}
}

// whereabouts tells the job and the list that an edit is in.
func whereabouts(e ci.Edit) string {
	switch {
	case e.Step != "":
		return "job " + e.Job + ", step " + e.Step
	case e.Shape == "include":
		return "job " + e.Job + ", include"
	}
	return "job " + e.Job + ", axis " + e.Axis
}
