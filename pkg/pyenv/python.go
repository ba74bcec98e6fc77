package pyenv

import (
	"context"
	"fmt"
	"slices"
	"sync"

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
	return Python{}, noPython(wanted, found, manager)
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
