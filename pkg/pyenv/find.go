package pyenv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/connkit/connkit/internal/fault"
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
