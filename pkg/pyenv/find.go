package pyenv

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/proc"
)

// Env is a Python environment that is there.
type Env struct {
	Dir     string `json:"dir"`
	BinDir  string `json:"binDir"`
	Python  string `json:"python"`            // path of its interpreter
	Version string `json:"version,omitempty"` // of its interpreter, or "" when nothing says so
	Manager string `json:"manager,omitempty"` // uv | poetry | pip, or "" when connkit did not make it
}

// folder is where the environment of a connector is: in its own folder, for
// all three tools.
const folder = ".venv"

// Find gives the environment of the connector in dir: its .venv, else the
// virtual environment active when that is inside dir, else the one that Poetry
// keeps elsewhere; only the last is asked for by starting a program. With
// none, ok is false. One whose interpreter is gone, or is a Python that the
// project does not take, is a [fault.Environment] error.
func Find(ctx context.Context, dir, active string) (env Env, ok bool, err error) {
	p, err := readProject(dir)
	if err != nil {
		p = &project{} // an environment serves without a project that can be read
	}
	place := filepath.Join(dir, folder)
	switch {
	case isThere(place):
	case within(dir, active):
		place = active
	default:
		if place, err = poetryEnv(ctx, dir, p); place == "" || err != nil {
			return Env{}, false, err
		}
	}
	if env, err = looked(dir, place, p.python); err != nil {
		return Env{}, false, err
	}
	return env, true, nil
}

func looked(dir, place string, wanted pyRange) (Env, error) {
	env, problem := look(place, wanted)
	if problem != "" {
		return env, fault.Environmentf("looking into %q: %s", place, problem).WithHint("connkit env %s", filepath.Base(dir))
	}
	return env, nil
}

// isThere tells whether something has the name, be it a link that leads nowhere.
func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func within(dir, place string) bool {
	rel, err := filepath.Rel(dir, place)
	return place != "" && err == nil && rel != "." && filepath.IsLocal(rel)
}

// poetryEnv asks Poetry where it keeps the environment of one of its projects, "" for nowhere.
func poetryEnv(ctx context.Context, dir string, p *project) (string, error) {
	if !p.poetryLock && !p.poetryStyle {
		return "", nil
	}
	if _, err := proc.Look("poetry"); err != nil {
		return "", nil //nolint:nilerr // without Poetry nothing is Poetry's
	}
	out, err := proc.Run(ctx, proc.Cmd{Argv: []string{"poetry", "env", "info", "--path", "--no-interaction"}, Dir: dir, Unset: unset})
	var exit *proc.Error
	if errors.As(err, &exit) { // there is none
		return "", nil
	}
	return out.Text(), err
}

// look reads what an environment tells about itself without starting it.
// problem says why it cannot serve, "" when it can.
func look(place string, wanted pyRange) (env Env, problem string) {
	env = Env{Dir: place, BinDir: filepath.Join(place, "bin"), Python: filepath.Join(place, "bin", "python")}
	env.Manager, _ = readStamp(place)
	if _, err := os.Stat(env.Python); err != nil {
		return env, "its interpreter is gone"
	}
	made, ok := madeWith(place)
	if !ok {
		return env, ""
	}
	env.Version = made.String()
	if now, ok := linkedMinor(env.Python); ok && now != made[1] {
		return env, fmt.Sprintf("it was made with Python 3.%d, and its interpreter has become 3.%d", made[1], now)
	}
	if !wanted.takes(made) {
		return env, fmt.Sprintf("it is Python %s, and the project takes %q", made, wanted.text)
	}
	return env, ""
}

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
