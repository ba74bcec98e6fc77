package flow

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// Binding joins a thing of the endpoint to a collection. It is a binding of a
// capture or a materialization, or a transform of a derivation.
type Binding struct {
	Resource   json.RawMessage // resource config, or the lambda of a transform
	Name       string          // of a transform
	Collection string          // target or source
	Disable    bool
	Backfill   uint32
	Shuffle    []string // key pointers of a transform; none is any
	Fields     FieldChoice

	file string
	node *yaml.Node
}

// FieldChoice are the wishes of a materialization binding.
type FieldChoice struct {
	Require map[string]json.RawMessage // field configs, by field
	Exclude []string
	Depth   int  // of optional fields that are stored: 1 are those at the top
	GroupBy bool // other fields than the collection's key are to group by
}

// Errorf is a [fault.Usage] error at the binding's place.
func (b Binding) Errorf(format string, args ...any) *fault.Error {
	return fault.Usagef(format, args...).At(b.file, b.node.Line, b.node.Column)
}

// Bindings reads the bindings of the task, those that are disabled too.
func (t Task) Bindings() ([]Binding, error) {
	list := child(t.body, "bindings")
	if t.Kind == "derivation" {
		list = child(child(t.body, "derive"), "transforms")
	}
	if list == nil || list.Tag == "!!null" {
		return nil, nil
	}
	if list.Kind != yaml.SequenceNode {
		return nil, fault.Usagef("a list of bindings is wanted").At(t.file, list.Line, list.Column)
	}
	var all []Binding
	for _, item := range list.Content {
		b := Binding{file: t.file, node: resolve(item)}
		if err := b.read(t.Kind); err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

func (b *Binding) read(kind string) error {
	collection, resource := "source", "resource"
	switch kind {
	case "capture":
		collection = "target"
	case "derivation":
		resource = "lambda"
	}
	if b.node.Kind != yaml.MappingNode {
		return b.Errorf("a binding is key: value lines")
	}
	at := child(b.node, collection)
	if at != nil && at.Kind == yaml.MappingNode {
		at = child(at, "name")
	}
	if at == nil || at.Value == "" {
		return b.Errorf("%s: the name of a collection is wanted", collection)
	}
	b.Collection = at.Value
	if v := child(b.node, "name"); v != nil {
		b.Name = v.Value
	}
	b.Disable = isTrue(child(b.node, "disable"))
	if v := child(b.node, "backfill"); v != nil {
		n, err := strconv.ParseUint(v.Value, 10, 32)
		if err != nil {
			return fault.Usagef("backfill: a count is wanted").At(b.file, v.Line, v.Column)
		}
		b.Backfill = uint32(n)
	}
	if kind == "derivation" {
		return b.readTransform()
	}
	b.readFields(child(b.node, "fields"))
	return b.readResource(resource)
}

func (b *Binding) readResource(key string) error {
	node, file, err := inline(b.file, child(b.node, key), key)
	if err != nil {
		return err
	}
	if node == nil || node.Kind != yaml.MappingNode {
		return b.Errorf("%s: a map is wanted", key)
	}
	b.Resource, err = jsonOf(file, node)
	return err
}

// readTransform reads what only transforms have. A lambda may be any value.
func (b *Binding) readTransform() error {
	if b.Name == "" {
		return b.Errorf("name: the name of the transform is wanted")
	}
	shuffle := child(b.node, "shuffle")
	switch {
	case shuffle == nil:
		return b.Errorf("shuffle: any, or key: [/pointer, …] is wanted")
	case child(shuffle, "lambda") != nil:
		return b.Errorf("shuffle: connkit cannot compute a lambda; any or key: … is wanted")
	}
	if key := child(shuffle, "key"); key != nil {
		for _, p := range key.Content {
			b.Shuffle = append(b.Shuffle, resolve(p).Value)
		}
	}
	b.Resource = json.RawMessage("null")
	node, file, err := inline(b.file, child(b.node, "lambda"), "lambda")
	if err != nil {
		node, file = child(b.node, "lambda"), b.file // a text such as SQL, which is no file's name
	}
	if node == nil {
		return nil
	}
	b.Resource, err = jsonOf(file, node)
	return err
}

func (b *Binding) readFields(fields *yaml.Node) {
	b.Fields.Depth = 1
	if v := child(fields, "recommended"); v != nil {
		if n, err := strconv.ParseUint(v.Value, 10, 16); err == nil {
			b.Fields.Depth = int(n)
		} else if v.Value == "false" {
			b.Fields.Depth = 0
		}
	}
	if v := child(fields, "groupBy"); v != nil {
		b.Fields.GroupBy = len(v.Content) > 0
	}
	if v := child(fields, "exclude"); v != nil {
		for _, f := range v.Content {
			b.Fields.Exclude = append(b.Fields.Exclude, resolve(f).Value)
		}
	}
	for _, key := range []string{"require", "include"} {
		v := child(fields, key)
		if v == nil || v.Kind != yaml.MappingNode {
			continue
		}
		if b.Fields.Require == nil {
			b.Fields.Require = map[string]json.RawMessage{}
		}
		for i := 0; i < len(v.Content); i += 2 {
			if config, err := jsonOf(b.file, v.Content[i+1]); err == nil {
				b.Fields.Require[v.Content[i].Value] = config
			}
		}
	}
}

func isTrue(node *yaml.Node) bool { return node != nil && node.Tag == "!!bool" && node.Value == "true" }

// details reads what a task says beside its endpoint.
func (t *Task) details() error {
	shards := child(t.body, "shards")
	if t.Kind == "derivation" {
		shards = child(child(t.body, "derive"), "shards")
	}
	if v := child(shards, "logLevel"); v != nil {
		if !slices.Contains(Levels, v.Value) {
			return fault.Usagef("logLevel: %q is none of %s", v.Value, strings.Join(Levels, ", ")).At(t.file, v.Line, v.Column)
		}
		t.LogLevel = v.Value
	}
	t.Interval = 5 * time.Minute
	if v := child(t.body, "interval"); v != nil {
		d, ok := humanTime(v.Value)
		if !ok {
			return fault.Usagef("interval: %q is no duration, such as 5m", v.Value).At(t.file, v.Line, v.Column)
		}
		t.Interval = d
	}
	return nil
}
