package pyenv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// Python is an interpreter in PATH. One that does not run has a Problem and no Version.
type Python struct {
	Name    string // as it is called: python3.12
	Path    string // the program behind shims and virtual environments
	Version string // 3.12.4
	Problem string

	version version
}

// The minor versions of Python 3 that are looked for by name.
const newest, oldest = 16, 8

// names gives the names of interpreters: the user's own first, then the newest first.
func names() []string {
	list := []string{"python3", "python"}
	for minor := newest; minor >= oldest; minor-- {
		list = append(list, fmt.Sprintf("python3.%d", minor))
	}
	return list
}

// Pythons gives the interpreters in PATH, in the order in which they would be
// chosen. All are started at once, and each has until ctx ends.
func Pythons(ctx context.Context) []Python {
	all := names()
	found := make([]Python, len(all))
	var wait sync.WaitGroup
	for i, name := range all {
		wait.Go(func() { found[i], _ = probe(ctx, name) })
	}
	wait.Wait()
	return slices.DeleteFunc(found, func(p Python) bool { return p.Name == "" })
}

// choose gives the Python that makes the environment: the user's own python3
// where it fits the range, else the newest that fits. uv knows of more.
func choose(ctx context.Context, wanted pyRange, manager string) (Python, error) {
	var found []Python
	for _, name := range names() {
		p, ok := probe(ctx, name)
		if ok && p.Problem == "" && wanted.takes(p.version) {
			return p, nil
		}
		if ok {
			found = append(found, p)
		}
		if ctx.Err() != nil {
			return Python{}, context.Cause(ctx)
		}
	}
	if manager == "uv" {
		if p, ok := managedByUV(ctx, wanted); ok {
			return p, nil
		}
	}
	if p, ok := installedByPyenv(ctx, wanted); ok {
		return p, nil
	}
	return Python{}, noPython(wanted, found, manager)
}

// installedByPyenv looks among the versions that pyenv has: its names in PATH
// stand for the chosen one alone, and fail for the others.
func installedByPyenv(ctx context.Context, wanted pyRange) (Python, bool) {
	root := os.Getenv("PYENV_ROOT")
	if home, err := os.UserHomeDir(); root == "" && err == nil {
		root = filepath.Join(home, ".pyenv")
	}
	for _, minor := range wanted.minors() {
		places, _ := filepath.Glob(filepath.Join(root, "versions", fmt.Sprintf("3.%d.*", minor), "bin", fmt.Sprintf("python3.%d", minor)))
		for _, place := range slices.Backward(places) {
			if p, ok := probe(ctx, place); ok && p.Problem == "" && wanted.takes(p.version) {
				return p, true
			}
		}
	}
	return Python{}, false
}

// managedByUV asks uv for the interpreters that it has put down itself, which are not in PATH.
func managedByUV(ctx context.Context, wanted pyRange) (Python, bool) {
	for _, minor := range wanted.minors() {
		out, err := proc.Run(ctx, proc.Cmd{
			Argv:  []string{"uv", "python", "find", "--managed-python", "--no-python-downloads", "--no-project", fmt.Sprintf("3.%d", minor)},
			Unset: unset,
		})
		if err != nil {
			continue
		}
		if p, ok := probe(ctx, out.Text()); ok && p.Problem == "" && wanted.takes(p.version) {
			return p, true
		}
	}
	return Python{}, false
}

func noPython(wanted pyRange, found []Python, manager string) error {
	var versions, broken []string
	minors := wanted.minors()
	for _, p := range found {
		m := minorInName.FindStringSubmatch(p.Name)
		switch {
		case p.Problem == "":
			versions = append(versions, p.Version)
		case m == nil || slices.ContainsFunc(minors, func(n int) bool { return m[1] == strconv.Itoa(n) }):
			broken = append(broken, p.Name)
		}
	}
	have := "none was found"
	if len(versions) > 0 {
		slices.Sort(versions)
		have = "found " + strings.Join(slices.Compact(versions), ", ")
	}
	if len(broken) > 0 {
		have += "; " + strings.Join(broken, ", ") + " in PATH cannot be started"
	}
	return fault.Environmentf("choosing a Python for %q: %s", wanted.text, have).WithHint("%s", howToGetPython(wanted, manager))
}

func howToGetPython(wanted pyRange, manager string) string {
	minors := wanted.minors()
	switch {
	case len(minors) == 0:
		return fmt.Sprintf("no Python from 3.%d to 3.%d lies in that range: change requires-python in pyproject.toml", oldest, newest)
	case !wanted.takes(version{3, minors[0], 5}):
		return fmt.Sprintf(`%q takes the first patch release alone: write ">=3.%d,<3.%d" into pyproject.toml`, wanted.text, minors[0], minors[0]+1)
	}
	// The newest breaks most packages for a while: prefer one that has settled.
	minor := minors[len(minors)-1]
	for _, m := range minors {
		if m <= settled {
			minor = m
			break
		}
	}
	if manager == "uv" {
		return fmt.Sprintf("uv python install 3.%d, or change requires-python in pyproject.toml", minor)
	}
	return fmt.Sprintf("apt install python3.%d python3.%d-venv, brew install python@3.%d or pyenv install 3.%d, or change requires-python in pyproject.toml", minor, minor, minor, minor)
}

// settled is the minor version that is proposed where the range leaves a choice.
const settled = 13

// probe runs a Python, since a name in PATH may be a stand-in that ends with
// an error. ok is false when there is no such name.
func probe(ctx context.Context, name string) (Python, bool) {
	path, err := proc.Look(name)
	if err != nil {
		return Python{}, false
	}
	p := Python{Name: filepath.Base(name), Path: path}
	out, err := proc.Run(ctx, proc.Cmd{
		Argv:  []string{path, "-I", "-c", "import sys; print(getattr(sys, '_base_executable', sys.executable), *sys.version_info[:3])"},
		Unset: []string{"PYTHONHOME", "PYTHONPATH"},
	})
	var exit *proc.Error
	switch {
	case ctx.Err() != nil:
		p.Problem = "no answer in time"
		return p, true
	case errors.As(err, &exit):
		p.Problem = fmt.Sprintf("it ends with exit status %d: %s", exit.Status, exit.Error())
		return p, true
	case err != nil:
		p.Problem = err.Error()
		return p, true
	}
	if !p.read(out.Text()) {
		p.Problem = fmt.Sprintf("it tells no version: %.60q", out.Text())
	}
	return p, true
}

// read takes a path, which may hold spaces, and three numbers.
func (p *Python) read(line string) bool {
	fields := strings.Fields(line)
	if len(fields) < 4 {
		return false
	}
	numbers := fields[len(fields)-3:]
	for i, n := range numbers {
		var err error
		if p.version[i], err = strconv.Atoi(n); err != nil {
			return false
		}
	}
	path := strings.TrimSpace(strings.TrimSuffix(line, strings.Join(numbers, " ")))
	if !filepath.IsAbs(path) {
		return false
	}
	p.Path, p.Version = path, p.version.String()
	return true
}
