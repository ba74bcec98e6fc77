package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/tour"
)

func newTourCmd(a *app) *cobra.Command {
	var opts tour.Options
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "tour",
		Short: "Show a connector's whole life in a throw-away monorepo",
		Long: `Walk a connector's life in a monorepo that is made for it: scaffold one, import one whose
licence changed on the way, run, encrypt, build, put into CI, check. Each step prints the
command that one would type, what it says, and which files it changed.

It needs git and Python and no network. Images are built when a container engine answers and
has, or can get, an image with Python; else the tour says so and goes on. Settings, keys and
repositories of yours are neither read nor changed, and nothing is left behind.`,
		Example: "  connkit tour\n  connkit tour --keep ~/connkit-tour\n  connkit tour --dry-run",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("keep") && opts.Keep == "" {
				return fault.Usagef("reading the flags: --keep is empty")
			}
			if dryRun {
				return a.listTour(tour.Plan(opts))
			}
			return a.tour(cmd.Context(), opts)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opts.Keep, "keep", "", "make it in `folder`, which stays")
	f.StringVar(&opts.BaseImage, "base-image", "", "`image` with Python to build on; else that of the connector's Dockerfile")
	f.BoolVarP(&dryRun, "dry-run", "n", false, "list the steps, do nothing")
	a.engineFlags(cmd)
	_ = cmd.MarkFlagDirname("keep") // the flag is there
	return cmd
}

func (a *app) listTour(r *tour.Result) error {
	return a.ui.Result("tour", r, nil, func(p *ui.Page) {
		for _, s := range r.Steps {
			showStep(p, s, len(r.Steps))
			for _, c := range s.Commands {
				p.Line(p.Typed("$ " + c.Line))
			}
			p.Line("")
		}
		p.Line("nothing was done: connkit tour does it")
	})
}

func (a *app) tour(ctx context.Context, o tour.Options) error {
	if _, err := a.settings(); err != nil {
		return err // before anything is made
	}
	var err error
	if o.Program, err = os.Executable(); err != nil {
		return fmt.Errorf("finding the connkit program: %w", err)
	}
	if o.Keep != "" {
		o.Keep = a.absolute(o.Keep)
	}
	o.Environ, o.Width, o.Colour = a.environ, a.ui.Width(), a.ui.Coloured() && !a.ui.JSON
	o.Engine = a.tourEngine
	if f := a.cmd.Flags().Lookup("engine"); f.Changed && f.Value.String() != "auto" {
		o.UseEngine = f.Value.String()
	}
	// A reader that goes away, as head does, ends the tour, and not the program
	// before it has cleaned up.
	gone := make(chan os.Signal, 1)
	signal.Notify(gone, syscall.SIGPIPE)
	defer signal.Stop(gone)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	o.Watch = a.watchTour(len(tour.Plan(o).Steps), o.Keep != "", cancel)
	r, err := tour.Run(ctx, o)
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, syscall.EPIPE) {
		return cause
	}
	if r == nil || err != nil && !a.ui.JSON {
		return err
	}
	return a.sayReport("tour", r, err, func(p *ui.Page) { showEnd(p, r, a.relative(r.Folder)) })
}

// watchTour prints the tour as it goes on; what cannot be printed ends it.
func (a *app) watchTour(total int, keep bool, end context.CancelCauseFunc) tour.Watch {
	show := func(text func(*ui.Page)) {
		if err := a.ui.Part(text); err != nil {
			end(err)
		}
	}
	return tour.Watch{
		Stage: func(r *tour.Result) { show(func(p *ui.Page) { showStage(p, r, keep) }) },
		Step: func(s *tour.Step) {
			show(func(p *ui.Page) { p.Line(""); showStep(p, s, total) })
			if a.ui.JSON || a.ui.Redraws() { // else the heading says it already
				a.ui.Step("%d/%d %s", s.Number, total, s.Name)
			}
		},
		Command: func(c *tour.Command) {
			show(func(p *ui.Page) { p.Line(p.Typed("$ " + c.Line)) })
			a.ui.Live(c.Line)
		},
		Ran:   func(c *tour.Command) { show(func(p *ui.Page) { showRan(p, c) }) },
		Ended: func(s *tour.Step) { show(func(p *ui.Page) { showEffect(p, s) }) },
	}
}

// tourEngine finds an engine that can build and run.
func (a *app) tourEngine(ctx context.Context) (tour.Engine, error) {
	set, err := a.settings()
	if err != nil {
		return tour.Engine{}, err
	}
	e, err := a.findEngine(ctx, set, false)
	if err == nil && e.Name == engine.Buildah {
		err = fault.Environmentf("buildah runs no images")
	}
	return tour.Engine{Program: e.Program, Kind: e.Name, Name: e.String()}, err
}
