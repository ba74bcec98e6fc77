package run

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/flow"
)

// schemas compares the schemas of collections that are there, and finds the
// collections that are not.
func (w *writer) schemas() error {
	done := map[string]bool{}
	for _, b := range w.result.Bindings {
		if done[b.Collection] || b.Collection == "" {
			continue
		}
		done[b.Collection] = true
		if _, ok := w.catalog.HasCollection(b.Collection); !ok {
			w.homeless = append(w.homeless, b)
			continue
		}
		c, err := w.catalog.Collection(b.Collection)
		switch {
		case err == nil:
			err = w.follow(c, b)
		case len(c.Key) == 0: // it was written so, where none was discovered
			w.result.Warnings = append(w.result.Warnings, err.Error())
			err = nil
		case c.SchemaFile() != "" && !exists(c.SchemaFile()):
			err = w.schemaFile(c.SchemaFile(), b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// follow has the schema file of a collection follow what was discovered. One
// that stands in a catalog file is a person's.
func (w *writer) follow(c flow.Collection, b Binding) error {
	if !slices.Equal(c.Key, b.Key) && len(b.Key) > 0 {
		w.result.Warnings = append(w.result.Warnings, fmt.Sprintf("%s has the key %s, discovered is %s: it stays", c.Name, strings.Join(c.Key, " "), strings.Join(b.Key, " ")))
	}
	if flow.SameJSON(c.WriteSchema, b.DocumentSchema) {
		return nil
	}
	file := c.SchemaFile()
	if file == "" {
		w.result.Warnings = append(w.result.Warnings, fmt.Sprintf("the schema of %s in %s is not what was discovered: it stays", c.Name, relative(w.options.Root, c.File)))
		return nil
	}
	return w.schemaFile(file, b)
}

// schemaFile plans the file of a discovered schema.
func (w *writer) schemaFile(path string, b Binding) error {
	text, err := flow.YAML(b.DocumentSchema)
	if err != nil {
		return err
	}
	return w.file(path, text)
}

// file plans a file, unless it is so already.
func (w *writer) file(path string, after []byte) error {
	before, err := os.ReadFile(path)
	change := FileChange{path, "change", before, after}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		change.Action, change.Before = "create", nil
	case err != nil:
		return fmt.Errorf("reading %q: %w", path, err)
	case bytes.Equal(before, after):
		return nil
	}
	w.result.Files = append(w.result.Files, change)
	return nil
}
