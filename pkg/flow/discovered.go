package flow

import (
	"encoding/json"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// Mode tells how a binding is captured, by the words that connectors use for
// it in their resource configs; "" when none is there.
func (b DiscoveredBinding) Mode() string {
	var r map[string]any
	if json.Unmarshal(b.ResourceConfig, &r) != nil {
		return ""
	}
	for _, key := range []string{"syncMode", "replicationMethod", "mode", "interval"} {
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

var oddInName = pattern.Lazy(`[^\p{L}\p{N}\-_.]+`)

// CollectionName joins a prefix and a recommended name to the name of a
// collection: letters, digits, - _ . in parts between slashes. No part is
// empty, "." or "..".
func CollectionName(prefix, recommended string) string {
	parts := []string{strings.Trim(prefix, "/")}
	for _, part := range strings.Split(recommended, "/") {
		part = oddInName().ReplaceAllString(part, "_")
		if strings.Trim(part, ".") != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 1 {
		parts = append(parts, "_") // a name of dots alone would be the prefix itself
	}
	return strings.Join(parts, "/")
}
