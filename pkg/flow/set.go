package flow

import (
	"encoding/json"
	"slices"
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
	for _, part := range parts {
		next := step(at, pointerUnescape.Replace(part), suffix)
		if next == nil {
			return fault.Usagef("setting %q: nothing can stand at %q", pointer, part)
		}
		at = next
	}
	*at = *node
	return nil
}

// step gives the value at a key or index, which is made when it is not there.
// One that is there becomes a copy: an alias may stand for it elsewhere, and
// what stands there stays.
func step(at *yaml.Node, part, suffix string) *yaml.Node {
	fresh := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	copied := func(i int) *yaml.Node {
		own := *resolve(at.Content[i])
		own.Content = slices.Clone(own.Content)
		at.Content[i] = &own
		return &own
	}
	switch at.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(at.Content); i += 2 {
			if name := at.Content[i].Value; name == part || suffix != "" && name == part+suffix {
				return copied(i + 1)
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
			return copied(i)
		}
	}
	return nil
}
