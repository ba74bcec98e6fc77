package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/build"
	"github.com/connkit/connkit/pkg/workspace"
)

// buildResult is what connkit build answers with.
type buildResult struct {
	Images []build.Result `json:"images"`
	Edits  []string       `json:"edits,omitempty"` // files that were edited besides
}

// runBuild builds a plan, and shows what came of it also when some of it failed.
func (a *app) runBuild(ctx context.Context, plan *build.Plan, b *buildFlags, set *workspace.Settings) error {
	quiet := a.ui.Quiet
	a.ui.Quiet = quiet || b.progress == "quiet"
	lines := a.ui.Lines()
	defer lines.End()
	b.run.Step, b.run.Done = lines.Set, func(r build.Result) { lines.Remove(r.Connector) }
	if b.progress == "plain" {
		b.run.Output = lines
		b.run.Step = func(string, string) {}
	}
	if !b.noProbe {
		b.run.Probe = a.probe(set)
	}
	results, err := plan.Run(ctx, b.run)
	lines.End()
	a.ui.Quiet = quiet
	if results == nil || ctx.Err() != nil {
		return err
	}
	r := buildResult{Images: results}
	for _, image := range results {
		a.showTail(image)
	}
	if err == nil && b.use {
		edits, useErr := a.useImages(set, results)
		b.edits, err = append(b.edits, edits...), useErr
	}
	r.Edits = b.edits
	return a.sayResult("build", r, err, func(p *ui.Page) { a.showBuilt(p, r, b) })
}

// showTail prints the end of a failed build's log.
func (a *app) showTail(r build.Result) {
	if a.ui.JSON || len(r.Tail) == 0 {
		return
	}
	fmt.Fprintf(a.ui.ErrWriter(), "%s\n", strings.Join(r.Tail, "\n"))
}

func (a *app) showBuilt(p *ui.Page, r buildResult, b *buildFlags) {
	if len(r.Images) > 1 {
		showImageTable(p, r.Images)
	}
	var ignore []string
	for _, image := range r.Images {
		if len(r.Images) == 1 {
			showImage(p, image)
		}
		showWarnings(p, image.Warnings)
		for _, line := range image.Ignore {
			if !slices.Contains(ignore, line) {
				ignore = append(ignore, line)
			}
		}
	}
	if len(ignore) > 0 && !b.ignore {
		p.Facts(ui.Fact{Label: "note", Value: ".dockerignore lets " + strings.Join(ignore, ", ") + " through: --dockerignore adds the lines"})
	}
	for _, file := range r.Edits {
		p.Facts(ui.Fact{Label: "edited", Value: file})
	}
	if len(r.Images) == 1 && r.Images[0].State == build.Built {
		p.Next("connkit run spec " + r.Images[0].Connector + " --image=" + r.Images[0].Image)
	}
}

func showWarnings(p *ui.Page, warnings []string) {
	for _, w := range warnings {
		p.Facts(ui.Fact{Label: "warning", Value: w})
	}
}

func showImage(p *ui.Page, r build.Result) {
	switch r.State {
	case build.Fresh:
		p.Line(r.Image + " is fresh: it is made of what is there now")
		return
	case build.Failed:
		for _, f := range r.Findings {
			p.Finding(ui.Fail, r.Image, len(r.Image), f)
		}
		return
	}
	p.Headline("built", r.Image, shortID(r.ID))
	probe := ""
	if r.Probe != nil {
		probe = fmt.Sprintf("spec answered in %s, labels agree", seconds(r.Probe.Seconds))
	}
	p.Facts(
		ui.Fact{Label: "engine", Value: r.Engine.String() + ", " + r.Arch},
		ui.Fact{Label: "dockerfile", Value: dockerfileName(r)},
		ui.Fact{Label: "size", Value: fmt.Sprintf("%s, %d of %d steps cached, %s", megabytes(r.Size), r.Cached, r.Steps, seconds(r.Seconds))},
		ui.Fact{Label: "probe", Value: probe},
	)
	for _, n := range r.Notes {
		p.Facts(ui.Fact{Label: "note", Value: n})
	}
}

func dockerfileName(r build.Result) string {
	if r.Dockerfile == "template" {
		return "connkit's template: connkit build --eject " + r.Connector + " writes it down"
	}
	return r.Dockerfile
}

func showImageTable(p *ui.Page, list []build.Result) {
	var rows [][]string
	for _, r := range list {
		probe := "-"
		switch {
		case r.Probe != nil && r.Probe.OK:
			probe = "ok " + seconds(r.Probe.Seconds)
		case r.Probe != nil:
			probe = "failed"
		}
		rows = append(rows, []string{r.Image, string(r.State), shortID(r.ID), megabytes(r.Size), seconds(r.Seconds), fmt.Sprintf("%d/%d", r.Cached, r.Steps), probe})
	}
	p.Table([]string{"IMAGE", "STATE", "ID", "SIZE", "TIME", "CACHED", "PROBE"}, rows)
}

func shortID(id string) string { return id[:min(12, len(id))] }

func seconds(s float64) string { return fmt.Sprintf("%.1f s", s) }

func megabytes(bytes int64) string {
	if bytes < 10e6 {
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
	return fmt.Sprintf("%.0f MB", float64(bytes)/1e6)
}

// ago tells how long ago something was, roughly.
func ago(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "min"}, {time.Second, "s"}} {
		if n := int(d / u.unit); n > 0 {
			name := u.name
			if n > 1 && (name == "day" || name == "hour") {
				name += "s"
			}
			return fmt.Sprintf("%d %s ago", n, name)
		}
	}
	return "now"
}
