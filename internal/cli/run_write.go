package cli

import (
	"context"

	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/run"
)

// writeDiscovered writes what a capture discovers to its catalog files, or shows what it would write.
func (a *app) writeDiscovered(ctx context.Context, o run.Options, dryRun bool) error {
	r, err := run.Write(ctx, o)
	if err != nil {
		return err
	}
	a.warnAll(r.Warnings)
	if !dryRun {
		if err := r.Apply(); err != nil {
			return err
		}
	}
	return a.ui.Result("run discover", r, nil, func(p *ui.Page) {
		verb := "wrote"
		if dryRun {
			verb = "would write"
			for _, f := range r.Files {
				if f.Before == nil {
					p.Diff(additions(a.relative(f.File), f.After))
				} else {
					p.Diff(unified(a.relative(f.File), f.Before, f.After))
				}
			}
		}
		if len(r.Files) == 0 {
			p.Line("nothing to write: " + count(len(r.Kept), "binding") + " of " + r.Task + " as discovered")
			return
		}
		p.Headline(verb, r.Task, count(len(r.Added), "new binding")+", "+count(len(r.Kept), "binding")+" kept")
		for _, f := range r.Files {
			p.Facts(ui.Fact{Label: f.Action, Value: a.relative(f.File)})
		}
		for _, collection := range r.Gone {
			p.Facts(ui.Fact{Label: "gone", Value: collection + "  (its binding stays)"})
		}
	})
}
