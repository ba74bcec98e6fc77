package ci

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// usualStyle is a scalar in the style that most of the values have.
func usualStyle(values []*yaml.Node) *yaml.Node {
	count := map[yaml.Style]int{}
	best := &yaml.Node{Tag: "!!str"}
	for _, v := range values {
		style := v.Style &^ yaml.TaggedStyle
		if count[style]++; count[style] > count[best.Style&^yaml.TaggedStyle] || best.Kind == 0 {
			best = v
		}
	}
	return best
}

// nameText writes a name in the style that most of the others have; it is text
// whatever they are.
func nameText(name string, like []*yaml.Node) string {
	return yamltext.Scalar(name, &yaml.Node{Style: usualStyle(like).Style, Tag: "!!str"})
}

// usual is what more than half of the neighbours write for a key. A value that
// holds its connector's name counts as the same with another name.
func (p *place) usual(name, key string, near []*entry) (field, error) {
	const here = "\x00"
	count := map[field]int{}
	total := 0
	for _, e := range near {
		k, v := yamltext.Pair(e.node, key)
		if v == nil {
			continue
		}
		total++
		if v.Anchor != "" {
			continue // a second anchor of a name would be another value
		}
		text, block, err := p.written(k, v)
		if err != nil {
			return field{}, err
		}
		named := func(s string) string { return strings.ReplaceAll(s, e.name, here) }
		count[field{key: key, value: named(v.Value), text: named(text), block: block}]++
	}
	for f, n := range count {
		if 2*n > total && (f.block || !strings.Contains(f.text, "\n")) {
			f.value, f.text = strings.ReplaceAll(f.value, here, name), strings.ReplaceAll(f.text, here, name)
			return f, nil
		}
	}
	return field{}, fault.Usagef("adding %s: the entries of %s differ in %q, so its value has to be given", name, p, key).
		WithHint("--set %s=VALUE", key)
}

// written gives how the value of a key is written: behind it or, of a block, the
// lines from that of the key on, without the blanks up to the key's column.
func (p *place) written(key, value *yaml.Node) (text string, block bool, err error) {
	doc := p.wf.doc
	span, err := doc.Span(value)
	if err != nil {
		return "", false, err
	}
	literal := value.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
	if value.Kind == yaml.ScalarNode && !literal || value.Kind == yaml.AliasNode || value.Style&yaml.FlowStyle != 0 {
		return string(doc.Bytes(span)), false, nil
	}
	begin, err := doc.Span(key)
	if err != nil {
		return "", false, err
	}
	_, column := doc.Position(begin.Start)
	var lines []string
	for i, line := range strings.Split(string(doc.Text[begin.End:span.End]), "\n") {
		line = strings.TrimRight(line, " \r")
		if cut := min(column-1, len(line)-len(strings.TrimLeft(line, " "))); i > 0 {
			line = line[cut:]
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n"), true, nil
}
