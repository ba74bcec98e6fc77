package upstream

import (
	"context"

	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// Remotes lists the configured remotes of the repository around dir.
func Remotes(ctx context.Context, dir string) ([]string, error) {
	config, err := remote.ReadConfig(ctx, gitcmd.Git{Dir: dir})
	return config.Remotes(), err
}
