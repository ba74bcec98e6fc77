package ci

import (
	"maps"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/yamltext"
)

// Values are what a person says about an entry; they win over what the folder
// and the neighbours say.
type Values struct {
	Type   string            // value of the key for the kind: capture, materialization
	Python bool              // python: true
	Set    map[string]string // any key
}

func (v Values) empty() bool { return v.Type == "" && !v.Python && len(v.Set) == 0 }

// asked spells the flags as fields, for keys that the neighbours do not have.
func (v Values) asked(have []field, include bool) []field {
	var list []field
	add := func(key, value string) {
		list = append(list, field{key: key, value: value, text: yamltext.Scalar(value, plainly(value)), sure: true, asked: true})
	}
	isKind := func(f field) bool { return slices.Contains(kindKeys, f.key) }
	switch {
	case v.Type == "" || slices.ContainsFunc(have, isKind):
	case include:
		add("connector_type", v.Type)
	default:
		add("type", v.Type)
	}
	if v.Python {
		add("python", "true")
	}
	for _, key := range sortedKeys(v.Set) {
		add(key, v.Set[key])
	}
	return list
}

// plainly is a scalar to write a value like, when there is none: words, whole
// numbers and booleans go without quotes. A fraction is quoted, since a
// workflow would print 1.0 as 1.
func plainly(value string) *yaml.Node {
	var n yaml.Node
	if yaml.Unmarshal([]byte(value), &n) == nil && len(n.Content) == 1 {
		if tag := n.Content[0].Tag; tag == "!!int" || tag == "!!bool" {
			return &yaml.Node{Tag: tag}
		}
	}
	return &yaml.Node{Tag: "!!str"}
}

// IsKey tells whether a text can be the key of an entry.
func IsKey(s string) bool { return keyPattern().MatchString(s) }

var keyPattern = pattern.Lazy(`^[A-Za-z_][A-Za-z0-9_-]*$`)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Types lists the words for kinds that an entry can say.
func Types() []string {
	return []string{"capture", "materialization", "materialize", "derivation", "derive"}
}
