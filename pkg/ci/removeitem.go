package ci

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

func (d *removal) entries(p *place) error {
	list, include := p.standing(d.name)
	if len(list)+len(include) > 0 && p.bad != nil {
		return p.bad
	}
	if len(list) > 0 && len(list) == len(p.list.Content) && p.list.Style&yaml.FlowStyle == 0 || p.list == nil && len(include) > 0 && len(include) == len(p.include.Content) {
		return fault.Blockedf("%s is the last entry of job %s, and a matrix cannot be empty", d.name, p.job).
			At(d.w.file, p.line(), 0).WithHint("remove the job by hand")
	}
	if len(list) > 0 {
		if err := d.items(p.list, list, Edit{Shape: list[0].shape(), Job: p.job, Axis: p.axis}); err != nil {
			return err
		}
	}
	if len(include) > 0 && len(include) == len(p.include.Content) {
		return d.wholeInclude(p, include)
	}
	return d.items(p.include, include, Edit{Shape: shapeInclude, Job: p.job, Axis: p.axis})
}

// items removes the items of one name from a list. Those of a list in brackets
// share commas: what goes is told with the first.
func (d *removal) items(list *yaml.Node, entries []*entry, edit Edit) error {
	entries = slices.DeleteFunc(slices.Clone(entries), func(e *entry) bool { return d.nodes[e.node] })
	if len(entries) == 0 {
		return nil
	}
	seq, err := d.w.doc.Seq(list)
	if err != nil {
		return err
	}
	edit.Style = styleOf(seq.Block)
	for i, e := range entries {
		at := []int{e.at}
		switch {
		case !seq.Block && i == 0:
			at = indexes(entries)
		case !seq.Block:
			at = nil
		}
		splices, err := seq.Remove(at...)
		if err != nil {
			return unsafe(d.w.file, e.node.Line, d.name, "")
		}
		edit.Line, edit.Column = e.position()
		if edit.Trigger != "" {
			nth := len(slices.DeleteFunc(slices.Clone(entries[:i]), func(o *entry) bool { return o.value.Value != e.value.Value }))
			edit.locate = func(w *workflow) (int, int) { return w.wherePattern(edit.Trigger, e.value.Value, nth) }
		} else {
			edit.locate = whereEntry(edit.Job, edit.Axis, edit.Shape, d.name, i)
		}
		d.nodes[e.node] = true
		d.take(splices, edit)
	}
	return nil
}

func indexes(entries []*entry) []int {
	var at []int
	for _, e := range entries {
		at = append(at, e.at)
	}
	return at
}

// wholeInclude removes include with its last entry. Comments that stand
// between them on lines of their own stay.
func (d *removal) wholeInclude(p *place, entries []*entry) error {
	if d.nodes[entries[0].node] {
		return nil
	}
	key, _ := yamltext.Pair(p.matrix, "include")
	splices, err := d.includeLines(key, p.include)
	if err != nil {
		return unsafe(d.w.file, key.Line, d.name, "")
	}
	d.nodes[key] = true
	for i, e := range entries {
		d.nodes[e.node] = true
		edit := Edit{Shape: shapeInclude, Style: styleOf(p.include.Style&yaml.FlowStyle == 0), Job: p.job, Axis: p.axis}
		edit.Line, edit.Column = e.position()
		edit.locate = whereEntry(p.job, p.axis, shapeInclude, d.name, i)
		if i == 0 {
			d.take(splices, edit)
		} else {
			d.take(nil, edit)
		}
	}
	return nil
}

// includeLines makes the splices that take a key and the items of its list away.
func (d *removal) includeLines(key, list *yaml.Node) ([]yamltext.Splice, error) {
	doc := d.w.doc
	start, err := doc.Span(key)
	if err != nil {
		return nil, err
	}
	end, err := doc.Span(list)
	if err != nil {
		return nil, err
	}
	whole := yamltext.Span{Start: start.Start, End: end.End}
	seq, err := doc.Seq(list)
	if err != nil || !seq.Block || !strings.Contains(string(doc.Text[start.End:seq.Items[0].Start]), "#") && len(seq.Items) == 1 {
		return doc.RemoveLines(whole)
	}
	var splices []yamltext.Splice
	for _, span := range append([]yamltext.Span{{Start: start.Start, End: start.End + len(":")}}, seq.Items...) {
		line, err := doc.RemoveLines(span)
		if err != nil {
			return nil, err
		}
		splices = append(splices, line...)
	}
	return splices, nil
}

func (d *removal) take(splices []yamltext.Splice, e Edit) {
	e.Connector, e.Action, e.File = d.name, "remove", d.w.file
	for _, s := range splices {
		e.Text += string(d.w.doc.Bytes(s.Span))
	}
	d.splices = append(d.splices, splices...)
	d.edits = append(d.edits, e)
}
