package pyenv

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// Env is a Python environment that is there.
type Env struct {
	Dir    string `json:"dir"`
	BinDir string `json:"binDir"`
}

// folder is where the environment of a connector is: in its own folder, for
// all three tools.
const folder = ".venv"

// Find gives the environment of the connector in dir: its .venv, else the
// active virtual environment when that is inside dir, else the one that Poetry
// keeps elsewhere for a project of its own. With none, ok is false. One whose
// interpreter is gone is a [fault.Environment] error.
func Find(ctx context.Context, dir, active string) (env Env, ok bool, err error) {
	place := filepath.Join(dir, folder)
	if !exists(dir, folder) {
		place = active
		if !within(dir, active) {
			place = poetryPlace(ctx, dir)
		}
		if place == "" {
			return Env{}, false, nil
		}
	}
	env = Env{Dir: place, BinDir: filepath.Join(place, "bin")}
	python := filepath.Join(env.BinDir, "python")
	if _, err := os.Stat(python); err != nil {
		return Env{}, false, fault.Environmentf("looking into %q: its interpreter is gone", place).
			WithHint("connkit env %s --force", filepath.Base(dir))
	}
	return env, true, nil
}

// poetryPlace asks Poetry where it keeps the environment of a project that is
// its own by a lock file or by style. Without an answer there is none.
func poetryPlace(ctx context.Context, dir string) string {
	p, err := readProject(dir)
	if err != nil || !p.poetryLock && !p.poetryStyle {
		return ""
	}
	out, err := proc.Run(ctx, proc.Cmd{Argv: []string{"poetry", "env", "info", "--path", "--no-interaction"}, Dir: dir, Unset: unset})
	if err != nil {
		return ""
	}
	return out.Text()
}

func within(dir, place string) bool {
	rel, err := filepath.Rel(dir, place)
	return place != "" && err == nil && filepath.IsLocal(rel)
}

// sitePackages gives the folder that an environment's packages are in.
func (e Env) sitePackages() (string, error) {
	found, err := filepath.Glob(filepath.Join(e.Dir, "lib", "python3.*", "site-packages"))
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("looking into %q: it has no site-packages", e.Dir)
	}
	return found[0], nil
}
