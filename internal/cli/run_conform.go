package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/run/conform"
)

func newRunTestCmd(a *app) *cobra.Command {
	var opts conform.Options
	var junit string
	cmd := &cobra.Command{
		Use:   "test NAME",
		Short: "Hold a connector to what Flow expects of it",
		Long: `Check a connector as Flow would find it: its spec; that it discovers the same twice; that
keys are in their schemas; that its task validates; that its documents are as their schemas
say; that it loses nothing when it is killed in the middle and goes on from its state; that
it ends when it is told to; and that no secret of its config is in its log. A
materialization or derivation is given the documents of a --fixture, and restarted in between.

With --snapshot its answers are compared with those that are kept in a folder, which
--update writes. Values that differ from run to run are left out with --redact.`,
		Example: `  connkit run test source-bigdata
  connkit run test source-bigdata --snapshot source-bigdata/tests/snapshots --redact /ts
  connkit run test source-bigdata --junit report.xml`,
		Args:              oneConnector(&opts.Options),
		ValidArgsFunction: a.completeConnectors,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.fillRun(cmd.Context(), &opts.Options, firstOf(args)); err != nil {
				return err
			}
			opts.Fixture = a.fixtureOf(opts.Options, opts.Fixture)
			for _, path := range []*string{&opts.Snapshot, &junit} {
				if *path != "" {
					*path = a.absolute(*path)
				}
			}
			if info, err := os.Stat(filepath.Dir(junit)); junit != "" && (err != nil || !info.IsDir()) {
				return fault.Usagef("reading the flags: --junit %q is in no folder", junit)
			}
			opts.Progress = func(check string) { a.ui.Step("testing %s: %s", filepath.Base(opts.Dir), check) }
			r, err := conform.Run(cmd.Context(), opts)
			if err != nil {
				return err
			}
			if junit != "" {
				if err := textedit.WriteFile(junit, r.JUnit(), 0o644); err != nil {
					return err
				}
			}
			return a.tested(r)
		},
	}
	a.runFlags(cmd, &opts.Options)
	a.answerFlag(cmd)
	f := cmd.Flags()
	f.DurationVar(&opts.Duration, "for", 0, "how long a session may go on; else 30s")
	f.StringVar(&opts.Fixture, "fixture", "", "`file` of documents for a derivation or materialization, else its fixture.jsonl")
	f.StringVar(&opts.Snapshot, "snapshot", "", "`folder` of kept answers to compare with")
	f.BoolVar(&opts.Update, "update", false, "write the snapshots anew")
	f.StringArrayVar(&opts.Redact, "redact", nil, "`/pointer` of a value that snapshots leave out, of all collections or of COLLECTION:/pointer; repeat for more")
	f.StringVar(&junit, "junit", "", "`file` to write the report to as JUnit XML")
	_ = cmd.MarkFlagDirname("snapshot") // the flag is there
	return cmd
}

func (a *app) tested(r conform.Report) error {
	var err error
	if r.Failed > 0 {
		err = fault.Failedf("%d of %d checks failed", r.Failed, len(r.Checks))
	}
	states := map[conform.State]ui.State{conform.Passed: ui.OK, conform.Unsure: ui.Warn, conform.Skipped: ui.Warn, conform.Failed: ui.Fail}
	wide := 0
	for _, c := range r.Checks {
		wide = max(wide, len(c.Text))
	}
	outErr := a.ui.Result("run test", r, err, func(p *ui.Page) {
		for _, c := range r.Checks {
			p.Finding(states[c.State], c.Name, len("transactions"), fmt.Sprintf("%-*s  %5.1f s", wide, c.Text, c.Seconds), c.Details...)
		}
		if r.Failed > 0 {
			p.Line(fmt.Sprintf("%d of %d failed", r.Failed, len(r.Checks)))
		}
	})
	if outErr != nil || err == nil {
		return outErr
	}
	return &saidError{err}
}
