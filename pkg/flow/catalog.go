package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/yamltext"
)

// Catalog is a catalog file: the tasks in it, in its order, then those of the
// files that it imports.
type Catalog struct {
	File     string
	Tasks    []Task
	Warnings []string // "file:line:col: message", of what Flow would refuse

	collections map[string]placed
	seen        map[string]bool // cleaned paths of the files
	others      []*fault.Error  // why a task is none that can be run
}

// placed is a value with the file that it stands in.
type placed struct {
	file string
	node *yaml.Node
}

// Task is a capture, materialization or derivation of a catalog file.
type Task struct {
	Name    string
	Kind    string            // capture | materialization | derivation
	Command []string          // of a local endpoint
	Env     map[string]string // of a local endpoint
	Image   string            // of a connector endpoint
	Proto   bool              // a local endpoint with protobuf: true

	LogLevel string        // of its shards, or ""
	Interval time.Duration // between sessions of a capture

	file   string
	body   *yaml.Node
	config *yaml.Node
}

// File is the catalog file that the task stands in.
func (t Task) File() string { return t.file }

// Task gives the task of that name. "" is the only one in the file itself, or,
// when the file has none, the only one in what it imports.
func (c *Catalog) Task(name string) (Task, error) {
	var all, own []Task
	for _, t := range c.Tasks {
		if t.Name == name {
			return t, nil
		}
		if all = append(all, t); t.file == c.File {
			own = append(own, t)
		}
	}
	if len(own) == 0 {
		own = all
	}
	switch {
	case len(all) == 0 && len(c.others) > 0:
		return Task{}, c.others[0]
	case len(all) == 0:
		return Task{}, fault.Usagef("there is no task with an endpoint in it").At(c.File, 0, 0)
	case name != "":
		return Task{}, fault.Usagef("there is no task %q: %s", name, taskNames(all)).At(c.File, 0, 0)
	case len(own) > 1:
		return Task{}, fault.Usagef("there are several tasks: %s", taskNames(own)).At(c.File, 0, 0).WithHint("--name %s", own[0].Name)
	}
	return own[0], nil
}

func taskNames(tasks []Task) string {
	var names []string
	for _, t := range tasks {
		names = append(names, t.Name)
	}
	return strings.Join(names, ", ")
}

func (t *Task) endpoint(node *yaml.Node) error {
	local, image := child(node, "local"), child(node, "connector")
	if local != nil && image != nil {
		return fault.Usagef("endpoint: it is either local: or connector:").At(t.file, node.Line, node.Column)
	}
	if local != nil {
		var l struct {
			Protobuf bool `yaml:"protobuf"`
		}
		if err := local.Decode(&l); err != nil {
			return catalogSyntax(t.file, err)
		}
		t.Proto, t.config = l.Protobuf, child(local, "config")
		if err := t.command(local); err != nil {
			return err
		}
		return t.env(local)
	}
	if image != nil {
		if v := child(image, "image"); v != nil {
			t.Image = v.Value
		}
		t.config = child(image, "config")
	}
	return nil
}

func (t *Task) command(local *yaml.Node) error {
	list := child(local, "command")
	if list == nil || len(list.Content) == 0 && list.Value == "" {
		return fault.Usagef("local: command is missing or empty").At(t.file, local.Line, local.Column)
	}
	if list.Kind != yaml.SequenceNode {
		return fault.Usagef("local: command: a list is wanted, such as [python, -m, source_x]").At(t.file, list.Line, list.Column)
	}
	for _, word := range list.Content {
		if word = resolve(word); word.Kind != yaml.ScalarNode {
			return fault.Usagef("local: command: a list of texts is wanted").At(t.file, word.Line, word.Column)
		}
		t.Command = append(t.Command, word.Value)
	}
	return nil
}

func (t *Task) env(local *yaml.Node) error {
	values := child(local, "env")
	if values == nil || values.Tag == "!!null" {
		return nil
	}
	if values.Kind != yaml.MappingNode {
		return fault.Usagef("local: env: a map is wanted, such as {LOG: \"1\"}").At(t.file, values.Line, values.Column)
	}
	t.Env = map[string]string{}
	for i := 0; i < len(values.Content); i += 2 {
		name, value := values.Content[i].Value, resolve(values.Content[i+1])
		if value.Kind != yaml.ScalarNode {
			return fault.Usagef("local: env: %s: a text is wanted", name).At(t.file, value.Line, value.Column)
		}
		t.Env[name] = value.Value
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

var yamlLine = pattern.Lazy(`line (\d+): `)

// catalogSyntax takes the line out of the YAML parser's message, which has no
// other way to say it. The message may quote a value; catalogs hold configs, so
// what stands in quotes is left out.
func catalogSyntax(file string, err error) error {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 0
	if m := yamlLine().FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	message = strings.TrimSpace(strings.TrimPrefix(message, "unmarshal errors:"))
	message, _, _ = strings.Cut(message, "\n")
	message = quotedText().ReplaceAllString(yamlLine().ReplaceAllString(message, ""), "a value")
	return fault.Usagef("%s", message).At(file, line, 0)
}

// fileSyntax is catalogSyntax for the text of a file. Of JSON the place is known
// better than the YAML parser tells it.
func fileSyntax(file string, text []byte, err error) error {
	if slip := yamltext.FalseStart(file, text); slip != nil {
		return slip
	}
	var bad *json.SyntaxError
	if !strings.EqualFold(filepath.Ext(file), ".json") || !errors.As(json.Unmarshal(text, new(any)), &bad) {
		return catalogSyntax(file, err)
	}
	before := text[:min(max(int(bad.Offset)-1, 0), len(text))]
	line := bytes.Count(before, []byte("\n"))
	return fault.Usagef("it is no JSON from here on").At(file, line+1, len(before)-bytes.LastIndexByte(before, '\n'))
}

var quotedText = pattern.Lazy("`[^`]*`")
