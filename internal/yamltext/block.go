package yamltext

import "gopkg.in/yaml.v3"

// blockEnd is the end of the last child; an empty value ends with what stands before it.
func (d *Doc) blockEnd(n *yaml.Node) (int, error) {
	if n.Kind == yaml.SequenceNode {
		items, err := d.dashes(n)
		if err != nil {
			return 0, err
		}
		return items[len(items)-1].End, nil
	}
	if err := d.Colon(n.Content[len(n.Content)-2]); err != nil {
		return 0, err
	}
	return d.endOf(n.Content[len(n.Content)-1])
}

// Colon is an error when no colon follows a key on its line: with "? key" the
// parser's places of keys and values are not to be relied on.
func (d *Doc) Colon(key *yaml.Node) error {
	i, err := d.endOf(key)
	if err != nil {
		return err
	}
	for i < len(d.Text) && (d.Text[i] == ' ' || d.Text[i] == '\t') {
		i++
	}
	if i == len(d.Text) || d.Text[i] != ':' {
		return d.lost(key)
	}
	return nil
}
