package pyenv

import (
	"os"
	"path/filepath"
	"strings"
)

// commands are what makes the environment, in order; kept says that one is there and stays.
//
// uv sync gets its Python by --python: UV_PYTHON would make uv install into
// that interpreter. poetry install is never quiet: then it hides why it failed.
func (p *Plan) commands(kept bool) [][]string {
	switch {
	case p.Manager == "poetry":
		list := [][]string{{"poetry", "install", "--no-interaction", "--compile"}}
		if kept {
			return list
		}
		// Made first, so that Poetry takes it, and not one that it has made elsewhere before.
		return append([][]string{{p.python.Path, "-m", "venv", p.Dir}}, list...)
	case p.lock != nil:
		return append(p.bare(kept), p.lock.commands...)
	case p.uvSyncs():
		return [][]string{{"uv", "sync", "--compile-bytecode", "--python", p.python.Path}}
	case p.Manager == "uv":
		return p.install(p.bare(kept), []string{"uv", "pip", "install", "--compile-bytecode", "--python", p.ownPython()}, p.project.foreignToUV())
	default:
		return p.install(p.bare(kept), []string{p.ownPython(), "-m", "pip", "install", "--disable-pip-version-check"}, p.project.paths)
	}
}

// bare makes an environment with nothing in it, or nothing where one is kept that serves.
func (p *Plan) bare(kept bool) [][]string {
	switch {
	case p.Manager == "uv" && !kept:
		return [][]string{{"uv", "venv", "--python", p.python.Path, p.Dir}}
	case p.Manager != "uv" && (!kept || !p.hasPip):
		return [][]string{{p.python.Path, "-m", "venv", p.Dir}}
	}
	return nil
}

func (p *Plan) ownPython() string { return filepath.Join(p.Dir, "bin", "python") }

// uvSyncs tells whether uv sync sees the whole project: it passes over what
// [tool.poetry] says without a word, all of it where there is no [project].
func (p *Plan) uvSyncs() bool {
	return p.Manager == "uv" && p.project.standard && (p.project.uvLock || len(p.project.foreignToUV()) == 0)
}

// install adds the pip install commands. paths are the dependencies by path
// that the tool has to be told of.
func (p *Plan) install(list [][]string, pip []string, paths []path) [][]string {
	project := p.project
	var args, after []string
	switch {
	case project.poetryStyle:
		// poetry-core tells pip where they are; naming them too is a conflict for pip.
		for _, d := range project.paths {
			if d.editable && d.isFolder() {
				after = append(after, "-e", d.place)
			}
		}
	case project.reqs != "" && (len(paths) > 0 || !project.packaged):
		args = []string{"-r", "requirements.txt"}
	default:
		for _, d := range paths {
			args = append(args, d.args()...)
		}
	}
	switch {
	case !project.packaged:
		args = append(args, project.deps...)
	case !strings.HasPrefix(strings.Join(args, " "), "-r") || !project.namesItself():
		args = append(args, "-e", ".")
	}
	args = append(args, project.dev...)
	if len(args) > 0 {
		list = append(list, append(pip, args...))
	}
	if len(after) > 0 && project.packaged {
		list = append(list, append(append(append([]string{}, pip...), "--no-deps"), after...))
	}
	return list
}

func (d path) isFolder() bool {
	info, err := os.Stat(d.place)
	return err == nil && info.IsDir()
}

func (d path) args() []string {
	if d.editable && d.isFolder() {
		return []string{"-e", d.place}
	}
	return []string{d.place}
}
