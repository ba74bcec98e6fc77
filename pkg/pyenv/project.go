package pyenv

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// project is what a connector's build files say.
type project struct {
	dir         string
	standard    bool // [project] is there (PEP 621)
	poetryStyle bool // [tool.poetry] without [project]
	packaged    bool // it can be installed itself, not its dependencies alone
	python      pyRange
	deps        []string // what pip installs of one that is not packaged
	dev         []string // the dev group for pip, which cannot read it below 25.1
	vague       bool     // deps or dev say less than Poetry's table does
	paths       []path
	poetryLock  bool
	uvLock      bool
	reqs        string // text of requirements.txt
}

// path is a dependency on a folder or file.
type path struct {
	place    string // absolute
	editable bool
	uv       bool // uv reads it from [tool.uv.sources]
}

func readProject(dir string) (*project, error) {
	p := &project{dir: dir, packaged: true}
	p.poetryLock, p.uvLock = exists(dir, "poetry.lock"), exists(dir, "uv.lock")
	reqs, err := os.ReadFile(filepath.Join(dir, "requirements.txt"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the project: %w", err)
	}
	p.reqs = string(reqs)
	file := filepath.Join(dir, "pyproject.toml")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return p, p.withoutFile()
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
	return p, p.take(f, file)
}

// withoutFile makes do with what came before pyproject.toml.
func (p *project) withoutFile() error {
	if exists(p.dir, "setup.py") || exists(p.dir, "setup.cfg") {
		return nil
	}
	if p.packaged = false; p.reqs != "" {
		return nil
	}
	return fault.Usagef("reading the project: nothing says what to install: no [project] in a pyproject.toml, no requirements.txt").At(p.dir, 0, 0)
}

var itself = pattern.Lazy(`(?m)^\s*(-e|--editable)[ =]+\.(\[.*\])?/?\s*(#.*)?$`)

// namesItself tells whether requirements.txt installs the project too.
func (p *project) namesItself() bool { return itself().MatchString(p.reqs) }

// foreignToUV gives the path dependencies that uv does not know of.
func (p *project) foreignToUV() []path {
	return slices.DeleteFunc(slices.Clone(p.paths), func(d path) bool { return d.uv })
}

func exists(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}
