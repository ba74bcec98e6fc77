package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/run"
	"github.com/connkit/connkit/pkg/run/debug"
	"github.com/connkit/connkit/pkg/upstream"
)

// debugging is a call under a debugger.
type debugging struct {
	plan *debug.Plan
	told bool // how to attach
}

// debugFlags are those of connkit debug that are not of connkit run.
type debugFlags struct {
	debug.Options
	run      run.PreviewOptions
	sessions string
	raw      bool
	dryRun   bool
	install  bool

	connector, call string            // the arguments
	callOf          map[string]string // of the flags that are of one call alone
}

// debugCalls are what can be debugged.
var debugCalls = []string{"spec", "discover", "validate", "apply", "preview"}

func newDebugCmd(a *app) *cobra.Command {
	d := debugFlags{callOf: map[string]string{"emit-raw": "discover"}}
	cmd := &cobra.Command{
		Use:   "debug NAME [spec|discover|validate|apply|preview]",
		Short: "Run one call of a connector under a debugger",
		Long: `Do what connkit run does, with the connector's process of that one call (preview, when
none is named) under a debugger: debugpy for Python, dlv for Go. The connector waits until
a debugger attaches, on a port of this machine alone, and no time is counted against it.

An entry that attaches goes into .vscode/launch.json, where all else stays as it is. How to
attach from other editors and from a terminal is printed.`,
		Example: `  connkit debug source-bigdata discover
  connkit debug source-bigdata --sessions 1 --wait 10m
  connkit debug source-bigdata spec --image
  connkit debug --install`,
		Args:              d.args,
		ValidArgsFunction: a.completeDebug,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if d.install {
				return a.installDebugpy(cmd.Context(), d.dryRun)
			}
			return a.debug(cmd, &d)
		},
	}
	a.runFlags(cmd, &d.run.Options)
	a.answerFlag(cmd)
	before := flagNames(cmd)
	previewFlags(cmd, &d.run, &d.sessions)
	for _, name := range flagNames(cmd) {
		if !slices.Contains(before, name) {
			d.callOf[name] = "preview"
		}
	}
	rawFlag(cmd, &d.raw)
	d.bind(cmd)
	return cmd
}

func flagNames(cmd *cobra.Command) (names []string) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

func (d *debugFlags) bind(cmd *cobra.Command) {
	const wait = 2 * time.Minute
	f := cmd.Flags()
	f.DurationVar(&d.Wait, "wait", wait, "how long to wait for a debugger, such as 10m; 0 is not at all: attach when you like")
	f.IntVar(&d.Port, "port", 0, "`port` on 127.0.0.1; else one that stays the same while it is free")
	f.BoolVar(&d.NoLaunch, "no-launch", false, "leave .vscode/launch.json alone")
	f.BoolVar(&d.Subprocess, "subprocess", false, "debug Python's child processes too; each waits for VS Code, which attaches by itself")
	f.BoolVarP(&d.dryRun, "dry-run", "n", false, "show what would be written, start nothing")
	f.BoolVar(&d.install, "install", false, "get a copy of debugpy for environments and images that have none")
}

// args takes a connector, a call, and behind a bare --image the image.
func (d *debugFlags) args(cmd *cobra.Command, args []string) error {
	if d.install {
		return noArgs(cmd, args)
	}
	d.call = "preview"
	rest := slices.Clone(args)
	first := 1
	if d.run.Source != "" { // which names the connector's folder
		first = 0
	}
	for i := len(args) - 1; i >= first; i-- {
		if slices.Contains(debugCalls, args[i]) {
			d.call, rest = args[i], slices.Delete(rest, i, i+1)
			break
		}
	}
	if len(rest) == len(args) && len(args) > 1 && !cmd.Flags().Changed("image") {
		if slices.Contains(debugCalls, args[0]) && len(args) == 2 {
			return fault.Usagef("running %q: the call comes behind the connector", cmd.CommandPath()).
				WithHint("connkit debug %s %s", args[1], args[0])
		}
		return fault.Usagef("running %q: there is no %q: %s", cmd.CommandPath(), args[1], strings.Join(debugCalls, ", ")).
			WithHint("usage: connkit %s", cmd.Use)
	}
	if err := oneConnector(&d.run.Options)(cmd, rest); err != nil {
		return err
	}
	d.connector = firstOf(rest)
	return nil
}

func (a *app) debug(cmd *cobra.Command, d *debugFlags) error {
	ctx, call := cmd.Context(), d.call
	for flag, of := range d.callOf {
		if of != call && cmd.Flags().Changed(flag) {
			return fault.Usagef("reading the flags: --%s is of %s, and this is %s", flag, of, call)
		}
	}
	if d.Wait < 0 {
		return fault.Usagef("reading the flags: --wait %s is less than nothing", d.Wait)
	}
	o := &d.run
	if err := a.fillRun(ctx, &o.Options, d.connector); err != nil {
		return err
	}
	if call == "preview" {
		if err := a.fillPreview(o, d.sessions); err != nil {
			return err
		}
	}
	plan, err := a.planDebug(ctx, d, o)
	if err != nil {
		return err
	}
	defer plan.Close()
	if d.dryRun {
		return a.ui.Result("debug "+call, plan, nil, func(p *ui.Page) { showDebugPlan(p, a, plan) })
	}
	a.debugging = &debugging{plan: plan}
	o.Debug, o.DebugCall = plan.Debugger, call
	return a.debugged(ctx, d)
}

// debugged makes the call.
func (a *app) debugged(ctx context.Context, d *debugFlags) error {
	o := d.run
	switch d.call {
	case "spec":
		return a.askSpec(ctx, o.Options)
	case "discover":
		return a.askDiscover(ctx, o.Options, d.raw)
	case "validate":
		return a.askValidate(ctx, o.Options)
	case "apply":
		return a.askApply(ctx, o.Options)
	}
	o.DebugCall = "open"
	return a.askPreview(ctx, o)
}

func (a *app) planDebug(ctx context.Context, d *debugFlags, o *run.PreviewOptions) (*debug.Plan, error) {
	process, err := run.Program(ctx, o.Options, d.call)
	if err != nil {
		return nil, err
	}
	if d.call == "preview" {
		if err := o.Fits(process.Task, process.Kind); err != nil {
			return nil, err
		}
	}
	cache, err := a.toolCache()
	if err != nil {
		return nil, err
	}
	d.Name, d.Dir, d.Root, d.Language, d.Process, d.Copy = filepath.Base(o.Dir), o.Dir, a.editorRoot(o), o.Language, process, debug.CopyDir(cache)
	d.Tell, d.Note = a.tellAddress, func(what string) {
		a.ui.Live(what) // what was waited for has come
		fmt.Fprintln(a.ui.ErrWriter(), "connkit: "+what)
	}
	return debug.NewPlan(ctx, d.Options)
}

// editorRoot is the folder that is open in an editor: the top of the git work
// tree, also where the workspace is a part of it.
func (a *app) editorRoot(o *run.PreviewOptions) string {
	for dir := o.Dir; ; dir = filepath.Dir(dir) {
		if isThere(filepath.Join(dir, ".git")) {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return a.ws.Root
		}
	}
}

// toolCache is the folder for what connkit can get again.
func (a *app) toolCache() (string, error) {
	dir, err := upstream.CacheDir(a.getenv)
	return filepath.Dir(dir), err
}

func (a *app) installDebugpy(ctx context.Context, dryRun bool) error {
	cache, err := a.toolCache()
	if err != nil {
		return err
	}
	a.ui.Step("getting debugpy %s", debug.Copied)
	r, err := debug.Install(ctx, debug.CopyDir(cache), dryRun)
	if err != nil {
		return err
	}
	return a.ui.Result("debug", r, nil, func(p *ui.Page) {
		switch {
		case r.Action == "keep":
			p.Line("debugpy " + r.Version + " is there already  (" + r.Dir + ")")
		case dryRun:
			p.Headline("would install", "debugpy "+r.Version, r.Dir)
			p.Facts(ui.Fact{Label: "command", Value: strings.Join(r.Command, " ")})
		default:
			p.Headline("installed", "debugpy "+r.Version, r.Dir)
		}
	})
}
