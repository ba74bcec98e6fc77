package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/run"
)

func newRunPreviewCmd(a *app) *cobra.Command {
	var opts run.PreviewOptions
	var sessions, with string
	cmd := &cobra.Command{
		Use:   "preview NAME",
		Short: "Run a task and show its documents",
		Long: `Run the sessions of a task as Flow would. A capture's documents are printed as they come, a
line each, and checked against schema and key of their collections. A derivation or
materialization is given the documents of a --fixture: lines of ["collection", {…}], and
{"commit": true} at the end of each transaction.

A preview ends with its connector, after the checkpoints that --sessions says, or after
--timeout. Numbers are shown on stderr: live on a terminal, and in a table at the end.
Documents that are not as their collection says are counted, and exit with 1.`,
		Example: `  connkit run preview source-bigdata --sessions 1 | jq -c '.[1]'
  connkit run preview source-bigdata --timeout 30s --state state.json
  connkit run preview materialize-bigdata --fixture fixture.jsonl --output-state`,
		Args:              oneConnector(&opts.Options),
		ValidArgsFunction: a.completeConnectors,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.fillRun(cmd.Context(), &opts.Options, firstOf(args)); err != nil {
				return err
			}
			if err := a.fillPreview(&opts, sessions); err != nil {
				return err
			}
			if with != "" {
				return a.withFlowctl(cmd, with, opts)
			}
			opts.Longer = "CONNKIT_RUN_TIMEOUT=" // its own --timeout is for the sessions
			return a.askPreview(cmd.Context(), opts)
		},
	}
	a.runFlags(cmd, &opts.Options)
	previewFlags(cmd, &opts, &sessions)
	withFlag(cmd, &with)
	cmd.Flags().DurationVar(&opts.Duration, "timeout", 0, "how long the sessions may go on, such as 30s; else to their end")
	cmd.Flags().IntVar(&opts.KillAfter, "kill-after", 0, "kill the connector after that many `documents`, as in a crash")
	return cmd
}

func (a *app) askPreview(ctx context.Context, o run.PreviewOptions) error {
	a.ui.Step("previewing %s", filepath.Base(o.Dir))
	r, err := run.Preview(ctx, o)
	return a.previewed(r, err)
}

// previewFlags are those that connkit debug has too.
func previewFlags(cmd *cobra.Command, o *run.PreviewOptions, sessions *string) {
	f := cmd.Flags()
	f.StringVar(sessions, "sessions", "", "checkpoints or transactions of each `session`, such as 2,1,-1; -1 is all there are")
	f.StringVar(&o.InitialState, "initial-state", "", "`state` that the first session begins with: JSON, or a file of it")
	f.StringVar(&o.StateFile, "state", "", "`file` to resume from and to keep the state in at each checkpoint")
	f.BoolVar(&o.OutputState, "output-state", false, "print changes of the state among the documents, and the state at the end")
	f.BoolVar(&o.OutputApply, "output-apply", false, "print what the connector did to put the task in place")
	f.BoolVar(&o.Unchecked, "no-check", false, "leave documents unchecked")
	f.StringVar(&o.Fixture, "fixture", "", "`file` of documents for a derivation or materialization, else its fixture.jsonl; - is stdin")
	f.StringVar(&o.Runtime, "runtime", "v2", "`generation` of Flow's runtime to be: v1 or v2")
	f.BoolVar(&o.LoadAll, "load-all", false, "ask a materialization for each key, also for those that are new for sure")
	_ = cmd.RegisterFlagCompletionFunc("runtime", cobra.FixedCompletions([]string{"v1", "v2"}, cobra.ShellCompDirectiveNoFileComp)) // the flag is there
}

// fillPreview takes what the flags left open.
func (a *app) fillPreview(o *run.PreviewOptions, sessions string) error {
	for _, word := range strings.Split(sessions, ",") {
		if sessions == "" {
			break
		}
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			return fault.Usagef("reading the flags: --sessions %q: counts with commas between are wanted, such as 2,1,-1", sessions)
		}
		o.Sessions = append(o.Sessions, n)
	}
	if o.InitialState != "" && !strings.HasPrefix(strings.TrimSpace(o.InitialState), "{") {
		text, err := os.ReadFile(a.absolute(o.InitialState))
		if err != nil {
			return fault.Usagef("reading the flags: --initial-state: %w", err)
		}
		o.InitialState = string(text)
	}
	if o.StateFile != "" {
		o.StateFile = a.absolute(o.StateFile)
	}
	o.Fixture = a.fixtureOf(o.Options, o.Fixture)
	o.Stdin, o.Out, o.Progress = a.streams.In, a.ui.OutWriter(), func(r run.PreviewResult) { a.ui.Live(liveLine(r)) }
	return nil
}

// previewed shows the numbers, also those of a preview that went wrong.
func (a *app) previewed(r run.PreviewResult, err error) error {
	if r.Sessions == 0 {
		return err
	}
	a.warnAll(r.Warnings)
	if err == nil {
		err = violationsError(r)
	}
	if a.ui.JSON {
		if fault.KindOf(err) == fault.Interrupted {
			return err
		}
		if outErr := a.answered("preview", r, err, nil); outErr != nil || err == nil {
			return outErr
		}
		return &saidError{err}
	}
	if !a.ui.Quiet {
		a.ui.Summary(func(p *ui.Page) { showPreview(p, r) })
	}
	return err
}

func violationsError(r run.PreviewResult) error {
	bad, all := 0, 0
	for _, b := range r.Bindings {
		bad, all = bad+b.Violations, all+b.Documents
	}
	if bad == 0 {
		return nil
	}
	if all == 1 {
		return fault.Failedf("the document is not as its collection says")
	}
	return fault.Failedf("%d of %s are not as their collection says", bad, count(all, "document"))
}

var endings = map[string]string{
	"checkpoints": "all checkpoints came", "connector": "the connector ended", "fixture": "the fixture ended", "timeout": "the time was up", "kill": "it was killed", "": "it was stopped",
}

func showPreview(p *ui.Page, r run.PreviewResult) {
	p.Headline("previewed", r.Task, endings[r.Ended])
	checkpoints := "checkpoints"
	if r.Kind != "capture" {
		checkpoints = "commits"
	}
	p.Facts(
		ui.Fact{Label: "action", Value: r.Action},
		ui.Fact{Label: checkpoints, Value: fmt.Sprintf("%s in %s, %s", grouped(r.Checkpoints), count(r.Sessions, "session"), lasted(r.Seconds))},
	)
	if r.Uncommitted > 0 {
		p.Facts(ui.Fact{Label: "uncommitted", Value: count(r.Uncommitted, "document") + " behind the last checkpoint"})
	}
	header := []string{"COLLECTION", "DOCUMENTS", "BYTES", "VIOLATIONS"}
	if r.Kind == "materialization" {
		header = []string{"COLLECTION", "DOCUMENTS", "BYTES", "LOADED", "STORED", "DELETED"}
	}
	var rows [][]string
	for _, b := range r.Bindings {
		row := []string{b.Collection, right(grouped(b.Documents), 9), right(sized(b.Bytes), 9)}
		if r.Kind == "materialization" {
			row = append(row, fmt.Sprintf("%s of %s", grouped(b.Loaded), grouped(b.Loads)), right(grouped(b.Stores), 6), right(grouped(b.Deletes), 7))
		} else {
			row = append(row, right(grouped(b.Violations), 10))
		}
		rows = append(rows, row)
	}
	if len(rows) > 0 {
		p.Table(header, rows)
	}
	for _, b := range r.Bindings {
		for _, v := range b.Samples {
			p.Finding(ui.Fail, b.Collection, 0, v.String())
		}
	}
}

// liveLine is what the progress line says during a preview.
func liveLine(r run.PreviewResult) string {
	var parts []string
	documents, bytes := 0, 0
	for i, b := range r.Bindings {
		documents, bytes = documents+b.Documents, bytes+b.Bytes
		if i < 4 {
			parts = append(parts, filepath.Base(b.Collection)+" "+grouped(b.Documents))
		}
	}
	if n := len(r.Bindings) - 4; n > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", n))
	}
	rate := 0.0
	if r.Seconds > 0 {
		rate = float64(documents) / r.Seconds
	}
	return strings.Join(append(parts, sized(bytes), grouped(int(rate))+" docs/s", count(r.Checkpoints, "checkpoint")), "  ")
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// grouped writes a number with commas between thousands.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// sized writes a number of bytes.
func sized(n int) string {
	const step = 1000
	size, unit := float64(n), 0
	for size >= step && unit < 4 {
		size /= step
		unit++
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, []string{"B", "kB", "MB", "GB", "TB"}[unit])
}

func lasted(s float64) string {
	return (time.Duration(s*float64(time.Second)) / (100 * time.Millisecond) * (100 * time.Millisecond)).String()
}

func right(text string, n int) string { return fmt.Sprintf("%*s", n, text) }
