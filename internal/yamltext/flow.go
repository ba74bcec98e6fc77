package yamltext

import "gopkg.in/yaml.v3"

// brackets are a list in brackets: of YAML's flow style, or of JSON in an expression.
type brackets struct {
	doc         *Doc
	open, close int // offsets of the brackets
	items       []bracketItem
}

type bracketItem struct {
	Span
	comma int // offset of the comma behind it, or -1
}

func (b brackets) seq(d *Doc) *Seq {
	s := &Seq{doc: d, flow: b}
	for _, item := range b.items {
		s.Items = append(s.Items, item.Span)
	}
	return s
}

// brackets follows a list or map in flow style to its closing bracket. A pair
// in a list needs no braces; it ends with its value.
func (d *Doc) brackets(n *yaml.Node) (brackets, error) {
	i := d.body(n)
	b := brackets{doc: d, open: i}
	closing := byte(']')
	if n.Kind == yaml.MappingNode {
		closing = '}'
	}
	if d.Text[i] != '[' && d.Text[i] != '{' {
		end, err := d.endOf(n.Content[len(n.Content)-1])
		b.close = end - 1
		return b, err
	}
	for i++; ; i++ {
		if i = d.skip(i); i >= len(d.Text) {
			return b, d.lost(n)
		}
		if d.Text[i] == closing {
			b.close = i
			return b, d.whole(n, b)
		}
		end, err := d.flowChild(n, len(b.items))
		if err != nil {
			return b, err
		}
		item := bracketItem{Span{i, end}, -1}
		i = d.skip(end)
		if i < len(d.Text) && d.Text[i] == ',' {
			item.comma = i
		} else {
			i--
		}
		b.items = append(b.items, item)
	}
}

// whole tells whether all children were met on the way.
func (d *Doc) whole(n *yaml.Node, b brackets) error {
	size := len(n.Content)
	if n.Kind == yaml.MappingNode {
		size /= 2
	}
	if len(b.items) != size {
		return d.lost(n)
	}
	return nil
}

// flowChild gives the end of a child: an item, or a pair of key and value.
func (d *Doc) flowChild(n *yaml.Node, i int) (int, error) {
	if n.Kind == yaml.SequenceNode {
		if i >= len(n.Content) {
			return 0, d.lost(n)
		}
		return d.endOf(n.Content[i])
	}
	if 2*i+1 >= len(n.Content) {
		return 0, d.lost(n)
	}
	return d.endOf(n.Content[2*i+1])
}
