package pyenv

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

type pyprojectFile struct {
	Project *struct {
		Python string `toml:"requires-python"`
	} `toml:"project"`
	Groups map[string][]any `toml:"dependency-groups"`
	Tool   struct {
		Poetry *poetryTool `toml:"poetry"`
		UV     struct {
			Sources map[string]any `toml:"sources"`
			Dev     []string       `toml:"dev-dependencies"`
		} `toml:"uv"`
	} `toml:"tool"`
}

type poetryTool struct {
	PackageMode  *bool          `toml:"package-mode"`
	Dependencies map[string]any `toml:"dependencies"`
	DevOld       map[string]any `toml:"dev-dependencies"`
	Group        map[string]struct {
		Optional     bool           `toml:"optional"`
		Dependencies map[string]any `toml:"dependencies"`
	} `toml:"group"`
}

func (p *project) take(f pyprojectFile, file string) (err error) {
	poetry := f.Tool.Poetry
	p.standard = f.Project != nil
	p.poetryStyle = poetry != nil && !p.standard
	p.dev = append(group(f.Groups, "dev", nil), f.Tool.UV.Dev...)
	versions := ""
	if p.standard {
		versions = f.Project.Python
	}
	if poetry != nil {
		if text, ok := poetry.Dependencies["python"].(string); ok && versions == "" {
			versions = text
		}
		p.takePoetry(poetry)
		p.takePaths(poetry.Dependencies, "develop", false)
	}
	if !p.standard && poetry == nil { // settings of tools alone
		if err := p.withoutFile(); err != nil {
			return err
		}
	}
	p.takePaths(f.Tool.UV.Sources, "editable", true)
	slices.SortFunc(p.paths, func(a, b path) int { return strings.Compare(a.place, b.place) })
	if p.python, err = parseRange(versions); err != nil {
		return fault.Usagef("%w", err).At(file, 0, 0)
	}
	return nil
}

// takePoetry takes the dependencies that only Poetry can read.
func (p *project) takePoetry(t *poetryTool) {
	dev := maps.Clone(t.DevOld)
	if dev == nil {
		dev = map[string]any{}
	}
	for _, g := range t.Group {
		if !g.Optional {
			maps.Copy(dev, g.Dependencies)
		}
	}
	args, exact := poetryRequirements(p.dir, dev)
	p.dev = append(p.dev, args...)
	p.vague = !exact
	if t.PackageMode != nil && !*t.PackageMode && p.poetryStyle {
		p.packaged = false
		p.deps, exact = poetryRequirements(p.dir, t.Dependencies)
		p.vague = p.vague || !exact
	}
}

func (p *project) takePaths(table map[string]any, editable string, uv bool) {
	for _, v := range table {
		t, _ := v.(map[string]any)
		text, ok := t["path"].(string)
		if !ok {
			continue
		}
		place := text
		if !filepath.IsAbs(text) {
			place = filepath.Join(p.dir, text)
		}
		if i := slices.IndexFunc(p.paths, func(o path) bool { return o.place == place }); i >= 0 {
			p.paths[i].uv, p.paths[i].editable = uv, p.paths[i].editable || t[editable] == true
			continue
		}
		p.paths = append(p.paths, path{place, t[editable] == true, uv})
	}
}

// group gives the requirements of a dependency group, those of the groups that
// it includes too (PEP 735). seen holds the groups on the way to this one.
func group(groups map[string][]any, name string, seen []string) []string {
	if slices.Contains(seen, name) {
		return nil
	}
	var list []string
	for _, item := range groups[name] {
		switch item := item.(type) {
		case string:
			list = append(list, item)
		case map[string]any:
			if other, ok := item["include-group"].(string); ok {
				list = append(list, group(groups, other, append(seen, name))...)
			}
		}
	}
	return list
}
