package cli

import (
	"github.com/spf13/cobra"

	"github.com/connkit/connkit/pkg/build"
)

func newUseCmd(a *app) *cobra.Command { return &cobra.Command{Use: "use"} }

func (a *app) useImages([]build.Result) ([]string, error) { return nil, nil }
