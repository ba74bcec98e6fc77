package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/build"
	"github.com/connkit/connkit/pkg/build/endpoint"
	"github.com/connkit/connkit/pkg/build/recipe"
	"github.com/connkit/connkit/pkg/workspace"
)

// useFlags are those of connkit use.
type useFlags struct {
	endpoint.Options
	dryRun bool
}

func newUseCmd(a *app) *cobra.Command {
	return group(&cobra.Command{
		Use:   "use",
		Short: "Point test.flow.yaml at the image or at the local command",
		Long: `Point the task of a connector's test.flow.yaml at its image, or back at the local
command. Config and bindings stay as they are. What is not in use is kept in the file as
comments, so that there and back gives the original bytes.`,
	}, newUseImageCmd(a), newUseLocalCmd(a))
}

func newUseImageCmd(a *app) *cobra.Command {
	u := useFlags{Options: endpoint.Options{To: endpoint.Image}}
	cmd := &cobra.Command{
		Use:               "image NAME...",
		Short:             "Point test.flow.yaml at the image",
		Long:              "Point the task of a connector's test.flow.yaml at its image, which connkit build makes.",
		Example:           "  connkit use image source-bigdata\n  connkit use image source-bigdata --image ghcr.io/estuary/source-bigdata:v1",
		Args:              someArgs,
		ValidArgsFunction: a.completeMore,
		RunE:              func(_ *cobra.Command, args []string) error { return a.use("use image", u, args) },
	}
	cmd.Flags().StringVar(&u.Image, "image", "", "`image` in the place of the connector's :local one")
	a.imageFlags(cmd)
	u.bind(cmd)
	return cmd
}

func newUseLocalCmd(a *app) *cobra.Command {
	u := useFlags{Options: endpoint.Options{To: endpoint.Local}}
	cmd := &cobra.Command{
		Use:               "local NAME...",
		Short:             "Point test.flow.yaml back at the local command",
		Long:              "Point the task of a connector's test.flow.yaml at its local command: the one that\nstood there before, else the usual one of its language.",
		Example:           "  connkit use local source-bigdata",
		Args:              someArgs,
		ValidArgsFunction: a.completeMore,
		RunE:              func(_ *cobra.Command, args []string) error { return a.use("use local", u, args) },
	}
	u.bind(cmd)
	return cmd
}

func (u *useFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&u.Task, "name", "", "`task` of the catalog file, when it holds several")
	cmd.Flags().BoolVarP(&u.dryRun, "dry-run", "n", false, "print the diff, write nothing")
}

// useChange is a switched catalog, for people and scripts.
type useChange struct {
	endpoint.Change
	Connector string `json:"connector"`
	File      string `json:"file"`
	DryRun    bool   `json:"dryRun"`
	edit      fileEdit
}

func (a *app) use(command string, u useFlags, args []string) error {
	set, err := a.settings()
	if err != nil {
		return err
	}
	if u.Task != "" && len(args) > 1 {
		return fault.Usagef("reading the flags: --name is for one connector")
	}
	list, err := a.named(set, args)
	if err != nil {
		return err
	}
	var changes []useChange
	for _, c := range list {
		change, err := a.switched(set, c, u.Options)
		if err != nil {
			return err
		}
		change.DryRun = u.dryRun
		changes = append(changes, change)
	}
	if !u.dryRun {
		if err := writeUses(changes); err != nil {
			return err
		}
	}
	return a.ui.Result(command, changes, nil, func(p *ui.Page) {
		for _, change := range changes {
			showUse(p, change)
		}
	})
}

func writeUses(changes []useChange) error {
	var edits []fileEdit
	for _, c := range changes {
		if c.Changed {
			edits = append(edits, c.edit)
		}
	}
	return writeEdits(edits...)
}

func showUse(p *ui.Page, c useChange) {
	what := "its local command"
	if c.To == endpoint.Image {
		what = c.Image
	}
	switch {
	case !c.Changed:
		p.Line(fmt.Sprintf("%s points at %s already", c.File, what))
	case c.DryRun:
		p.Diff(unified(filepath.ToSlash(c.File), c.edit.before, c.edit.after))
	default:
		p.Headline("pointed", c.File, "at "+what)
	}
}

// switched plans the switch of one connector.
func (a *app) switched(set *workspace.Settings, c workspace.Connector, o endpoint.Options) (useChange, error) {
	file := filepath.Join(c.Dir, "test.flow.yaml")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return useChange{}, fault.Usagef("there is no test.flow.yaml to point at anything").At(a.relative(c.Dir), 0, 0).WithHint("connkit run discover %s shows what to put into one", c.Name)
	}
	if err != nil {
		return useChange{}, err
	}
	switch {
	case o.To == endpoint.Local:
		if o.Command, err = recipe.Command(c); err != nil {
			o.Command = nil // the file may remember one
		}
	case o.Image == "":
		if o.Image, err = build.ImageName(c.Name, set.Image.Registry, set.Image.Tag); err != nil {
			return useChange{}, err
		}
	}
	change, err := endpoint.Switch(a.relative(file), text, o)
	return useChange{Change: change, Connector: c.Name, File: a.relative(file), edit: fileEdit{file, text, change.Text}}, err
}

// useImages points the catalogs of built images at them.
func (a *app) useImages(set *workspace.Settings, results []build.Result) ([]string, error) {
	var changes []useChange
	for _, r := range results {
		c, err := a.ws.FolderNamed(a.ws.Root, r.Connector, set)
		if err != nil {
			return nil, err
		}
		change, err := a.switched(set, c, endpoint.Options{To: endpoint.Image, Image: r.Image})
		if err != nil {
			return nil, err
		}
		changes = append(changes, change)
	}
	if err := writeUses(changes); err != nil {
		return nil, err
	}
	var edited []string
	for _, change := range changes {
		if change.Changed {
			edited = append(edited, change.File)
		}
	}
	return edited, nil
}
