package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// addCollections plans the file of new collections and a schema for each.
func (w *writer) addCollections(home string) error {
	if len(w.homeless) == 0 {
		return nil
	}
	add := map[string]any{}
	var lines []string
	for _, b := range w.homeless {
		schema := w.schemaPath(home, b.Collection)
		if !filepath.IsLocal(schema) {
			return fault.Usagef("writing the schema of %q: its name leads out of the folder", b.Collection)
		}
		if err := w.schemaFile(filepath.Join(filepath.Dir(home), filepath.FromSlash(schema)), b); err != nil {
			return err
		}
		entry := struct {
			Schema string   `yaml:"schema"`
			Key    []string `yaml:"key"`
		}{schema, append([]string{}, b.Key...)}
		item, err := yamlLines(map[string]any{b.Collection: entry})
		if err != nil {
			return err
		}
		lines = append(lines, item...)
		add[b.Collection] = map[string]any{"schema": schema, "key": anyList(b.Key)}
	}
	before, err := os.ReadFile(home)
	if errors.Is(err, fs.ErrNotExist) {
		return w.file(home, []byte("collections:\n"+indented(lines, "  ")))
	}
	if err != nil {
		return fmt.Errorf("reading %q: %w", home, err)
	}
	d, err := yamltext.Parse(home, before)
	if err != nil {
		return err
	}
	splices, err := insertPairs(d, "collections", lines)
	return w.edited(d, splices, err, lines, func(tree map[string]any) {
		all, _ := tree["collections"].(map[string]any)
		if all == nil {
			all = map[string]any{}
		}
		for k, v := range add {
			all[k] = v
		}
		tree["collections"] = all
	})
}

// schemaPath names the schema file of a collection, as its catalog file does.
func (w *writer) schemaPath(home, collection string) string {
	prefix := filepath.ToSlash(w.options.Prefix)
	if prefix == "" {
		prefix = filepath.Base(filepath.Dir(home))
	}
	name := strings.TrimPrefix(collection, prefix+"/")
	return name + ".schema.yaml"
}

// insertPairs puts the lines of pairs at the end of the map at a key of the
// document, which is made when it is not there.
func insertPairs(d *yamltext.Doc, key string, lines []string) ([]yamltext.Splice, error) {
	at := yamltext.Get(d.Root, key)
	switch {
	case d.Root == nil:
		return d.InsertLines(len(d.Text), "", append([]string{key + ":"}, strings.Split(strings.TrimSuffix(indented(lines, "  "), "\n"), "\n")...)), nil
	case at == nil:
		return d.InsertAfter(d.Root, append([]string{key + ":"}, strings.Split(strings.TrimSuffix(indented(lines, "  "), "\n"), "\n")...))
	}
	return d.InsertAfter(at, lines)
}

func yamlLines(v any) ([]string, error) {
	var b strings.Builder
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("writing YAML: %w", err)
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n"), nil
}

func indented(lines []string, by string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.TrimRight(by+line, " ") + "\n")
	}
	return b.String()
}

func anyList(list []string) []any {
	all := []any{}
	for _, s := range list {
		all = append(all, s)
	}
	return all
}
