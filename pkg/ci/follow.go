package ci

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// paths keeps the path filters in step that name the other connectors.
func (a *addition) paths() error {
	p := a.p
	others := slices.DeleteFunc(p.names(), func(n string) bool { return n == a.c.Name })
	if len(others) == 0 {
		return nil
	}
	for _, filter := range p.wf.pathFilters() {
		for _, form := range filter.forms(others) {
			pattern := form.of(a.c.Name)
			if filter.holds(pattern) {
				continue
			}
			splices, err := filter.addTo(p.wf.doc, form, a.c.Name, others)
			if err != nil {
				return unsafe(p.wf.file, filter.list.Line, a.c.Name, fmt.Sprintf("- %q", pattern))
			}
			trigger := filter.trigger
			a.take(splices, Edit{Action: "add", Shape: shapePaths, Style: styleOf(filter.list.Style&yaml.FlowStyle == 0), Trigger: trigger,
				locate: func(w *workflow) (int, int) { return w.wherePattern(trigger, pattern, 0) }})
			a.checks = append(a.checks, func(q *place) bool { line, _ := q.wf.wherePattern(trigger, pattern, 0); return line > 0 })
		}
	}
	return nil
}

// wherePattern finds the nth of the equal patterns of a path filter.
func (w *workflow) wherePattern(trigger, pattern string, nth int) (line, col int) {
	for _, f := range w.pathFilters() {
		for _, n := range f.list.Content {
			if f.trigger != trigger || n.Value != pattern {
				continue
			}
			if nth == 0 {
				return n.Line, n.Column
			}
			nth--
		}
	}
	return 0, 0
}

// also adds the connector to the lists of the steps that are named.
func (a *addition) also() error {
	for _, step := range a.o.Also {
		l, err := a.p.named(step)
		if err != nil {
			return err
		}
		if slices.Contains(l.values, a.c.Name) {
			continue
		}
		splices, err := l.add(a.c.Name)
		if err != nil {
			return unsafe(a.p.wf.file, l.node.Line, a.c.Name, fmt.Sprintf("%q", a.c.Name))
		}
		job, axis, name, nth := a.p.job, a.p.axis, a.c.Name, a.p.numberOf(l)
		a.steps = append(a.steps, l)
		a.take(splices, Edit{Action: "add", Shape: shapeStep, Style: "flow", Job: job, Step: l.step,
			locate: func(w *workflow) (int, int) { return w.find(job, axis).whereInStep(nth, name) }})
		a.checks = append(a.checks, func(q *place) bool { line, _ := q.whereInStep(nth, name); return line > 0 })
	}
	return nil
}

// numberOf gives which of the job's lists one is.
func (p *place) numberOf(l stepList) int {
	return slices.IndexFunc(p.stepLists(), func(o stepList) bool { return o.offset == l.offset })
}

// whereInStep finds a name in the nth list of the job's steps.
func (p *place) whereInStep(nth int, name string) (line, col int) {
	lists := p.stepLists()
	if nth >= len(lists) {
		return 0, 0
	}
	i := slices.Index(lists[nth].values, name)
	if i < 0 {
		return 0, 0
	}
	return p.wf.doc.Position(lists[nth].seq.Items[i].Start)
}
