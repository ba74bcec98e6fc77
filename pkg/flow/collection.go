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

// Collection is a collection of a catalog file.
type Collection struct {
	Name        string
	File        string // where it stands
	Key         []string
	WriteSchema json.RawMessage
	ReadSchema  json.RawMessage // nil when one schema serves both
	Projections map[string]Field

	node *yaml.Node
}

// Field is an explicit projection of a collection.
type Field struct {
	Pointer   string
	Partition bool
}

// Schema is what documents are read by.
func (c Collection) Schema() json.RawMessage {
	if c.ReadSchema != nil {
		return c.ReadSchema
	}
	return c.WriteSchema
}

// SchemaFile is the file that holds nothing but the collection's one schema, or "".
func (c Collection) SchemaFile() string {
	schema := child(c.node, "schema")
	if schema == nil || schema.Kind != yaml.ScalarNode || schema.Tag != "!!str" || strings.Contains(schema.Value, "#") {
		return ""
	}
	return filepath.Join(filepath.Dir(c.File), filepath.FromSlash(schema.Value))
}

// Loads tells whether a file is part of the catalog.
func (c *Catalog) Loads(file string) bool { return c.seen[filepath.Clean(file)] }

// HasCollection tells whether a collection is in the catalog, and in which file.
func (c *Catalog) HasCollection(name string) (file string, ok bool) {
	at, ok := c.collections[name]
	return at.file, ok
}

// Collection reads a collection with its schemas. What they refer to in other
// local files is taken in.
func (c *Catalog) Collection(name string) (Collection, error) {
	at, ok := c.collections[name]
	if !ok {
		return Collection{}, fault.Usagef("collection %q is not in the catalog", name).At(c.File, 0, 0)
	}
	col := Collection{Name: name, File: at.file, node: at.node}
	key := child(at.node, "key")
	if key == nil || key.Kind != yaml.SequenceNode || len(key.Content) == 0 {
		return col, fault.Usagef("collection %q has no key", name).At(at.file, at.node.Line, at.node.Column)
	}
	for _, k := range key.Content {
		if k = resolve(k); !strings.HasPrefix(k.Value, "/") {
			return col, fault.Usagef("key: %q is no JSON pointer", k.Value).At(at.file, k.Line, k.Column)
		}
		col.Key = append(col.Key, k.Value)
	}
	return col, col.readSchemas()
}

func (c *Collection) readSchemas() error {
	one, write, read := child(c.node, "schema"), child(c.node, "writeSchema"), child(c.node, "readSchema")
	if one != nil && (write != nil || read != nil) {
		return fault.Usagef("collection %q: it is either schema: or writeSchema: and readSchema:", c.Name).At(c.File, c.node.Line, c.node.Column)
	}
	if one != nil {
		write, read = one, nil
	}
	if write == nil {
		return fault.Usagef("collection %q has no schema", c.Name).At(c.File, c.node.Line, c.node.Column)
	}
	var err error
	if c.WriteSchema, err = bundle(c.File, write, nil); err != nil {
		return err
	}
	if read != nil {
		if c.ReadSchema, err = bundle(c.File, read, c.WriteSchema); err != nil {
			return err
		}
	}
	c.readProjections(child(c.node, "projections"))
	return nil
}

func (c *Collection) readProjections(node *yaml.Node) {
	if node == nil || node.Kind != yaml.MappingNode {
		return
	}
	c.Projections = map[string]Field{}
	for i := 0; i < len(node.Content); i += 2 {
		v := resolve(node.Content[i+1])
		f := Field{Pointer: v.Value}
		if v.Kind == yaml.MappingNode {
			f.Partition = isTrue(child(v, "partition"))
			if at := child(v, "location"); at != nil {
				f.Pointer = at.Value
			}
		}
		c.Projections[node.Content[i].Value] = f
	}
}

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
	top, err := parseFile(path, text)
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
