package flow

import (
	"encoding/json"
	"slices"
	"strings"
)

// masked stands where a secret was.
const masked = "***"

// shortest is the length below which a secret is not looked for: hiding every
// "1" or "no" would hide the text and not the secret.
const shortest = 4

// Masker hides the secrets of a config in text.
type Masker struct{ replacer *strings.Replacer }

// NewMasker gives a masker of the given secret values, in plain, as JSON and
// as %-escapes write them.
func NewMasker(secrets []string) Masker {
	var all []string
	for _, s := range secrets {
		if len(s) < shortest {
			continue
		}
		all = append(all, s)
		if quoted, err := json.Marshal(s); err == nil {
			all = append(all, strings.Trim(string(quoted), `"`))
		}
		for line := range strings.Lines(s) { // a key in PEM form is logged line by line
			if line = strings.TrimSpace(line); len(line) > 2*shortest {
				all = append(all, line)
			}
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) }) // a secret inside another must not leave its rest
	var pairs []string
	for _, s := range slices.Compact(all) {
		pairs = append(pairs, s, masked)
	}
	return Masker{strings.NewReplacer(pairs...)}
}

// Text hides the secrets in s.
func (m Masker) Text(s string) string {
	if m.replacer == nil {
		return s
	}
	return m.replacer.Replace(s)
}

// SecretsBySchema gives the texts of a config that its schema marks as secret
// (secret or airbyte_secret is true), also inside oneOf and its relatives.
func SecretsBySchema(schema, config json.RawMessage) []string {
	var s, c any
	if json.Unmarshal(schema, &s) != nil || json.Unmarshal(config, &c) != nil {
		return nil
	}
	var found []string
	bySchema(s, c, &found)
	return found
}

func bySchema(schema, value any, found *[]string) {
	s, ok := schema.(map[string]any)
	if !ok {
		return
	}
	if s["secret"] == true || s["airbyte_secret"] == true {
		collectTexts(value, found)
		return
	}
	if o, ok := value.(map[string]any); ok {
		properties, _ := s["properties"].(map[string]any)
		for key, v := range o {
			bySchema(properties[key], v, found)
		}
	}
	if list, ok := value.([]any); ok {
		for _, v := range list {
			bySchema(s["items"], v, found)
		}
	}
	for _, key := range []string{"oneOf", "anyOf", "allOf"} {
		branches, _ := s[key].([]any)
		for _, b := range branches {
			bySchema(b, value, found)
		}
	}
}

// collectTexts gathers every text and number below a secret.
func collectTexts(value any, found *[]string) {
	switch v := value.(type) {
	case string:
		*found = append(*found, v)
	case map[string]any:
		for _, x := range v {
			collectTexts(x, found)
		}
	case []any:
		for _, x := range v {
			collectTexts(x, found)
		}
	}
}

// Fields hides the secrets in the fields of a log entry, at any depth.
func (m Masker) Fields(fields map[string]any) map[string]any {
	out := make(map[string]any, len(fields))
	for k, v := range fields {
		out[k] = m.value(v)
	}
	return out
}

func (m Masker) value(v any) any {
	switch v := v.(type) {
	case string:
		return m.Text(v)
	case map[string]any:
		return m.Fields(v)
	case []any:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = m.value(x)
		}
		return list
	}
	return v
}
