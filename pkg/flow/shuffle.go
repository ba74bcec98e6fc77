package flow

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// ShuffleKeyTypes gives what the catalog says of the keys that a derivation's
// documents are shuffled by, as connectors get it: STRING, INTEGER, BOOLEAN.
func (t Task) ShuffleKeyTypes() []string {
	list := child(child(t.body, "derive"), "shuffleKeyTypes")
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	var all []string
	for _, item := range list.Content {
		all = append(all, strings.ToUpper(resolve(item).Value))
	}
	return all
}

// KeyTypes gives the types of the fields at the pointers, in the same words, or
// nil where the schema leaves one of them open.
func (s *CollectionSpec) KeyTypes(pointers []string) []string {
	var all []string
	for _, pointer := range pointers {
		i := slices.IndexFunc(s.Projections, func(p Projection) bool { return p.Pointer == pointer })
		if i < 0 {
			return nil
		}
		types := slices.DeleteFunc(slices.Clone(s.Projections[i].Inference.Types), func(name string) bool { return name == "null" })
		if len(types) != 1 || !slices.Contains([]string{"string", "integer", "boolean"}, types[0]) {
			return nil
		}
		all = append(all, strings.ToUpper(types[0]))
	}
	return all
}
