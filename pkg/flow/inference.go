package flow

import "slices"

// Inference is what a schema tells of a field.
type Inference struct {
	Types       []string         `json:"types"`
	Exists      string           `json:"exists"` // MUST | MAY
	String      *StringInference `json:"string,omitempty"`
	Title       string           `json:"title,omitempty"`
	Description string           `json:"description,omitempty"`
}

// StringInference is what a schema tells of a text.
type StringInference struct {
	Format          string `json:"format,omitempty"`
	ContentType     string `json:"contentType,omitempty"`
	ContentEncoding string `json:"contentEncoding,omitempty"`
}

// infer gives what a schema object tells.
func infer(schema map[string]any, must bool) Inference {
	in := Inference{Types: types(schema), Exists: "MAY"}
	if must {
		in.Exists = "MUST"
	}
	if len(in.Types) == 0 {
		in.Types = typesOfValues(schema)
	}
	if len(in.Types) == 0 {
		in.Types = []string{"array", "boolean", "null", "number", "object", "string"}
	}
	slices.Sort(in.Types)
	in.Types = slices.Compact(in.Types)
	if slices.Contains(in.Types, "number") {
		in.Types = slices.DeleteFunc(in.Types, func(t string) bool { return t == "integer" })
	}
	text := func(key string) string { s, _ := schema[key].(string); return s }
	in.Title, in.Description = text("title"), text("description")
	if slices.Contains(in.Types, "string") {
		if s := (StringInference{text("format"), text("contentMediaType"), text("contentEncoding")}); s != (StringInference{}) {
			in.String = &s
		}
	}
	return in
}

// typesOfValues gives the types of the values that enum or const list.
func typesOfValues(schema map[string]any) []string {
	values, _ := schema["enum"].([]any)
	if v, ok := schema["const"]; ok {
		values = append(values, v)
	}
	var names []string
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			names = append(names, "null")
		case bool:
			names = append(names, "boolean")
		case string:
			names = append(names, "string")
		case []any:
			names = append(names, "array")
		case map[string]any:
			names = append(names, "object")
		case float64:
			if v == float64(int64(v)) {
				names = append(names, "integer")
			} else {
				names = append(names, "number")
			}
		}
	}
	return names
}
