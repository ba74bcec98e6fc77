package flow

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// referred gives what a $ref within a schema stands for, or nil.
func referred(root any, ref string) any {
	path, ok := strings.CutPrefix(ref, "#")
	if !ok || path != "" && path[0] != '/' {
		return nil
	}
	if plain, err := url.PathUnescape(path); err == nil {
		path = plain
	}
	at := root
	for _, part := range strings.Split(path, "/")[1:] {
		switch v := at.(type) {
		case map[string]any:
			at = v[pointerUnescape.Replace(part)]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			at = v[i]
		default:
			return nil
		}
	}
	return at
}

// pointerUnescape reads a part of a JSON pointer (RFC 6901).
var pointerUnescape = strings.NewReplacer("~1", "/", "~0", "~")

// pointerEscape writes one.
var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

// open are the keywords by which a schema may say more than its properties do.
var open = []string{"$ref", "allOf", "anyOf", "oneOf", "if", "patternProperties", "x-infer-schema"}

// locate follows a JSON pointer through the properties of a schema and gives
// the schema there, or nil. It is not sure where keywords may say more.
func locate(schema json.RawMessage, pointer string) (at map[string]any, sure bool) {
	var root any
	if json.Unmarshal(schema, &root) != nil || !strings.HasPrefix(pointer, "/") {
		return nil, false
	}
	at, sure = deref(root, root)
	for _, part := range strings.Split(pointer, "/")[1:] {
		properties, _ := at["properties"].(map[string]any)
		next, ok := properties[pointerUnescape.Replace(part)]
		if !ok {
			return nil, sure
		}
		at, sure = deref(root, next)
	}
	return at, sure
}

func deref(root, schema any) (at map[string]any, sure bool) {
	at, ok := schema.(map[string]any)
	for range 10 { // a reference may lead to itself
		ref, isRef := at["$ref"].(string)
		if !isRef {
			break
		}
		next, isMap := referred(root, ref).(map[string]any)
		if !isMap {
			break
		}
		at = next
	}
	return at, ok && !slices.ContainsFunc(open, func(k string) bool { _, there := at[k]; return there })
}

// types gives the types that a schema names, if it does.
func types(schema map[string]any) []string {
	var names []string
	switch t := schema["type"].(type) {
	case string:
		names = append(names, t)
	case []any:
		for _, x := range t {
			if name, ok := x.(string); ok {
				names = append(names, name)
			}
		}
	}
	return names
}
