package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/pyenv"
	"github.com/connkit/connkit/pkg/run"
	"github.com/connkit/connkit/pkg/workspace"
)

func newRunCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Speak the Flow protocol to a connector",
		Long: `Start a connector with the local command of its test.flow.yaml, speak the Flow protocol
to it, and print what it answers. A Python connector runs in its own environment, which
connkit env makes. When connkit ends, nothing of the connector is left running.`,
	}
	return group(cmd, newRunSpecCmd(a), newRunDiscoverCmd(a), newRunValidateCmd(a), newRunApplyCmd(a), newRunPreviewCmd(a), newRunTestCmd(a))
}

func newRunSpecCmd(a *app) *cobra.Command {
	var opts run.Options
	var with string
	cmd := &cobra.Command{
		Use:               "spec NAME",
		Short:             "Ask a connector what it is and how it is configured",
		Long:              "Ask a connector for its spec and print it as JSON.",
		Example:           "  connkit run spec source-bigdata | jq .configSchema",
		Args:              oneConnector(&opts),
		ValidArgsFunction: a.completeConnectors,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.fillRun(cmd.Context(), &opts, firstOf(args)); err != nil {
				return err
			}
			if with != "" {
				return a.withFlowctl(cmd, with, run.PreviewOptions{Options: opts})
			}
			return a.askSpec(cmd.Context(), opts)
		},
	}
	a.runFlags(cmd, &opts)
	a.answerFlag(cmd)
	withFlag(cmd, &with)
	return cmd
}

func (a *app) askSpec(ctx context.Context, o run.Options) error {
	a.ui.Step("asking %s for its spec", filepath.Base(o.Dir))
	r, err := run.Spec(ctx, o)
	if err != nil {
		return err
	}
	a.warnAll(r.Warnings)
	return a.answered("spec", r, nil, func(p *ui.Page) { p.JSON(r.Spec) })
}

func newRunDiscoverCmd(a *app) *cobra.Command {
	var opts run.Options
	var with string
	var raw, write, dryRun bool
	cmd := &cobra.Command{
		Use:   "discover NAME",
		Short: "Ask a capture what it could capture",
		Long: `Ask a capture for its bindings, with the config of its test.flow.yaml.

With --write they go into the catalog files: a schema for each collection, the collections
(acmeCo/flow.yaml), and bindings with the import in test.flow.yaml. What is there stays; a
second time changes nothing.

On a terminal they are a table. Through a pipe, or with --emit-raw, they are one JSON object
a line, as the connector wrote them.`,
		Example: `  connkit run discover source-bigdata
  connkit run discover source-bigdata | jq -r .recommendedName`,
		Args:              oneConnector(&opts),
		ValidArgsFunction: a.completeConnectors,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.fillRun(cmd.Context(), &opts, firstOf(args)); err != nil {
				return err
			}
			if with != "" {
				return a.withFlowctl(cmd, with, run.PreviewOptions{Options: opts})
			}
			if write || dryRun {
				a.ui.Step("discovering %s", filepath.Base(opts.Dir))
				return a.writeDiscovered(cmd.Context(), opts, dryRun)
			}
			return a.askDiscover(cmd.Context(), opts, raw)
		},
	}
	a.runFlags(cmd, &opts)
	a.answerFlag(cmd)
	withFlag(cmd, &with)
	rawFlag(cmd, &raw)
	cmd.Flags().BoolVar(&write, "write", false, "write schemas, collections and bindings to the catalog files")
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "show what --write would write")
	return cmd
}

func rawFlag(cmd *cobra.Command, raw *bool) {
	cmd.Flags().BoolVar(raw, "emit-raw", false, "print JSON lines on a terminal too")
}

func (a *app) askDiscover(ctx context.Context, o run.Options, raw bool) error {
	a.ui.Step("discovering %s", filepath.Base(o.Dir))
	r, err := run.Discover(ctx, o)
	if err != nil {
		return err
	}
	a.warnAll(r.Warnings)
	return a.answered("discover", r, nil, func(p *ui.Page) {
		if raw || !a.ui.OutIsTerminal() {
			showLines(p, r)
			return
		}
		showBindings(p, r)
	})
}

func (a *app) runFlags(cmd *cobra.Command, o *run.Options) {
	f := cmd.Flags()
	f.StringVar(&o.Source, "source", "", "catalog `file`; else test.flow.yaml of the connector. With it NAME may be left out")
	f.StringVar(&o.Task, "name", "", "`task` of the catalog file, when it holds several")
	f.StringVar(&o.WorkDir, "workdir", "", "`folder` that the command runs in; else that of the catalog file")
	f.StringVar(&o.Image, "image", "", "run the `image` instead of the command: the :local one, or --image=REF")
	f.Lookup("image").NoOptDefVal = ":local"
	f.BoolVar(&a.requireFresh, "require-fresh", false, "refuse an image that is older than its sources")
	f.BoolVar(&o.Local, "local", false, "run the connector's code, also where the catalog file names an image")
	f.StringVar(&o.Network, "network", "", "container `network` of an image; else the engine's default")
	f.StringVar(&o.LogLevel, "log-level", "", "`level` of the connector's log: trace, debug, info, warn, error; else that of its shards, else info")
	f.StringVar(&o.Config, "config", "", "`file` with the config, instead of the catalog's")
	f.StringArrayVar(&o.Set, "set", nil, "`/pointer=value` to put into the config; repeat for more")
	_ = cmd.MarkFlagFilename("source", "yaml", "json") // the flags are there
	_ = cmd.MarkFlagFilename("config", "yaml", "json")
	_ = cmd.MarkFlagDirname("workdir")
	_ = cmd.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions(logLevels, cobra.ShellCompDirectiveNoFileComp))
}

// oneConnector takes the name of a connector and, behind a bare --image, the
// image: pflag leaves the value of a flag that may stand alone among the arguments.
// With a catalog file the name may be left out.
func oneConnector(o *run.Options) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 && o.Source != "" {
			return nil // the catalog file says where the connector is
		}
		f := cmd.Flags().Lookup("image")
		if len(args) != 2 || !f.Changed || f.Value.String() != f.NoOptDefVal {
			return exactArgs(1)(cmd, args)
		}
		ref := 1
		if strings.Contains(args[0], ":") {
			ref = 0
		}
		o.Image = args[ref]
		args[0] = args[1-ref]
		return nil
	}
}

// answerFlag is for the commands that ask one question.
func (a *app) answerFlag(cmd *cobra.Command) {
	cmd.Flags().String("timeout", "", "`duration` that the connector may take to answer, such as 90s or 5m")
	a.bind(cmd, "timeout", "run.timeout")
}

var logLevels = []string{"trace", "debug", "info", "warn", "error"}

// fillRun takes what the flags left open from the connector, its environment and the settings.
// Without an argument the connector is the folder of the catalog file.
func (a *app) fillRun(ctx context.Context, o *run.Options, arg string) error {
	if err := fullFlags(a.cmd); err != nil {
		return err
	}
	c, err := a.runConnector(o, arg)
	if err != nil {
		return err
	}
	set, err := a.settings()
	if err != nil {
		return err
	}
	if o.LogLevel != "" && !contains(logLevels, o.LogLevel) {
		return fault.Usagef("reading the flags: --log-level %q is none of %s", o.LogLevel, strings.Join(logLevels, ", "))
	}
	o.Dir, o.Root, o.Language, o.Kind = c.Dir, a.ws.Root, c.Language, c.Kind
	o.Prefix, o.Engine = set.New.Prefix, a.runsImages(set)
	if !set.IsDefault("run.timeout") {
		o.Timeout = set.Run.Timeout
	}
	o.Repository = set.Image.Registry + "/" + c.Name
	o.Found = func(ctx context.Context, image string) error { return a.checkFresh(ctx, c, image, a.requireFresh) }
	for _, path := range []*string{&o.Source, &o.WorkDir, &o.Config} {
		if *path != "" {
			*path = a.absolute(*path)
		}
	}
	if info, err := os.Stat(o.WorkDir); o.WorkDir != "" && (err != nil || !info.IsDir()) {
		return fault.Usagef("reading the flags: --workdir %q is no folder", o.WorkDir)
	}
	o.Decrypt, o.Log, o.Note = a.decryptConfig(set), a.showLog, func(s string) { a.ui.Warn("%s", s) }
	o.Step = func(s string) { a.ui.Step("%s", s) }
	if c.Language != "python" {
		return nil
	}
	env, ok, err := pyenv.Find(ctx, c.Dir, a.getenv("VIRTUAL_ENV"))
	if ok {
		o.BinDir = env.BinDir
	}
	return err
}

func (a *app) runConnector(o *run.Options, arg string) (workspace.Connector, error) {
	if arg != "" {
		c, err := a.connector(arg)
		file := filepath.Join(arg, "test.flow.yaml")
		if _, missing := os.Stat(a.absolute(file)); err != nil && missing == nil {
			return c, &fault.Error{Kind: fault.KindOf(err), Err: err, Hint: "--source " + file + " in the place of the name takes that file as it is"}
		}
		return c, err
	}
	dir := filepath.Dir(a.absolute(o.Source))
	if c, err := a.connector(dir); err == nil {
		return c, nil
	}
	return workspace.Folder(dir), nil
}

// firstOf gives the argument, or "" for none.
func firstOf(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// showLog prints one entry of a connector's log on stderr.
func (a *app) showLog(l flow.Log) {
	if a.ui.Quiet {
		return
	}
	a.ui.Log(l.Level, l.Message)
}

func (a *app) warnAll(warnings []string) {
	for _, w := range warnings {
		a.ui.Warn("%s", w)
	}
}

func showLines(p *ui.Page, r run.DiscoverResult) {
	for _, b := range r.Bindings {
		var line bytes.Buffer
		if err := json.Compact(&line, b.Raw); err != nil {
			line.Write(b.Raw) // it was read as JSON before
		}
		p.Raw(line.String() + "\n")
	}
}

func showBindings(p *ui.Page, r run.DiscoverResult) {
	if len(r.Bindings) == 0 {
		p.Line("no bindings")
		return
	}
	var rows [][]string
	for _, b := range r.Bindings {
		rows = append(rows, []string{b.RecommendedName, strings.Join(b.Key, " "), b.Mode, fmt.Sprintf("%6s", strconv.Itoa(b.Fields)), b.Collection})
	}
	p.Table([]string{"BINDING", "KEY", "MODE", "FIELDS", "COLLECTION"}, rows)
}

func indented(doc json.RawMessage) string {
	var b bytes.Buffer
	if err := json.Indent(&b, doc, "", "  "); err != nil {
		return string(doc) + "\n"
	}
	return b.String() + "\n"
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
