package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// ConfigSchema gives the schema of a config out of a file, YAML or JSON: a
// JSON schema, what a connector answers to spec (configSchema, also as the
// first of a list or behind "spec", as tests keep it), or Airbyte's spec
// (connectionSpecification). A file without one is a [fault.Usage] error.
func ConfigSchema(file string, text []byte) (json.RawMessage, error) {
	if !json.Valid(text) {
		top, err := readDocument(file, text)
		switch {
		case err != nil:
			return nil, err
		case top == nil:
			return nil, fault.Usagef("it is empty; a JSON schema is wanted").At(file, 0, 0)
		}
		if text, err = jsonOf(file, top); err != nil {
			return nil, err
		}
	}
	schema, err := unwrapSchema(text, 0)
	if err != nil {
		return nil, fault.Usagef("it holds no JSON schema of a config: %w", err).At(file, 0, 0).
			WithHint("give what the connector answers to spec: connkit run spec source-x")
	}
	return schema, nil
}

// wrappers are the keys behind which a schema stands, the innermost first.
var wrappers = []string{"configSchema", "config_schema_json", "configSchemaJson", "connectionSpecification", "spec", "connector_specification", "result"}

// schemaWords are keys that a JSON schema has at its top.
var schemaWords = []string{"properties", "$ref", "oneOf", "anyOf", "allOf", "additionalProperties", "patternProperties"}

func unwrapSchema(text json.RawMessage, depth int) (json.RawMessage, error) {
	text = bytes.TrimSpace(text)
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil && len(list) > 0 && depth < 5 {
		return unwrapSchema(list[0], depth+1)
	}
	var inner string // a schema that is written as a text
	if json.Unmarshal(text, &inner) == nil && strings.HasPrefix(strings.TrimSpace(inner), "{") && depth < 5 {
		return unwrapSchema(json.RawMessage(inner), depth+1)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		return nil, errors.New("it is no object")
	}
	for _, key := range schemaWords {
		if _, is := object[key]; is {
			return text, nil
		}
	}
	for _, key := range wrappers {
		if wrapped, is := object[key]; is && depth < 5 {
			return unwrapSchema(wrapped, depth+1)
		}
	}
	return nil, errors.New("it has neither properties nor configSchema nor connectionSpecification")
}
