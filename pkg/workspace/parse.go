package workspace

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// parser checks one settings file against the table.
type parser struct {
	file   string
	values map[string]any
	lines  map[string]int // of each setting that the file holds
}

// parseFile gives the values of a settings file as viper wants them, and the line of each.
func parseFile(source []byte, file string) (map[string]any, map[string]int, error) {
	p := &parser{file: file, values: map[string]any{}, lines: map[string]int{}}
	doc, err := yamltext.Parse(file, source)
	if err != nil {
		return nil, nil, err
	}
	top := doc.Root
	if top == nil || top.Kind == yaml.ScalarNode && top.Tag == "!!null" {
		return p.values, p.lines, nil
	}
	if err := p.section(top, "", p.values); err != nil {
		return nil, nil, err
	}
	return p.values, p.lines, nil
}

func (p *parser) section(node *yaml.Node, prefix string, into map[string]any) error {
	if node.Kind != yaml.MappingNode {
		return p.at(node, "%s: key: value lines are wanted", strings.TrimSuffix("the file."+prefix, "."))
	}
	seen := map[string]bool{}
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		name := key.Value
		if seen[name] {
			return p.at(key, "key %q stands here a second time", prefix+name)
		}
		seen[name] = true
		if s, ok := findSetting(prefix + name); ok && !strings.Contains(name, ".") {
			v, err := p.value(s, value)
			if err != nil {
				return err
			}
			into[name] = v
			p.lines[s.key] = key.Line
			continue
		}
		if prefix != "" || !slices.Contains(sections(), name) {
			return p.unknown(key, prefix)
		}
		if value.Tag == "!!null" {
			continue
		}
		sub := map[string]any{}
		into[name] = sub
		if err := p.section(value, name+".", sub); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) value(s setting, node *yaml.Node) (any, error) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch s.kind {
	case textList:
		return p.list(s, node)
	case mapList:
		return p.maps(s, node)
	case listMap:
		return p.lists(s, node)
	default:
		return p.text(s, node)
	}
}

func (p *parser) text(s setting, node *yaml.Node) (string, error) {
	if node.Kind != yaml.ScalarNode || node.Tag == "!!null" {
		return "", p.at(node, "%s: one value is wanted", s.key)
	}
	if err := s.checkText(node.Value); err != nil {
		return "", p.at(node, "%w", err)
	}
	return node.Value, nil
}

func (p *parser) list(s setting, node *yaml.Node) ([]string, error) {
	if node.Kind != yaml.SequenceNode {
		return nil, p.at(node, "%s: a list is wanted", s.key)
	}
	list := []string{}
	for _, item := range node.Content {
		v, err := p.text(s, item)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func (p *parser) maps(s setting, node *yaml.Node) ([]map[string]string, error) {
	if node.Kind != yaml.SequenceNode {
		return nil, p.at(node, "%s: a list of {%s} is wanted", s.key, strings.Join(s.fields, ", "))
	}
	list := []map[string]string{}
	for _, item := range node.Content {
		if item.Kind != yaml.MappingNode {
			return nil, p.at(item, "%s: {%s} is wanted", s.key, strings.Join(s.fields, ", "))
		}
		m := map[string]string{}
		for i := 0; i < len(item.Content); i += 2 {
			key, value := item.Content[i], item.Content[i+1]
			if !slices.Contains(s.fields, key.Value) {
				return nil, p.at(key, "%s: unknown key %q: %s are known", s.key, key.Value, strings.Join(s.fields, ", "))
			}
			if _, twice := m[key.Value]; twice {
				return nil, p.at(key, "%s: key %q stands here a second time", s.key, key.Value)
			}
			if value.Kind != yaml.ScalarNode {
				return nil, p.at(value, "%s: %s: one value is wanted", s.key, key.Value)
			}
			if key.Value == "kind" && !slices.Contains(s.choices, value.Value) {
				return nil, p.at(value, "%s: %q is none of %s", s.key, value.Value, strings.Join(s.choices, ", "))
			}
			m[key.Value] = value.Value
		}
		for _, f := range s.fields {
			if m[f] == "" {
				return nil, p.at(item, "%s: %s is missing", s.key, f)
			}
		}
		list = append(list, m)
	}
	return list, nil
}

func (p *parser) lists(s setting, node *yaml.Node) (map[string]any, error) {
	if node.Kind != yaml.MappingNode {
		return nil, p.at(node, "%s: {%s} is wanted, each with a list", s.key, strings.Join(s.fields, ", "))
	}
	m := map[string]any{}
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		switch {
		case !slices.Contains(s.fields, key.Value):
			return nil, p.at(key, "%s: unknown key %q: %s are known", s.key, key.Value, strings.Join(s.fields, ", "))
		case m[key.Value] != nil:
			return nil, p.at(key, "%s: key %q stands here a second time", s.key, key.Value)
		}
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		list, err := p.list(s, value)
		if err != nil {
			return nil, err
		}
		m[key.Value] = list
	}
	return m, nil
}

func (p *parser) at(node *yaml.Node, format string, args ...any) error {
	return fault.Usagef(format, args...).At(p.file, node.Line, node.Column)
}

func (p *parser) unknown(key *yaml.Node, prefix string) error {
	var known []string
	for _, s := range settingsTable() {
		if rest, ok := strings.CutPrefix(s.key, prefix); ok {
			top, _, _ := strings.Cut(rest, ".")
			known = append(known, top)
		}
	}
	known = slices.Compact(known)
	e := fault.Usagef("unknown key %q", prefix+key.Value).At(p.file, key.Line, key.Column)
	if near := fault.Nearest(key.Value, known); near != "" {
		return e.WithHint("did you mean %s", prefix+near)
	}
	return e.WithHint("known here: %s", strings.Join(known, ", "))
}
