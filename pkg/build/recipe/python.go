package recipe

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/pkg/pyenv"
	"github.com/connkit/connkit/pkg/workspace"
)

// python is what the template of Python connectors is given.
type python struct {
	*common
	Python     string   // version of the base image
	Sure       string   // a build file that is there, to copy beside files that may be
	Tools      string   // what reads the lock file
	Paths      []string // dependencies by path, from the root
	Project    []string // build files, from the connector
	Export     string   // makes requirements.txt of the lock file
	Install    string   // installs the dependencies
	Own        string   // installs the connector; "" when it is not a package
	Sources    bool     // it runs from its folder
	Entrypoint string
	Git        bool // a dependency is a git repository
}

const (
	pipInstall = "index /opt/venv/bin/pip install "
	listed     = "-r /context/requirements.txt"
)

func lookAtPython(root string, c workspace.Connector, of *common) (*python, error) {
	facts, err := pyenv.Read(c.Dir)
	if err != nil {
		return nil, err
	}
	p := &python{common: of, Python: facts.Python}
	for _, d := range facts.Paths {
		rel, err := inRoot(root, d)
		if err != nil {
			return nil, err
		}
		p.Paths = append(p.Paths, rel)
	}
	p.Paths = outermost(p.Paths)
	for _, name := range []string{"pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", facts.Lock} {
		if name != "" && isFile(filepath.Join(c.Dir, name)) {
			p.Project = append(p.Project, name)
		}
	}
	if len(p.Project) == 0 {
		return nil, fault.Usagef("there is no pyproject.toml, setup.py or requirements.txt")
	}
	p.Sure = p.Project[0]
	p.Git = usesGit(c.Dir, p.Project)
	p.steps(c.Dir, facts)
	p.Entrypoint, p.Sources, err = entrypoint(c)
	p.Sources = p.Sources || p.Own == ""
	return p, err
}

// steps are the commands: what a lock file says is installed as it says, with
// hashes where no dependency is a folder or a repository, which have none.
func (p *python) steps(dir string, f pyenv.Facts) {
	locked := "--no-deps " + listed
	switch {
	case f.Lock == "poetry.lock":
		p.Tools = "'poetry>=2,<3' 'poetry-plugin-export>=1.9,<2'"
		p.Export = "/opt/tools/bin/poetry export --only main " + withoutHashes(dir, f.Lock, "--without-hashes ") + "--output /context/requirements.txt"
		p.Install = pipInstall + locked
	case f.Lock == "uv.lock":
		p.Tools = "'uv>=0.5,<1'"
		p.Export = "/opt/tools/bin/uv export --quiet --frozen --no-dev --no-emit-project --no-editable " + withoutHashes(dir, f.Lock, "--no-hashes ") + "--output-file /context/requirements.txt"
		p.Install = pipInstall + locked
	case f.Standard:
		p.Export = `/opt/venv/bin/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"].get("dependencies", []), sep="\n")' >/context/requirements.txt`
		p.Install = pipInstall + strings.Join(append(p.places(), listed), " ")
	case !f.Packaged && f.Requirements:
		p.Install = pipInstall + strings.Join(append(p.places(), "-r requirements.txt"), " ")
	case len(p.Paths) > 0:
		p.Install = pipInstall + strings.Join(p.places(), " ")
	}
	if f.Packaged {
		p.Own = pipInstall + "."
		if f.Lock != "" {
			p.Own = pipInstall + "--no-deps ."
		}
	}
}

// places are the dependencies by path as they stand in the image. What is named
// in [project] too is found installed.
func (p *python) places() []string {
	var list []string
	for _, d := range p.Paths {
		list = append(list, "/src/"+d)
	}
	return list
}

var gitMark = pattern.Lazy(`git\+|\bgit = "|type = "git"|\{ git = `)

// usesGit tells whether a build file names a git repository, for which pip
// starts git.
func usesGit(dir string, files []string) bool {
	return slices.ContainsFunc(files, func(name string) bool {
		text, err := os.ReadFile(filepath.Join(dir, name))
		return err == nil && gitMark().Match(text)
	})
}

// withoutHashes gives the flag for locks with dependencies that have none.
func withoutHashes(dir, lock, flag string) string {
	text, err := os.ReadFile(filepath.Join(dir, lock))
	if err != nil {
		return flag
	}
	for _, mark := range []string{`type = "directory"`, `type = "git"`, `type = "file"`, `type = "url"`, "source = { editable", "source = { directory", "source = { git", "source = { path", "source = { virtual"} {
		if n := bytes.Count(text, []byte(mark)); n > 1 || n == 1 && lock == "poetry.lock" { // uv lists the project itself as one
			return flag
		}
	}
	return ""
}

// Command is how a connector is started in its folder: the command of a catalog
// file that names none.
func Command(c workspace.Connector) ([]string, error) {
	switch c.Language {
	case "python":
		text, sources, err := entrypoint(c)
		if sources {
			return []string{"python", "main.py"}, err
		}
		var words []string
		if err == nil {
			err = json.Unmarshal([]byte(text), &words)
		}
		return words, err
	case "go":
		dir, err := mainPackage(c)
		if err != nil {
			return nil, err
		}
		rel, err := filepath.Rel(c.Dir, dir)
		if rel == "." {
			return []string{"go", "run", "."}, err
		}
		return []string{"go", "run", "./" + filepath.ToSlash(rel)}, err
	}
	return nil, fault.Usagef("nothing tells how to start a connector in %s", language(c.Language))
}

// entrypoint is how the connector is started: the module of its name, else its
// only module, else a main.py, which only its folder has.
func entrypoint(c workspace.Connector) (command string, sources bool, err error) {
	wanted := strings.ReplaceAll(c.Name, "-", "_")
	var modules []string
	for _, pattern := range []string{"*/__main__.py", "src/*/__main__.py"} {
		found, _ := filepath.Glob(filepath.Join(escapeGlob(c.Dir), pattern))
		for _, f := range found {
			if name := filepath.Base(filepath.Dir(f)); name != "tests" && name != "test" {
				modules = append(modules, name)
			}
		}
	}
	switch {
	case slices.Contains(modules, wanted):
		return exec("python", "-m", wanted), false, nil
	case len(modules) == 1:
		return exec("python", "-m", modules[0]), false, nil
	case isFile(filepath.Join(c.Dir, "main.py")):
		return exec("python", "/src/"+c.Name+"/main.py"), true, nil
	}
	return "", false, fault.Usagef("%w: there is no %s/__main__.py", errNoMain, wanted).WithHint("write %s/%s/__main__.py, or a Dockerfile", c.Name, wanted)
}

var globMarks = strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`)

func escapeGlob(dir string) string { return globMarks.Replace(dir) }

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}
