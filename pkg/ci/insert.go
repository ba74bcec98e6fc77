package ci

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

func (a *addition) toList() error {
	p := a.p
	seq, err := p.wf.doc.Seq(p.list)
	if err != nil {
		return err
	}
	at := min(indexFor(entryNames(p.entries), a.c.Name), len(p.entries))
	if p.key != "" {
		return a.insertMap(p.list, seq, p.entries, p.key, at, shapeMaps)
	}
	var like []*yaml.Node
	for _, e := range a.r.neighbours(a.c, p.entries) {
		like = append(like, e.value)
	}
	text := nameText(a.c.Name, like)
	a.expect(func(q *place) []*entry { l, _ := q.standing(a.c.Name); return l }, nil)
	return a.insert(seq, at, seqItem(seq, p.wf.doc, text, at), p.list.Line, shapeNames)
}

func entryNames(entries []*entry) []string {
	var names []string
	for _, e := range entries {
		names = append(names, e.name)
	}
	return names
}

// insertMap inserts an entry that is a map at index at of entries.
func (a *addition) insertMap(list *yaml.Node, seq *yamltext.Seq, entries []*entry, key string, at int, shape string) error {
	fields, err := a.r.fields(a.p, a.c, entries, a.o.Values)
	if err != nil {
		return err
	}
	if len(entries) == 0 && shape == shapeInclude {
		fields = a.seed(fields)
	}
	model := a.model(entries, fields, at)
	var like []*yaml.Node
	if model != nil {
		like = append(like, yamltext.Get(model.node, key))
	}
	name := field{key: key, value: a.c.Name, text: nameText(a.c.Name, like)}
	pick := func(q *place) []*entry {
		l, i := q.standing(a.c.Name)
		if shape == shapeInclude {
			return i
		}
		return l
	}
	a.expect(pick, fields)
	index := len(list.Content)
	switch {
	case at > 0:
		index = entries[at-1].at + 1
	case len(entries) > 0:
		index = entries[0].at
	}
	lay := newLayout(a.p.wf.doc, seq, model)
	if i := slices.IndexFunc(fields, func(f field) bool { return f.block }); i >= 0 && (!seq.Block || lay.inBraces()) {
		return fault.Usagef("adding %s: the entries of %s have a block under %q, which one in braces cannot have", a.c.Name, a.p, fields[i].key).
			WithHint("--set %s=VALUE", fields[i].key)
	}
	lines := lay.item(seq.Block, append([]field{name}, fields...))
	return a.insert(seq, index, lines, list.Line, shape)
}

// model is the neighbour whose layout is copied: the nearest one with the same keys, else the nearest.
func (a *addition) model(entries []*entry, fields []field, at int) *entry {
	var best *entry
	bestRank := 0
	for i, e := range entries {
		if e.node.Kind != yaml.MappingNode {
			continue
		}
		rank := max(i-at, at-i-1)
		if !sameKeys(e, fields) {
			rank += len(entries)
		}
		if best == nil || rank < bestRank {
			best, bestRank = e, rank
		}
	}
	return best
}

func sameKeys(e *entry, fields []field) bool {
	values := e.values()
	return len(values) == len(fields) && !slices.ContainsFunc(fields, func(f field) bool {
		return !slices.ContainsFunc(values, func(p pair) bool { return p.key == f.key })
	})
}

func (a *addition) insert(seq *yamltext.Seq, at int, lines []string, line int, shape string) error {
	splices, err := seq.Insert(at, lines...)
	if err != nil {
		return unsafe(a.p.wf.file, line, a.c.Name, strings.Join(lines, "\n"))
	}
	a.take(splices, Edit{Action: "add", Shape: shape, Style: styleOf(seq.Block), Job: a.p.job, Axis: a.p.axis, locate: whereEntry(a.p.job, a.p.axis, shape, a.c.Name, 0)})
	return nil
}

// take adds splices and the edit that tells of them.
func (a *addition) take(splices []yamltext.Splice, e Edit) {
	e.Connector, e.File = a.c.Name, a.p.wf.file
	for _, s := range splices {
		e.Text += s.Text
	}
	a.splices = append(a.splices, splices...)
	a.edits = append(a.edits, e)
}

// whereEntry finds the nth entry of a name in a reading of the workflow.
func whereEntry(job, axis, shape, name string, nth int) func(*workflow) (line, col int) {
	return func(w *workflow) (int, int) {
		list, include := w.find(job, axis).standing(name)
		if shape == shapeInclude {
			list = include
		}
		return list[min(nth, len(list)-1)].position()
	}
}
