package ci

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// toInclude adds the entry to include, and include to the matrix when it has none.
func (a *addition) toInclude() error {
	p := a.p
	if p.include == nil {
		return a.newInclude()
	}
	if p.include.Kind != yaml.SequenceNode {
		return p.wf.doc.Errorf(p.include, "include of job %s is no list: the entry of %s cannot be added", p.job, a.c.Name)
	}
	seq, err := p.wf.doc.Seq(p.include)
	if err != nil {
		return err
	}
	return a.insertMap(p.include, seq, p.included, p.axis, indexFor(entryNames(p.included), a.c.Name), shapeInclude)
}

// newInclude writes include behind the last key of the matrix, its items as
// deep below it as those of the list are.
func (a *addition) newInclude() error {
	p, doc := a.p, a.p.wf.doc
	fields := a.seed(a.o.asked(nil, true))
	name := field{key: p.axis, value: a.c.Name, text: nameText(a.c.Name, nil)}
	deep := 2
	if p.list.Style&yaml.FlowStyle == 0 && len(p.list.Content) > 0 {
		if seq, err := doc.Seq(p.list); err == nil {
			_, dash := doc.Position(seq.Items[0].Start)
			deep = dash - p.matrix.Content[0].Column
		}
	}
	lines := []string{"include:"}
	for _, line := range (layout{dash: " ", deep: 2}).item(true, append([]field{name}, fields...)) {
		lines = append(lines, strings.Repeat(" ", max(deep, 0))+line)
	}
	a.expect(func(q *place) []*entry { _, i := q.standing(a.c.Name); return i }, fields)
	splices, err := doc.InsertAfter(p.matrix, lines)
	if err != nil {
		return unsafe(p.wf.file, p.matrix.Line, a.c.Name, strings.Join(lines, "\n"))
	}
	a.take(splices, Edit{Action: "add", Shape: shapeInclude, Style: "block", Job: p.job, Axis: p.axis, locate: whereEntry(p.job, p.axis, shapeInclude, a.c.Name, 0)})
	return nil
}

// seed adds what a workflow that builds Python connectors wants to know of the first one.
func (a *addition) seed(fields []field) []field {
	has := func(key string) bool { return slices.ContainsFunc(fields, func(f field) bool { return f.key == key }) }
	isKind := slices.ContainsFunc(kindKeys, has)
	if words := kindWords[a.c.Kind]; !isKind && len(words) > 0 && (a.c.Language == "python" || a.o.Python) {
		fields = append([]field{{key: "connector_type", value: words[0], text: words[0], sure: true}}, fields...)
	}
	if a.c.Language == "python" && !has("python") {
		fields = append(fields, field{key: "python", value: "true", text: "true", sure: true})
	}
	return fields
}
