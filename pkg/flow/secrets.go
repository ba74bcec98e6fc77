package flow

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// SecretsBySchema gives the texts and numbers of a config that its schema marks
// as secret (secret or airbyte_secret is true), also inside oneOf and its
// relatives and behind a $ref within the schema. Branches that do not fit the
// config count too: better hide too much.
func SecretsBySchema(schema, config json.RawMessage) []string {
	var found []string
	f := secretFinder{found: func(value any, _ string, _ bool) { found = collect(value, found) }}
	f.run(schema, config)
	return found
}

// UnmarkedSecrets gives the JSON pointers of what a config holds where its
// schema marks a secret, and that stands neither at nor below a key with the
// suffix. Keys are looked up in the schema without the suffix, as the
// connector gets them. Of oneOf and anyOf only the branches count whose
// constants are those of the config. A secret that is empty is none, and for
// an item of a list the key of the list is given: it has to bear the suffix.
func UnmarkedSecrets(schema, config json.RawMessage, suffix string) []string {
	var found []string
	f := secretFinder{suffix: suffix, fitting: true}
	f.found = func(value any, key string, marked bool) {
		if !marked && f.bare(value) {
			found = append(found, key)
		}
	}
	f.run(schema, config)
	slices.Sort(found)
	return slices.Compact(found)
}

// secretFinder looks at a schema and a value in step. A schema may refer to
// itself, so references are followed once for a value, and steps are counted.
type secretFinder struct {
	suffix  string // taken off keys before they are looked up
	fitting bool   // leave out branches that contradict the value
	found   func(value any, key string, marked bool)

	root any
	left int
}

func (f *secretFinder) run(schema, config json.RawMessage) {
	var value any
	numbers := json.NewDecoder(bytes.NewReader(config))
	numbers.UseNumber()
	if json.Unmarshal(schema, &f.root) != nil || numbers.Decode(&value) != nil {
		return
	}
	f.left = 100_000
	f.look(f.root, place{value: value}, nil)
}

// place is a value with the way to it.
type place struct {
	value  any
	at     string // JSON pointer
	key    string // JSON pointer of the key that it belongs to: that of a list for its items
	marked bool   // a key on the way has the suffix
}

func (f *secretFinder) look(schema any, p place, followed []string) {
	s, ok := schema.(map[string]any)
	if f.left--; !ok || f.left < 0 {
		return
	}
	if s["secret"] == true || s["airbyte_secret"] == true {
		f.found(p.value, p.key, p.marked)
		return
	}
	if ref, ok := s["$ref"].(string); ok && !slices.Contains(followed, ref) {
		f.look(referred(f.root, ref), p, append(slices.Clone(followed), ref))
	}
	switch v := p.value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			f.member(s, p, key, v[key])
		}
	case []any:
		before, _ := s["prefixItems"].([]any)
		rest := s["items"]
		if list, older := rest.([]any); older { // as drafts before 2020 write it
			before, rest = list, s["additionalItems"]
		}
		for i, inner := range v {
			items := rest
			if i < len(before) {
				items = before[i]
			}
			f.look(items, place{inner, p.at + "/" + strconv.Itoa(i), p.key, p.marked}, nil)
		}
	}
	for _, key := range []string{"oneOf", "anyOf", "allOf"} {
		branches, _ := s[key].([]any)
		for _, b := range f.fittingOf(branches, p.value) {
			f.look(b, p, followed)
		}
	}
	for _, key := range []string{"then", "else"} {
		f.look(s[key], p, followed)
	}
	for _, key := range []string{"dependentSchemas", "dependencies"} {
		byName, _ := s[key].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(byName)) {
			f.look(byName[name], p, followed)
		}
	}
}

// member looks at a value of a map: properties go before patterns, and those
// before what is said of all others.
func (f *secretFinder) member(s map[string]any, p place, key string, value any) {
	name, has := f.bareName(key)
	at := p.at + "/" + pointerEscape.Replace(key)
	inner := place{value, at, at, p.marked || has}
	properties, _ := s["properties"].(map[string]any)
	known := false
	if schema, ok := properties[name]; ok {
		f.look(schema, inner, nil)
		known = true
	}
	patterns, _ := s["patternProperties"].(map[string]any)
	for pattern, schema := range patterns {
		if re, err := regexp.Compile(pattern); err == nil && re.MatchString(name) {
			f.look(schema, inner, nil)
			known = true
		}
	}
	if !known {
		f.look(s["additionalProperties"], inner, nil)
	}
}

func (f *secretFinder) bareName(key string) (name string, marked bool) {
	if rest, ok := strings.CutSuffix(key, f.suffix); ok && f.suffix != "" && rest != "" {
		return rest, true
	}
	return key, false
}

// bare tells that something below a value is not empty and not below a key with the suffix.
func (f *secretFinder) bare(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if _, marked := f.bareName(key); !marked && f.bare(inner) {
				return true
			}
		}
		return false
	case []any:
		return slices.ContainsFunc(v, f.bare)
	}
	return value != nil && value != ""
}

// collect adds every text and number below a secret to a list.
func collect(value any, to []string) []string {
	switch v := value.(type) {
	case string:
		to = append(to, v)
	case json.Number:
		to = append(to, v.String())
	case map[string]any:
		for _, x := range v {
			to = collect(x, to)
		}
	case []any:
		for _, x := range v {
			to = collect(x, to)
		}
	}
	return to
}
