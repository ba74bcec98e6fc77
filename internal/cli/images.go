package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/build"
	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/workspace"
)

func newImagesCmd(a *app) *cobra.Command {
	var stale bool
	cmd := &cobra.Command{
		Use:   "images [NAME...]",
		Short: "List the :local images and whether they are fresh",
		Long: `List the images that the engine has of the connectors, with when and of which commit
they were built. An image is stale when the command that built it would build something
else now: other files, another Dockerfile, other build args.`,
		Example:           "  connkit images\n  connkit images --stale --output json | jq -r '.result[].connector' | xargs connkit build",
		ValidArgsFunction: a.completeMore,
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := a.settings()
			if err != nil {
				return err
			}
			var o build.Options
			a.imageOptions(&o, set)
			if o.Connectors, err = a.connectorsOrAll(set, args); err != nil {
				return err
			}
			e, err := a.findEngine(cmd.Context(), set, true)
			if err != nil {
				return err
			}
			list, err := build.Images(cmd.Context(), e, o)
			if err != nil {
				return err
			}
			if stale {
				list = staleOnes(list)
			}
			return a.ui.Result("images", list, nil, func(p *ui.Page) { showImages(p, list) })
		},
	}
	f := cmd.Flags()
	f.BoolVar(&stale, "stale", false, "only those that are not fresh")
	a.imageFlags(cmd)
	a.engineFlags(cmd)
	return cmd
}

func (a *app) connectorsOrAll(set *workspace.Settings, args []string) ([]workspace.Connector, error) {
	if len(args) == 0 {
		return a.ws.Connectors(set)
	}
	return a.named(set, args)
}

func staleOnes(list []build.Image) []build.Image {
	kept := []build.Image{}
	for _, i := range list {
		if i.Age != build.IsFresh {
			kept = append(kept, i)
		}
	}
	return kept
}

func showImages(p *ui.Page, list []build.Image) {
	if len(list) == 0 {
		p.Line("no images")
		return
	}
	var rows [][]string
	for _, i := range list {
		from := shortID(i.Revision)
		if i.Dirty {
			from += " dirty"
		}
		state := string(i.Age)
		if i.Why != "" {
			state += " (" + i.Why + ")"
		}
		rows = append(rows, []string{i.Image, ago(time.Since(i.Created)), megabytes(i.Size), from, state})
	}
	p.Table([]string{"IMAGE", "BUILT", "SIZE", "FROM", "STATE"}, rows)
}

// runsImages names the program that runs what build.engine has built; "" is the
// first that is there.
func (a *app) runsImages(set *workspace.Settings) string {
	switch name := set.Build.Engine; name {
	case "", "auto":
		return a.getenv("DOCKER_CLI")
	case engine.Buildah:
		return engine.Podman // which has the same images
	default:
		return name
	}
}

// checkFresh warns of an image of a connector that is older than its sources,
// or refuses it. connkit run calls it before it starts one. An engine that does
// not answer is left to the run to complain about.
func (a *app) checkFresh(ctx context.Context, c workspace.Connector, image string, required bool) error {
	set, err := a.settings()
	if err != nil {
		return err
	}
	o := build.Options{}
	a.imageOptions(&o, set)
	e, err := a.findEngine(ctx, set, true)
	if err != nil {
		return err
	}
	found, ok, err := build.Freshness(ctx, e, o, c, image)
	if err != nil || !ok || found.Age == build.IsFresh {
		return err
	}
	if required {
		return fault.Blockedf("running %s: it is %s (%s)", image, found.Age, found.Why).WithHint("connkit build %s", c.Name)
	}
	if found.Age == build.IsStale {
		a.ui.Warn("%s is older than its sources: %s (connkit build %s)", image, found.Why, c.Name)
	}
	return nil
}
