package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/scaffold"
	"github.com/connkit/connkit/pkg/workspace"
)

type newFlags struct {
	set     []string
	answers string
	list    bool
	dryRun  bool
	diff    bool
	path    string
}

func newNewCmd(a *app) *cobra.Command {
	var opts scaffold.Options
	var f newFlags
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Scaffold a connector that runs at once",
		Long: `Scaffold a connector in the workspace's root: build file, package, test.flow.yaml,
config.yaml, tests and a README of what to edit next. It runs at once: a capture with
a sample of records, a materialization or derivation with a fixture of documents. The
name tells the kind: source-, materialize- or derive-.

The airbyte and singer templates wrap an existing source or tap: a package
(--upstream-package), a git repository (--upstream-git) or a folder of this
repository (--upstream-path). Without one they hold a small source of their own.`,
		Example: `  connkit new source-bigdata
  connkit new source-faker --template airbyte --upstream-package airbyte-source-faker --class source_faker:SourceFaker
  connkit new source-bigdata --template airbyte --upstream-git https://github.com/big/data.git@v1.4.2#connector
  connkit new source-events --template go --dry-run
  connkit new materialize-bigdata
  connkit new derive-totals`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.list {
				return noArgs(cmd, args)
			}
			return exactArgs(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.list {
				return a.listTemplates()
			}
			opts.Name = strings.TrimSuffix(args[0], "/")
			return a.newConnector(cmd.Context(), opts, f)
		},
	}
	fl := cmd.Flags()
	fl.StringVarP(&opts.Template, "template", "t", "", "template: a `name` of --list, a folder, or a git URL#SUBDIR@REF")
	fl.BoolVar(&f.list, "list", false, "list the templates")
	fl.StringVar(&opts.Upstream.Package, "upstream-package", "", "wrap a package of the registry: `NAME[==VERSION]`")
	fl.StringVar(&opts.Upstream.Git, "upstream-git", "", "wrap a connector in a git repository: `URL[@REF][#SUBDIR]`")
	fl.StringVar(&f.path, "upstream-path", "", "wrap a connector in a `folder` of this repository")
	fl.StringVar(&opts.Upstream.Class, "class", "", "class or function to wrap: `module:Class`")
	fl.StringArrayVar(&f.set, "set", nil, "answer a question of the template: `key=value`; repeat for more")
	fl.StringVar(&f.answers, "answers", "", "take answers from a YAML `file`")
	fl.BoolVar(&opts.AskAll, "ask", false, "ask every question, also those with a default")
	fl.BoolVarP(&f.dryRun, "dry-run", "n", false, "list the files and their sizes, write nothing")
	fl.BoolVar(&f.diff, "diff", false, "show the files as a diff, write nothing")
	_ = cmd.MarkFlagFilename("answers", "yaml", "yml") // the flags are there
	_ = cmd.MarkFlagDirname("upstream-path")
	offerBy(cmd, "template", a.completeTemplates)
	return cmd
}

func (a *app) newConnector(ctx context.Context, opts scaffold.Options, f newFlags) error {
	if err := fullFlags(a.cmd); err != nil {
		return err
	}
	if err := a.fillNew(ctx, &opts, f); err != nil {
		return err
	}
	plan, err := scaffold.New(ctx, opts)
	if err != nil {
		return err
	}
	plan.DryRun = f.dryRun || f.diff
	if !plan.DryRun {
		if err := plan.Apply(ctx); err != nil {
			return err
		}
	}
	for _, note := range plan.Notes {
		a.ui.Warn("%s", note)
	}
	return a.ui.Result("new", plan, nil, func(p *ui.Page) { a.showPlan(p, plan, f.diff) })
}

// fillNew takes what the flags left open from the workspace, its settings and git.
func (a *app) fillNew(ctx context.Context, opts *scaffold.Options, f newFlags) error {
	set, err := a.settings()
	if err != nil {
		return err
	}
	if opts.Set, err = a.readAnswers(f.answers, f.set); err != nil {
		return err
	}
	if f.path != "" {
		opts.Upstream.Path = a.absolute(f.path)
	}
	if opts.Template == "" && strings.HasPrefix(opts.Name, "source-") {
		opts.Template = set.New.Template
	}
	opts.Root, opts.WorkDir = a.ws.Root, a.dir
	opts.Templates = a.namedTemplates(set)
	opts.Prefix, opts.Author = set.New.Prefix, set.New.Author
	opts.GoModule = a.ws.GoModule()
	opts.Year = time.Now().Year()
	opts.Version = buildVersion().Version
	opts.Step = a.ui.Step
	if a.ws.Origin == workspace.FromFolder {
		a.ui.Warn("%s is not in a git repository: the connector is made right here", a.ws.Root)
	}
	if opts.Author == "" {
		opts.Author = gitAuthor(ctx, a.ws.Root)
	}
	if a.ui.CanAsk() {
		opts.Ask = a.ask
	} else if opts.AskAll {
		return fault.Usagef("asking the questions: there is no terminal").WithHint("--set key=value or --answers FILE")
	}
	return nil
}

func (a *app) ask(q scaffold.Question) (string, error) {
	hint := q.Hint
	if len(q.Choices) > 0 {
		hint = strings.Join(q.Choices, ", ")
	}
	return a.ui.Ask(a.cmd.Context(), q.Ask, hint, q.Default)
}

// gitAuthor gives "Name <mail>" of git's configuration, or "" where git or the name is missing.
func gitAuthor(ctx context.Context, dir string) string {
	get := func(key string) string {
		out, err := gitcmd.Git{Dir: dir}.Run(ctx, "config", "--get", key)
		if err != nil {
			return ""
		}
		return out.Text()
	}
	name, mail := get("user.name"), get("user.email")
	if name == "" || mail == "" {
		return name
	}
	return fmt.Sprintf("%s <%s>", name, mail)
}
