package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
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
			a.ui.Step("%d/%d %s", s.Number, total, s.Name)
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

func showStage(p *ui.Page, r *tour.Result, keep bool) {
	where := "gone at the end"
	if keep {
		where = "kept"
	}
	p.Headline("touring", r.Monorepo, where)
	engineText := "none answers, so no image is built"
	if r.Engine != nil {
		engineText = r.Engine.Name
	}
	p.Facts(
		ui.Fact{Label: "monorepo", Value: "one connector, one workflow with a matrix"},
		ui.Fact{Label: "upstream", Value: "../upstream: four commits; the third changes the licence"},
		ui.Fact{Label: "engine", Value: engineText},
	)
}

func showStep(p *ui.Page, s *tour.Step, total int) {
	p.Line(fmt.Sprintf("%s %s  %s", p.Dim(fmt.Sprintf("%d/%d", s.Number, total)), p.Bold(s.Name), s.Title))
}

func showRan(p *ui.Page, c *tour.Command) {
	head, left, tail := c.Shown()
	p.Quote(head...)
	if left > 0 {
		p.Skip(left)
	}
	p.Quote(tail...)
	if c.Why != "" && c.Exit == c.Expected {
		p.Quote(p.Dim(fmt.Sprintf("(exit code %d, as it should be: %s)", c.Exit, c.Why)))
	}
}

// mostFiles are listed one by one; of more the folders are.
const mostFiles = 4

func showEffect(p *ui.Page, s *tour.Step) {
	if s.Skipped != "" {
		for _, c := range s.Commands {
			p.Line(p.Dim("$ " + c.Line))
		}
		p.Quote("left out: " + s.Skipped)
		return
	}
	if len(s.Effect.Files) == 0 {
		p.Facts(ui.Fact{Label: "changed", Value: p.Dim("nothing")})
		return
	}
	label := "changed"
	for _, g := range tourFiles(s.Effect.Files) {
		p.Facts(ui.Fact{Label: label, Value: g})
		label = ""
	}
}

// tourFiles gives a line a file, or a folder when there are many.
func tourFiles(files []tour.File) []string {
	type group struct {
		name                  string
		files, added, deleted int
	}
	var list []*group
	for _, f := range files {
		name := f.Path
		if top, _, ok := strings.Cut(f.Path, "/"); ok && len(files) > mostFiles {
			name = top + "/"
		}
		if len(list) == 0 || list[len(list)-1].name != name {
			list = append(list, &group{name: name})
		}
		g := list[len(list)-1]
		g.files, g.added, g.deleted = g.files+1, g.added+f.Added, g.deleted+f.Deleted
	}
	var lines []string
	for _, g := range list {
		line := g.name
		if strings.HasSuffix(line, "/") {
			line += "  " + plural(g.files, "file")
		}
		line += fmt.Sprintf("  +%d", g.added)
		if g.deleted > 0 {
			line += fmt.Sprintf(" -%d", g.deleted)
		}
		lines = append(lines, line)
	}
	return lines
}

func showEnd(p *ui.Page, r *tour.Result, folder string) {
	commands, skipped := 0, 0
	for _, s := range r.Steps {
		if s.Skipped != "" {
			skipped++
			continue
		}
		commands += len(s.Commands)
	}
	text := fmt.Sprintf("%d commands, %s", commands, seconds(r.Seconds))
	if skipped > 0 {
		text += fmt.Sprintf(", %d step left out", skipped)
	}
	p.Line("")
	if r.Folder == "" {
		p.Headline("done:", "nothing of it is left", text)
		p.Next("connkit tour --keep connkit-tour", "connkit new source-mine", "connkit doctor")
		return
	}
	p.Headline("kept", folder, text)
	p.Facts(
		ui.Fact{Label: "monorepo", Value: folder + "/connectors  (its README.md tells what to try)"},
		ui.Fact{Label: "age key", Value: folder + "/age-keys.txt"},
	)
	p.Next("cd "+shellWords([]string{folder + "/connectors"})+" && . ../environment.sh", "git log --stat", "connkit run preview source-weather --sessions 1")
}
