package ci

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// contradiction is a key of an entry that says something else than it should.
type contradiction struct {
	entry *entry
	field field
	value *yaml.Node // nil: the key is missing
	from  string     // who says so
}

func (c contradiction) String() string {
	if c.value == nil {
		return fmt.Sprintf("no %s, and %s says %q", c.field.key, c.from, c.field.value)
	}
	return fmt.Sprintf("%s %q, and %s says %q", c.field.key, c.value.Value, c.from, c.field.value)
}

// existing looks at the entry that is there already.
func (a *addition) existing() error {
	list, include := a.p.standing(a.c.Name)
	var found []contradiction
	for _, e := range slices.Concat(list, include) {
		if e.node.Kind == yaml.MappingNode {
			found = append(found, a.contradictions(e)...)
		}
	}
	if len(found) == 0 {
		return nil
	}
	if !a.o.Update {
		line, col := found[0].entry.position()
		var all []string
		for _, c := range found {
			all = append(all, c.String())
		}
		return fault.Blockedf("the entry of %s has %s", a.c.Name, strings.Join(all, "; ")).
			At(a.p.wf.file, line, col).WithHint("--update changes the entry")
	}
	for _, c := range found {
		if err := a.correct(c); err != nil {
			return err
		}
	}
	return nil
}

func (a *addition) contradictions(e *entry) []contradiction {
	var found []contradiction
	check := func(key, want, from string, asked bool) {
		v := yamltext.Get(e.node, key)
		if v != nil && v.Kind == yaml.ScalarNode && v.Value == want || v == nil && !asked || v == e.value {
			return // said so, or not said, or the key of the name
		}
		like := v
		if v == nil {
			like = plainly(want)
		}
		found = append(found, contradiction{e, field{key: key, value: want, text: yamltext.Scalar(want, like), sure: true, asked: asked}, v, from})
	}
	kindKey := "connector_type"
	for _, p := range e.values() {
		if !slices.Contains(kindKeys, p.key) {
			continue
		}
		kindKey = p.key
		_, set := a.o.Set[p.key]
		if words := kindWords[a.c.Kind]; a.o.Type == "" && !set && len(words) > 0 && isKind(p.value) && !slices.Contains(words, p.value.Value) {
			check(p.key, words[0], "its name", false)
		}
	}
	if a.o.Type != "" {
		check(kindKey, a.o.Type, "--type", true)
	}
	if _, set := a.o.Set["version"]; a.c.Version != "" && !set {
		check("version", a.c.Version, "its VERSION", false)
	}
	switch _, set := a.o.Set["python"]; {
	case a.o.Python:
		check("python", "true", "--python", true)
	case a.c.Language == "python" && !set:
		check("python", "true", "its folder", false)
	}
	for _, key := range sortedKeys(a.o.Set) {
		check(key, a.o.Set[key], "--set", true)
	}
	return found
}

// correct changes a value in place, or adds the key behind the others.
func (a *addition) correct(c contradiction) error {
	doc := a.p.wf.doc
	e := Edit{Action: "update", Shape: shapeMaps, Style: styleOf(c.entry.node.Style&yaml.FlowStyle == 0), Job: a.p.job, Axis: a.p.axis}
	line, col := c.entry.position()
	e.locate = func(*workflow) (int, int) { return line, col }
	if slices.Contains(a.p.included, c.entry) {
		e.Shape = shapeInclude
	}
	var splices []yamltext.Splice
	if c.value != nil {
		span, err := doc.Span(c.value)
		if err != nil || c.value.Kind != yaml.ScalarNode {
			return unsafe(a.p.wf.file, c.value.Line, a.c.Name, c.field.key+": "+c.field.text)
		}
		splices = []yamltext.Splice{{Span: span, Text: c.field.text}}
		a.changed = append(a.changed, c)
	} else {
		var err error
		if splices, err = doc.InsertPair(c.entry.node, c.field.key+": "+c.field.text); err != nil {
			return unsafe(a.p.wf.file, c.entry.node.Line, a.c.Name, c.field.key+": "+c.field.text)
		}
	}
	a.take(splices, e)
	a.expect(func(q *place) []*entry { return q.at(c.entry, e.Shape) }, []field{c.field})
	return nil
}

// at gives the entry at the same index in a later reading.
func (p *place) at(e *entry, shape string) []*entry {
	entries := p.entries
	if shape == shapeInclude {
		entries = p.included
	}
	return slices.DeleteFunc(slices.Clone(entries), func(it *entry) bool { return it.at != e.at })
}
