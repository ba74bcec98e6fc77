package cli

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/pyenv"
	"github.com/connkit/connkit/pkg/workspace"
)

func newEnvCmd(a *app) *cobra.Command {
	var opts pyenv.Options
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "env NAME",
		Short: "Make a connector's Python environment",
		Long: `Make the Python environment of a connector in its folder, as .venv.

The lock file decides which tool makes it: poetry.lock Poetry, uv.lock uv. Without a
lock file it is uv, else Poetry, else venv and pip. The Python is the first one in PATH
that the project's range takes. A second run does nothing while nothing has changed.`,
		Example: `  connkit env source-bigdata
  connkit env . --manager poetry
  connkit env source-bigdata --python 3.12
  connkit env source-bigdata --dry-run`,
		Args:              exactArgs(1),
		ValidArgsFunction: a.completeConnectors,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.connector(args[0])
			if err != nil {
				return err
			}
			if c.Language != "python" {
				return a.ui.Result("env", nil, nil, func(p *ui.Page) {
					p.Line(fmt.Sprintf("%s is written in %s and needs no environment", c.Name, c.Language))
				})
			}
			set, err := a.settings()
			if err != nil {
				return err
			}
			opts.Dir, opts.Manager = c.Dir, set.Env.Manager
			opts.Python, opts.Must = set.Env.Python, cmd.Flags().Changed("python")
			plan, err := pyenv.NewPlan(cmd.Context(), opts)
			if err != nil {
				return err
			}
			plan.DryRun = dryRun
			if !dryRun {
				if err := plan.Apply(cmd.Context(), a.ui.Step, a.ui.ErrWriter()); err != nil {
					return err
				}
			}
			return a.ui.Result("env", plan, nil, func(p *ui.Page) { a.showEnv(p, c, plan) })
		},
	}
	f := cmd.Flags()
	f.String("manager", "", "`tool` that makes it: uv, poetry or pip; auto decides by the lock file")
	f.BoolVar(&opts.Force, "force", false, "make it anew")
	f.BoolVarP(&dryRun, "dry-run", "n", false, "print the commands, run nothing")
	f.String("python", "", "`version` of Python, such as 3.12; else the first in PATH that the project takes")
	a.bind(cmd, "manager", "env.manager")
	a.bind(cmd, "python", "env.python")
	_ = cmd.RegisterFlagCompletionFunc("manager", cobra.FixedCompletions([]string{"auto", "uv", "poetry", "pip"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=@%+,-]+$`)

// shellWords spells a command so that it can be pasted into a shell.
func shellWords(argv []string) string {
	words := make([]string, len(argv))
	for i, w := range argv {
		if words[i] = w; !plainWord.MatchString(w) {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

func (a *app) showEnv(p *ui.Page, c workspace.Connector, plan *pyenv.Plan) {
	place := a.relative(plan.Dir)
	switch {
	case plan.Done:
		p.Line(place + " is up to date")
		return
	case plan.DryRun:
		p.Headline("would make", place, plan.Manager+": "+plan.Reason)
		for _, argv := range plan.Commands {
			p.Line("  " + p.Typed(shellWords(argv)))
		}
		showNotes(p, plan)
		return
	}
	p.Headline("made", place, plan.Manager+": "+plan.Reason)
	p.Facts(ui.Fact{Label: "python", Value: plan.Python})
	showNotes(p, plan)
	then := "connkit run discover "
	if c.Kind == "materialization" || c.Kind == "derivation" { // only captures discover
		then = "connkit run validate "
	}
	p.Next("connkit run spec "+c.Name, then+c.Name)
}

func showNotes(p *ui.Page, plan *pyenv.Plan) {
	for _, n := range plan.Notes {
		p.Facts(ui.Fact{Label: "note", Value: n})
	}
}
