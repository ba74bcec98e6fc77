package cli

import (
	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/run"
)

func withFlag(cmd *cobra.Command, with *string) {
	cmd.Flags().StringVar(with, "with", "", "`program` that does it instead: flowctl")
	_ = cmd.RegisterFlagCompletionFunc("with", cobra.FixedCompletions([]string{"flowctl"}, cobra.ShellCompDirectiveNoFileComp)) // the flag is there
}

// withFlowctl has flowctl do what the command does, to compare.
func (a *app) withFlowctl(cmd *cobra.Command, with string, o run.PreviewOptions) error {
	switch {
	case with != "flowctl":
		return fault.Usagef("reading the flags: --with %q is not flowctl", with)
	case a.ui.JSON:
		return fault.Usagef("reading the flags: with flowctl, the output is flowctl's own: no --output json")
	}
	o.Out = a.ui.OutWriter()
	return run.Flowctl(cmd.Context(), cmd.Name(), o, a.ui.ErrWriter())
}
