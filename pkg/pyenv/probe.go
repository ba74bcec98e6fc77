package pyenv

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/proc"
)

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
