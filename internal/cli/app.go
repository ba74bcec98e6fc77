package cli

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/scaffold"
	"github.com/connkit/connkit/pkg/workspace"
)

// app is one run: its streams, its environment, and the workspace it stands in.
type app struct {
	ui      *ui.UI
	streams ui.Streams
	environ []string
	flags   struct{ output, dir string }

	dir string // where the user stands, absolute
	ws  *workspace.Workspace
	cmd *cobra.Command // the command that runs

	root  *cobra.Command
	bound []binding
	read  struct { // settings that were read, and for which flags
		set   *workspace.Settings
		flags map[string]string
	}

	requireFresh bool // of connkit run
	debugging    *debugging
}

func newApp(s ui.Streams, environ []string) *app {
	a := &app{streams: s, environ: environ}
	a.ui = ui.New(s, a.getenv)
	return a
}

func (a *app) getenv(key string) string {
	for i := len(a.environ) - 1; i >= 0; i-- {
		if k, v, ok := strings.Cut(a.environ[i], "="); ok && k == key {
			return v
		}
	}
	return ""
}

// begin finds out where the command stands; settings are read when a command asks for them.
func (a *app) begin(cmd *cobra.Command) error {
	a.cmd = cmd
	if formats := outputs(cmd); !slices.Contains(formats, a.flags.output) {
		return fault.Usagef("reading the flags: --output %q is none of %s", a.flags.output, strings.Join(formats, ", "))
	}
	dir, err := filepath.Abs(a.flags.dir)
	if err != nil {
		return fmt.Errorf("finding the current folder: %w", err)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fault.Usagef("reading the flags: --directory %q is no folder", a.flags.dir)
	}
	a.dir = dir
	if a.ws, err = workspace.Open(dir); err != nil {
		return err
	}
	a.chooseOutput()
	for _, name := range workspace.Strays(a.environ) {
		a.ui.Warn("%s names no setting: connkit config show lists them", name)
	}
	return nil
}

// chooseOutput takes the format of results from the settings where no flag names
// one. What is wrong with them the commands say that need them.
func (a *app) chooseOutput() {
	if f := a.cmd.Flag("output"); f == nil || !f.Changed {
		if set, err := a.settings(); err == nil {
			a.flags.output = set.Output
		} else if a.ui.JSON {
			a.flags.output = "json"
		}
	}
	a.ui.JSON = a.flags.output == "json"
}

// moreOutputs is the annotation of commands that print other formats besides.
const moreOutputs = "outputs"

// outputs lists the formats of a command's result.
func outputs(cmd *cobra.Command) []string {
	return append([]string{"text", "json"}, strings.Fields(cmd.Annotations[moreOutputs])...)
}

// completionBegin stands in for begin when a shell asks for completions: then cobra runs no hook.
func (a *app) completionBegin() error {
	if a.ws != nil {
		return nil
	}
	a.flags.output = "text"
	return a.begin(a.root)
}

// fullFlags refuses a flag that is given empty: a variable of a script that is not set must not stand for the default.
func fullFlags(cmd *cobra.Command) error {
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if err == nil && f.Value.String() == "" {
			err = fault.Usagef("reading the flags: --%s is empty", f.Name)
		}
	})
	return err
}

// bind makes a flag win over a setting.
func (a *app) bind(cmd *cobra.Command, flag, setting string) {
	a.bound = append(a.bound, binding{cmd, flag, setting})
}

type binding struct {
	cmd           *cobra.Command
	flag, setting string
}

// settings gives the settings of the workspace; flags of the running command win.
func (a *app) settings() (*workspace.Settings, error) {
	flags := map[string]string{}
	for _, b := range a.bound {
		if f := b.cmd.Flags().Lookup(b.flag); b.cmd == a.cmd && f.Changed {
			if f.Value.String() == "" {
				return nil, fault.Usagef("reading the flags: --%s is empty", b.flag)
			}
			flags[b.setting] = f.Value.String()
		}
	}
	if f := a.cmd.Flag("output"); f != nil && f.Changed && (a.flags.output == "text" || a.flags.output == "json") {
		flags["output"] = a.flags.output
	}
	if a.read.set != nil && maps.Equal(flags, a.read.flags) {
		return a.read.set, nil
	}
	set, err := a.ws.Settings(a.environ, flags)
	if err == nil {
		a.read.set, a.read.flags = set, flags
	}
	return set, err
}

// connector finds the connector that an argument names: by name, by path, or "." for the one around here.
func (a *app) connector(arg string) (workspace.Connector, error) {
	set, err := a.settings()
	if err != nil {
		return workspace.Connector{}, err
	}
	return a.ws.Connector(a.dir, arg, set)
}

// named finds the connectors that arguments name, each once. What no build file
// tells the language of counts too: it may be built in another way.
func (a *app) named(set *workspace.Settings, args []string) ([]workspace.Connector, error) {
	var list []workspace.Connector
	for _, arg := range args {
		c, err := a.ws.FolderNamed(a.dir, arg, set)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(list, func(o workspace.Connector) bool { return o.Name == c.Name }) {
			list = append(list, c)
		}
	}
	return list, nil
}

func (a *app) absolute(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(a.dir, path)
}

// relative spells a path from where the user stands.
func (a *app) relative(path string) string {
	rel, err := filepath.Rel(a.dir, path)
	if err != nil {
		return path
	}
	return rel
}

func (a *app) namedTemplates(set *workspace.Settings) []scaffold.Named {
	var named []scaffold.Named
	for _, t := range set.Templates {
		named = append(named, scaffold.Named{Name: t.Name, From: t.From})
	}
	return named
}

func column(s string, n int) string { return fmt.Sprintf("%-*s", n, s) }
