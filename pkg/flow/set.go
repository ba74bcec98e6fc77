package flow

import (
	"encoding/json"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// set carries out /pointer=value on a config. A key that stands there with the
// suffix keeps it, so that its value stays secret.
func set(config *yaml.Node, suffix, text string) error {
	pointer, value, ok := strings.Cut(text, "=")
	if !ok || !strings.HasPrefix(pointer, "/") {
		return fault.Usagef("setting %q: /pointer=value is wanted", pointer)
	}
	raw := json.RawMessage(value)
	if !json.Valid(raw) {
		raw, _ = json.Marshal(value) // a text always encodes
	}
	node, err := NodeOf(raw)
	if err != nil {
		return fault.Usagef("setting %q: the value cannot be read", pointer)
	}
	at := config
	parts := strings.Split(pointer, "/")[1:]
	for i, part := range parts {
		next := step(at, pointerUnescape.Replace(part), suffix, i == len(parts)-1)
		if next == nil {
			return fault.Usagef("setting %q: nothing can stand at %q", pointer, part)
		}
		at = next
	}
	*at = *node
	return nil
}

// step gives the value at a key or index, which is made when it is not there.
func step(at *yaml.Node, part, suffix string, last bool) *yaml.Node {
	at = resolve(at)
	fresh := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	switch at.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(at.Content); i += 2 {
			if name := at.Content[i].Value; name == part || suffix != "" && name == part+suffix {
				if last {
					at.Content[i+1] = fresh // what an alias stands for elsewhere stays
				}
				return at.Content[i+1]
			}
		}
		at.Content = append(at.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: part}, fresh)
		return fresh
	case yaml.SequenceNode:
		i, err := strconv.Atoi(part)
		switch {
		case part == "-" || err == nil && i == len(at.Content):
			at.Content = append(at.Content, fresh)
			return fresh
		case err == nil && i >= 0 && i < len(at.Content):
			return at.Content[i]
		}
	}
	return nil
}
