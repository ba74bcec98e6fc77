package flow

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// ResourcePath tells which thing a binding is about: the path that Flow keeps in
// the resource config's _meta, else the texts at the spec's resource path
// pointers, without those that are absent or null.
func ResourcePath(resourceConfig json.RawMessage, pointers []string) ([]string, error) {
	var resource map[string]any
	if err := json.Unmarshal(resourceConfig, &resource); err != nil {
		return nil, errors.New("reading a resource config: it is no JSON object")
	}
	var meta struct {
		Meta struct{ Path []string } `json:"_meta"`
	}
	if json.Unmarshal(resourceConfig, &meta) == nil && len(meta.Meta.Path) > 0 {
		return meta.Meta.Path, nil
	}
	var path []string
	for _, pointer := range pointers {
		var at any = resource
		for _, part := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
			o, _ := at.(map[string]any)
			at = o[pointerUnescape.Replace(part)]
		}
		switch v := at.(type) {
		case nil:
		case string:
			path = append(path, v)
		default:
			return nil, fmt.Errorf("reading the resource path: there is no text at %q", pointer)
		}
	}
	return path, nil
}

// StateKey names a binding's state: its resource path, encoded, and how often
// it was backfilled (flow: crates/assemble, encode_resource_path). Letters,
// digits and -_+.= stay; of all else, the joining slash too, the bytes become %XX.
func StateKey(resourcePath []string, backfill uint32) string {
	var b strings.Builder
	for _, r := range strings.Join(resourcePath, "/") {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_+.=", r) {
			b.WriteRune(r)
			continue
		}
		for _, x := range []byte(string(r)) {
			fmt.Fprintf(&b, "%%%02X", x)
		}
	}
	return fmt.Sprintf("%s.v%d", b.String(), backfill)
}
