package ci

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/yamltext"
)

// holds tells whether an edited workflow is the old one with what was added and
// nothing else.
func (a *addition) holds(next *workflow) bool {
	q := next.find(a.p.job, a.p.axis)
	if q == nil || slices.ContainsFunc(a.checks, func(holds func(*place) bool) bool { return !holds(q) }) {
		return false
	}
	was := a.p.stepLists()
	for i, l := range q.stepLists() { // their text has changed, as it should
		if i < len(was) && slices.ContainsFunc(a.steps, func(s stepList) bool { return s.node == was[i].node }) {
			defer as(l.node, was[i].node.Value)()
		}
	}
	without := next.doc.Inserted(a.splices)
	for _, c := range a.changed {
		old, _ := yamltext.Pair(c.entry.node, c.field.key)
		for _, e := range slices.Concat(q.entries, q.included) {
			if is, _ := yamltext.Pair(e.node, c.field.key); is != nil && e.name == a.c.Name {
				without[old], without[is] = true, true
			}
		}
	}
	return yamltext.Equal(a.p.wf.doc.Root, next.doc.Root, without)
}

// as gives a scalar another value for a while; what comes back restores it.
func as(n *yaml.Node, value string) func() {
	was := n.Value
	n.Value = value
	return func() { n.Value = was }
}

// undone tells whether removing the connector from an edited workflow gives
// the old bytes back. An entry that was there in part before is not asked.
func (a *addition) undone(next *workflow) bool {
	if !a.fresh {
		return true
	}
	back := &removal{r: a.r, w: next, name: a.c.Name, o: Options{Target: a.o.Target}, before: func() *workflow { return a.p.wf }}
	return back.plan() == nil && string(yamltext.Apply(next.doc.Text, back.splices)) == string(a.p.wf.doc.Text)
}

// expect notes what must hold of the entry in the text that comes out.
func (a *addition) expect(pick func(*place) []*entry, fields []field) {
	a.checks = append(a.checks, func(q *place) bool {
		got := pick(q)
		if len(got) != 1 {
			return false
		}
		return !slices.ContainsFunc(fields, func(f field) bool {
			v := yamltext.Get(got[0].node, f.key)
			return v == nil || v.Kind == yaml.ScalarNode && v.Value != f.value
		})
	})
}

// snippet is what a person would paste.
func (a *addition) snippet() string {
	var all []string
	for _, e := range a.edits {
		all = append(all, strings.Trim(e.Text, "\r\n"))
	}
	return strings.Join(all, "\n")
}
