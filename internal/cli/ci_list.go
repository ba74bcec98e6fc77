package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/ci"
	"github.com/connkit/connkit/pkg/workspace"
)

func newCIListCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List where connectors stand in CI",
		Long: `List where each connector stands in CI: file and line, job, what its entry says, and the
lists in expressions of steps that name it.`,
		Example: `  connkit ci list
  connkit ci list --output json | jq -r '.result[] | select(.spots == []).connector'`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			set, err := a.settings()
			if err != nil {
				return err
			}
			all, err := a.ws.Folders(set)
			if err != nil {
				return err
			}
			list, err := ci.List(a.ws, all, ignoredInCI(set), ciTarget(set))
			if err != nil {
				return err
			}
			if len(list) == 0 {
				a.ui.Warn("there are no connectors in %s", a.ws.Root)
			}
			return a.ui.Result("ci list", list, nil, func(p *ui.Page) { showStandings(p, list) })
		},
	}
	a.ciPlace(cmd)
	return cmd
}

func ignoredInCI(set *workspace.Settings) map[string]string {
	ignored := map[string]string{}
	for _, i := range set.CI.Ignore {
		ignored[i.Name] = i.Reason
	}
	return ignored
}

func showStandings(p *ui.Page, list []ci.Standing) {
	if len(list) == 0 {
		return
	}
	var rows [][]string
	for _, s := range list {
		name := s.Connector
		for _, spot := range s.Spots {
			where := "job " + spot.Job
			if spot.Step != "" {
				where += ", step " + spot.Step
			}
			rows = append(rows, []string{name, fmt.Sprintf("%s:%d", spot.File, spot.Line), valuesText(spot), where})
			name = ""
		}
		switch {
		case len(s.Spots) == 0 && s.Ignored != "":
			rows = append(rows, []string{name, "ignored: " + s.Ignored, "", ""})
		case len(s.Spots) == 0:
			rows = append(rows, []string{name, "nowhere", "", ""})
		}
	}
	p.Table([]string{"CONNECTOR", "STANDS IN", "VALUES", "WHERE"}, rows)
}

func valuesText(s ci.Spot) string {
	var all []string
	for key, value := range s.Values {
		all = append(all, key+"="+value)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func newCICheckCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check that CI builds every connector, as its folder says",
		Long: `Check the workflows against the connectors: each stands in exactly one matrix or in
ci.ignore of connkit.yaml, no entry lacks its folder, version and type are those of the
folder, path filters name every connector, no matrix makes more than 256 jobs.

Findings are printed as file:line:col: message, and in GitHub Actions as annotations too.
The exit code is 1 when one of them is an error.`,
		Example: "  connkit ci check\n  connkit ci check --output json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			set, err := a.settings()
			if err != nil {
				return err
			}
			all, err := a.ws.Folders(set)
			if err != nil {
				return err
			}
			found, err := ci.Check(a.ws, all, ignoredInCI(set), ciTarget(set))
			if err != nil {
				return err
			}
			return a.sayFindings(found, built(all))
		},
	}
	a.ciPlace(cmd)
	return cmd
}

// built counts the connectors whose language is known.
func built(all []workspace.Connector) int {
	n := 0
	for _, c := range all {
		if c.Language != "" {
			n++
		}
	}
	return n
}

// sayFindings prints findings; its error carries the exit code and is said already.
func (a *app) sayFindings(found []ci.Finding, connectors int) error {
	errors := 0
	for _, f := range found {
		if f.Level == "error" {
			errors++
		}
	}
	var err error
	if errors > 0 {
		err = fault.Failedf("checking CI: %s in %s", count(errors, "error"), count(len(found), "finding"))
	}
	last := count(len(found), "finding") + " in " + count(connectors, "connector")
	if len(found) == 0 {
		last = count(connectors, "connector") + ", nothing to mend"
	}
	return a.sayReport("ci check", found, err, func(p *ui.Page) { a.showFindings(p, found, last, func(file string) string { return file }) })
}

// showFindings prints findings, a last line, and in GitHub Actions annotations, for
// which fromRoot spells files from the root of the repository.
func (a *app) showFindings(p *ui.Page, found []ci.Finding, last string, fromRoot func(string) string) {
	for _, f := range found {
		p.Line(findingLine(p, f))
	}
	p.Line(last)
	if a.getenv("GITHUB_ACTIONS") != "true" {
		return
	}
	for _, f := range found {
		f.File = fromRoot(f.File)
		p.Line(annotation(f))
	}
}

func findingLine(p *ui.Page, f ci.Finding) string {
	text := f.Message
	if f.Level == "warning" {
		text = "warning: " + text
	}
	if f.Fix != "" {
		text += ": " + p.Typed(f.Fix)
	}
	return findingPlace(f) + ": " + text
}

func findingPlace(f ci.Finding) string {
	switch {
	case f.Line == 0:
		return f.File
	case f.Column == 0:
		return fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
}

// annotation is a workflow command that shows a finding beside the line of the
// file: docs.github.com/en/actions/reference/workflow-commands-for-github-actions.
func annotation(f ci.Finding) string {
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	where := "file=" + property.Replace(f.File)
	if f.Line > 0 {
		where += fmt.Sprintf(",line=%d", f.Line)
	}
	if f.Column > 0 {
		where += fmt.Sprintf(",col=%d", f.Column)
	}
	text := f.Message
	if f.Fix != "" {
		text += ": " + f.Fix
	}
	return "::" + f.Level + " " + where + "::" + data.Replace(text)
}
