package flow

import (
	"bytes"
	"encoding/json"
	"slices"
)

// SecretsBySchema gives the texts and numbers of a config that its schema marks
// as secret (secret or airbyte_secret is true), also inside oneOf and its
// relatives and behind a $ref within the schema.
func SecretsBySchema(schema, config json.RawMessage) []string {
	var s, c any
	numbers := json.NewDecoder(bytes.NewReader(config))
	numbers.UseNumber()
	if json.Unmarshal(schema, &s) != nil || numbers.Decode(&c) != nil {
		return nil
	}
	f := secretFinder{root: s, left: 100_000}
	f.look(s, c, nil)
	return f.found
}

// secretFinder looks at a schema and a value in step. A schema may refer to
// itself, so references are followed once for a value, and steps are counted.
type secretFinder struct {
	root  any
	left  int
	found []string
}

func (f *secretFinder) look(schema, value any, followed []string) {
	s, ok := schema.(map[string]any)
	if f.left--; !ok || f.left < 0 {
		return
	}
	if s["secret"] == true || s["airbyte_secret"] == true {
		f.collect(value)
		return
	}
	if ref, ok := s["$ref"].(string); ok && !slices.Contains(followed, ref) {
		f.look(referred(f.root, ref), value, append(slices.Clone(followed), ref))
	}
	switch v := value.(type) {
	case map[string]any:
		properties, _ := s["properties"].(map[string]any)
		for key, inner := range v {
			if p, ok := properties[key]; ok {
				f.look(p, inner, nil)
			} else {
				f.look(s["additionalProperties"], inner, nil)
			}
		}
	case []any:
		for _, inner := range v {
			f.look(s["items"], inner, nil)
		}
	}
	for _, key := range []string{"oneOf", "anyOf", "allOf"} {
		branches, _ := s[key].([]any)
		for _, b := range branches {
			f.look(b, value, followed)
		}
	}
}

// collect gathers every text and number below a secret.
func (f *secretFinder) collect(value any) {
	switch v := value.(type) {
	case string:
		f.found = append(f.found, v)
	case json.Number:
		f.found = append(f.found, v.String())
	case map[string]any:
		for _, x := range v {
			f.collect(x)
		}
	case []any:
		for _, x := range v {
			f.collect(x)
		}
	}
}
