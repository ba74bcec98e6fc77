package ci

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/connkit/connkit/internal/pattern"
)

// python concerns the Python connectors that depend on a changed path by a
// path in their pyproject.toml, or in that of what they depend on.
func (s *sorting) python() error {
	p := newPyPaths(s.g.top)
	for _, c := range s.m.connectors {
		if c.Language != "python" {
			continue
		}
		folder := s.g.inside(c.Name)
		deps := p.all(folder)
		for _, changed := range s.paths {
			for _, dep := range deps {
				if dep == "." && s.owner(changed) != "" {
					continue // the root's project does not consist of connectors
				}
				if within(changed, dep) && !within(changed, folder) {
					s.users[changed] = true
					s.m.concern(c.Name, reason{kind: depends, path: changed, via: dep})
					break
				}
			}
		}
	}
	for _, file := range sortedKeys(p.bad) {
		s.m.note("reading %q: %s: what it depends on is not known", file, p.bad[file])
	}
	return nil
}

// within tells whether a slash path is a folder or file, or below it.
func within(p, folder string) bool {
	return folder == "." || p == folder || strings.HasPrefix(p, folder+"/")
}

// pyPaths finds the paths that Python projects depend on.
type pyPaths struct {
	top    string
	known  map[string][]string          // direct ones, of each project
	docs   map[string]map[string]any    // what each pyproject.toml holds
	spaces map[string]map[string]string // members of each uv workspace, by the names of their projects
	bad    map[string]string            // files that cannot be read
}

func newPyPaths(top string) *pyPaths {
	return &pyPaths{top: top, known: map[string][]string{}, docs: map[string]map[string]any{}, spaces: map[string]map[string]string{}, bad: map[string]string{}}
}

// all gives the paths, from the top, that a project depends on, directly or
// through another.
func (p *pyPaths) all(folder string) []string {
	seen := []string{folder}
	for i := 0; i < len(seen); i++ {
		for _, dep := range p.direct(seen[i]) {
			if !slices.Contains(seen, dep) {
				seen = append(seen, dep)
			}
		}
	}
	return seen[1:]
}

func (p *pyPaths) direct(folder string) []string {
	deps, ok := p.known[folder]
	if !ok {
		deps = slices.Concat(p.project(folder), p.requirements(folder))
		p.known[folder] = deps
	}
	return deps
}

// project gives the paths in a pyproject.toml: Poetry's path of any group, uv's
// path and workspace sources, and requirements that hold a file: URL.
func (p *pyPaths) project(folder string) []string {
	doc := p.read(folder)
	var deps []string
	walkTOML(doc, func(key, value string) {
		if key == "path" {
			deps = p.add(deps, folder, value)
		} else if file, ok := fileURL(value); ok {
			deps = p.add(deps, folder, file)
		}
	})
	for _, dep := range p.workspace(folder, doc) {
		deps = p.add(deps, ".", dep)
	}
	return deps
}

// read gives a folder's pyproject.toml, or nil.
func (p *pyPaths) read(folder string) map[string]any {
	if doc, ok := p.docs[folder]; ok {
		return doc
	}
	var doc map[string]any
	file := path.Join(folder, "pyproject.toml")
	if text, err := readRegular(filepath.Join(p.top, filepath.FromSlash(file))); err == nil {
		if err := toml.Unmarshal(text, &doc); err != nil {
			p.bad[file], doc = err.Error(), nil
		}
	}
	p.docs[folder] = doc
	return doc
}

// readRegular reads a file; its errors are [fs.PathError]. What is in a repository
// may come from whoever opens a pull request: a link to a device would never end.
func readRegular(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "read", Path: file, Err: errors.New("it is no file of the common kind")}
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}

// walkTOML calls f with every text below a value, and the key nearest to it.
func walkTOML(value any, f func(key, text string)) {
	var walk func(key string, value any)
	walk = func(key string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for _, k := range sortedKeys(v) {
				walk(k, v[k])
			}
		case []any:
			for _, child := range v {
				walk("", child)
			}
		case string:
			f(key, v)
		}
	}
	walk("", value)
}

// fileMark finds the path of a requirement such as "lib @ file:../lib#egg=lib".
var fileMark = pattern.Lazy(`(?i)(?:^|[\s@])file:([^\s;#]+)`)

// roots are what stands for the project's own folder in the URLs of PDM and Hatch.
var roots = pattern.Lazy(`^(?:\$\{PROJECT_ROOT\}|\{root:uri\}|\{root\})/*`)

func fileURL(s string) (string, bool) {
	if at := strings.Index(s, "{root:uri}"); at >= 0 {
		s = "file:" + s[at:]
	}
	m := fileMark().FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	file := strings.TrimPrefix(strings.TrimPrefix(m[1], "//localhost"), "//")
	if plain, err := url.PathUnescape(file); err == nil {
		file = plain
	}
	rest := strings.TrimPrefix(file, "/")
	if root := roots().FindString(rest); root != "" {
		return "./" + rest[len(root):], true
	}
	return file, true
}

// add appends a path that leads from a folder to another place in the repository.
func (p *pyPaths) add(deps []string, folder, to string) []string {
	to = filepath.ToSlash(to)
	if path.IsAbs(to) {
		rel, err := filepath.Rel(p.top, to)
		if err != nil {
			return deps
		}
		to = filepath.ToSlash(rel)
	} else {
		to = path.Join(folder, to)
	}
	if to == folder || !filepath.IsLocal(filepath.FromSlash(to)) || slices.Contains(deps, to) {
		return deps
	}
	return append(deps, to)
}
