package pyenv

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// Apply makes the environment. step is told what runs, w gets what a tool
// printed when it fails. When it fails or ctx ends, an environment that was not there before
// is removed again, and one that was there stays.
func (p *Plan) Apply(ctx context.Context, step func(string, ...any), w io.Writer) error {
	if p.Done {
		return nil
	}
	err := p.make(ctx, step, w)
	if err != nil && p.fresh {
		_ = os.RemoveAll(p.Dir) // the error tells more
	}
	return err
}

func (p *Plan) make(ctx context.Context, step func(string, ...any), w io.Writer) error {
	if p.force && !p.fresh {
		if err := os.RemoveAll(p.Dir); err != nil {
			return fmt.Errorf("removing the old environment: %w", err)
		}
		p.fresh = true
	}
	for _, argv := range p.Commands {
		step("running %s", strings.Join(argv, " "))
		if err := p.run(ctx, argv, w); err != nil {
			return err
		}
	}
	if err := p.addPkgResources(ctx, step, w); err != nil {
		return err
	}
	return os.WriteFile(p.stampFile(), []byte(p.stamp()), 0o644)
}

// unset are variables of the caller that lead the tools to other environments
// or, for the last one, make every start of the connector slower for good.
var unset = []string{
	"UV_PYTHON", "UV_PROJECT", "UV_SYSTEM_PYTHON", "VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONHOME", "PYTHONPATH",
	"PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PYTHONDONTWRITEBYTECODE",
}

func (p *Plan) run(ctx context.Context, argv []string, w io.Writer) error {
	var printed bytes.Buffer
	_, err := proc.Run(ctx, proc.Cmd{
		Argv: argv, Dir: p.project.dir, Stdout: &printed, Stderr: &printed, Unset: unset,
		Env: []string{
			"UV_PROJECT_ENVIRONMENT=" + folder, "UV_NO_PROGRESS=1",
			"POETRY_VIRTUALENVS_IN_PROJECT=true", "POETRY_VIRTUALENVS_CREATE=true", "PIP_REQUIRE_VIRTUALENV=",
		},
	})
	var exit *proc.Error
	if !errors.As(err, &exit) {
		return err
	}
	said := printed.String()
	if _, err := io.WriteString(w, said); err != nil {
		return fmt.Errorf("printing what %s said: %w", argv[0], err)
	}
	e := fault.Failedf("making the environment: %s ended with exit status %d", strings.Join(argv[:min(len(argv), 2)], " "), exit.Status)
	return e.WithHint("%s", hintFor(p.Manager, said))
}

// hintFor knows the refusals of the tools that have one cure.
func hintFor(tool, output string) string {
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(output, p) })
	}
	switch {
	case has("network was disabled", "name resolution", "dns error", "Connection refused", "Network is unreachable", "Max retries exceeded", "error sending request"):
		return "the package registry is out of reach: try again when it is there"
	case has("requires-python", "Requires-Python", "Python>=", "Python requirement"):
		return "a dependency wants a narrower range of Python: set requires-python in pyproject.toml to it"
	case tool == "poetry" && has(") not found"):
		return "Poetry needs an index with the JSON API: name yours as [[tool.poetry.source]], or --manager uv"
	}
	return "the tool's own words stand above"
}

var importsPkgResources = regexp.MustCompile(`(?m)^(import pkg_resources|from pkg_resources import)`)

// addPkgResources installs setuptools where a package imports pkg_resources
// and none is there: it came with every environment once, so packages do not
// say that they need it, and setuptools 81 has it no more.
func (p *Plan) addPkgResources(ctx context.Context, step func(string, ...any), w io.Writer) error {
	site, err := Env{Dir: p.Dir}.sitePackages()
	if err != nil {
		return err
	}
	if exists(site, "pkg_resources") {
		return nil
	}
	user := findImporter(site)
	if user == "" {
		return nil
	}
	step("adding setuptools<81: %s imports pkg_resources", user)
	own := filepath.Join(p.Dir, "bin", "python")
	argv := []string{own, "-m", "pip", "install", "--disable-pip-version-check", "setuptools<81"}
	if p.Manager == "uv" { // its environments have no pip
		argv = []string{"uv", "pip", "install", "--python", own, "setuptools<81"}
	}
	return p.run(ctx, argv, w)
}

// findImporter gives a package that imports pkg_resources without a guard.
func findImporter(site string) string {
	importer := ""
	_ = filepath.WalkDir(site, func(path string, d fs.DirEntry, err error) error {
		if err != nil || importer != "" {
			return fs.SkipAll
		}
		if d.IsDir() && (d.Name() == "setuptools" || d.Name() == "pip" || d.Name() == "tests") {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".py" {
			return nil
		}
		if text, err := os.ReadFile(path); err == nil && importsPkgResources.Match(text) {
			rel, _ := filepath.Rel(site, path)
			importer, _, _ = strings.Cut(filepath.ToSlash(rel), "/")
		}
		return nil
	})
	return importer
}

func (p *Plan) stampFile() string { return filepath.Join(p.Dir, ".connkit-stamp") }

// stamp names what the environment was made from.
func (p *Plan) stamp() string {
	h := sha256.New()
	fmt.Fprintln(h, "1", p.Manager)
	files := []string{"pyproject.toml", "poetry.lock", "uv.lock", "requirements.txt", "setup.py", "setup.cfg"}
	for _, dir := range append([]string{p.project.dir}, p.project.paths...) {
		for _, name := range files {
			text, err := os.ReadFile(filepath.Join(dir, name))
			fmt.Fprintln(h, name, len(text), err == nil)
			h.Write(text)
		}
	}
	return hex.EncodeToString(h.Sum(nil)) + "\n"
}

// stampHolds tells whether the environment is there, runs, and was made from what stands there now.
func (p *Plan) stampHolds() bool {
	text, err := os.ReadFile(p.stampFile())
	if err != nil || string(text) != p.stamp() {
		return false
	}
	_, err = os.Stat(filepath.Join(p.Dir, "bin", "python"))
	return err == nil
}
