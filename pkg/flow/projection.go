package flow

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Projection is a field of a collection's documents.
type Projection struct {
	Pointer        string    `json:"ptr"`
	Field          string    `json:"field"`
	Explicit       bool      `json:"explicit,omitempty"`
	IsPartitionKey bool      `json:"isPartitionKey,omitempty"`
	IsPrimaryKey   bool      `json:"isPrimaryKey,omitempty"`
	Inference      Inference `json:"inference"`
}

// RootField is the field of the whole document.
const RootField = "flow_document"

// mostFields and mostDepth bound what is inferred of schemas that refer to themselves.
const (
	mostFields = 10_000
	mostDepth  = 8
)

// projections infers the fields of a collection, sorted by name. It stands in
// for Flow's own inference: properties, allOf and references within the schema
// are followed; arrays are not gone into.
func (c Collection) projections() []Projection {
	var root any
	if json.Unmarshal(c.Schema(), &root) != nil {
		root = map[string]any{}
	}
	f := fields{root: root, found: map[string]*Projection{}}
	f.add("", map[string]any{"type": "object"}, true)
	f.walk("", root, true, 0)
	for _, k := range c.Key {
		f.at(k).IsPrimaryKey = true
	}
	var own []Projection // of the catalog
	for _, name := range slices.Sorted(maps.Keys(c.Projections)) {
		p := *f.at(c.Projections[name].Pointer)
		p.Field, p.Explicit, p.IsPartitionKey = name, true, c.Projections[name].Partition
		own = append(own, p)
	}
	all := slices.Clone(own)
	for _, p := range f.found {
		if !slices.ContainsFunc(own, func(e Projection) bool { return e.Pointer == p.Pointer || e.Field == p.Field }) {
			all = append(all, *p)
		}
	}
	slices.SortFunc(all, func(a, b Projection) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Pointer, b.Pointer))
	})
	return slices.CompactFunc(all, func(a, b Projection) bool { return a.Field == b.Field })
}

type fields struct {
	root  any
	found map[string]*Projection // by pointer
}

// at gives the field at a pointer, which the schema may not tell of.
func (f *fields) at(pointer string) *Projection {
	if p, ok := f.found[pointer]; ok {
		return p
	}
	return f.add(pointer, map[string]any{}, false)
}

func (f *fields) add(pointer string, schema map[string]any, must bool) *Projection {
	p := &Projection{Pointer: pointer, Field: strings.TrimPrefix(pointer, "/"), Inference: infer(schema, must)}
	if pointer == "" {
		p.Field = RootField
	}
	f.found[pointer] = p
	return p
}

// walk adds the properties of a schema. They must exist when every object on
// the way must, and can be nothing but an object.
func (f *fields) walk(pointer string, schema any, must bool, depth int) {
	if depth > mostDepth {
		return
	}
	parts := f.parts(schema, 0)
	var required []any // whichever part says it
	for _, s := range parts {
		list, _ := s["required"].([]any)
		required = append(required, list...)
	}
	for _, s := range parts {
		properties, _ := s["properties"].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			if len(f.found) > mostFields {
				return
			}
			inner := properties[name]
			at := pointer + "/" + pointerEscape.Replace(name)
			merged := f.merge(inner)
			exists := must && slices.Contains(required, any(name))
			if _, twice := f.found[at]; !twice || exists {
				f.add(at, merged, exists)
			}
			f.walk(at, inner, exists && slices.Equal(types(merged), []string{"object"}), depth+1)
		}
	}
}

// parts gives a schema with all that must hold beside it.
func (f *fields) parts(schema any, depth int) []map[string]any {
	s, ok := schema.(map[string]any)
	if !ok || depth > mostDepth {
		return nil
	}
	all := []map[string]any{s}
	if ref, ok := s["$ref"].(string); ok {
		all = append(all, f.parts(referred(f.root, ref), depth+1)...)
	}
	list, _ := s["allOf"].([]any)
	for _, inner := range list {
		all = append(all, f.parts(inner, depth+1)...)
	}
	return all
}

// merge gives the keywords of a schema's parts together; the nearest wins.
// Types of the branches of anyOf and oneOf are taken together.
func (f *fields) merge(schema any) map[string]any {
	out := map[string]any{}
	for _, s := range f.parts(schema, 0) {
		for key, value := range s {
			if _, there := out[key]; !there {
				out[key] = value
			}
		}
	}
	if _, typed := out["type"]; typed {
		return out
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		branches, _ := out[key].([]any)
		var union []any
		for _, b := range branches {
			of := types(f.merge(b))
			if len(of) == 0 {
				return out
			}
			for _, t := range of {
				union = append(union, t)
			}
		}
		if len(union) > 0 {
			out["type"] = union
		}
	}
	return out
}
