package flow

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// bundler makes one schema of a schema and of what it refers to in other files.
type bundler struct {
	write json.RawMessage           // what flow://write-schema stands for
	defs  map[string]*yaml.Node     // by the key in $defs
	order []string                  // of the keys
	done  map[string]string         // key by file
	seen  map[*yaml.Node]*yaml.Node // what was gone through
}

func bundle(file string, node *yaml.Node, write json.RawMessage) (json.RawMessage, error) {
	top, at, err := inline(file, whole(node), "schema")
	if err != nil {
		return nil, err
	}
	if top == nil || top.Kind != yaml.MappingNode && top.Tag != "!!bool" {
		return nil, fault.Usagef("a schema is wanted").At(file, node.Line, node.Column)
	}
	b := bundler{write: write, defs: map[string]*yaml.Node{}, done: map[string]string{}, seen: map[*yaml.Node]*yaml.Node{}}
	all, err := b.copy(at, "", top)
	if err != nil {
		return nil, err
	}
	if len(b.order) > 0 {
		b.attach(all)
	}
	return jsonOf(at, all)
}

// whole gives a schema that is a part of a file (x.yaml#/$defs/part) as one that refers to it.
func whole(node *yaml.Node) *yaml.Node {
	named := resolve(node)
	if named == nil || named.Kind != yaml.ScalarNode || named.Tag != "!!str" || !strings.Contains(named.Value, "#") {
		return node
	}
	key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "$ref"}
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: named.Line, Column: named.Column, Content: []*yaml.Node{key, named}}
}

// copy gives the schema with its references to files changed to ones into
// $defs. The key says where in $defs the file itself stands.
func (b *bundler) copy(file, key string, node *yaml.Node) (*yaml.Node, error) {
	node = resolve(node)
	if done, ok := b.seen[node]; ok {
		return done, nil
	}
	out := *node
	out.Content = slices.Clone(node.Content)
	b.seen[node] = &out
	for i, inner := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 0 {
			continue
		}
		isRef := node.Kind == yaml.MappingNode && node.Content[i-1].Value == "$ref" && resolve(inner).Kind == yaml.ScalarNode
		var err error
		if isRef {
			out.Content[i], err = b.ref(file, key, resolve(inner))
		} else {
			out.Content[i], err = b.copy(file, key, inner)
		}
		if err != nil {
			return nil, err
		}
	}
	return &out, nil
}

func (b *bundler) ref(file, key string, ref *yaml.Node) (*yaml.Node, error) {
	target, fragment, _ := strings.Cut(ref.Value, "#")
	out := *ref
	u, err := url.Parse(target)
	if err != nil {
		return &out, nil //nolint:nilerr // what is no URL is told of when the schema is compiled
	}
	switch {
	case target == "" && key == "":
		return &out, nil
	case target == "":
	case u.Scheme == "flow":
		key = b.flowSchema(target)
	case u.Scheme != "":
		return &out, nil // an $id, or the schema of a draft
	default:
		path := filepath.Join(filepath.Dir(file), filepath.FromSlash(target))
		if _, err := os.Stat(path); err != nil {
			return nil, fault.Usagef("$ref: %w", err).At(file, ref.Line, ref.Column)
		}
		if key, err = b.load(path, target); err != nil {
			return nil, err
		}
	}
	if fragment != "" && !strings.HasPrefix(fragment, "/") {
		out.Value = "#" + fragment // an anchor is found wherever it stands
		return &out, nil
	}
	out.Value = "#/$defs/" + pointerEscape.Replace(key) + fragment
	return &out, nil
}

// flowSchema stands in for the schemas that only Flow's control plane knows.
func (b *bundler) flowSchema(name string) string {
	if _, ok := b.defs[name]; ok {
		return name
	}
	b.defs[name] = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	if strings.HasSuffix(name, "write-schema") && b.write != nil {
		if node, err := NodeOf(b.write); err == nil {
			b.defs[name] = node
		}
	}
	b.order = append(b.order, name)
	return name
}

func (b *bundler) load(path, key string) (string, error) {
	if done, ok := b.done[path]; ok {
		return done, nil
	}
	for b.defs[key] != nil {
		key += "'" // two files of one name, each beside the file that refers to it
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fault.Usagef("%w", err)
	}
	top, err := readDocument(path, text)
	if err != nil {
		return "", err
	}
	if top == nil {
		top = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	}
	b.done[path], b.defs[key] = key, top
	b.order = append(b.order, key)
	b.defs[key], err = b.copy(path, key, top)
	return key, err
}

func (b *bundler) attach(whole *yaml.Node) {
	defs := child(whole, "$defs")
	if defs == nil {
		defs = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		whole.Content = append(whole.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "$defs"}, defs)
	}
	for _, key := range b.order {
		defs.Content = append(defs.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, b.defs[key])
	}
}
