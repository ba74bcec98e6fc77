package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/workspace"
)

// engineFlags adds what chooses the engine.
func (a *app) engineFlags(cmd *cobra.Command) {
	cmd.Flags().String("engine", "", "`engine`: docker, podman, nerdctl or buildah; auto is the first that answers")
	a.bind(cmd, "engine", "build.engine")
	offer(cmd, "engine", append([]string{"auto"}, engine.Names()...)...)
}

// findEngine finds the engine that flags and settings ask for.
func (a *app) findEngine(ctx context.Context, set *workspace.Settings, images bool) (engine.Engine, error) {
	o := engine.FindOptions{Name: set.Build.Engine, Getenv: a.getenv, Images: images}
	if o.Name == "auto" {
		o.Name = ""
	}
	if !images {
		o.Builder = set.Build.Builder
	}
	return engine.Find(ctx, o)
}

type foundEngine struct {
	engine engine.Engine
	err    error
}

// lookForEngine looks while other things are read.
func (a *app) lookForEngine(ctx context.Context, set *workspace.Settings) <-chan foundEngine {
	found := make(chan foundEngine, 1)
	go func() {
		e, err := a.findEngine(ctx, set, false)
		found <- foundEngine{e, err}
	}()
	return found
}
