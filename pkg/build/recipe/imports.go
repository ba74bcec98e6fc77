package recipe

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// localModule is a module whose packages are folders of the repository.
type localModule struct{ path, dir string }

// follow gives the folders of the packages that the one in start imports,
// itself included, as far as they are folders of local modules. Files of every
// platform count, tests do not.
func follow(local []localModule, start string) ([]string, error) {
	dirs := []string{start}
	for i := 0; i < len(dirs); i++ {
		imports, err := importsOf(dirs[i])
		if err != nil {
			return nil, err
		}
		for _, im := range imports {
			if dir, ok := find(local, im); ok && !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs, nil
}

// find gives the folder of a package; the longest module path that fits has it.
func find(local []localModule, im string) (string, bool) {
	best := localModule{}
	for _, m := range local {
		if (im == m.path || strings.HasPrefix(im, m.path+"/")) && len(m.path) > len(best.path) {
			best = m
		}
	}
	if best.path == "" {
		return "", false
	}
	dir := filepath.Join(best.dir, filepath.FromSlash(strings.TrimPrefix(im, best.path)))
	return dir, isDir(dir)
}

func importsOf(dir string) ([]string, error) {
	var list []string
	for _, file := range goFiles(dir) {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return nil, fault.Usagef("reading imports: %w", err)
		}
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, fmt.Errorf("reading imports of %q: %w", file, err)
			}
			list = append(list, name)
		}
	}
	return list, nil
}

// goFiles gives the Go files of a folder but its tests.
func goFiles(dir string) []string {
	entries, _ := os.ReadDir(dir) // what cannot be read has none
	var files []string
	for _, e := range entries {
		if name := e.Name(); !e.IsDir() && strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			files = append(files, filepath.Join(dir, name))
		}
	}
	return files
}

// isProgram tells whether a folder holds a package main.
func isProgram(dir string) bool {
	for _, file := range goFiles(dir) {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly)
		if err == nil && f.Name.Name == "main" {
			return true
		}
	}
	return false
}

var (
	moduleLine  = pattern.Lazy(`(?m)^module\s+"?([^"\s]+)"?`)
	replaceLine = pattern.Lazy(`(?m)^(?:replace)?\s+"?([^"\s]+)"?(?:\s+v\S+)?\s+=>\s+"?(\.\.?(?:/[^"\s]*)?)"?\s*(?://.*)?$`)
)

func modulePath(modfile []byte) string {
	m := moduleLine().FindSubmatch(modfile)
	if m == nil {
		return ""
	}
	return string(m[1])
}

type replacement struct{ path, dir string }

// replacements gives the modules that are replaced by folders.
func replacements(modfile []byte) []replacement {
	var list []replacement
	for _, m := range replaceLine().FindAllSubmatch(modfile, -1) {
		list = append(list, replacement{string(m[1]), string(m[2])})
	}
	return list
}
