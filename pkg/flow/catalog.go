package flow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// Catalog is a catalog file: the tasks in it, in its order.
type Catalog struct {
	File     string
	Tasks    []Task
	Warnings []string // "file:line:col: message", of keys that Flow would refuse
}

// Task is a capture, materialization or derivation of a catalog file.
type Task struct {
	Name    string
	Kind    string            // capture | materialization | derivation
	Command []string          // of a local endpoint
	Env     map[string]string // of a local endpoint
	Image   string            // of a connector endpoint
	Proto   bool              // a local endpoint with protobuf: true

	file   string
	line   int
	config *yaml.Node
}

// Load reads a catalog file. What Flow itself could not read is a
// [fault.Usage] error with file, line and column.
func Load(file string) (*Catalog, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Usage, Err: fmt.Errorf("reading the catalog: %w", err)}
	}
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty")
		}
		return nil, catalogSyntax(file, err)
	}
	c := &Catalog{File: file}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode {
		return nil, fault.Usagef("captures:, materializations: or collections: is wanted").At(file, top.Line, top.Column)
	}
	c.checkKeys(top, "")
	for _, section := range []struct{ key, kind string }{
		{"captures", "capture"}, {"materializations", "materialization"}, {"collections", "derivation"},
	} {
		if err := c.addTasks(child(top, section.key), section.kind); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Task gives the task of that name; "" is the only one there is.
func (c *Catalog) Task(name string) (Task, error) {
	var all []string
	for _, t := range c.Tasks {
		if t.Name == name {
			return t, nil
		}
		all = append(all, t.Name)
	}
	switch {
	case len(all) == 0:
		return Task{}, fault.Usagef("there is no task with an endpoint in it").At(c.File, 0, 0)
	case name != "":
		return Task{}, fault.Usagef("there is no task %q: %s", name, strings.Join(all, ", ")).At(c.File, 0, 0)
	case len(all) > 1:
		return Task{}, fault.Usagef("there are several tasks: %s", strings.Join(all, ", ")).At(c.File, 0, 0).WithHint("--name %s", all[0])
	}
	return c.Tasks[0], nil
}

func (c *Catalog) addTasks(section *yaml.Node, kind string) error {
	if section == nil || section.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(section.Content); i += 2 {
		key, body := section.Content[i], section.Content[i+1]
		endpoint := child(body, "endpoint")
		if kind == "derivation" {
			endpoint = child(child(body, "derive"), "using")
		}
		if endpoint == nil {
			continue // a plain collection
		}
		t := Task{Name: key.Value, Kind: kind, file: c.File, line: key.Line}
		if err := t.endpoint(endpoint); err != nil {
			return err
		}
		if len(t.Command) > 0 || t.Image != "" {
			c.Tasks = append(c.Tasks, t)
		}
	}
	return nil
}

func (t *Task) endpoint(node *yaml.Node) error {
	if local := child(node, "local"); local != nil {
		var l struct {
			Command  []string          `yaml:"command"`
			Env      map[string]string `yaml:"env"`
			Protobuf bool              `yaml:"protobuf"`
		}
		if err := local.Decode(&l); err != nil {
			return catalogSyntax(t.file, err)
		}
		if len(l.Command) == 0 {
			return fault.Usagef("local: command is missing or empty").At(t.file, local.Line, local.Column)
		}
		t.Command, t.Env, t.Proto, t.config = l.Command, l.Env, l.Protobuf, child(local, "config")
		return nil
	}
	if image := child(node, "connector"); image != nil {
		if v := child(image, "image"); v != nil {
			t.Image = v.Value
		}
		t.config = child(image, "config")
	}
	return nil
}

// child gives the value of a key of a map, or nil.
func child(node *yaml.Node, key string) *yaml.Node {
	node = resolve(node)
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return resolve(node.Content[i+1])
		}
	}
	return nil
}

func resolve(node *yaml.Node) *yaml.Node {
	if node != nil && node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// catalogSyntax takes the line out of the YAML parser's message, which has no
// other way to say it. The message may quote a value; catalogs hold configs, so
// what stands in quotes is left out.
func catalogSyntax(file string, err error) error {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 0
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	message = strings.TrimSpace(strings.TrimPrefix(message, "unmarshal errors:"))
	message, _, _ = strings.Cut(message, "\n")
	message = quotedText.ReplaceAllString(yamlLine.ReplaceAllString(message, ""), "a value")
	return fault.Usagef("%s", message).At(file, line, 0)
}

var quotedText = regexp.MustCompile("`[^`]*`")
