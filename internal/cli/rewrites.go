package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/secrets"
	"github.com/connkit/connkit/pkg/workspace"
)

// rewrites is what a verb did to sealed files.
type rewrites struct {
	command string   // connkit …
	verb    string   // done to a file
	idle    string   // said of a file with nothing to do
	given   []string // keys that a flag allows to stay in clear
	dryRun  bool
	list    []*secrets.Rewrite
}

// rewriteResult is the JSON of one file.
type rewriteResult struct {
	*secrets.Rewrite
	outcome
}

func (r rewrites) result() any {
	files := make([]rewriteResult, len(r.list))
	for i, one := range r.list {
		files[i] = rewriteResult{one, outcomeOf(one.Err)}
	}
	return struct {
		Files  []rewriteResult `json:"files"`
		DryRun bool            `json:"dryRun"`
	}{files, r.dryRun}
}

// finish writes the files, unless it is a dry run, and prints what became of each.
// One file's error is the command's own.
func (a *app) finish(ctx context.Context, r rewrites) error {
	if !r.dryRun {
		secrets.WriteAll(ctx, r.list)
	}
	bad := 0
	var errs []error
	for _, one := range r.list {
		if errs = append(errs, one.Err); one.Err != nil {
			bad++
		}
		for _, note := range one.Notes {
			a.ui.Warn("%s: %s", one.File, note)
		}
	}
	record, err := a.recordRewrites(r)
	if err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil && bad > 0:
		return ctx.Err()
	case bad == 1 && len(r.list) == 1:
		return r.list[0].Err
	}
	if bad > 0 {
		err = fault.Failedf("%s: %d of %d files could not be %s", r.command, bad, len(r.list), r.verb)
	}
	return a.sayEach(r.command, r.result(), err, errs, func(p *ui.Page) {
		for _, one := range r.list {
			if one.Err == nil {
				a.showRewrite(p, one, r)
			}
		}
		a.showRecord(p, record, r.dryRun)
	})
}

// recordRewrites adds keys that stay in clear, and that a flag allowed, to connkit.yaml.
func (a *app) recordRewrites(r rewrites) (workspace.Record, error) {
	var used []string
	for _, one := range r.list {
		if one.Err == nil && one.Done != "" {
			used = append(used, one.Allowed...)
		}
	}
	return a.recordKeys(used, r.given, r.dryRun)
}

func (a *app) showRewrite(p *ui.Page, one *secrets.Rewrite, r rewrites) {
	if one.Done == "" {
		p.Line(p.Bold(one.File) + ": " + r.idle)
		return
	}
	verb := one.Done
	if r.dryRun {
		p.Diff(unified(one.File, one.Before, one.After))
		verb = "would be " + verb + ":"
	}
	p.Headline(verb, one.File, "")
	p.Facts(rewriteFacts(one)...)
}

func rewriteFacts(one *secrets.Rewrite) []ui.Fact {
	var facts []ui.Fact
	if len(one.Added) > 0 || one.Done == "signed" {
		facts = append(facts, ui.Fact{Label: sourceLabel(one), Value: one.Source})
	}
	for _, v := range one.Values {
		facts = append(facts, ui.Fact{Label: v.Change, Value: valueText(v)})
	}
	for _, key := range one.Added {
		facts = append(facts, ui.Fact{Label: "for", Value: key})
	}
	for _, key := range one.Removed {
		facts = append(facts, ui.Fact{Label: "not for", Value: key})
	}
	return facts
}

func sourceLabel(one *secrets.Rewrite) string {
	if one.Done == "signed" {
		return "since"
	}
	return "keys from"
}

// valueText shows a value that changes. Texts of several lines are cut at the first.
func valueText(v secrets.Value) string {
	first := func(s string) string {
		line, _, more := strings.Cut(s, "\n")
		if more {
			line += " …"
		}
		return line
	}
	switch {
	case v.Secret:
		return v.Pointer + "  (secret)"
	case v.Change == "added":
		return fmt.Sprintf("%s: %s", v.Pointer, first(v.After))
	case v.Change == "removed":
		return fmt.Sprintf("%s: %s", v.Pointer, first(v.Before))
	}
	return fmt.Sprintf("%s: %s, was %s", v.Pointer, first(v.After), first(v.Before))
}

// agreed tells whether the changes may be written. They are shown, and a person
// is asked; without a terminal it takes --yes.
func (a *app) agreed(ctx context.Context, r rewrites, yes bool, question string) (bool, error) {
	var pending []*secrets.Rewrite
	for _, one := range r.list {
		if one.Err == nil && one.Done != "" {
			pending = append(pending, one)
		}
	}
	if yes || r.dryRun || len(pending) == 0 {
		return true, nil
	}
	a.ui.Done()
	for _, one := range pending {
		fmt.Fprintf(a.ui.ErrWriter(), "%s\n", one.File)
		for _, note := range one.Notes {
			fmt.Fprintf(a.ui.ErrWriter(), "  %s\n", note)
		}
		for _, f := range rewriteFacts(one) {
			if f.Value != "" {
				fmt.Fprintf(a.ui.ErrWriter(), "  %-12s%s\n", f.Label, f.Value)
			}
		}
		one.Notes = nil // said
	}
	if !a.ui.CanAsk() {
		return false, fault.Blockedf("%s: somebody has to say yes to this", r.command).WithHint("--dry-run shows it, --yes does it")
	}
	answer, err := a.ui.Ask(ctx, question, "y or n", "n")
	if err != nil {
		return false, err
	}
	return isYes(answer), nil
}

func isYes(answer string) bool {
	return strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes")
}
