package ci

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// goQuestion is which connectors lead to some folders or modules.
type goQuestion struct {
	s        *sorting
	modules  map[string]string   // of each folder that was looked at: the folder of its module, or "" for none
	looked   map[string]bool     // whether a folder holds Go files
	sources  map[string]bool     // folders in which Go files have changed, be they gone
	byFolder map[string][]string // changed paths by the folder of their package
	byModule map[string][]string // changed go.mod and go.sum, by their module
	first    string
}

// ask puts a changed path into the question, if Go can know of it: a package's
// files, what lies below its folder, and a module's own files.
func (q *goQuestion) ask(p string) {
	dir := path.Dir(p)
	module, ok := q.module(dir)
	if !ok {
		return
	}
	switch path.Base(p) {
	case "go.mod", "go.sum":
		q.byModule[dir] = append(q.byModule[dir], p)
	case "go.work", "go.work.sum":
		return // every connector of the repository: that is not Go's to know
	default:
		folder, ok := q.packageOf(p, module)
		if !ok {
			return
		}
		q.byFolder[folder] = append(q.byFolder[folder], p)
		if strings.HasSuffix(p, ".go") {
			q.s.settled[p] = true
		}
	}
	if q.first == "" {
		q.first = p
	}
}

// packageOf gives the nearest folder upwards that holds Go files. The root of
// the repository's module holds everything, so only its own files are its package's.
func (q *goQuestion) packageOf(p, module string) (string, bool) {
	for dir := path.Dir(p); ; dir = path.Dir(dir) {
		if q.sources[dir] || q.holdsGo(dir) {
			return dir, true
		}
		if dir == module || dir == "." || path.Dir(dir) == "." && module == "." || path.Dir(dir) == q.s.g.prefix {
			return "", false
		}
	}
}

func (q *goQuestion) holdsGo(dir string) bool {
	holds, ok := q.looked[dir]
	if !ok {
		files, _ := os.ReadDir(filepath.Join(q.s.g.top, filepath.FromSlash(dir))) // a folder that is gone holds none
		holds = slices.ContainsFunc(files, func(f os.DirEntry) bool { return strings.HasSuffix(f.Name(), ".go") })
		q.looked[dir] = holds
	}
	return holds
}

// module gives the folder of the module that a folder is in.
func (q *goQuestion) module(dir string) (string, bool) {
	if m, ok := q.modules[dir]; ok {
		return m, m != ""
	}
	m := ""
	if _, err := os.Stat(filepath.Join(q.s.g.top, filepath.FromSlash(dir), "go.mod")); err == nil {
		m = dir
	} else if dir != "." {
		m, _ = q.module(path.Dir(dir))
	}
	q.modules[dir] = m
	return m, m != ""
}

// imported tells whether somebody may import one of the connectors in whose
// folders something has changed.
func (q *goQuestion) imported(ctx context.Context, inside []string) (bool, error) {
	folders := map[string]string{}
	for _, p := range inside {
		folder := q.s.g.inside(q.s.owner(p))
		module, ok := q.module(folder)
		if !ok {
			continue
		}
		rel, err := filepath.Rel(filepath.FromSlash(module), filepath.FromSlash(folder))
		if name := q.moduleName(module); name != "" && err == nil {
			folders[path.Join(name, filepath.ToSlash(rel))] = folder
		}
	}
	if len(folders) == 0 {
		return false, nil
	}
	return q.s.g.imported(ctx, folders)
}
