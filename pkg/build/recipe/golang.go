package recipe

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/pkg/workspace"
)

// golang is what the template of Go connectors is given.
type golang struct {
	*common
	Go       string   // version of the base image
	Module   string   // folder of the module from the root; "" is the root
	Prefix   string   // the same with a slash behind
	Replaced []string // folders of modules that the module replaces by others of the repository
	Packages []string // folders to build from
	Vendored bool
	Main     string // of the package to build, from the module
}

var goLine = pattern.Lazy(`(?m)^go\s+(\d+\.\d+)`)

func lookAtGo(root string, c workspace.Connector, of *common) (*golang, error) {
	module, ok := moduleOf(root, c.Dir)
	if !ok {
		return nil, fault.Usagef("there is no go.mod in it or above it").WithHint("go mod init, or write a Dockerfile")
	}
	g := &golang{common: of, Go: "1", Main: "."}
	text, err := os.ReadFile(filepath.Join(module, "go.mod"))
	if err != nil {
		return nil, err
	}
	if m := goLine().FindSubmatch(text); m != nil {
		g.Go = string(m[1])
	}
	if g.Module, err = inRoot(root, module); err != nil {
		return nil, err
	}
	if g.Module == "." {
		g.Module = ""
	} else {
		g.Prefix = g.Module + "/"
	}
	main, err := mainPackage(c)
	if err != nil {
		return nil, err
	}
	if rel, _ := filepath.Rel(module, main); rel != "." {
		g.Main = "./" + filepath.ToSlash(rel)
	}
	return g, g.sources(root, module, main, text)
}

// sources are the folders that the build reads: those of the packages that are
// imported, and the modules that are replaced by folders, all of which go.mod needs.
func (g *golang) sources(root, module, main string, modfile []byte) error {
	if isDir(filepath.Join(module, "vendor")) {
		g.Vendored = true
		g.Packages = append(g.Packages, g.Prefix+"vendor")
	}
	local := []localModule{{path: modulePath(modfile), dir: module}}
	for _, r := range replacements(modfile) {
		dir := filepath.Join(module, filepath.FromSlash(r.dir))
		rel, err := inRoot(root, dir)
		if err != nil {
			return err
		}
		g.Replaced = append(g.Replaced, rel)
		local = append(local, localModule{r.path, dir})
	}
	g.Replaced = outermost(g.Replaced)
	if isFile(filepath.Join(root, "go.work")) {
		return fault.Usagef("its modules are tied by a go.work").WithHint("write %s/Dockerfile: it has to copy every module that go.work uses", g.Name)
	}
	dirs, err := follow(local, main)
	if err != nil {
		return err
	}
	for _, dir := range append(dirs, filepath.Join(root, g.Name)) {
		rel, err := inRoot(root, dir)
		if err != nil {
			return err
		}
		g.Packages = append(g.Packages, rel)
	}
	for _, d := range g.Replaced {
		g.Packages = slices.DeleteFunc(g.Packages, func(p string) bool { return p == d || strings.HasPrefix(p, d+"/") })
	}
	g.Packages = outermost(g.Packages)
	return nil
}

// moduleOf gives the folder of the module that dir is in, not above the root.
func moduleOf(root, dir string) (string, bool) {
	for {
		if isFile(filepath.Join(dir, "go.mod")) {
			return dir, true
		}
		if dir == root || dir == filepath.Dir(dir) {
			return "", false
		}
		dir = filepath.Dir(dir)
	}
}

// mainPackage gives the folder of the program: the connector itself, its
// cmd/connector, or the only one in cmd.
func mainPackage(c workspace.Connector) (string, error) {
	if isProgram(c.Dir) {
		return c.Dir, nil
	}
	var found []string
	entries, _ := os.ReadDir(filepath.Join(c.Dir, "cmd")) // without one there is nothing in it
	for _, e := range entries {
		dir := filepath.Join(c.Dir, "cmd", e.Name())
		if !isProgram(dir) {
			continue
		}
		if e.Name() == "connector" || e.Name() == c.Name {
			return dir, nil
		}
		found = append(found, dir)
	}
	if isProgram(filepath.Join(c.Dir, "cmd")) {
		found = append(found, filepath.Join(c.Dir, "cmd"))
	}
	if len(found) != 1 {
		return "", fault.Usagef("%w: no package main in %s, nor one in %s/cmd", errNoMain, c.Name, c.Name).WithHint("write %s/Dockerfile", c.Name)
	}
	return found[0], nil
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
