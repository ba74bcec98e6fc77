package pyenv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/internal/textedit"
)

// Apply makes the environment. step is told what runs, w gets what a tool
// printed when it fails. When it fails or ctx ends, an environment and a lock
// file that were not there before are removed again, and those that were stay.
func (p *Plan) Apply(ctx context.Context, step func(string, ...any), w io.Writer) error {
	if p.Done {
		return nil
	}
	if err := p.recover(); err != nil {
		return err
	}
	locks := p.readLocks()
	err := p.setAside()
	if err == nil {
		err = p.make(ctx, step, w)
	}
	if err != nil {
		p.undo(locks)
		return err
	}
	p.noteLocks(locks)
	if err := p.writeStamp(); err != nil {
		return fmt.Errorf("noting what the environment was made from: %w", err)
	}
	if err := os.RemoveAll(p.aside()); err != nil {
		return fmt.Errorf("removing the old environment: %w", err)
	}
	return nil
}

func (p *Plan) make(ctx context.Context, step func(string, ...any), w io.Writer) error {
	commands := p.Commands
	if p.lock != nil {
		commands = commands[:len(commands)-len(p.lock.commands)]
	}
	for _, argv := range commands {
		step("running %s", strings.Join(argv, " "))
		run := p.run
		if argv[0] == "poetry" {
			run = func(ctx context.Context, argv []string, w io.Writer) error { return p.poetry(ctx, argv, step, w) }
		}
		if err := run(ctx, argv, w); err != nil {
			return err
		}
	}
	if p.lock != nil {
		if err := p.followLock(ctx, p.lock, step, w); err != nil {
			return err
		}
	}
	return p.addPkgResources(ctx, step, w)
}

// aside is where the environment that is replaced waits until the new one is whole.
func (p *Plan) aside() string { return p.Dir + ".connkit-old" }

// recover finishes a run that was killed while an old environment stood aside.
func (p *Plan) recover() error {
	if !isThere(p.aside()) {
		return nil
	}
	whole, _ := readStamp(p.Dir)
	if whole == "" {
		if err := os.RemoveAll(p.Dir); err != nil {
			return fmt.Errorf("removing half an environment: %w", err)
		}
		p.fresh, p.anew = false, true
		return os.Rename(p.aside(), p.Dir)
	}
	return os.RemoveAll(p.aside())
}

// setAside moves away what is replaced, and takes the stamp off what is
// changed in place, which is not whole until all went well.
func (p *Plan) setAside() error {
	if p.fresh {
		return nil
	}
	var err error
	if p.anew {
		err = os.Rename(p.Dir, p.aside())
	} else {
		err = os.Remove(stampFile(p.Dir))
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("setting the old environment aside: %w", err)
	}
	return nil
}

// undo leaves the folder as it was; the error that led here tells more than one of its own.
func (p *Plan) undo(locks map[string][]byte) {
	for name, text := range p.readLocks() {
		place := filepath.Join(p.project.dir, name)
		switch old := locks[name]; {
		case old == nil && text != nil:
			_ = os.Remove(place)
		case !bytes.Equal(old, text):
			_ = textedit.WriteFile(place, old, 0o644) // whatever the tool has left there
		}
	}
	if p.fresh || p.anew && isThere(p.aside()) {
		_ = os.RemoveAll(p.Dir)
	}
	if p.anew {
		_ = os.Rename(p.aside(), p.Dir)
	}
}

// readLocks gives the lock files as they are, nil for one that is not there.
func (p *Plan) readLocks() map[string][]byte {
	locks := map[string][]byte{}
	for _, name := range []string{"uv.lock", "poetry.lock"} {
		text, err := os.ReadFile(filepath.Join(p.project.dir, name))
		if err != nil {
			text = nil
		}
		locks[name] = text
	}
	return locks
}

// noteLocks says which lock file a tool wrote, since nobody asked for that.
func (p *Plan) noteLocks(before map[string][]byte) {
	for name, now := range p.readLocks() {
		switch old := before[name]; {
		case old == nil && now != nil:
			p.Notes = append(p.Notes, name+" was written: commit it, and it decides from now on")
		case !bytes.Equal(old, now):
			p.Notes = append(p.Notes, name+" was brought up to date with pyproject.toml")
		}
	}
}

// unset are variables of the caller that lead the tools to other environments,
// leave out a part of the project or, for the last one, make every start of
// the connector slower for good.
var unset = []string{
	"UV_PYTHON", "UV_PROJECT", "UV_SYSTEM_PYTHON", "UV_MANAGED_PYTHON", "UV_PYTHON_PREFERENCE", "UV_WORKING_DIRECTORY", "UV_WORKING_DIR",
	"UV_NO_DEV", "UV_NO_GROUP", "UV_NO_DEFAULT_GROUPS", "UV_NO_EDITABLE", "UV_NO_SYNC",
	"VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "PYTHONHOME", "PYTHONPATH", "PYENV_VERSION",
	"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_PYTHON", "PIP_DRY_RUN", "PIP_NO_DEPS", "PIP_NO_COMPILE", "PIP_QUIET",
	"PYTHONDONTWRITEBYTECODE",
}

func (p *Plan) run(ctx context.Context, argv []string, w io.Writer) error {
	var printed bytes.Buffer
	_, err := proc.Run(ctx, proc.Cmd{
		Argv: argv, Dir: p.project.dir, Stdout: &printed, Stderr: &printed, Unset: unset,
		Env: []string{
			// absolute, since a member of a uv workspace takes a relative one from the workspace's folder
			"UV_PROJECT_ENVIRONMENT=" + p.Dir, "UV_NO_PROGRESS=1",
			"POETRY_VIRTUALENVS_IN_PROJECT=true", "POETRY_VIRTUALENVS_CREATE=true", "PIP_REQUIRE_VIRTUALENV=",
		},
	})
	var exit *proc.Error
	if !errors.As(err, &exit) {
		return err
	}
	said := printed.String()
	if _, err := io.WriteString(w, said); err != nil {
		return fmt.Errorf("printing what %s said: %w", argv[0], err)
	}
	return p.explain(argv, exit.Status, said)
}
