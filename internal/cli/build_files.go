package cli

import (
	"context"

	"github.com/connkit/connkit/pkg/build"
	"github.com/connkit/connkit/pkg/workspace"
)

func (a *app) eject(context.Context, *buildFlags, *workspace.Settings) error { return nil }
func (a *app) addIgnores([]build.Result) ([]string, error)                   { return nil, nil }
