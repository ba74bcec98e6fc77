package run

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
	"github.com/connkit/connkit/pkg/flow"
)

// WriteResult is what was discovered, and what of it goes into catalog files.
// Nothing is written before [WriteResult.Apply].
type WriteResult struct {
	DiscoverResult
	Added []string     `json:"added"` // collections of new bindings
	Kept  []string     `json:"kept"`  // collections of bindings that are in the catalog
	Gone  []string     `json:"gone"`  // collections of bindings that were not discovered any more; they stay
	Files []FileChange `json:"files"`
}

// FileChange is a file that is written.
type FileChange struct {
	File          string `json:"file"` // absolute
	Action        string `json:"action"`
	Before, After []byte `json:"-"` // Before is nil for a new file
}

// Write discovers a capture and plans what goes into its catalog files: a
// schema for each collection, the collections, and the bindings with the
// import. Bindings and collections that are there stay as they are, but for
// schemas in files of their own, which follow what is discovered.
func Write(ctx context.Context, o Options) (WriteResult, error) {
	t, d, spec, err := o.discover(ctx)
	if err != nil {
		return WriteResult{}, err
	}
	if t.catalog == nil {
		return WriteResult{}, fault.Usagef("writing bindings: %q has no %s", filepath.Base(o.Dir), catalogName).WithHint("write one with the endpoint, and bindings: []")
	}
	w := writer{target: t, pointers: spec.ResourcePathPointers, result: WriteResult{DiscoverResult: d, Added: []string{}, Kept: []string{}, Gone: []string{}, Files: []FileChange{}}}
	if err := w.plan(); err != nil {
		return WriteResult{}, err
	}
	return w.result, nil
}

// writer plans files.
type writer struct {
	*target
	pointers []string
	result   WriteResult
	fresh    []Binding // without a binding in the catalog
	homeless []Binding // whose collection is nowhere
}

func (w *writer) plan() error {
	existing, err := w.task.Bindings()
	if err != nil {
		return err
	}
	if err := w.match(existing); err != nil {
		return err
	}
	if err := w.schemas(); err != nil {
		return err
	}
	home := w.home()
	if err := w.addCollections(home); err != nil {
		return err
	}
	needsImport := len(w.homeless) > 0 && !w.catalog.Loads(home)
	return w.editTask(needsImport, home)
}

// match finds out which bindings are there, by their resource paths.
func (w *writer) match(existing []flow.Binding) error {
	byPath, taken := map[string]string{}, map[string]bool{}
	for _, b := range existing {
		path, err := flow.ResourcePath(b.Resource, w.pointers)
		if err != nil {
			return b.Errorf("%w", err)
		}
		byPath[strings.Join(path, "\x00")] = b.Collection
		taken[b.Collection] = true
	}
	seen := map[string]bool{}
	for i, b := range w.result.Bindings {
		path, err := flow.ResourcePath(b.ResourceConfig, w.pointers)
		if err != nil {
			return fault.Failedf("the connector discovered %q: %w", b.RecommendedName, err)
		}
		key := strings.Join(path, "\x00")
		if seen[key] {
			continue // told of by the check
		}
		seen[key] = true
		if collection, ok := byPath[key]; ok {
			b.Collection = collection
			w.result.Kept = append(w.result.Kept, collection)
			delete(byPath, key)
		} else {
			b.Collection = w.unique(b, taken)
			taken[b.Collection] = true
			w.fresh = append(w.fresh, b)
			w.result.Added = append(w.result.Added, b.Collection)
		}
		w.result.Bindings[i] = b
	}
	for _, collection := range byPath {
		w.result.Gone = append(w.result.Gone, collection)
	}
	slices.Sort(w.result.Gone)
	return nil
}

// unique gives the collection of a new binding a name that no other has.
func (w *writer) unique(b Binding, taken map[string]bool) string {
	name := b.Collection
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s_%d", b.Collection, n)
	}
	if name != b.Collection {
		w.result.Warnings = append(w.result.Warnings, fmt.Sprintf("%s has a binding already: %q gets %s", b.Collection, b.RecommendedName, name))
	}
	return name
}

// home is the file that new collections go to: of the prefix, beside the task's.
func (w *writer) home() string {
	prefix := w.options.Prefix
	if prefix == "" {
		prefix = "acmeCo"
	}
	return filepath.Join(filepath.Dir(w.task.File()), filepath.FromSlash(prefix), "flow.yaml")
}

// Apply writes the files, all or none; see [textedit.Apply].
func (r WriteResult) Apply() error {
	changes := make([]textedit.Change, 0, len(r.Files))
	for _, f := range r.Files {
		changes = append(changes, textedit.Change{Path: f.File, Before: f.Before, After: f.After})
	}
	return textedit.Apply(changes...)
}
