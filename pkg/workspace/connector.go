package workspace

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/connkit/connkit/internal/fault"
)

// Connector is a folder of the root that holds a connector.
type Connector struct {
	Name     string `json:"name"`
	Dir      string `json:"dir"`      // absolute
	Kind     string `json:"kind"`     // capture | materialization | derivation, or "" when nothing tells
	Language string `json:"language"` // python | go | rust | node
	Version  string `json:"version"`  // what VERSION holds, or ""
}

// Connectors lists the connectors of the root, sorted by name. A folder counts
// when its name matches a pattern of the settings and it has a build file.
func (w *Workspace) Connectors(s *Settings) ([]Connector, error) {
	all, err := w.Folders(s)
	return slices.DeleteFunc(all, func(c Connector) bool { return c.Language == "" }), err
}

// Folders lists the connectors and, without a language, the other folders that
// are named like one: they may be built in a way that no file of theirs tells.
func (w *Workspace) Folders(s *Settings) ([]Connector, error) {
	entries, err := os.ReadDir(w.Root)
	if err != nil {
		return nil, fmt.Errorf("reading the workspace: %w", err)
	}
	found := make([]*Connector, len(entries))
	var group sync.WaitGroup
	const lanes = 4 // the time goes into waiting for the file system
	for lane := range lanes {
		group.Go(func() {
			for i := lane; i < len(entries); i += lanes {
				if c, ok := w.look(entries[i].Name(), s); ok {
					found[i] = &c
				}
			}
		})
	}
	group.Wait()
	list := []Connector{}
	for _, c := range found {
		if c != nil {
			list = append(list, *c)
		}
	}
	return list, nil
}

// Connector finds the connector that arg names: by its name, or by a path from
// dir that is in it ("." included). An unknown one is a [fault.Usage] error
// with the nearest names.
func (w *Workspace) Connector(dir, arg string, s *Settings) (Connector, error) {
	c, err := w.FolderNamed(dir, arg, s)
	if err == nil && c.Language == "" {
		return Connector{}, fault.Usagef("finding connector %q: no file in %q tells how it is built", arg, c.Dir).
			WithHint("a connector has one of pyproject.toml, setup.py, setup.cfg, go.mod, Cargo.toml, package.json, or Go files with a VERSION")
	}
	return c, err
}

// FolderNamed finds what [Workspace.Connector] does, and without a language a folder
// that is only named like a connector: see [Workspace.Folders].
func (w *Workspace) FolderNamed(dir, arg string, s *Settings) (Connector, error) {
	if arg == "" { // a variable of a script that is not set; as a path it would be the current folder
		return Connector{}, fault.Usagef("finding a connector: its name is empty").WithHint("connkit list, or . for the connector around here")
	}
	if name := strings.TrimSuffix(arg, "/"); !strings.ContainsAny(name, `/\`) && name != "." && name != ".." {
		if c, ok := w.look(name, s); ok {
			return c, nil
		}
	}
	if name, ok := w.nameOf(dir, arg); ok {
		if c, ok := w.look(name, s); ok {
			return c, nil
		}
	}
	list, err := w.Connectors(s)
	if err != nil {
		return Connector{}, err
	}
	e := fault.Usagef("finding connector %q: there is none of that name in %q", arg, w.Root)
	if near := fault.Nearest(arg, names(list)); near != "" {
		return Connector{}, e.WithHint("did you mean %s", near)
	}
	return Connector{}, e.WithHint("connkit list, or connkit new NAME")
}

// nameOf gives the folder of the root that a path leads into.
func (w *Workspace) nameOf(dir, arg string) (string, bool) {
	full := arg
	if !filepath.IsAbs(full) {
		full = filepath.Join(dir, arg)
	}
	if real, err := filepath.EvalSymlinks(full); err == nil {
		full = real
	}
	if _, err := os.Stat(full); err != nil {
		return "", false // a name with a slip in it, given within a connector
	}
	rel, err := filepath.Rel(w.Root, full)
	if err != nil || rel == "." || !filepath.IsLocal(rel) {
		return "", false
	}
	name, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
	return name, true
}

// look tells what the folder name is, if it is named like a connector. What
// cannot be read has no language.
func (w *Workspace) look(name string, s *Settings) (Connector, bool) {
	if !s.Names(name) {
		return Connector{}, false
	}
	dir := filepath.Join(w.Root, name)
	files, err := readFiles(dir)
	if err != nil {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return Connector{}, false
		}
	}
	c := Connector{Name: name, Dir: dir, Language: languageOf(dir, files), Kind: kindOf(name)}
	for _, k := range s.Connectors.Kinds {
		if k.Name == name {
			c.Kind = k.Kind
		}
	}
	if slices.Contains(files, "VERSION") {
		if text, err := os.ReadFile(filepath.Join(dir, "VERSION")); err == nil {
			c.Version = strings.TrimSpace(string(text))
		}
	}
	return c, true
}

// Folder tells what a folder is that need not be a connector's by its name or place.
func Folder(dir string) Connector {
	name := filepath.Base(dir)
	files, _ := readFiles(dir) // what cannot be read has no language
	return Connector{Name: name, Dir: dir, Language: languageOf(dir, files), Kind: kindOf(name)}
}

// Names tells whether a folder of that name would be a connector's.
func (s *Settings) Names(name string) bool {
	return matches(s.Connectors.Patterns, name) && !matches(s.Connectors.Ignore, name)
}

func matches(globs []string, name string) bool {
	return slices.ContainsFunc(globs, func(g string) bool {
		ok, _ := path.Match(g, name) // checked when the settings were read
		return ok
	})
}

var prefixes = []struct{ prefix, kind string }{
	{"source-", "capture"},
	{"materialize-", "materialization"},
	{"derive-", "derivation"},
}

func kindOf(name string) string {
	for _, p := range prefixes {
		if strings.HasPrefix(name, p.prefix) {
			return p.kind
		}
	}
	return ""
}

func names(list []Connector) []string {
	var all []string
	for _, c := range list {
		all = append(all, c.Name)
	}
	return all
}
