package pyenv

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"github.com/connkit/connkit/internal/fault"
)

// project is what a connector's build files say.
type project struct {
	dir         string
	standard    bool     // [project] is there (PEP 621)
	poetryStyle bool     // [tool.poetry] without [project]
	python      string   // version range, "" for any
	dev         []string // requirements of the dev group, for tools that cannot read it
	paths       []string // folders of path dependencies
	poetryLock  bool
	uvLock      bool
	reqs        bool // requirements.txt
}

type pyprojectFile struct {
	Project *struct {
		Python string `toml:"requires-python"`
	} `toml:"project"`
	Groups map[string][]any `toml:"dependency-groups"`
	Tool   struct {
		Poetry *struct {
			Dependencies map[string]any `toml:"dependencies"`
			DevOld       map[string]any `toml:"dev-dependencies"`
			Group        map[string]struct {
				Dependencies map[string]any `toml:"dependencies"`
			} `toml:"group"`
		} `toml:"poetry"`
		UV struct {
			Sources map[string]any `toml:"sources"`
		} `toml:"uv"`
	} `toml:"tool"`
}

func readProject(dir string) (*project, error) {
	p := &project{dir: dir}
	p.poetryLock, p.uvLock, p.reqs = exists(dir, "poetry.lock"), exists(dir, "uv.lock"), exists(dir, "requirements.txt")
	file := filepath.Join(dir, "pyproject.toml")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		if exists(dir, "setup.py") || exists(dir, "setup.cfg") {
			return p, nil
		}
		return nil, fault.Usagef("reading the project: there is no pyproject.toml").At(dir, 0, 0)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the project: %w", err)
	}
	var f pyprojectFile
	if err := toml.Unmarshal(text, &f); err != nil {
		line, col := 0, 0
		var at *toml.DecodeError
		if errors.As(err, &at) {
			line, col = at.Position()
		}
		return nil, fault.Usagef("%w", err).At(file, line, col)
	}
	p.take(f)
	return p, nil
}

func (p *project) take(f pyprojectFile) {
	poetry := f.Tool.Poetry
	p.standard = f.Project != nil
	p.poetryStyle = poetry != nil && f.Project == nil
	if p.standard {
		p.python = f.Project.Python
	}
	for _, item := range f.Groups["dev"] {
		if text, ok := item.(string); ok {
			p.dev = append(p.dev, text)
		}
	}
	sources := []map[string]any{f.Tool.UV.Sources}
	if poetry != nil {
		sources = append(sources, poetry.Dependencies)
		if text, ok := poetry.Dependencies["python"].(string); ok && p.python == "" {
			p.python = text
		}
		dev := maps.Clone(poetry.DevOld)
		if dev == nil {
			dev = map[string]any{}
		}
		maps.Copy(dev, poetry.Group["dev"].Dependencies)
		p.dev = append(p.dev, poetryRequirements(dev)...)
	}
	for _, m := range sources {
		for _, v := range m {
			if t, ok := v.(map[string]any); ok {
				if path, ok := t["path"].(string); ok {
					p.paths = append(p.paths, filepath.Join(p.dir, path))
				}
			}
		}
	}
	slices.Sort(p.paths)
	p.paths = slices.Compact(p.paths)
}

// poetryRequirements spells Poetry's dependencies as PEP 508 lines.
func poetryRequirements(deps map[string]any) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(deps)) {
		text, ok := deps[name].(string)
		if !ok || name == "python" {
			continue
		}
		lines = append(lines, name+plainRange(text))
	}
	return lines
}

func exists(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}
