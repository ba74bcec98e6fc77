package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/jsonschema"
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
		if json.Unmarshal(f.schema, &o) != nil || o == nil {
			say("%s is no JSON object", f.name)
			continue
		}
		checkKeywords(f.schema, f.name, say)
	}
	if u, err := url.Parse(s.DocumentationURL); s.DocumentationURL == "" {
		say("documentationUrl is empty")
	} else if err != nil || u.Scheme == "" || u.Host == "" {
		say("documentationUrl %q is no URL", s.DocumentationURL)
	}
	if kind == "capture" && len(s.ResourcePathPointers) == 0 {
		say("resourcePathPointers is empty: nothing tells bindings apart")
	}
	for _, p := range s.ResourcePathPointers {
		at, sure := locate(s.ResourceConfigSchema, p)
		switch {
		case !strings.HasPrefix(p, "/"):
			say("resourcePathPointers: %q is no JSON pointer", p)
		case sure && at == nil:
			say("resourcePathPointers: %q is not in resourceConfigSchema", p)
		case sure && len(types(at)) > 0 && !slices.Contains(types(at), "string"):
			say("resourcePathPointers: %q is no text in resourceConfigSchema", p)
		}
	}
	return bad
}

// Check tells what Flow would refuse in discovered bindings, each finding in
// one line. The pointers are those of the connector's spec.
func (d Discovered) Check(pointers []string) []string {
	var bad []string
	names, paths := map[string]bool{}, map[string]string{}
	for i, b := range d.Bindings {
		name := b.RecommendedName
		say := func(format string, args ...any) {
			bad = append(bad, fmt.Sprintf("%q: ", name)+fmt.Sprintf(format, args...))
		}
		if name == "" {
			bad = append(bad, fmt.Sprintf("binding %d has no recommendedName", i))
		} else if names[name] {
			bad = append(bad, fmt.Sprintf("%q is recommended twice", name))
		}
		names[name] = true
		b.checkSchema(say)
		path, err := ResourcePath(b.ResourceConfig, pointers)
		key := strings.Join(path, "\x00")
		other, taken := paths[key]
		switch {
		case err != nil:
			say("resourceConfig: %v", err)
		case len(pointers) == 0:
		case len(path) == 0:
			say("resourceConfig has nothing at %s", strings.Join(pointers, ", "))
		case taken:
			say("it has the resource path of %q: %s", other, strings.Join(path, "/"))
		}
		paths[key] = name
	}
	return bad
}

func (b DiscoveredBinding) checkSchema(say func(string, ...any)) {
	var schema map[string]any
	if json.Unmarshal(b.DocumentSchema, &schema) != nil {
		say("documentSchema is no JSON object")
		return
	}
	if _, sure := deref(schema, schema); sure && b.Fields() == 0 {
		say("documentSchema has no properties besides _meta")
	}
	if len(b.Key) == 0 {
		say("key is empty: a key has to be set by hand")
	}
	checkKey(b.Key, b.DocumentSchema, "documentSchema", say)
	checkKeywords(b.DocumentSchema, "documentSchema", say)
}

func checkKey(key []string, schema json.RawMessage, name string, say func(string, ...any)) {
	for _, k := range key {
		at, sure := locate(schema, k)
		switch {
		case !strings.HasPrefix(k, "/"):
			say("key %q is no JSON pointer", k)
		case sure && at == nil:
			say("key %q is not in %s", k, name)
		case sure && len(types(at)) > 0 && !slices.ContainsFunc(types(at), keyType):
			say("key %q is of type %s: a key is a string, integer or boolean", k, strings.Join(types(at), " or "))
		}
	}
}

// CheckKey tells what Flow would refuse in the key of a collection.
func (c Collection) CheckKey() []string {
	var bad []string
	checkKey(c.Key, c.WriteSchema, "the schema", func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) })
	return bad
}

// Check tells what Flow would refuse in the schemas and projections of a collection.
func (c Collection) Check() []string {
	var bad []string
	say := func(format string, args ...any) { bad = append(bad, c.Name+": "+fmt.Sprintf(format, args...)) }
	checkKeywords(c.WriteSchema, "the schema", say)
	if c.ReadSchema != nil {
		checkKeywords(c.ReadSchema, "readSchema", say)
	}
	for _, field := range slices.Sorted(maps.Keys(c.Projections)) {
		if p := c.Projections[field].Pointer; p != "" && !strings.HasPrefix(p, "/") {
			say("projection %q: %q is no JSON pointer", field, p)
		}
	}
	return bad
}

// mostProblems are told of one schema.
const mostProblems = 3

// checkKeywords tells what makes a schema invalid, and, unless it is of a
// config, the keywords that Flow refuses in schemas of documents.
func checkKeywords(schema json.RawMessage, name string, say func(string, ...any)) {
	s, err := jsonschema.Compile(schema)
	if err != nil {
		return // told of as no object
	}
	for i, problem := range s.Problems {
		if i == mostProblems {
			say("%s: %d more places are no valid JSON Schema", name, len(s.Problems)-i)
			break
		}
		say("%s is no valid JSON Schema: %s", name, problem)
	}
	if len(s.Unknown) > 0 && name == "documentSchema" {
		say("%s has keywords that Flow does not know: %s", name, strings.Join(s.Unknown, ", "))
	}
}

func keyType(name string) bool { return name == "string" || name == "integer" || name == "boolean" }
