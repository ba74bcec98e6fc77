package yamltext

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// Equal tells whether two trees say the same in the same way: kinds, tags,
// values, anchors, styles and order. Nodes in without are passed over; a key
// that is passed over takes its value along.
func Equal(a, b *yaml.Node, without map[*yaml.Node]bool) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || a.Tag != b.Tag || a.Value != b.Value || a.Anchor != b.Anchor || a.Style != b.Style {
		return false
	}
	these, those := a.Content, b.Content
	if len(without) > 0 {
		these, those = left(a, without), left(b, without)
	}
	if len(these) != len(those) {
		return false
	}
	for i, child := range these {
		if !Equal(child, those[i], without) {
			return false
		}
	}
	return true
}

func left(n *yaml.Node, without map[*yaml.Node]bool) []*yaml.Node {
	var rest []*yaml.Node
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	}
	for i := 0; i+step <= len(n.Content); i += step {
		if !without[n.Content[i]] {
			rest = append(rest, n.Content[i:i+step]...)
		}
	}
	return rest
}

// Inserted gives the items and keys of d that splices, made for an earlier
// text of it, have put there.
func (d *Doc) Inserted(splices []Splice) map[*yaml.Node]bool {
	var fresh []Span
	shift := 0
	for _, s := range sorted(splices) {
		fresh = append(fresh, Span{s.Start + shift, s.Start + shift + len(s.Text)})
		shift += len(s.Text) - (s.End - s.Start)
	}
	found := map[*yaml.Node]bool{}
	d.collect(d.Root, fresh, found)
	return found
}

func (d *Doc) collect(n *yaml.Node, fresh []Span, found map[*yaml.Node]bool) {
	if n == nil || n.Kind == yaml.AliasNode {
		return
	}
	for i, child := range n.Content {
		isValue := n.Kind == yaml.MappingNode && i%2 == 1
		if at := d.offset(child); !isValue && slices.ContainsFunc(fresh, func(s Span) bool { return s.Start <= at && at < s.End }) {
			found[child] = true
			continue
		}
		d.collect(child, fresh, found)
	}
}

// Get gives the value of a key of a map, or nil; with several of one name, the last.
func Get(n *yaml.Node, key string) *yaml.Node {
	_, value := Pair(n, key)
	return value
}

// Pair gives key and value of a key of a map, or nil.
func Pair(n *yaml.Node, key string) (k, v *yaml.Node) {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Kind == yaml.ScalarNode && n.Content[i].Value == key {
			k, v = n.Content[i], n.Content[i+1]
		}
	}
	return k, v
}
