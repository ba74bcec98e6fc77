package flow

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
)

// Load reads a catalog file and the local files that it imports, each once.
// What Flow itself could not read is a [fault.Usage] error with file, line and
// column; an import that is not there is a warning, since discovering writes it.
func Load(file string) (*Catalog, error) {
	l := loader{catalog: &Catalog{File: file, collections: map[string]placed{}}, seen: map[string]bool{}}
	if err := l.load(file); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &fault.Error{Kind: fault.Usage, Err: err}
		}
		return nil, err
	}
	l.catalog.seen = l.seen
	return l.catalog, nil
}

type loader struct {
	catalog *Catalog
	seen    map[string]bool // cleaned paths
}

func (l *loader) load(file string) error {
	l.seen[filepath.Clean(file)] = true
	text, err := os.ReadFile(file)
	if info, statErr := os.Stat(file); statErr == nil && info.IsDir() {
		return fault.Usagef("a catalog file is wanted, and this is a folder").At(file, 0, 0)
	}
	if err != nil {
		return fmt.Errorf("reading the catalog: %w", err)
	}
	top, err := readDocument(file, text)
	switch {
	case err != nil:
		return err
	case top == nil:
		return fault.Usagef("it is empty").At(file, 0, 0)
	}
	if top.Kind != yaml.MappingNode {
		return fault.Usagef("captures:, materializations: or collections: is wanted").At(file, top.Line, top.Column)
	}
	if err := tidy(file, top); err != nil {
		return err
	}
	l.checkKeys(file, top, "")
	for _, section := range []struct{ key, kind string }{
		{"captures", "capture"}, {"materializations", "materialization"}, {"collections", "derivation"},
	} {
		if err := l.addTasks(file, child(top, section.key), section.kind); err != nil {
			return err
		}
	}
	return l.imports(file, child(top, "import"))
}

func (l *loader) imports(file string, list *yaml.Node) error {
	if list == nil || list.Tag == "!!null" {
		return nil
	}
	if list.Kind != yaml.SequenceNode {
		return fault.Usagef("import: a list of files is wanted").At(file, list.Line, list.Column)
	}
	for _, item := range list.Content {
		if item = resolve(item); item.Kind != yaml.ScalarNode || item.Value == "" {
			return fault.Usagef("import: the name of a file is wanted").At(file, item.Line, item.Column)
		}
		if strings.Contains(item.Value, "://") {
			l.warn(file, item, "%q is not loaded: connkit reads local files", item.Value)
			continue
		}
		path := filepath.FromSlash(item.Value)
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(file), path)
		}
		if l.seen[filepath.Clean(path)] {
			continue
		}
		if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
			return fault.Usagef("import: %q is no file", item.Value).At(file, item.Line, item.Column)
		}
		switch err := l.load(path); {
		case errors.Is(err, fs.ErrNotExist):
			l.warn(file, item, "the imported file %q is not there", item.Value)
		case err != nil:
			return err
		}
	}
	return nil
}

func (l *loader) warn(file string, at *yaml.Node, format string, args ...any) {
	l.catalog.Warnings = append(l.catalog.Warnings, fmt.Sprintf("%s:%d:%d: ", file, at.Line, at.Column)+fmt.Sprintf(format, args...))
}

func (l *loader) addTasks(file string, section *yaml.Node, kind string) error {
	if section == nil || section.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(section.Content); i += 2 {
		key, body := section.Content[i], resolve(section.Content[i+1])
		endpoint := child(body, "endpoint")
		if kind == "derivation" {
			l.catalog.collections[key.Value] = placed{file, body}
			endpoint = child(child(body, "derive"), "using")
		}
		if endpoint == nil {
			if kind != "derivation" { // else a plain collection
				l.catalog.others = append(l.catalog.others, fault.Usagef("%s %q has no endpoint", kind, key.Value).At(file, key.Line, key.Column))
			}
			continue
		}
		t := Task{Name: key.Value, Kind: kind, file: file, body: body}
		if err := t.endpoint(endpoint); err != nil {
			return err
		}
		if err := t.details(); err != nil {
			return err
		}
		if len(t.Command) == 0 && t.Image == "" {
			l.catalog.others = append(l.catalog.others, fault.Usagef("%s %q: endpoint: local: or connector: is wanted", kind, t.Name).
				At(file, endpoint.Line, endpoint.Column).WithHint("what runs in Flow itself, such as sqlite, typescript and python, runs with flowctl preview"))
			continue
		}
		l.catalog.Tasks = append(l.catalog.Tasks, t)
	}
	return nil
}

// tidy carries out merge keys (<<), which Flow allows in catalogs, and refuses
// a key that stands twice in a map, as Flow does. Maps inside come first: what
// an alias stands for precedes it and is tidy by then.
func tidy(file string, node *yaml.Node) error {
	for _, inner := range node.Content {
		if err := tidy(file, inner); err != nil {
			return err
		}
	}
	if node.Kind != yaml.MappingNode {
		return nil
	}
	var content, merged []*yaml.Node
	seen := map[string]bool{}
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		switch {
		case key.Tag == "!!merge":
			merged = append(merged, value)
			continue
		case seen[key.Value]:
			return fault.Usagef("key %q stands here twice", key.Value).At(file, key.Line, key.Column)
		}
		seen[key.Value] = true
		content = append(content, key, value)
	}
	for _, value := range merged {
		sources := []*yaml.Node{value}
		if list := resolve(value); list.Kind == yaml.SequenceNode {
			sources = list.Content
		}
		for _, from := range sources {
			if from = resolve(from); from.Kind != yaml.MappingNode {
				return fault.Usagef("<<: a map, or a list of maps, is wanted").At(file, value.Line, value.Column)
			}
			content = append(content, missing(from, seen)...)
		}
	}
	node.Content = content
	return nil
}

// missing gives the pairs of a map that are not seen yet, and notes them.
func missing(from *yaml.Node, seen map[string]bool) []*yaml.Node {
	var pairs []*yaml.Node
	for i := 0; i < len(from.Content); i += 2 {
		if key := from.Content[i]; key.Tag != "!!merge" && !seen[key.Value] {
			seen[key.Value] = true
			pairs = append(pairs, key, from.Content[i+1])
		}
	}
	return pairs
}
