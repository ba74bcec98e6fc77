package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Protocol is the version that a spec response must carry (flow: crates/proto-flow).
const Protocol = 3032023

// Response is one line of a connector, by the name of its only field. The
// message is kept as the connector wrote it.
type Response struct {
	Kind    string
	Message json.RawMessage
}

// ParseResponse reads one line of a connector.
func ParseResponse(line []byte) (Response, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return Response{}, fmt.Errorf("reading a response: it is no JSON object: %s", Excerpt(line))
	}
	delete(fields, "$internal")
	for _, kind := range slices.Sorted(maps.Keys(fields)) { // null is as good as absent
		if string(fields[kind]) == "null" && len(fields) > 1 {
			delete(fields, kind)
		}
	}
	if len(fields) != 1 {
		return Response{}, fmt.Errorf("reading a response: one field is wanted: %s", Excerpt(line))
	}
	for kind, message := range fields {
		return Response{Kind: FieldName(kind), Message: message}, nil
	}
	return Response{}, nil
}

// Decode reads a message into v, taking names in camelCase and, as Flow does,
// in snake_case. It gives the keys at the top of the message and of its
// bindings that v does not know: Flow refuses them.
func Decode(message json.RawMessage, v any) (unknown []string, err error) {
	plain, err := camelKeys(message)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return nil, fmt.Errorf("reading a response: %w", err)
	}
	known, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("reading a response: %w", err)
	}
	return extraKeys(plain, known, ""), nil
}

// camelKeys renames the keys of a message and of the objects in its bindings;
// schemas and configs inside keep theirs.
func camelKeys(message json.RawMessage) (json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(message, &fields); err != nil {
		return nil, fmt.Errorf("reading a response: it is no JSON object: %s", Excerpt(message))
	}
	out := map[string]json.RawMessage{}
	for _, key := range slices.Sorted(maps.Keys(fields)) { // of two spellings of a name the last counts
		name, value := strings.TrimSuffix(FieldName(key), "Json"), fields[key]
		if name == "bindings" {
			var list []json.RawMessage
			if err := json.Unmarshal(value, &list); err != nil {
				return nil, fmt.Errorf("reading a response: bindings: %w", err)
			}
			for i := range list {
				b, err := camelKeys(list[i])
				if err != nil {
					return nil, err
				}
				list[i] = b
			}
			value, _ = json.Marshal(list) // raw messages that were just read
		}
		out[name] = value
	}
	return json.Marshal(out)
}

// FieldName spells a protobuf field name as the JSON codec does, in camel case.
func FieldName(name string) string {
	if !strings.Contains(name, "_") {
		return name
	}
	parts := strings.Split(name, "_")
	for i, p := range parts[1:] {
		if p != "" {
			parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "")
}

// known keys that a type of ours does not read but Flow knows.
var tolerated = []string{"resourcePath", "disable", "isFallbackKey", "oauth2", "$internal"}

func extraKeys(got, known json.RawMessage, at string) []string {
	var g, k map[string]json.RawMessage
	if json.Unmarshal(got, &g) != nil || json.Unmarshal(known, &k) != nil {
		return nil
	}
	var extra []string
	for key, value := range g {
		_, ok := k[key]
		switch {
		case key == "bindings":
			var gl, kl []json.RawMessage
			if json.Unmarshal(value, &gl) == nil && json.Unmarshal(k[key], &kl) == nil && len(gl) == len(kl) {
				for i := range gl {
					extra = append(extra, extraKeys(gl[i], kl[i], "bindings.")...)
				}
			}
		case !ok && !slices.Contains(tolerated, key):
			extra = append(extra, at+key)
		}
	}
	slices.Sort(extra)
	return slices.Compact(extra)
}

// Excerpt quotes a line of a connector for a message, cut to a readable length.
func Excerpt(line []byte) string {
	const most = 200
	text := strings.ToValidUTF8(string(line), "?")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return fmt.Sprintf("%q", text)
}
