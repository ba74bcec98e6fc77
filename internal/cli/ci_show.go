package cli

import (
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/ci"
)

// applyCI writes a change, or shows what it would write.
func (a *app) applyCI(command string, change ci.Change, dryRun bool) error {
	change.DryRun = dryRun
	for _, note := range change.Notes {
		a.ui.Warn("%s", note)
	}
	if !dryRun {
		if err := change.Apply(); err != nil {
			return err
		}
	}
	return a.ui.Result(command, change, nil, func(p *ui.Page) {
		if dryRun {
			change.Each(func(file string, before, after []byte) { p.Diff(changes(file, before, after)) })
		}
		showEdits(p, change, dryRun)
	})
}

func showEdits(p *ui.Page, change ci.Change, dryRun bool) {
	verbs := map[string][2]string{"add": {"added", "would add"}, "remove": {"removed", "would remove"}, "update": {"updated", "would update"}}
	when := 0
	if dryRun {
		when = 1
	}
	also := ""
	for i, e := range change.Edits {
		place := fmt.Sprintf("%s:%d", e.File, e.Line)
		if e.Trigger != "" {
			also = strings.TrimPrefix(also+", "+fmt.Sprintf("on.%s.paths:%d", e.Trigger, e.Line), ", ")
		} else {
			preposition := map[string]string{"add": "to", "remove": "from", "update": "in"}[e.Action]
			p.Line(fmt.Sprintf("%s %s %s %s  (%s)", verbs[e.Action][when], p.Bold(e.Connector), preposition, place, whereabouts(e)))
			if lines := strings.TrimRight(e.Text, "\r\n"); e.Action == "add" && strings.Contains(lines, "\n") && !dryRun {
				p.Raw(lines + "\n")
			}
		}
		if last := i+1 == len(change.Edits); last || change.Edits[i+1].Connector != e.Connector {
			p.Facts(ui.Fact{Label: "also", Value: also})
			also = ""
		}
	}
	for _, e := range change.Present {
		if e.File == "" {
			p.Line(e.Connector + " stands in no matrix: nothing to remove")
			continue
		}
		p.Line(fmt.Sprintf("%s stands in %s:%d already  (%s)", e.Connector, e.File, e.Line, whereabouts(e)))
	}
}

// whereabouts tells the job and the list that an edit is in.
func whereabouts(e ci.Edit) string {
	switch {
	case e.Step != "":
		return "job " + e.Job + ", step " + e.Step
	case e.Shape == "include":
		return "job " + e.Job + ", include"
	}
	return "job " + e.Job + ", axis " + e.Axis
}
