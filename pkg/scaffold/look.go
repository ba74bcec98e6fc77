package scaffold

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// found is what a look at an upstream's source told.
type found struct {
	distribution string
	python       string   // requires-python
	classes      []string // module:Symbol
}

// maxLook is the number of source files read in search of a class.
const maxLook = 500

// look reads an upstream's folder: its project file for the distribution's
// name, its sources for classes that a shim for the given template can wrap.
func look(dir, template string) found {
	f := lookProject(dir)
	class, ok := classPatterns[template]
	if !ok {
		return f
	}
	read := 0
	_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return skipUnlikely(dir, p, d, err)
		}
		if read++; read > maxLook || !d.Type().IsRegular() || filepath.Ext(p) != ".py" || d.Name() == "setup.py" {
			return nil
		}
		text, _ := os.ReadFile(p) // what cannot be read is not found
		for _, m := range class().FindAllSubmatch(text, -1) {
			f.classes = append(f.classes, moduleOf(dir, p)+":"+string(m[1]))
		}
		return nil
	})
	f.classes = preferShallow(f.classes)
	for i, class := range f.classes {
		f.classes[i] = exported(dir, class)
	}
	return f
}

// exported gives the class by its top package where that offers it, as its users import it.
func exported(dir, class string) string {
	module, symbol, _ := strings.Cut(class, ":")
	top, _, _ := strings.Cut(module, ".")
	for _, src := range []string{"", "src"} {
		text, err := os.ReadFile(filepath.Join(dir, src, top, "__init__.py"))
		if err == nil && regexp.MustCompile(`\b`+symbol+`\b`).Match(text) {
			return top + ":" + symbol
		}
	}
	return class
}

// classPatterns find the class that a template wraps: by the base classes that
// the two kits offer, and by the names that every connector of them bears.
var classPatterns = map[string]func() *regexp.Regexp{
	"airbyte": pattern.Lazy(`(?m)^class\s+(Source\w*)\s*\([^)]*(?:Source|Declarative)\w*[^)]*\)\s*:`),
	"singer":  pattern.Lazy(`(?m)^class\s+(Tap\w*)\s*\([^)]*(?:Tap)\w*[^)]*\)\s*:`),
}

func skipUnlikely(root, p string, d fs.DirEntry, err error) error {
	if err != nil {
		return fs.SkipDir // an unreadable folder is not searched
	}
	name := d.Name()
	if p != root && (strings.HasPrefix(name, ".") || slices.Contains([]string{"tests", "unit_tests", "integration_tests", "build", "dist", "node_modules"}, name)) {
		return fs.SkipDir
	}
	return nil
}

func moduleOf(dir, file string) string {
	rel, _ := filepath.Rel(dir, strings.TrimSuffix(file, ".py"))
	parts := strings.Split(filepath.ToSlash(rel), "/")
	if len(parts) > 1 && parts[0] == "src" {
		parts = parts[1:]
	}
	if last := len(parts) - 1; parts[last] == "__init__" {
		parts = parts[:last]
	}
	return strings.Join(parts, ".")
}

// preferShallow keeps the classes of the least nested modules: a source's own
// class stands above the helpers that share its base.
func preferShallow(classes []string) []string {
	slices.Sort(classes)
	least := -1
	for _, c := range classes {
		if n := strings.Count(c, "."); least < 0 || n < least {
			least = n
		}
	}
	return slices.DeleteFunc(slices.Compact(classes), func(c string) bool { return strings.Count(c, ".") > least })
}
