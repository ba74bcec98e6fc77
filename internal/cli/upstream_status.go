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

func newUpstreamStatusCmd(a *app) *cobra.Command {
	check := false
	cmd := &cobra.Command{
		Use:   "status [DEST...]",
		Short: "Compare imports with their upstreams: new commits, changed licences",
		Long: `Compare imports with their upstreams: how many commits they are behind, those that changed
the imported path and all; whether the licence is still what it was, and if not which
commit changed it; how many files were changed here.

An upstream is asked once for its branches and, if one has moved, once for its commits.
With --check the exit code is 1 when something is due: new commits for the path, another
licence, a commit that a forced push took away.`,
		Example: `  connkit upstream status
  connkit upstream status source-foo
  connkit upstream status --check`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: a.completeImports,
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := a.imports(args)
			if err != nil {
				return err
			}
			list, err := imports.Status(cmd.Context(), o)
			if err != nil && (list == nil || fault.KindOf(err) != fault.Environment) {
				return err
			}
			due := 0
			for _, st := range list {
				if len(st.Due) > 0 {
					due++
				}
			}
			if check && due > 0 {
				err = fault.Failedf("checking imports: something is due for %d of %d", due, len(list))
			}
			return a.sayResult("upstream status", list, err, func(p *ui.Page) { showStatus(p, list) })
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "exit with 1 when something is due")
	return cmd
}

func showStatus(p *ui.Page, list []*imports.Standing) {
	if len(list) == 0 {
		p.Line("nothing was imported")
		return
	}
	width := 0
	for _, st := range list {
		width = max(width, len([]rune(st.Dest)))
	}
	due, unknown := 0, 0
	for _, st := range list {
		state, text := ui.OK, "up to date"
		var details []string
		switch {
		case len(st.Due) > 0:
			due++
			state, text, details = ui.Warn, st.Due[0], st.Due[1:]
		case st.Error != "":
			unknown++
			state, text = ui.Fail, "not known: "+st.Error
		case st.Against == "":
			state, text = ui.Warn, "not known"
		}
		if st.Change != "" {
			state = ui.Fail
		}
		p.Finding(state, st.Dest, width, text, append(details, statusDetails(st)...)...)
	}
	last := fmt.Sprintf("%d of %d imports due", due, len(list))
	if unknown > 0 {
		last += fmt.Sprintf(", %d not known", unknown)
	}
	p.Line(last)
}

func statusDetails(st *imports.Standing) []string {
	facts := fmt.Sprintf("%s at %s", st.License.ID, record.Short(st.Commit))
	if st.Tip != "" && st.Tip != st.Commit {
		facts += fmt.Sprintf(", %s of upstream is at %s", strings.TrimPrefix(st.Against, "refs/heads/"), record.Short(st.Tip))
	}
	if b := st.Behind; b != nil && b.Total > 0 {
		facts += fmt.Sprintf(", behind by %d for the path and %d in all", b.Path, b.Total)
	}
	if text := editsText(st.Edits); text != "" {
		facts += ", " + text
	}
	return append([]string{facts}, st.Notes...)
}

// editsText tells how many files were changed here, "" for none and for what is not known.
func editsText(n *int) string {
	switch {
	case n == nil || *n == 0:
		return ""
	case *n == 1:
		return "1 file changed here"
	}
	return fmt.Sprintf("%d files changed here", *n)
}
