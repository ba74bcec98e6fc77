package workspace

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// languageOf tells the language by the build file, in this order: a Python
// project file, Cargo.toml, go.mod, package.json. A folder of Go files without
// go.mod belongs to the root's module and counts only when it is built into
// something: by a Dockerfile, a VERSION, or a package main at its top or in
// cmd/. Without these it is a library that connectors share.
func languageOf(dir string, files []string) string {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(files, name) })
	}
	switch {
	case has("pyproject.toml", "setup.py", "setup.cfg"):
		return "python"
	case has("Cargo.toml"):
		return "rust"
	case has("go.mod"):
		return "go"
	case has("package.json"):
		return "node"
	}
	isGo := func(name string) bool { return strings.HasSuffix(name, ".go") }
	switch {
	case !slices.ContainsFunc(files, isGo):
		return ""
	case has("Dockerfile", "VERSION"):
		return "go"
	}
	var sources []string
	for _, name := range files {
		if isGo(name) {
			sources = append(sources, filepath.Join(dir, name))
		}
	}
	commands, _ := fs.Glob(os.DirFS(dir), "cmd/*/*.go") // within dir, whose own name may hold brackets
	for _, file := range commands {
		sources = append(sources, filepath.Join(dir, filepath.FromSlash(file)))
	}
	if slices.ContainsFunc(sources, isMain) {
		return "go"
	}
	return ""
}

// readFiles gives the names of the regular files of a folder, links to such
// included: one look at the folder costs less than a look for each name.
func readFiles(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		regular := e.Type().IsRegular()
		if e.Type()&os.ModeSymlink != 0 {
			info, err := os.Stat(filepath.Join(dir, e.Name()))
			regular = err == nil && info.Mode().IsRegular()
		}
		if regular {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// isMain tells whether a Go file is of package main, by the first line that is the package clause.
func isMain(file string) bool {
	if strings.HasSuffix(file, "_test.go") {
		return false
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "package "); ok {
			name, _, _ = strings.Cut(name, "//")
			return strings.TrimSpace(name) == "main"
		}
	}
	return false
}
