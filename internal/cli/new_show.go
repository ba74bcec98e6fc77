package cli

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/scaffold"
)

// configName is the file of a scaffold in which a person fills in what the connector needs.
const configName = "config.yaml"

func (a *app) showPlan(p *ui.Page, plan *scaffold.Plan, diff bool) {
	if diff {
		for _, f := range plan.Files {
			p.Diff(additions(plan.Name+"/"+f.Path, f.Content))
		}
		return
	}
	verb := "created"
	if plan.DryRun {
		verb = "would create"
	}
	p.Headline(verb, a.relative(plan.Path), fmt.Sprintf("%s, %d files", plan.Template, len(plan.Files)))
	config := ""
	if slices.ContainsFunc(plan.Files, func(f scaffold.File) bool { return f.Path == configName }) { // not every template has one
		config = filepath.Join(a.relative(plan.Path), configName)
	}
	p.Facts(ui.Fact{Label: "source", Value: upstreamText(plan.Upstream)}, ui.Fact{Label: "python", Value: plan.Answers["python"]},
		ui.Fact{Label: "config", Value: config})
	if plan.DryRun {
		var rows [][]string
		for _, f := range plan.Files {
			rows = append(rows, []string{fmt.Sprintf("%7d", f.Size), f.Path})
		}
		p.Table([]string{"  BYTES", "FILE"}, rows)
	}
	p.Next(plan.Next...)
}

func upstreamText(u map[string]string) string {
	text := u["requirement"]
	if u["kind"] == "path" {
		text = u["path"]
	}
	if u["symbol"] != "" {
		text += ", class " + u["module"] + ":" + u["symbol"]
	}
	return text
}

func (a *app) listTemplates() error {
	set, err := a.settings()
	if err != nil {
		return err
	}
	list, err := scaffold.Templates(a.ws.Root, a.namedTemplates(set))
	if err != nil {
		return err
	}
	return a.ui.Result("new", list, nil, func(p *ui.Page) {
		var rows [][]string
		for _, t := range list {
			rows = append(rows, []string{t.Name, t.Kind, t.Language, t.Title})
		}
		p.Table([]string{"TEMPLATE", "KIND", "LANGUAGE", "MAKES"}, rows)
	})
}

func (a *app) completeTemplates(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	if a.completionBegin() != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	set, err := a.settings()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	list, err := scaffold.Templates(a.ws.Root, a.namedTemplates(set))
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, t := range list {
		names = append(names, t.Name+"\t"+t.Title)
	}
	return names, cobra.ShellCompDirectiveDefault // folders are templates too
}
