package ci

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// paths removes the patterns that the other connectors have too.
func (d *removal) paths(p *place) error {
	others := slices.DeleteFunc(p.names(), func(n string) bool { return n == d.name })
	if len(others) == 0 {
		return nil
	}
	for _, filter := range d.w.pathFilters() {
		var patterns []*entry
		forms := filter.forms(others)
		for i, n := range filter.list.Content {
			named := func(f form) bool { return n.Kind == yaml.ScalarNode && n.Value == f.of(d.name) }
			switch {
			case !slices.ContainsFunc(forms, named):
			case d.stoodInPaths(filter.trigger, n.Value):
				d.notes = append(d.notes, fmt.Sprintf("%s:%d:%d: the paths of %s still hold %q, as before %s was added", d.w.file, n.Line, n.Column, filter.trigger, n.Value, d.name))
			default:
				patterns = append(patterns, &entry{d.name, i, n, n})
			}
		}
		if err := d.items(filter.list, patterns, Edit{Shape: shapePaths, Trigger: filter.trigger}); err != nil {
			return err
		}
	}
	return nil
}

// also removes the name from the lists of steps: those of a job that it leaves,
// where it means nothing any more, and those that are named. It tells of others.
func (d *removal) also(p *place) error {
	var named []stepList
	for _, step := range d.o.Also {
		if l, err := p.named(step); err == nil {
			named = append(named, l)
		}
	}
	for i, l := range p.stepLists() {
		at := slices.Index(l.values, d.name)
		if at < 0 || d.seen[l.offset] {
			continue
		}
		line, col := d.w.doc.Position(l.seq.Items[at].Start)
		if (!p.has(d.name) || d.stoodInStep(p, i)) && !slices.ContainsFunc(named, func(n stepList) bool { return n.offset == l.offset }) {
			d.notes = append(d.notes, fmt.Sprintf("%s:%d:%d: step %q still names %s: --also takes it out of there too", d.w.file, line, col, l.step, d.name))
			continue
		}
		splices, err := l.remove(d.name)
		if err != nil {
			return unsafe(d.w.file, line, d.name, "")
		}
		d.seen[l.offset] = true
		d.steps = append(d.steps, i)
		d.take(splices, Edit{Line: line, Column: col, Shape: shapeStep, Style: "flow", Job: p.job, Step: l.step,
			locate: func(w *workflow) (int, int) { return w.find(p.job, p.axis).whereInStep(i, d.name) }})
	}
	return nil
}

// stepsNamed is an error when a step of --also is that of no job.
func (r *repo) stepsNamed(o Options) error {
	for _, step := range o.Also {
		var problem error
		for _, p := range r.places(o.Target) {
			_, err := p.named(step)
			if err == nil {
				problem = nil
				break
			}
			if problem == nil || fault.HintOf(problem) == "" {
				problem = err
			}
		}
		if problem != nil {
			return problem
		}
	}
	return nil
}
