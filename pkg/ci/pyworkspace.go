package ci

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/connkit/connkit/internal/pattern"
)

// workspace gives the members of a uv workspace that a project depends on by
// name, as its own tool.uv.sources say or those of the workspace's root:
// docs.astral.sh/uv/concepts/projects/workspaces.
func (p *pyPaths) workspace(folder string, doc map[string]any) []string {
	root, globs := p.workspaceRoot(folder)
	if doc == nil || len(globs) == 0 {
		return nil
	}
	mine, needed := table(doc, "tool", "uv", "sources"), requirementNames(doc)
	members := p.members(root, globs)
	var deps []string
	for name, source := range mine {
		if inWorkspace(source) {
			deps = append(deps, members[normal(name)])
		}
	}
	for name, source := range table(p.read(root), "tool", "uv", "sources") {
		if _, has := mine[name]; !has && needed[normal(name)] && inWorkspace(source) {
			deps = append(deps, members[normal(name)])
		}
	}
	slices.Sort(deps)
	return slices.DeleteFunc(deps, func(dep string) bool { return dep == "" }) // a name that no member has
}

// inWorkspace tells whether a source, or one of its alternatives, is a member.
func inWorkspace(source any) bool {
	switch v := source.(type) {
	case map[string]any:
		return v["workspace"] == true
	case []any:
		return slices.ContainsFunc(v, inWorkspace)
	}
	return false
}

// workspaceRoot finds the nearest project upwards that has members.
func (p *pyPaths) workspaceRoot(folder string) (root string, globs []string) {
	for dir := folder; ; dir = path.Dir(dir) {
		list, _ := table(p.read(dir), "tool", "uv", "workspace")["members"].([]any)
		for _, glob := range list {
			if text, ok := glob.(string); ok {
				globs = append(globs, text)
			}
		}
		if len(globs) > 0 || dir == "." {
			return dir, globs
		}
	}
}

// members gives the folders of a workspace's members by the names of their projects.
func (p *pyPaths) members(root string, globs []string) map[string]string {
	if byName, ok := p.spaces[root]; ok {
		return byName
	}
	byName := map[string]string{}
	p.spaces[root] = byName
	for _, glob := range append(globs, ".") {
		found, _ := doublestar.Glob(os.DirFS(filepath.Join(p.top, filepath.FromSlash(root))), path.Clean(glob)) // a glob that is none has no members
		for _, dir := range found {
			dir = path.Join(root, dir)
			if name, ok := table(p.read(dir), "project")["name"].(string); ok {
				byName[normal(name)] = dir
			}
		}
	}
	return byName
}

// requirementNames gives the names of all that a project requires.
func requirementNames(doc map[string]any) map[string]bool {
	names := map[string]bool{}
	for _, list := range []any{table(doc, "project")["dependencies"], doc["dependency-groups"],
		table(doc, "project")["optional-dependencies"], table(doc, "tool", "uv")["dev-dependencies"]} {
		walkTOML(list, func(_, text string) { names[normal(requirementName().FindString(text))] = true })
	}
	return names
}

var (
	requirementName = pattern.Lazy(`^[A-Za-z0-9._-]+`)
	nameBreaks      = pattern.Lazy(`[-_.]+`)
)

// normal makes names of projects comparable: packaging.python.org/en/latest/specifications/name-normalization.
func normal(name string) string {
	return strings.ToLower(nameBreaks().ReplaceAllString(name, "-"))
}

// table gives a table within a TOML document, or nil.
func table(doc map[string]any, keys ...string) map[string]any {
	for _, key := range keys {
		doc, _ = doc[key].(map[string]any)
	}
	return doc
}

// requirements gives the paths in a folder's requirements files, those that
// they include among them.
func (p *pyPaths) requirements(folder string) []string {
	dir := filepath.Join(p.top, filepath.FromSlash(folder))
	entries, _ := os.ReadDir(dir) // a folder that is gone has none; no glob, since its name may hold brackets
	var files, deps []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "requirements") && strings.HasSuffix(e.Name(), ".txt") {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	seen := map[string]bool{}
	for len(files) > 0 {
		file := files[0]
		files = files[1:]
		rel, err := filepath.Rel(p.top, filepath.Dir(file))
		if err != nil || !filepath.IsLocal(rel) || seen[file] {
			continue // what lies outside cannot have changed
		}
		seen[file] = true
		text, err := readRegular(file)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			to, more := requirementPath(line)
			if to == "" {
				continue
			}
			deps = p.add(deps, filepath.ToSlash(rel), to)
			if more {
				files = append(files, filepath.Join(filepath.Dir(file), to))
			}
		}
	}
	return slices.DeleteFunc(deps, func(dep string) bool { return within(dep, folder) })
}

var requirementOption = pattern.Lazy(`^(-e|--editable|-r|--requirement|-c|--constraint)(?:\s+|=)\s*(.*)$`)

// requirementPath gives the path in a line of a requirements file, and whether
// that is another such file.
func requirementPath(line string) (to string, more bool) {
	line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
	if m := requirementOption().FindStringSubmatch(line); m != nil {
		line, more = m[2], strings.HasPrefix(m[1], "-r") || strings.HasPrefix(m[1], "-c") || strings.HasPrefix(m[1], "--r") || strings.HasPrefix(m[1], "--c")
	}
	if file, ok := fileURL(line); ok {
		return file, more
	}
	word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	if !more && !strings.HasPrefix(word, ".") && !strings.HasPrefix(word, "/") || strings.Contains(word, "://") {
		return "", false
	}
	word, _, _ = strings.Cut(word, "[") // extras
	return word, more
}
