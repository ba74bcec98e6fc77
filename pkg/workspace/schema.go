package workspace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// schemaURL is where editors find the schema of connkit.yaml.
const schemaURL = "https://raw.githubusercontent.com/connkit/connkit/main/docs/connkit.schema.json"

type object = map[string]any

// Schema gives the JSON Schema (draft-07, which editors know best) of connkit.yaml.
func Schema() []byte {
	top := object{}
	for _, s := range settingsTable() {
		section, name, nested := strings.Cut(s.key, ".")
		if !nested {
			top[s.key] = s.schema()
			continue
		}
		if top[section] == nil {
			top[section] = object{"type": "object", "additionalProperties": false, "properties": object{}}
		}
		top[section].(object)["properties"].(object)[name] = s.schema()
	}
	root := object{
		"$schema": "http://json-schema.org/draft-07/schema#", "$id": schemaURL, "title": "connkit.yaml",
		"type": "object", "additionalProperties": false, "properties": top,
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		panic(err) // maps and strings of our own always encode
	}
	return b.Bytes()
}

func (s setting) schema() object {
	o := object{"description": s.doc}
	if s.def != nil {
		o["default"] = s.def
	}
	item := object{"type": "string"}
	if len(s.choices) > 0 && s.kind != mapList {
		item["enum"] = s.choices
	}
	switch s.kind {
	case duration:
		o["type"], o["pattern"] = "string", `^([0-9.]+(ns|us|µs|ms|s|m|h))+$`
	case textList:
		o["type"], o["items"] = "array", item
	case mapList:
		fields := object{}
		for _, f := range s.fields {
			fields[f] = object{"type": "string"}
		}
		if len(s.choices) > 0 {
			fields["kind"] = object{"type": "string", "enum": s.choices}
		}
		o["type"] = "array"
		o["items"] = object{"type": "object", "additionalProperties": false, "required": s.fields, "properties": fields}
	case listMap:
		fields := object{}
		for _, f := range s.fields {
			fields[f] = object{"type": "array", "items": item}
		}
		o["type"], o["additionalProperties"], o["properties"] = "object", false, fields
	default:
		for k, v := range item {
			o[k] = v
		}
	}
	return o
}

// Sample gives a connkit.yaml that says every setting in a comment and changes none.
func Sample() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# yaml-language-server: $schema=%s\n#\n", schemaURL)
	b.WriteString("# Settings of connkit for this repository. Every line is a comment with an example;\n")
	b.WriteString("# a flag or a CONNKIT_* variable wins over what stands here.\n")
	last := ""
	for _, s := range settingsTable() {
		section, name, nested := strings.Cut(s.key, ".")
		indent := ""
		if section != last {
			b.WriteString("\n")
			if nested {
				fmt.Fprintf(&b, "# %s:\n", section)
			}
			last = section
		}
		if nested {
			indent = "  "
		} else {
			name = s.key
		}
		fmt.Fprintf(&b, "# %s# %s\n# %s%s: %s\n", indent, s.doc, indent, name, s.example)
	}
	return []byte(b.String())
}
