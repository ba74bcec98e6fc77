package tour

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/proc"
)

// assets hold the monorepo as it is at the beginning, the template that the
// connector is made from, and the upstream of the imported one.
//
//go:embed all:assets
var assets embed.FS

// stage is the folder that the tour is played in.
type stage struct {
	o        Options
	folder   string // holds monorepo, upstream, template and the age key
	scratch  string // what no tour keeps: caches
	monorepo string
	registry string  // of its images, so that none of the user's is replaced
	engine   *Engine // that answers
	image    *Engine // has the image that was built
	pulled   *Engine // has a base image that was not there before
	made     bool    // the folder was not there before
	kept     bool
}

// oldestPython has what the connector of the tour uses.
const oldestPython = "3.8"

// check looks for what the tour cannot do without, before anything is made.
func check(ctx context.Context) error {
	if err := gitcmd.CheckVersion(ctx); err != nil {
		return err
	}
	_, err := proc.Run(ctx, proc.Cmd{Argv: []string{"python3", "-c", "import json, sys; sys.exit(sys.version_info < (3, 8))"}})
	if err != nil && ctx.Err() == nil {
		return fault.Environmentf("preparing the tour: it runs a connector in Python, and python3 of %s or later is not there: %w", oldestPython, err).
			WithHint("install python3; connkit tour --dry-run shows the steps without it")
	}
	return err
}

func newStage(ctx context.Context, o Options) (st *stage, err error) {
	st = &stage{o: o}
	defer func() {
		if err != nil {
			st.close()
		}
	}()
	if st.scratch, err = os.MkdirTemp("", "connkit-tour-*"); err != nil {
		return st, fault.Environmentf("creating a temporary folder: %w", err).WithHint("set TMPDIR to a folder that you may write to")
	}
	if st.scratch, err = filepath.EvalSymlinks(st.scratch); err != nil {
		return st, fmt.Errorf("creating a temporary folder: %w", err)
	}
	if err = st.chooseFolder(); err != nil {
		return st, err
	}
	st.monorepo = filepath.Join(st.folder, "connectors")
	st.registry = "connkit-tour-" + filepath.Base(st.scratch)[len("connkit-tour-"):]
	for from, to := range map[string]string{"monorepo": "connectors", "template": "template", "upstream": "upstream/" + path} {
		if err = unpack("assets/"+from, filepath.Join(st.folder, filepath.FromSlash(to))); err != nil {
			return st, err
		}
	}
	if err = st.write("connectors/connkit.yaml", "image:\n  registry: "+st.registry+"\n"); err != nil {
		return st, err
	}
	if err = st.makeUpstream(ctx); err != nil {
		return st, err
	}
	return st, st.makeRepository(ctx, "connectors", "Begin the tour")
}

// chooseFolder makes the folder; one to keep may be there, but not with anything in it.
func (st *stage) chooseFolder() error {
	if st.o.Keep == "" {
		st.folder = filepath.Join(st.scratch, "tour")
		st.made = true
		return os.Mkdir(st.folder, 0o700)
	}
	dir := st.o.Keep
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.Mkdir(dir, 0o755); err != nil {
			return fault.Usagef("making the folder of the tour: %w", err).WithHint("the folder above it has to be there")
		}
		st.made = true
	case err != nil:
		return fault.Usagef("making the folder of the tour: %w", err)
	case len(entries) > 0:
		return fault.Blockedf("making the tour in %q: there is something in it", dir).WithHint("name a folder that is empty or not there")
	}
	st.folder = dir
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		st.folder = real
	}
	return nil
}

func unpack(from, to string) error {
	return fs.WalkDir(assets, from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, filepath.FromSlash(strings.TrimPrefix(name, from)))
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		text, err := assets.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o644)
	})
}

func (st *stage) write(name, text string) error {
	return os.WriteFile(filepath.Join(st.folder, filepath.FromSlash(name)), []byte(text), 0o644)
}

// keep completes a folder that stays: a file to be sourced, which points sops
// and connkit at the age key of the tour.
func (st *stage) keep() error {
	text := "# The age key of this tour, for connkit and sops: . " + shellWord(filepath.Join(st.folder, "environment.sh")) + "\n" +
		"export SOPS_AGE_KEY_FILE=" + shellWord(st.keyFile()) + "\n"
	if err := st.write("environment.sh", text); err != nil {
		return fmt.Errorf("writing %q: %w", "environment.sh", err)
	}
	st.kept = true
	return nil
}

// close removes what is not kept, also what was put into a container engine.
func (st *stage) close() {
	if !st.kept {
		st.removeImages()
		st.clear()
	}
	_ = os.RemoveAll(st.scratch) // the system cleans its temp folder
}

// clear empties the folder; one that was there before stays.
func (st *stage) clear() {
	if st.folder == "" {
		return
	}
	if st.made {
		_ = os.RemoveAll(st.folder)
		return
	}
	entries, _ := os.ReadDir(st.folder)
	for _, e := range entries {
		_ = os.RemoveAll(filepath.Join(st.folder, e.Name()))
	}
}

func (st *stage) keyFile() string { return filepath.Join(st.folder, "age-keys.txt") }
