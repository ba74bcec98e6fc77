package ci

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/proc"
)

// goPackage is one package as go list tells of it; a variant that is made for
// tests is one of its own.
type goPackage struct {
	ImportPath string
	Dir        string
	Imports    []string
}

// goGraph knows which folders of the repository each package leads to.
type goGraph struct {
	packages map[string]goPackage
	folders  map[string]string // of each package that is in the repository, as a slash path from the top
	modules  map[string]string // folder of each module of the repository, by its path
}

// goRun is one call of go list: of one module, or of a workspace of several.
type goRun struct {
	dir      string   // from the top
	patterns []string // what is listed
	work     string   // absolute path of go.work, or "off"
}

// load runs go list. The first try uses neither the network nor what other
// projects have left in the module cache: packages of others lead nowhere, so
// their absence does no harm and spares most of the time. What goes wrong with
// that is tried again as go is set up here.
func (r goRun) load(ctx context.Context, top string) (*goGraph, error) {
	empty, err := os.MkdirTemp("", "connkit-go-*")
	if err != nil {
		return nil, fmt.Errorf("creating a temporary folder: %w", err)
	}
	defer os.RemoveAll(empty) //nolint:errcheck // a leftover in the temp folder harms nobody
	for _, env := range [][]string{
		{"GOENV=off", "GOFLAGS=", "GOPROXY=off", "GOSUMDB=off", "GOMODCACHE=" + empty},
		{"GOFLAGS="},
	} {
		var out proc.Output
		out, err = proc.Run(ctx, proc.Cmd{
			Argv: append([]string{"go", "list", "-e", "-deps", "-test", "-json=ImportPath,Dir,Imports", "--"}, r.patterns...),
			Dir:  filepath.Join(top, filepath.FromSlash(r.dir)),
			Env:  append(env, "GOWORK="+r.work, "GOOS=linux", "CGO_ENABLED=1", "LC_ALL=C"), // what images are built for
		})
		var failed *proc.Error
		if err == nil {
			var graph *goGraph
			if graph, err = readGraph(out.Stdout, top); err == nil {
				return graph, nil
			}
		} else if !errors.As(err, &failed) {
			return nil, err
		}
	}
	return nil, err
}

func readGraph(text []byte, top string) (*goGraph, error) {
	g := &goGraph{packages: map[string]goPackage{}, folders: map[string]string{}, modules: map[string]string{}}
	for dec := json.NewDecoder(strings.NewReader(string(text))); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("reading what go list prints: %w", err)
		}
		g.packages[p.ImportPath] = p
		if rel, err := filepath.Rel(top, p.Dir); err == nil && p.Dir != "" && filepath.IsLocal(rel) {
			g.folders[p.ImportPath] = filepath.ToSlash(rel)
		}
	}
	if len(g.folders) == 0 {
		return nil, errors.New("go list finds no package")
	}
	return g, nil
}

// reach gives the folders that the packages below a folder lead to.
func (g *goGraph) reach(folder string) map[string]bool {
	reached := map[string]bool{}
	var todo []string
	seen := map[string]bool{}
	for id, dir := range g.folders {
		if within(dir, folder) {
			todo = append(todo, id)
		}
	}
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[id] {
			continue
		}
		seen[id] = true
		if dir := g.folder(id); dir != "" {
			reached[dir] = true
		}
		todo = append(todo, g.packages[id].Imports...)
	}
	return reached
}

// folder gives where a package is. One that is gone is where its import path
// says it was, in the module whose path goes furthest.
func (g *goGraph) folder(id string) string {
	if dir, ok := g.folders[id]; ok {
		return dir
	}
	name, _, _ := strings.Cut(id, " ")
	for module := name; module != "." && module != "/"; module = path.Dir(module) {
		if dir, ok := g.modules[module]; ok {
			return path.Join(dir, strings.TrimPrefix(name, module))
		}
	}
	return ""
}
