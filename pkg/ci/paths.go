package ci

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/yamltext"
)

// pathFilter is the list of a trigger's paths.
type pathFilter struct {
	trigger string
	list    *yaml.Node
}

// pathFilters gives the path filters of a workflow. A list that two triggers
// share through an anchor comes once.
func (w *workflow) pathFilters() []pathFilter {
	var filters []pathFilter
	on := yamltext.Get(w.doc.Root, "on")
	for _, trigger := range []string{"push", "pull_request", "pull_request_target"} {
		list := yamltext.Get(yamltext.Get(on, trigger), "paths")
		if list != nil && list.Kind == yaml.AliasNode {
			list = list.Alias
		}
		if list == nil || list.Kind != yaml.SequenceNode || slices.ContainsFunc(filters, func(f pathFilter) bool { return f.list == list }) {
			continue
		}
		filters = append(filters, pathFilter{trigger, list})
	}
	return filters
}

// form is a path pattern with a hole for the connector's name.
type form struct{ before, after string }

func (f form) of(name string) string { return f.before + name + f.after }

// name gives the name in a pattern of this form.
func (f form) name(pattern string) (string, bool) {
	rest, ok := strings.CutPrefix(pattern, f.before)
	if !ok {
		return "", false
	}
	name, ok := strings.CutSuffix(rest, f.after)
	return name, ok && name != "" && !strings.ContainsAny(name, "/*!?[")
}

// forms gives the patterns that a filter holds for at least half of the
// connectors, in the order in which they come.
func (f pathFilter) forms(connectors []string) []form {
	count := map[form]int{}
	var order []form
	for _, item := range f.list.Content {
		if item.Kind != yaml.ScalarNode {
			continue
		}
		if form, ok := formOf(item.Value, connectors); ok {
			if count[form]++; count[form] == 1 {
				order = append(order, form)
			}
		}
	}
	return slices.DeleteFunc(order, func(form form) bool { return 2*count[form] < len(connectors) })
}

// formOf finds a connector's name among the segments of a pattern.
func formOf(pattern string, connectors []string) (form, bool) {
	start := 0
	for part := range strings.SplitSeq(pattern, "/") {
		name := strings.TrimPrefix(part, "!")
		if slices.Contains(connectors, name) {
			at := start + len(part) - len(name)
			return form{pattern[:at], pattern[at+len(name):]}, true
		}
		start += len(part) + 1
	}
	return form{}, false
}

// holds tells whether a filter has a pattern.
func (f pathFilter) holds(pattern string) bool {
	return slices.ContainsFunc(f.list.Content, func(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Value == pattern })
}

// addTo makes the splices that put a connector's pattern among those of the
// others; some of them have it.
func (f pathFilter) addTo(doc *yamltext.Doc, form form, name string, others []string) ([]yamltext.Splice, error) {
	seq, err := doc.Seq(f.list)
	if err != nil {
		return nil, err
	}
	var names []string
	var at []int
	var like []*yaml.Node
	for i, item := range f.list.Content {
		if other, ok := form.name(item.Value); ok && item.Kind == yaml.ScalarNode && slices.Contains(others, other) {
			names, at, like = append(names, other), append(at, i), append(like, item)
		}
	}
	text := nameText(form.of(name), like)
	where := indexFor(names, name)
	index := at[0]
	if where > 0 {
		index = at[where-1] + 1
	}
	return seq.Insert(index, seqItem(seq, doc, text, index)...)
}

// seqItem is the line of a scalar in a list, with the blanks behind the dash that its neighbour has.
func seqItem(seq *yamltext.Seq, doc *yamltext.Doc, text string, at int) []string {
	if !seq.Block {
		return []string{text}
	}
	gap := " "
	if near := max(at-1, 0); near < len(seq.Items) {
		begin := seq.Items[near].Start + 1
		end := begin
		for end < len(doc.Text) && doc.Text[end] == ' ' {
			end++
		}
		if end > begin && end < len(doc.Text) && doc.Text[end] != '\n' && doc.Text[end] != '\r' {
			gap = string(doc.Text[begin:end])
		}
	}
	return []string{"-" + gap + text}
}
