package pyenv

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/connkit/connkit/internal/pattern"
)

var versionLine = pattern.Lazy(`(?m)^\s*version(?:_info)?\s*=\s*(\d+)\.(\d+)\.(\d+)`)

// madeWith reads the version of Python that pyvenv.cfg tells. The key differs
// from tool to tool: version of venv, version_info of uv and virtualenv.
func madeWith(place string) (v version, ok bool) {
	text, err := os.ReadFile(filepath.Join(place, "pyvenv.cfg"))
	if err != nil {
		return v, false
	}
	m := versionLine().FindStringSubmatch(string(text))
	if m == nil {
		return v, false
	}
	for i := range v {
		v[i], _ = strconv.Atoi(m[i+1])
	}
	return v, true
}

// linked gives the interpreter outside an environment that its own links to,
// "" when it is a copy, which does not tell whose.
func linked(env Env) string {
	place := env.Python
	for range 8 { // python links to python3, that to python3.11; more would be a circle
		to, err := os.Readlink(place)
		if err != nil {
			return ""
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(place), to)
		}
		if place = to; !within(env.Dir, place) {
			return place
		}
	}
	return ""
}

var minorInName = pattern.Lazy(`^python3\.(\d+)$`)

// linkedMinor reads the minor version off the name of the program that the interpreter links to.
func linkedMinor(python string) (int, bool) {
	real, err := filepath.EvalSymlinks(python)
	if err != nil {
		return 0, false
	}
	m := minorInName().FindStringSubmatch(filepath.Base(real))
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil
}

// sitePackages gives the folder that an environment's packages are in.
func (e Env) sitePackages() (string, error) {
	found, err := fs.Glob(os.DirFS(e.Dir), "lib/python3.*/site-packages") // within it: its own name may hold brackets
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("looking into %q: it has no site-packages", e.Dir)
	}
	return filepath.Join(e.Dir, filepath.FromSlash(found[0])), nil
}
