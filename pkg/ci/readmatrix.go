package ci

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/yamltext"
)

// readMatrix finds the axes of a matrix. Each is a place, those that name no
// connector too: flags can choose them.
func (w *workflow) readMatrix(job string, jobNode, matrix *yaml.Node, known func(string) bool) {
	include := yamltext.Get(matrix, "include")
	var axes []string
	for i := 0; i+1 < len(matrix.Content); i += 2 {
		key, value := matrix.Content[i], matrix.Content[i+1]
		if key.Value == "include" || key.Value == "exclude" {
			continue
		}
		p := &place{wf: w, job: job, axis: key.Value, jobNode: jobNode, matrix: matrix, list: value, include: include}
		p.readList(known)
		if slices.Contains(axes, key.Value) {
			p.bad = w.doc.Errorf(key, "key %q stands in the matrix of job %s a second time", key.Value, job)
			w.find(job, key.Value).bad = p.bad
		}
		p.readInclude(known)
		axes = append(axes, key.Value)
		w.places = append(w.places, p)
	}
	for _, key := range includeKeys(include, known) {
		if !slices.Contains(axes, key) {
			p := &place{wf: w, job: job, axis: key, jobNode: jobNode, matrix: matrix, include: include}
			p.readInclude(known)
			w.places = append(w.places, p)
		}
	}
}

func (p *place) readList(known func(string) bool) {
	doc := p.wf.doc
	switch n := p.list; {
	case n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "${{"):
		p.bad = doc.Errorf(n, "axis %s of job %s is made by an expression, %s", p.axis, p.job, n.Value)
		return
	case n.Kind == yaml.AliasNode:
		p.bad = doc.Errorf(n, "axis %s of job %s is an alias, *%s: edit the list that it names", p.axis, p.job, n.Value)
		return
	case n.Kind != yaml.SequenceNode:
		p.bad = doc.Errorf(n, "axis %s of job %s is no list", p.axis, p.job)
		return
	}
	p.key = nameKey(p.list, known)
	for i, item := range p.list.Content {
		switch {
		case item.Kind == yaml.ScalarNode && !strings.Contains(item.Value, "${{"):
			p.entries = append(p.entries, &entry{item.Value, i, item, item})
		case item.Kind == yaml.MappingNode && p.key != "":
			if v := yamltext.Get(item, p.key); v != nil && v.Kind == yaml.ScalarNode {
				p.entries = append(p.entries, &entry{v.Value, i, item, v})
				continue
			}
			fallthrough
		default:
			if p.bad == nil {
				p.bad = doc.Errorf(item, "this item of axis %s names no connector by a plain name or a map", p.axis)
			}
		}
	}
}

func (p *place) readInclude(known func(string) bool) {
	if p.include == nil || p.include.Kind != yaml.SequenceNode {
		return
	}
	for i, item := range p.include.Content {
		if v := yamltext.Get(item, p.axis); v != nil && v.Kind == yaml.ScalarNode {
			p.included = append(p.included, &entry{v.Value, i, item, v})
		}
	}
	if p.list == nil && !slices.ContainsFunc(p.included, func(e *entry) bool { return known(e.name) }) {
		p.included = nil
	}
}

// nameKey gives the key of a list of maps under which most connectors' names
// stand. Where the same names come again and again, as the base of variants,
// the list is about something else.
func nameKey(list *yaml.Node, known func(string) bool) string {
	best, most := "", 0
	count := map[string]int{}
	names := map[string]map[string]bool{}
	for _, item := range list.Content {
		if item.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(item.Content); i += 2 {
			key, value := item.Content[i].Value, item.Content[i+1]
			if value.Kind == yaml.ScalarNode && known(value.Value) {
				if names[key] == nil {
					names[key] = map[string]bool{}
				}
				names[key][value.Value] = true
				if count[key]++; count[key] > most {
					best, most = key, count[key]
				}
			}
		}
	}
	if best != "" && best != "name" && best != "connector" && 2*len(names[best]) <= most && most > 1 {
		return ""
	}
	if best == "" && len(list.Content) > 0 {
		for _, key := range []string{"name", "connector"} {
			if yamltext.Get(list.Content[0], key) != nil {
				return key
			}
		}
	}
	return best
}

// includeKeys gives the keys under which include names connectors, most often used first.
func includeKeys(include *yaml.Node, known func(string) bool) []string {
	if include == nil || include.Kind != yaml.SequenceNode {
		return nil
	}
	if key := nameKey(include, known); key != "" {
		return []string{key}
	}
	return nil
}
