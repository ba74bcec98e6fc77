package flow

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
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

// Strip gives the JSON that a connector gets for a plain config, YAML or JSON, whose
// secret keys carry suffix: as [Task.Config] does for one that was encrypted.
// Keys that are one once the suffix is off are a [fault.Usage] error.
func Strip(file string, text []byte, suffix string) (json.RawMessage, error) {
	top, err := readDocument(file, text)
	switch {
	case err != nil:
		return nil, err
	case top == nil:
		return json.RawMessage("{}"), nil
	}
	var b bytes.Buffer
	s := stripper{suffix: suffix, file: file}
	if err := s.write(&b, top, false); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
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
		return fault.Usagef("it is deeper than %d levels or larger than %d MiB", maxDepth, maxConfig>>20).At(s.file, node.Line, node.Column)
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
	seen := map[string]string{} // as they are written
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Tag == "!!merge" {
			return fault.Usagef("a merge key (<<) cannot stand here").At(s.file, key.Line, key.Column)
		}
		name, inner := key.Value, secret
		if s.suffix != "" {
			if rest, ok := strings.CutSuffix(name, s.suffix); ok && rest != "" {
				name, inner, s.found = rest, true, true
			}
		}
		switch before, twice := seen[name]; {
		case twice && before == key.Value:
			return fault.Usagef("key %q stands here twice", before).At(s.file, key.Line, key.Column)
		case twice:
			return fault.Usagef("key %q stands here twice, once the suffix %s is taken off", name, s.suffix).At(s.file, key.Line, key.Column)
		}
		seen[name] = key.Value
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
	if (node.Tag == "!!int" || node.Tag == "!!float") && oldNumber().MatchString(node.Value) {
		writeJSON(b, node.Value)
		return nil
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

// oldNumber are the numbers of YAML 1.1 that are texts in YAML 1.2, and so to
// Flow: with a leading zero, such as a postal code, or with underscores.
var oldNumber = pattern.Lazy(`_|^[-+]?0[0-9]+$`)

// opened notes what was encrypted in a config: the texts that stand, now that
// it is open, where sealed has ENC[...].
func (s *stripper) opened(sealed, plain *yaml.Node) {
	sealed, plain = resolve(sealed), resolve(plain)
	switch {
	case sealed.Kind != plain.Kind:
	case sealed.Kind == yaml.ScalarNode:
		if strings.HasPrefix(sealed.Value, "ENC[") {
			s.secrets = append(s.secrets, plain.Value)
		}
	case len(sealed.Content) == len(plain.Content):
		for i := range sealed.Content {
			s.opened(sealed.Content[i], plain.Content[i])
		}
	default: // the sops block is gone
		for i := 0; i+1 < len(sealed.Content); i += 2 {
			if value := child(plain, sealed.Content[i].Value); value != nil {
				s.opened(sealed.Content[i+1], value)
			}
		}
	}
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
		return fault.Usagef("NaN and infinity cannot stand here").At(s.file, node.Line, node.Column)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fault.Usagef("a value cannot be written as JSON").At(s.file, node.Line, node.Column)
	}
	b.Write(text)
	return nil
}

func writeJSON(b *bytes.Buffer, text string) {
	if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		b.WriteByte('"') // most texts are plain, and an encoder costs more than they do
		b.WriteString(text)
		b.WriteByte('"')
		return
	}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string always encodes
	b.Truncate(b.Len() - 1)
}
