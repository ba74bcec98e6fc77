package flow

import (
	"encoding/json"
	"path/filepath"
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
// local files is taken in. With an error it still has what was read before.
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
	err := col.readSchemas()
	return col, err
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
