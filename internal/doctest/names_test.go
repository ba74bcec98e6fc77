package doctest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestArchitectureNamesWhatIsThere wants that every function, method and type
// that the walk through the house names is in the code.
func TestArchitectureNamesWhatIsThere(t *testing.T) {
	t.Parallel()
	names := declared(t)
	p := readPage(t, "docs/architecture.md")
	walk := p.section("One walk through it: connkit ci add")
	name := regexp.MustCompile("`([A-Za-z]+(?:\\.[A-Za-z]+)?)`")
	seen := 0
	for _, l := range walk {
		for _, m := range name.FindAllStringSubmatch(l, -1) {
			seen++
			if !names[m[1]] {
				t.Errorf("docs/architecture.md: there is no %s", m[1])
			}
		}
	}
	if seen < 30 {
		t.Errorf("%d names were looked up", seen)
	}
}

// TestArchitectureNamesEveryRoom wants a line in the picture for each package below pkg and internal, and no other.
func TestArchitectureNamesEveryRoom(t *testing.T) {
	t.Parallel()
	var picture string
	for _, b := range readPage(t, "docs/architecture.md").blocks {
		picture = strings.Join(b.body, "\n")
		break
	}
	for _, dir := range []string{"pkg", "internal"} {
		entries, err := os.ReadDir(filepath.Join(top, dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() && !strings.Contains("\n"+picture, "\n"+dir+"/"+e.Name()+" ") {
				t.Errorf("docs/architecture.md has no line for %s/%s", dir, e.Name())
			}
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^((?:pkg|internal|cmd)/[a-z]+) `).FindAllStringSubmatch(picture, -1) {
		if _, err := os.Stat(filepath.Join(top, m[1])); err != nil {
			t.Errorf("docs/architecture.md has a line for %s, which is not there", m[1])
		}
	}
}

// declared gives what the code declares: f, package.F, Type.Method, package.Type.
func declared(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, dir := range []string{"cmd", "pkg", "internal"} {
		err := filepath.WalkDir(filepath.Join(top, dir), func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err == nil {
				collect(names, f)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return names
}

func collect(names map[string]bool, f *ast.File) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names[d.Name.Name], names[f.Name.Name+"."+d.Name.Name] = true, true
				continue
			}
			of := d.Recv.List[0].Type
			if star, ok := of.(*ast.StarExpr); ok {
				of = star.X
			}
			if id, ok := of.(*ast.Ident); ok {
				names[id.Name+"."+d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if ts, ok := s.(*ast.TypeSpec); ok {
					names[f.Name.Name+"."+ts.Name.Name] = true
				}
			}
		}
	}
}

// TestEveryPageIsReached wants that whoever starts at the README can come to
// every page by links, and that each decision stands in their list.
func TestEveryPageIsReached(t *testing.T) {
	t.Parallel()
	all := map[string]page{}
	for _, p := range pages(t) {
		all[p.file] = p
	}
	reached := map[string]bool{"README.md": true}
	for todo := []string{"README.md"}; len(todo) > 0; todo = todo[1:] {
		from := todo[0]
		for _, l := range all[from].prose {
			for _, target := range links(l.text) {
				file, _, _ := strings.Cut(target, "#")
				to := filepath.ToSlash(filepath.Join(filepath.Dir(from), file))
				if _, ok := all[to]; ok && !reached[to] {
					reached[to] = true
					todo = append(todo, to)
				}
			}
		}
	}
	index := strings.Join(all["docs/adr/README.md"].lines, "\n")
	for file := range all {
		if !reached[file] {
			t.Errorf("no link leads to %s", file)
		}
		if dir, base := filepath.Split(file); dir == "docs/adr/" && base != "README.md" && !strings.Contains(index, "("+base+")") {
			t.Errorf("docs/adr/README.md does not list %s", base)
		}
	}
}

// TestReadme holds what the README promises of itself, and that the targets of
// make that any page names are there.
func TestReadme(t *testing.T) {
	t.Parallel()
	if n := len(readPage(t, "README.md").lines); n >= 200 {
		t.Errorf("the README has %d lines", n)
	}
	makefile, err := os.ReadFile(filepath.Join(top, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	target := regexp.MustCompile(`(?:^|\s)make ([a-z][a-z-]+)`)
	seen := 0
	for _, p := range pages(t) {
		for _, l := range shown(p) {
			for _, m := range target.FindAllStringSubmatch(l.text, -1) {
				seen++
				if !regexp.MustCompile(`(?m)^` + m[1] + `:`).Match(makefile) {
					t.Errorf("%s:%d: there is no target %s", p.file, l.number, m[1])
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("%d targets were looked up", seen)
	}
}
