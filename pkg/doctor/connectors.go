package doctor

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/pyenv"
)

// connectors looks at the build files and environments of Python connectors.
// Those with which nothing is wrong are one finding together; what is wrong
// with one hinders that one alone, so that it never makes a job fail.
func connectors(ctx context.Context, dirs []string) []Finding {
	if len(dirs) == 0 {
		return nil
	}
	timed, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var list []Finding
	for i, err := range pyenv.Inspect(timed, pyenv.Pythons(timed), dirs) {
		if err == nil {
			continue
		}
		f := Finding{Name: filepath.Base(dirs[i]), Status: Warn, Path: dirs[i], Use: "this connector", Jobs: python, Problem: err.Error(), Get: fault.HintOf(err), group: single}
		var at *fault.Error
		if errors.As(err, &at) && at.File == dirs[i] {
			f.Problem = at.Err.Error() // the name tells the place
		}
		list = append(list, f)
	}
	if good := len(dirs) - len(list); good > 0 {
		whole := Finding{Name: "connectors", Status: OK, Use: fmt.Sprintf("%d of %d fit their Python", good, len(dirs)), Jobs: python, group: single}
		list = append([]Finding{whole}, list...)
	}
	return list
}
