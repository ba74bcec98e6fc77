package flow

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Check tells what Flow would refuse in the answer of a task of the given
// kind, each finding in one line.
func (s Spec) Check(kind string) []string {
	var bad []string
	say := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	if s.Protocol != Protocol {
		say("protocol is %d, Flow wants %d", s.Protocol, Protocol)
	}
	for _, f := range []struct {
		name   string
		schema json.RawMessage
	}{{"configSchema", s.ConfigSchema}, {"resourceConfigSchema", s.ResourceConfigSchema}} {
		var o map[string]json.RawMessage
		if json.Unmarshal(f.schema, &o) != nil {
			say("%s is no JSON object", f.name)
		}
	}
	if s.DocumentationURL == "" {
		say("documentationUrl is empty")
	}
	if kind == "capture" && len(s.ResourcePathPointers) == 0 {
		say("resourcePathPointers is empty: nothing tells bindings apart")
	}
	for _, p := range s.ResourcePathPointers {
		if !strings.HasPrefix(p, "/") {
			say("resourcePathPointers: %q is no JSON pointer", p)
		}
	}
	return bad
}

// Check tells what Flow would refuse in discovered bindings, each finding in one line.
func (d Discovered) Check() []string {
	var bad []string
	seen := map[string]bool{}
	for i, b := range d.Bindings {
		name := b.RecommendedName
		if name == "" {
			bad = append(bad, fmt.Sprintf("binding %d has no recommendedName", i))
		} else if seen[name] {
			bad = append(bad, fmt.Sprintf("%q is recommended twice", name))
		}
		seen[name] = true
		var o map[string]json.RawMessage
		if json.Unmarshal(b.DocumentSchema, &o) != nil {
			bad = append(bad, fmt.Sprintf("%q: documentSchema is no JSON object", name))
		}
		if json.Unmarshal(b.ResourceConfig, &o) != nil {
			bad = append(bad, fmt.Sprintf("%q: resourceConfig is no JSON object", name))
		}
		for _, k := range b.Key {
			if !strings.HasPrefix(k, "/") {
				bad = append(bad, fmt.Sprintf("%q: key %q is no JSON pointer", name, k))
			}
		}
	}
	return bad
}

// Mode tells how a binding is captured, by the words that connectors use for
// it in their resource configs; "" when none is there.
func (b DiscoveredBinding) Mode() string {
	var r map[string]any
	if json.Unmarshal(b.ResourceConfig, &r) != nil {
		return ""
	}
	for _, key := range []string{"syncMode", "replicationMethod", "mode"} {
		if v, ok := r[key].(string); ok {
			return v
		}
	}
	return ""
}

// Fields counts the properties of a binding's documents, without Flow's own _meta.
func (b DiscoveredBinding) Fields() int {
	var s struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	if json.Unmarshal(b.DocumentSchema, &s) != nil {
		return 0
	}
	delete(s.Properties, "_meta")
	return len(s.Properties)
}

var oddInName = regexp.MustCompile(`[^\p{L}\p{N}\-_.]+`)

// CollectionName joins a prefix and a recommended name to the name of a
// collection: letters, digits, - _ . in parts between slashes. No part is
// empty, "." or "..".
func CollectionName(prefix, recommended string) string {
	parts := []string{strings.Trim(prefix, "/")}
	for _, part := range strings.Split(recommended, "/") {
		part = oddInName.ReplaceAllString(part, "_")
		if strings.Trim(part, ".") != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/")
}
