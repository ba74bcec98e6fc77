package workspace

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// FileName is the settings file at the root of a workspace.
const FileName = "connkit.yaml"

// Workspace is a monorepo of connectors.
type Workspace struct {
	Root   string // absolute
	Origin Origin // what made Root the root
}

// Origin says what marks the root of a workspace.
type Origin string

// The origins.
const (
	FromFile   Origin = FileName // a connkit.yaml stands there
	FromGit    Origin = "git"    // the top of a git work tree
	FromFolder Origin = "folder" // neither was found: the folder that was given
)

// Open finds the workspace around dir: the nearest folder upwards with a
// connkit.yaml, else the top of the git work tree, else dir itself.
// Environment variables of git do not matter: the folder decides.
func Open(dir string) (*Workspace, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding %q: %w", dir, err)
	}
	if real, err := filepath.EvalSymlinks(start); err == nil {
		start = real
	}
	if root, ok := upwards(start, FileName); ok {
		return &Workspace{Root: root, Origin: FromFile}, nil
	}
	if root, ok := upwards(start, ".git"); ok {
		return &Workspace{Root: root, Origin: FromGit}, nil
	}
	return &Workspace{Root: start, Origin: FromFolder}, nil
}

// upwards gives the nearest folder from dir to the top that holds name. In a
// linked work tree .git is a file, so either counts.
func upwards(dir, name string) (string, bool) {
	for {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

var goModuleLine = pattern.Lazy(`(?m)^module\s+("[^"\n]+"|\S+)`)

// GoModule gives the module path of the root's go.mod, or "".
func (w *Workspace) GoModule() string {
	text, err := os.ReadFile(filepath.Join(w.Root, "go.mod"))
	if err != nil {
		return ""
	}
	m := goModuleLine().FindSubmatch(text)
	if m == nil {
		return ""
	}
	return strings.Trim(string(m[1]), `"`)
}
