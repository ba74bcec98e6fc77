package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/upstream"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// notes prints what is good to know; in JSON it stands in the result.
func (a *app) notes(list []string) {
	if a.ui.JSON {
		return
	}
	for _, note := range list {
		a.ui.Warn("%s", note)
	}
}

// showPull lays out what an import did, or would do.
func (a *app) showPull(p *ui.Page, plan *upstream.Plan, failed error) {
	r := plan.Record
	from := fmt.Sprintf("from %s %s", plan.Upstream, record.Short(r.Commit))
	if !strings.HasPrefix(r.Commit, plan.Ref.Asked) {
		from = fmt.Sprintf("from %s %s (%s)", plan.Upstream, plan.Ref.Asked, record.Short(r.Commit))
	}
	if plan.Action == upstream.None {
		p.Line(fmt.Sprintf("%s is up to date  %s", p.Bold(plan.Dest), from))
		return
	}
	verbs := map[string][2]string{upstream.Import: {"imported", "would import"}, upstream.Update: {"updated", "would update"}}
	verb := verbs[plan.Action][0]
	if plan.DryRun {
		verb = verbs[plan.Action][1]
	}
	if failed != nil {
		verb = "merging"
	}
	p.Line(fmt.Sprintf("%s %s  %s", verb, p.Bold(plan.Dest), from))
	facts := []ui.Fact{{Label: "licence", Value: licenceText(plan)}, {Label: "files", Value: countText(plan)}}
	if plan.Base != nil {
		facts = append(facts, ui.Fact{Label: "base", Value: fmt.Sprintf("%s, recorded in %s", record.Short(plan.Base.Commit), plan.Base.Found)})
	}
	if plan.Commit != "" {
		text := record.Short(plan.Commit)
		if plan.Snapshot != "" {
			text += "  merge of snapshot " + record.Short(plan.Snapshot)
		}
		facts = append(facts, ui.Fact{Label: "commit", Value: text})
	}
	p.Facts(facts...)
	if plan.DryRun || failed != nil {
		showChanges(p, plan, failed != nil)
	}
	if plan.DryRun {
		p.Line("message")
		for line := range strings.Lines(plan.Message) {
			p.Line("  " + strings.TrimRight(line, "\n"))
		}
	}
}

func showChanges(p *ui.Page, plan *upstream.Plan, conflictsOnly bool) {
	for _, c := range plan.Changes {
		if conflictsOnly && c.Status != upstream.Conflict {
			continue
		}
		text := "  " + column(c.Status, 10) + ui.Plain(c.Path)
		if c.Why != "" {
			text += "  " + p.Dim("("+c.Why+")")
		}
		p.Line(text)
	}
}

func licenceText(plan *upstream.Plan) string {
	text := plan.Record.License.ID
	if evidence := plan.Record.License.Evidence; strings.HasPrefix(evidence, text+" ") {
		text = evidence
	} else if evidence != "" {
		text += "; " + evidence
	}
	if plan.Record.Accepted != "" {
		text += ", accepted: " + plan.Record.Accepted
	}
	return text
}

func countText(plan *upstream.Plan) string {
	var parts []string
	for _, s := range []string{upstream.Added, upstream.Changed, upstream.Deleted, upstream.Conflict} {
		if n := plan.Count(s); n > 0 {
			name := s
			if s == upstream.Conflict {
				name = "in conflict"
			}
			parts = append(parts, fmt.Sprintf("%d %s", n, name))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "none")
}
