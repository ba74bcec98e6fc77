package pyenv

import (
	"context"
	"path/filepath"

	"github.com/connkit/connkit/internal/proc"
)

// Inspect looks at connectors without making or starting anything of theirs:
// one error for each folder, nil where a project and its environment fit each
// other. It says what [NewPlan] would refuse: two lock files, a lock file of
// the wrong tool, a range that none of pythons lies in; and what [Find] would:
// an environment that is broken or of another Python.
func Inspect(ctx context.Context, pythons []Python, dirs []string) []error {
	errs := make([]error, len(dirs))
	for i, dir := range dirs {
		errs[i] = inspect(ctx, pythons, dir)
	}
	return errs
}

func inspect(ctx context.Context, pythons []Python, dir string) error {
	p, err := readProject(dir)
	if err != nil {
		return err
	}
	if err := p.conflict("auto"); err != nil {
		return err
	}
	if place := filepath.Join(dir, folder); isThere(place) {
		_, err := looked(dir, place, p.python)
		return err
	}
	for _, python := range pythons {
		if python.Problem == "" && p.python.takes(python.version) {
			return nil
		}
	}
	if _, err := proc.Look("uv"); err != nil {
		return noPython(p.python, pythons, "")
	}
	if _, ok := managedByUV(ctx, p.python); ok {
		return nil
	}
	return noPython(p.python, pythons, "uv")
}
