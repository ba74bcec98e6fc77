package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/upstream/imports"
	"github.com/connkit/connkit/pkg/upstream/record"
)

func newUpstreamVerifyCmd(a *app) *cobra.Command {
	offline := false
	cmd := &cobra.Command{
		Use:   "verify [DEST...]",
		Short: "Check that the records of imports are true",
		Long: `Check every record: against the message of the commit that made the import and the history
of UPSTREAM.yaml, against the files as they were imported, and against the upstream: it
has the commit, on a branch or tag; path, tree and licence file are the recorded ones; the
licence is still identified as recorded. What the script before connkit recorded is checked
as far as it goes.

The exit code is 1 when a record is not true. --offline reaches no upstream.`,
		Example: `  connkit upstream verify
  connkit upstream verify source-foo --offline`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: a.completeImports,
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := a.imports(args)
			if err != nil {
				return err
			}
			o.Offline = offline
			list, err := imports.Verify(cmd.Context(), o)
			if err != nil && (list == nil || fault.KindOf(err) != fault.Environment) {
				return err
			}
			wrong := 0
			for _, v := range list {
				if len(v.Wrong) > 0 {
					wrong++
				}
			}
			if wrong > 0 {
				err = fault.Failedf("verifying imports: %d of %d records are not true", wrong, len(list))
			}
			return a.sayResult("upstream verify", list, err, func(p *ui.Page) { showVerified(p, list, wrong) })
		},
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "reach no upstream")
	return cmd
}

func showVerified(p *ui.Page, list []*imports.Verified, wrong int) {
	if len(list) == 0 {
		p.Line("nothing was imported")
		return
	}
	width := 0
	for _, v := range list {
		width = max(width, len([]rune(v.Dest)))
	}
	for _, v := range list {
		state := ui.OK
		text := fmt.Sprintf("%s at %s", v.License.ID, record.Short(v.Commit))
		if len(v.Proven) > 0 {
			text += ": " + strings.Join(v.Proven, ", ")
		}
		details := append([]string{}, v.Open...)
		if v.Error != "" {
			details = append(details, "the upstream was not asked: "+v.Error)
		}
		if len(v.Proven) == 0 || v.Error != "" {
			state = ui.Warn
		}
		if len(v.Wrong) > 0 {
			state, text, details = ui.Fail, v.Wrong[0], append(append([]string{}, v.Wrong[1:]...), details...)
		}
		if text := editsText(v.Edits); text != "" {
			details = append(details, text+" since the import")
		}
		p.Finding(state, v.Dest, width, text, append(details, v.Notes...)...)
	}
	p.Line(fmt.Sprintf("%s, %d with findings", count(len(list), "import"), wrong))
}
