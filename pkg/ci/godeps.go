package ci

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/connkit/connkit/internal/pattern"
)

// golang concerns the Go connectors whose packages, or tests, import what has
// changed. go list is asked only when something has changed that they could.
func (s *sorting) golang(ctx context.Context, outside, inside []string) error {
	q := &goQuestion{s: s, modules: map[string]string{}, byFolder: map[string][]string{}, byModule: map[string][]string{}, looked: map[string]bool{}, sources: map[string]bool{}}
	for _, p := range s.paths {
		if strings.HasSuffix(p, ".go") {
			q.sources[path.Dir(p)] = true
		}
	}
	for _, p := range outside {
		q.ask(p)
	}
	imported, err := q.imported(ctx, inside)
	if err != nil {
		return err
	}
	if imported {
		for _, p := range inside {
			q.ask(p)
		}
	}
	if len(q.byFolder)+len(q.byModule) == 0 {
		return nil
	}
	runs, err := q.runs(ctx)
	if err == nil {
		err = q.answer(ctx, runs)
	}
	if err != nil && ctx.Err() == nil {
		return &unknownError{q.first, fmt.Errorf("asking go list what imports %s: %w", plainText(q.first), err)}
	}
	return err
}

// localReplace finds the folders that a go.mod takes modules from.
var localReplace = pattern.Lazy(`=>\s*"?(\.{1,2}(?:/[^\s"]*)?)`)

// runs gives the calls of go list that can tell: of each module with
// connectors that holds something changed or takes it from a folder.
func (q *goQuestion) runs(ctx context.Context) (map[string]*goRun, error) {
	runs := map[string]*goRun{} // by the folder of a connector's module
	works := map[string]*goRun{}
	for _, c := range q.s.m.connectors {
		module, ok := q.module(q.s.g.inside(c.Name))
		if !ok || c.Language != "go" || runs[module] != nil {
			continue
		}
		run, err := q.workspace(ctx, module, works)
		if err != nil {
			return nil, err
		}
		if run == nil && q.mayLead(module) {
			run = &goRun{dir: module, patterns: []string{"./..."}, work: "off"}
		}
		if run != nil {
			runs[module] = run
		}
	}
	return runs, nil
}

// mayLead tells whether a module holds something that has changed, or takes it from a folder.
func (q *goQuestion) mayLead(module string) bool {
	text, _ := os.ReadFile(filepath.Join(q.s.g.top, filepath.FromSlash(module), "go.mod")) // it was there a moment ago; else go list says so
	from := []string{module}
	for _, m := range localReplace().FindAllStringSubmatch(string(text), -1) {
		from = append(from, path.Join(module, m[1]))
	}
	for folder := range q.byModule {
		if slices.Contains(from[1:], folder) { // its own is answered without go list
			return true
		}
	}
	for folder := range q.byFolder {
		if m, _ := q.module(folder); slices.Contains(from, m) {
			return true
		}
	}
	return false
}

// answer asks go list and concerns the connectors that lead to what has changed.
func (q *goQuestion) answer(ctx context.Context, runs map[string]*goRun) error {
	if len(runs) > 0 {
		q.s.m.step("asking go list what imports %s", plainText(q.first))
	}
	graphs, err := q.loadAll(ctx, runs)
	if err != nil {
		return err
	}
	for _, c := range q.s.m.connectors {
		folder := q.s.g.inside(c.Name)
		module, ok := q.module(folder)
		if !ok || c.Language != "go" {
			continue
		}
		for _, p := range q.byModule[module] {
			q.concern(c.Name, folder, p, module)
		}
		if graphs[module] == nil {
			continue
		}
		for _, dir := range sortedKeys(graphs[module].reach(folder)) { // the first reason is the one that is told
			for _, p := range q.byFolder[dir] {
				q.concern(c.Name, folder, p, dir)
			}
			if m, ok := q.module(dir); ok && m != module {
				for _, p := range q.byModule[m] {
					q.concern(c.Name, folder, p, m)
				}
			}
		}
	}
	return nil
}

func (q *goQuestion) concern(name, folder, p, via string) {
	if within(p, folder) {
		return
	}
	if via == "." {
		via = "the root's module"
	}
	q.s.users[p] = true
	q.s.m.concern(name, reason{kind: depends, path: p, via: via})
}

// loadAll asks go list of several modules at a time.
func (q *goQuestion) loadAll(ctx context.Context, runs map[string]*goRun) (map[string]*goGraph, error) {
	var list []*goRun
	for _, module := range sortedKeys(runs) { // of several that fail the same one is told each time
		if !slices.Contains(list, runs[module]) {
			list = append(list, runs[module])
		}
	}
	const lanes = 4
	found, failed := make([]*goGraph, len(list)), make([]error, len(list))
	var group sync.WaitGroup
	for lane := range lanes {
		group.Go(func() {
			for i := lane; i < len(list); i += lanes {
				found[i], failed[i] = list[i].load(ctx, q.s.g.top)
			}
		})
	}
	group.Wait()
	if i := slices.IndexFunc(failed, func(err error) bool { return err != nil }); i >= 0 {
		return nil, failed[i]
	}
	names := q.names()
	graphs := map[string]*goGraph{}
	for module, run := range runs {
		graphs[module] = found[slices.Index(list, run)]
		graphs[module].modules = names
	}
	return graphs, nil
}
