package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/ci"
)

func newCIMatrixCmd(a *app) *cobra.Command {
	var opts ci.MatrixOptions
	cmd := &cobra.Command{
		Use:   "matrix (--changed-since REF | --all)",
		Short: "Say which connectors a change concerns, as a matrix for GitHub Actions",
		Long: `Find the connectors that have changed since the merge base of REF and HEAD, and those
that depend on what has changed: Go packages as go list tells, Python projects by the
paths in pyproject.toml. What nothing is known of concerns every connector.

In GitHub Actions the step's outputs are any, count, matrix and chunks; matrix is for
fromJson() in strategy.matrix, chunks is the same in parts of 256. Elsewhere a terminal
shows a table and a pipe gets the outputs as lines of name=value.`,
		Example: `  connkit ci matrix --changed-since origin/main
  connkit ci matrix --changed-since HEAD~1 --output json | jq -r '.result.matrix.include[].connector'
  connkit ci matrix --all --language go`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkMatrixFlags(cmd, opts); err != nil {
				return err
			}
			set, err := a.settings()
			if err != nil {
				return err
			}
			all, err := a.ws.Connectors(set)
			if err != nil {
				return err
			}
			opts.Unrelated, opts.Ignored, opts.Named, opts.Step = set.CI.Unrelated, ignoredInCI(set), set.Names, a.ui.Step
			found, err := ci.Matrix(cmd.Context(), a.ws, all, opts)
			if err != nil {
				return err
			}
			return a.sayMatrix(found)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opts.Since, "changed-since", "", "compare with where `REF` and HEAD parted")
	f.BoolVar(&opts.All, "all", false, "every connector, whatever has changed")
	f.BoolVar(&opts.Committed, "committed", false, "look at HEAD only, not at changes that are not committed")
	f.StringSliceVar(&opts.Languages, "language", nil, "only connectors of this `language`: python, go, rust, node; repeat for more")
	offer(cmd, "language", languages...)
	offerBy(cmd, "changed-since", a.completeRefs)
	return cmd
}

var languages = []string{"python", "go", "rust", "node"}

func checkMatrixFlags(cmd *cobra.Command, o ci.MatrixOptions) error {
	since := cmd.Flags().Changed("changed-since")
	switch {
	case since && o.All:
		return fault.Usagef("reading the flags: --changed-since and --all exclude each other")
	case since && o.Since == "":
		return fault.Usagef("reading the flags: --changed-since is empty").WithHint("--all builds every connector, for events that know no commit before")
	case !since && !o.All:
		return fault.Usagef("reading the flags: --changed-since REF or --all is missing").WithHint("connkit ci matrix --changed-since origin/main")
	}
	for _, l := range o.Languages {
		if !slices.Contains(languages, l) {
			return fault.Usagef("reading the flags: --language %q is none of %s", l, strings.Join(languages, ", "))
		}
	}
	return nil
}

// completeRefs completes branches and tags.
func (a *app) completeRefs(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	if a.completionBegin() != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return ci.Refs(cmd.Context(), a.ws), cobra.ShellCompDirectiveNoFileComp
}

// sayMatrix writes the outputs of a step where there is one, and prints the result.
func (a *app) sayMatrix(found ci.Affected) error {
	for _, note := range found.Notes {
		a.ui.Warn("%s", note)
	}
	lines, err := outputLines(found)
	if err != nil {
		return err
	}
	file := a.getenv("GITHUB_OUTPUT")
	if file != "" {
		if err := appendOutput(file, lines); err != nil {
			return err
		}
	}
	return a.ui.Result("ci matrix", found, nil, func(p *ui.Page) {
		if file == "" && !a.ui.OutIsTerminal() {
			p.Raw(lines)
			return
		}
		showMatrix(p, found)
	})
}

// outputLines spells the outputs of a step. JSON on one line holds no line
// break, so none of them needs a delimiter.
func outputLines(found ci.Affected) (string, error) {
	matrix, err := json.Marshal(found.Matrix)
	if err != nil {
		return "", fmt.Errorf("encoding the matrix: %w", err)
	}
	chunks, err := json.Marshal(found.Chunks)
	if err != nil {
		return "", fmt.Errorf("encoding the matrix: %w", err)
	}
	return fmt.Sprintf("any=%t\ncount=%d\nmatrix=%s\nchunks=%s\n", found.Any, found.Count, matrix, chunks), nil
}

// appendOutput adds lines to the file that GitHub collects a step's outputs
// from; what the step has written there before stays, even without its last line break.
func appendOutput(file, lines string) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return fault.Environmentf("writing $GITHUB_OUTPUT: %w", err)
	}
	defer f.Close() //nolint:errcheck // the error of the write counts
	last := make([]byte, 1)
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() > 0 {
		if _, err := f.ReadAt(last, info.Size()-1); err == nil && last[0] != '\n' {
			lines = "\n" + lines
		}
	}
	if _, err := f.WriteString(lines); err != nil {
		return fault.Environmentf("writing $GITHUB_OUTPUT: %w", err)
	}
	return f.Close()
}

func showMatrix(p *ui.Page, found ci.Affected) {
	since := ""
	if found.Base != "" {
		since = " since " + found.Base[:12]
	}
	var rows [][]string
	for _, j := range found.Matrix.Include {
		rows = append(rows, []string{j.Connector, j.Language, j.Version, j.Reason})
	}
	if len(rows) > 0 {
		p.Table([]string{"CONNECTOR", "LANGUAGE", "VERSION", "REASON"}, rows)
	}
	p.Line(fmt.Sprintf("%d of %d connectors%s", found.Count, found.Of, since))
}
