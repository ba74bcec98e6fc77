package scaffold

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/connkit/connkit/internal/pattern"
)

var setupName = pattern.Lazy(`(?m)^\s*name\s*=\s*["']?([A-Za-z0-9][A-Za-z0-9._-]*)`)

func lookProject(dir string) found {
	var project struct {
		Project struct {
			Name   string `toml:"name"`
			Python string `toml:"requires-python"`
		} `toml:"project"`
		Tool struct {
			Poetry struct {
				Name         string         `toml:"name"`
				Dependencies map[string]any `toml:"dependencies"`
			} `toml:"poetry"`
		} `toml:"tool"`
	}
	if text, err := os.ReadFile(filepath.Join(dir, "pyproject.toml")); err == nil && toml.Unmarshal(text, &project) == nil {
		if project.Project.Name != "" {
			return found{distribution: project.Project.Name, python: project.Project.Python}
		}
		if project.Tool.Poetry.Name != "" {
			python, _ := project.Tool.Poetry.Dependencies["python"].(string)
			return found{distribution: project.Tool.Poetry.Name, python: plainRange(python)}
		}
	}
	for _, name := range []string{"setup.cfg", "setup.py"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			if m := setupName().FindSubmatch(text); m != nil {
				return found{distribution: string(m[1])}
			}
		}
	}
	return found{}
}

// plainRange gives a range only where Poetry's spelling and PEP 440's are the same.
func plainRange(r string) string {
	if strings.ContainsAny(r, "^~*|") || r != "" && r[0] >= '0' && r[0] <= '9' {
		return ""
	}
	return r
}
