package flow

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// stripper writes a YAML value as JSON in its order and takes a suffix off
// every key that has it, at any depth (flow: crates/unseal). With an empty
// suffix it only writes.
type stripper struct {
	suffix  string
	file    string
	found   bool
	secrets []string // texts below keys that had the suffix
	depth   int
}

// An alias may lead back to what holds it, or multiply what it stands for.
const (
	maxDepth  = 200
	maxConfig = 16 << 20
)

func (s *stripper) write(b *bytes.Buffer, node *yaml.Node, secret bool) error {
	s.depth++
	defer func() { s.depth-- }()
	if s.depth > maxDepth || b.Len() > maxConfig {
		return fault.Usagef("the config is deeper than %d levels or larger than %d MiB", maxDepth, maxConfig>>20).At(s.file, node.Line, node.Column)
	}
	node = resolve(node)
	switch node.Kind {
	case yaml.MappingNode:
		return s.object(b, node, secret)
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, item := range node.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := s.write(b, item, secret); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	default:
		return s.scalar(b, node, secret)
	}
}

func (s *stripper) object(b *bytes.Buffer, node *yaml.Node, secret bool) error {
	b.WriteByte('{')
	seen := map[string]bool{}
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Tag == "!!merge" {
			return fault.Usagef("a merge key (<<) cannot stand in a config").At(s.file, key.Line, key.Column)
		}
		name, inner := key.Value, secret
		if s.suffix != "" {
			if rest, ok := strings.CutSuffix(name, s.suffix); ok && rest != "" {
				name, inner, s.found = rest, true, true
			}
		}
		if seen[name] {
			return fault.Usagef("key %q stands here twice, once the suffix %s is taken off", name, s.suffix).At(s.file, key.Line, key.Column)
		}
		seen[name] = true
		if i > 0 {
			b.WriteByte(',')
		}
		writeJSON(b, name)
		b.WriteByte(':')
		if err := s.write(b, value, inner); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func (s *stripper) scalar(b *bytes.Buffer, node *yaml.Node, secret bool) error {
	if secret && node.Tag != "!!null" && node.Tag != "!!bool" {
		s.secrets = append(s.secrets, node.Value)
	}
	switch node.Tag {
	case "!!null":
		b.WriteString("null")
	case "!!bool", "!!int", "!!float":
		return s.number(b, node)
	default: // texts, and dates, which Flow reads as texts
		writeJSON(b, node.Value)
	}
	return nil
}

// number keeps the text of a number that JSON reads alike, else its value.
func (s *stripper) number(b *bytes.Buffer, node *yaml.Node) error {
	if json.Valid([]byte(node.Value)) {
		b.WriteString(node.Value)
		return nil
	}
	var v any
	if err := node.Decode(&v); err != nil {
		return fault.Usagef("a value cannot be read as %s", strings.TrimPrefix(node.Tag, "!!")).At(s.file, node.Line, node.Column)
	}
	if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return fault.Usagef("a config cannot hold NaN or infinity").At(s.file, node.Line, node.Column)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fault.Usagef("a value cannot be written as JSON").At(s.file, node.Line, node.Column)
	}
	b.Write(text)
	return nil
}

func writeJSON(b *bytes.Buffer, text string) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string always encodes
	b.Truncate(b.Len() - 1)
}
