package cli

import (
	"encoding/json"
	"fmt"

	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/build"
	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/workspace"
)

func (a *app) printBake(plan *build.Plan, b *buildFlags, set *workspace.Settings) error {
	b.run.Builder = set.Build.Builder
	file, err := plan.BakeFile(b.run)
	if err != nil {
		return err
	}
	return a.ui.Result("build", json.RawMessage(file), nil, func(p *ui.Page) { p.Raw(string(file)) })
}

func (a *app) showCommands(plan *build.Plan, b *buildFlags) error {
	commands := plan.Commands(b.run)
	var ignore fileEdit
	if b.ignore {
		var err error
		if ignore, err = a.addIgnores(plan.Targets); err != nil {
			return err
		}
	}
	r := struct {
		Engine   engine.Engine   `json:"engine"`
		Images   []*build.Target `json:"images"`
		Commands [][]string      `json:"commands"`
		DryRun   bool            `json:"dryRun"`
	}{b.run.Engine, plan.Targets, commands, true}
	return a.ui.Result("build", r, nil, func(p *ui.Page) {
		for i, t := range plan.Targets {
			p.Headline("would build", t.Image, fmt.Sprintf("%s, %d files", t.Dockerfile, t.Files))
			if i < len(commands) {
				p.Line("  " + p.Typed(shellWords(commands[i])))
			}
			showWarnings(p, t.Warnings)
		}
		if ignore.changed() {
			p.Diff(unified(".dockerignore", ignore.before, ignore.after))
		}
	})
}
