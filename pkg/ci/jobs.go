package ci

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/yamltext"
)

// The limits of GitHub Actions on the jobs of one matrix, and where to say
// that one comes near: docs.github.com/en/actions/reference/limits.
const (
	maxJobs  = 256
	manyJobs = 200
)

// jobCount gives how many jobs a matrix makes, by the rules of exclude and
// include, or false when an expression decides. A product that is far beyond
// the limit is not looked at more closely.
func jobCount(matrix *yaml.Node) (int, bool) {
	var axes []string
	combinations := []map[string]*yaml.Node{{}}
	for i := 0; i+1 < len(matrix.Content); i += 2 {
		key, list := matrix.Content[i].Value, resolved(matrix.Content[i+1])
		if key == "include" || key == "exclude" {
			continue
		}
		if list.Kind != yaml.SequenceNode {
			return 0, false
		}
		if n := len(combinations) * len(list.Content); n > 16*maxJobs {
			return n, true
		}
		axes = append(axes, key)
		combinations = times(combinations, key, list.Content)
	}
	excluded, ok := mapItems(yamltext.Get(matrix, "exclude"))
	included, ok2 := mapItems(yamltext.Get(matrix, "include"))
	if !ok || !ok2 {
		return 0, false
	}
	left := combinations[:0]
	for _, c := range combinations {
		if len(axes) > 0 && !anyMatches(excluded, c) {
			left = append(left, c)
		}
	}
	count := len(left)
	for _, in := range included {
		if !extends(in, left, axes) {
			count++
		}
	}
	return count, true
}

func times(combinations []map[string]*yaml.Node, key string, values []*yaml.Node) []map[string]*yaml.Node {
	var all []map[string]*yaml.Node
	for _, c := range combinations {
		for _, v := range values {
			next := map[string]*yaml.Node{key: v}
			for k, old := range c {
				next[k] = old
			}
			all = append(all, next)
		}
	}
	return all
}

// mapItems gives the items of include or exclude; false when they are not literal maps.
func mapItems(list *yaml.Node) ([]map[string]*yaml.Node, bool) {
	if list == nil {
		return nil, true
	}
	list = resolved(list)
	if list.Kind != yaml.SequenceNode {
		return nil, false
	}
	var all []map[string]*yaml.Node
	for _, item := range list.Content {
		if item = resolved(item); item.Kind != yaml.MappingNode {
			return nil, false
		}
		m := map[string]*yaml.Node{}
		for i := 0; i+1 < len(item.Content); i += 2 {
			m[item.Content[i].Value] = item.Content[i+1]
		}
		all = append(all, m)
	}
	return all, true
}

// anyMatches tells whether one of the patterns agrees with a combination in all its keys.
func anyMatches(patterns []map[string]*yaml.Node, c map[string]*yaml.Node) bool {
	for _, p := range patterns {
		all := true
		for key, want := range p {
			all = all && c[key] != nil && same(want, c[key])
		}
		if all {
			return true
		}
	}
	return false
}

// extends tells whether an include goes into a combination that is there: it
// does when it changes no value of an axis.
func extends(in map[string]*yaml.Node, combinations []map[string]*yaml.Node, axes []string) bool {
	for _, c := range combinations {
		fits := true
		for _, axis := range axes {
			fits = fits && (in[axis] == nil || same(in[axis], c[axis]))
		}
		if fits {
			return true
		}
	}
	return false
}

// same compares values, not how they are written.
func same(a, b *yaml.Node) bool {
	a, b = resolved(a), resolved(b)
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) || !strings.EqualFold(a.Value, b.Value) {
		return false
	}
	for i := range a.Content {
		if !same(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}
