package ci

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

func ambiguous(name string, list []*place) error {
	var choices []string
	for _, p := range list {
		choices = append(choices, p.flags())
	}
	return fault.Usagef("placing %s: %d matrices have equal claims to it: %s", name, len(list), describe(list)).
		WithHint("choose one:\n%s", strings.Join(choices, "\n"))
}

func describe(list []*place) string {
	var all []string
	for _, p := range list {
		all = append(all, fmt.Sprintf("%s:%d (job %s, axis %s)", p.wf.file, p.line(), p.job, p.axis))
	}
	return strings.Join(all, "; ")
}

// line is where the axis begins.
func (p *place) line() int {
	if p.list != nil {
		return p.list.Line
	}
	return p.include.Line
}

// nowhere says why no place was found, by the nearest thing to one.
func (r *repo) nowhere(name string, t Target) error {
	for _, w := range r.workflows {
		for _, c := range w.closed {
			if t.Workflow != "" && t.allows(w.file) && (t.Job == "" || t.Job == c.job) {
				return c.err
			}
		}
	}
	all := r.candidates()
	switch {
	case t != (Target{}) && len(all) > 0:
		return fault.Usagef("placing %s: no matrix is chosen by %s; there are %s", name, t, describe(all))
	case len(all) > 0 && !slices.ContainsFunc(all, func(p *place) bool { return p.bad == nil }):
		return all[0].bad.WithHint("paste it by hand: %s", name)
	case len(all) > 0:
		var choices []string
		for _, p := range all {
			choices = append(choices, p.flags())
		}
		return fault.Usagef("placing %s: no matrix names a connector of this workspace; there are %s", name, describe(all)).
			WithHint("choose one:\n%s", strings.Join(choices, "\n"))
	}
	for _, w := range r.workflows {
		for _, c := range w.closed {
			return c.err
		}
	}
	e := fault.Usagef("placing %s: no workflow in %s has a matrix", name, workflowDir)
	if files := workflowFiles(workflowRoot(r.ws.Root)); len(files) > 0 {
		return e.WithHint("paste it by hand, into a job of %s:\n    strategy:\n      matrix:\n        connector:\n          - %s", strings.Join(files, ", "), name)
	}
	return e.WithHint("connkit ci init")
}

// candidates are the places that name connectors, else all.
func (r *repo) candidates() []*place {
	all := r.places(Target{})
	if naming := r.naming(all); len(naming) > 0 {
		return naming
	}
	return all
}

// chosen is an error when there are matrices and t chooses none of them: a flag is mistyped.
func (r *repo) chosen(t Target) error {
	all := r.candidates()
	if len(all) == 0 || len(r.places(t)) > 0 {
		return nil
	}
	for _, w := range r.workflows {
		for _, c := range w.closed {
			if t.allows(w.file) && (t.Job == "" || t.Job == c.job) {
				return nil // one that cannot be edited is chosen
			}
		}
	}
	return fault.Usagef("looking for a matrix: none is chosen by %s; there are %s", t, describe(all))
}
