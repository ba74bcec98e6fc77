package pyenv

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// importsPkgResources is an import that nothing guards: it stands at the start of a line.
var importsPkgResources = pattern.Lazy(`(?m)^(import pkg_resources|from pkg_resources import)`)

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
	p.Notes = append(p.Notes, "setuptools<81 was added: "+user+" imports pkg_resources without saying so")
	return p.run(ctx, append(p.pipOf(site), "setuptools<81"), w)
}

// pipOf gives the words of pip install for the environment. uv's have no pip,
// and Poetry's may have none.
func (p *Plan) pipOf(site string) []string {
	own := p.ownPython()
	switch {
	case p.Manager == "uv" || !exists(site, "pip") && has("uv"):
		return []string{"uv", "pip", "install", "--compile-bytecode", "--python", own}
	case exists(site, "pip"):
		return []string{own, "-m", "pip", "install", "--disable-pip-version-check"}
	}
	return []string{p.python.Path, "-m", "pip", "--python", own, "install", "--disable-pip-version-check"}
}

// findImporter gives a package that imports pkg_resources without a guard.
func findImporter(site string) string {
	importer := ""
	_ = filepath.WalkDir(site, func(path string, d fs.DirEntry, err error) error {
		if err != nil || importer != "" {
			return fs.SkipAll
		}
		if d.IsDir() && notImported[d.Name()] {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".py" {
			return nil
		}
		if text, err := os.ReadFile(path); err == nil && importsPkgResources().Match(text) {
			rel, _ := filepath.Rel(site, path)
			importer, _, _ = strings.Cut(filepath.ToSlash(rel), "/")
		}
		return nil
	})
	return importer
}

// notImported are folders whose modules a connector does not load, or that guard their imports.
var notImported = map[string]bool{"setuptools": true, "pip": true, "tests": true, "test": true, "__pycache__": true, "_distutils_hack": true}
