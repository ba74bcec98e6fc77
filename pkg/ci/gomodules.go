package ci

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/proc"
)

// workspace gives the call for all modules of a go.work, when a module is one of them.
func (q *goQuestion) workspace(ctx context.Context, module string, works map[string]*goRun) (*goRun, error) {
	for dir := module; ; dir = path.Dir(dir) {
		file := filepath.Join(q.s.g.top, filepath.FromSlash(dir), "go.work")
		if _, err := os.Stat(file); err == nil {
			if works[dir] == nil {
				run, err := readWork(ctx, q.s.g.top, dir, file)
				if err != nil {
					return nil, err
				}
				works[dir] = run
			}
			if rel, err := filepath.Rel(filepath.FromSlash(dir), filepath.FromSlash(module)); err == nil && slices.Contains(works[dir].patterns, "./"+path.Join(filepath.ToSlash(rel), "...")) {
				return works[dir], nil
			}
			return nil, nil
		}
		if dir == "." {
			return nil, nil
		}
	}
}

func readWork(ctx context.Context, top, dir, file string) (*goRun, error) {
	out, err := proc.Run(ctx, proc.Cmd{Argv: []string{"go", "work", "edit", "-json", file}, Dir: top})
	if err != nil {
		return nil, err
	}
	var work struct{ Use []struct{ DiskPath string } }
	if err := json.Unmarshal(out.Stdout, &work); err != nil {
		return nil, fmt.Errorf("reading what go work edit prints: %w", err)
	}
	run := &goRun{dir: dir, work: file}
	for _, use := range work.Use {
		run.patterns = append(run.patterns, "./"+path.Join(path.Clean(filepath.ToSlash(use.DiskPath)), "..."))
	}
	return run, nil
}

var moduleLine = pattern.Lazy(`(?m)^module\s+"?([^\s"]+)`)

// moduleName gives the path of the module in a folder, or "".
func (q *goQuestion) moduleName(folder string) string {
	text, _ := os.ReadFile(filepath.Join(q.s.g.top, filepath.FromSlash(folder), "go.mod")) // what cannot be read has no name
	if m := moduleLine().FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}

// names gives the folders of the modules that were met, by the modules' paths.
func (q *goQuestion) names() map[string]string {
	names := map[string]string{}
	for _, folder := range slices.Sorted(maps.Values(q.modules)) { // of two with one path the last, in every run
		if folder == "" {
			continue
		}
		if name := q.moduleName(folder); name != "" {
			names[name] = folder
		}
	}
	return names
}
