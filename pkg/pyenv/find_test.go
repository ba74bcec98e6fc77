package pyenv_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/pyenv"
)

func TestFind(t *testing.T) {
	w := newWorld(t, []string{"uv", "poetry", "python3"}, map[string]string{"pyproject.toml": standard})
	if _, ok, err := pyenv.Find(t.Context(), w.dir, ""); ok || err != nil {
		t.Errorf("none: %v, %v", ok, err)
	}
	if _, ok, err := pyenv.Find(t.Context(), w.dir, "/somewhere/else"); ok || err != nil {
		t.Errorf("another's: %v, %v", ok, err)
	}
	own := filepath.Join(w.dir, "env")
	w.write("env/bin/python", "")
	if env, ok, err := pyenv.Find(t.Context(), w.dir, own); !ok || err != nil || env.Dir != own {
		t.Errorf("an active one inside: %v, %v, %v", env, ok, err)
	}
	w.made(pyenv.Options{})
	env, ok, err := pyenv.Find(t.Context(), w.dir, own)
	want := filepath.Join(w.dir, ".venv")
	if !ok || err != nil || env != (pyenv.Env{Dir: want, BinDir: want + "/bin", Python: want + "/bin/python", Version: "3.11.7", Manager: "uv"}) {
		t.Errorf("its .venv: %+v, %v, %v", env, ok, err)
	}
}

func TestFindWhatPoetryKeepsElsewhere(t *testing.T) {
	w := newWorld(t, []string{"poetry", "python3"}, map[string]string{"pyproject.toml": standard, "cache/bin/python": ""})
	cache := filepath.Join(w.dir, "cache")
	t.Setenv("POETRY_ENV", cache)
	if _, ok, err := pyenv.Find(t.Context(), w.dir, ""); ok || err != nil {
		t.Errorf("not Poetry's: %v, %v", ok, err)
	}
	w.write("poetry.lock", "")
	if env, ok, err := pyenv.Find(t.Context(), w.dir, ""); !ok || err != nil || env.Dir != cache {
		t.Errorf("Poetry's: %+v, %v, %v", env, ok, err)
	}
	t.Setenv("POETRY_ENV", "")
	if _, ok, err := pyenv.Find(t.Context(), w.dir, ""); ok || err != nil {
		t.Errorf("Poetry has none: %v, %v", ok, err)
	}
	t.Setenv("PATH", "")
	if _, ok, err := pyenv.Find(t.Context(), w.dir, ""); ok || err != nil {
		t.Errorf("no Poetry: %v, %v", ok, err)
	}
}

// The three spellings of pyvenv.cfg as venv, uv and virtualenv write it.
func TestVersionOfAnEnvironment(t *testing.T) {
	for text, want := range map[string]string{
		"home = /usr/bin\nversion = 3.11.2\n":                         "3.11.2",
		"home = /usr/bin\nuv = 0.9.9\nversion_info = 3.12.1\n":        "3.12.1",
		"version_info = 3.11.7.final.0\nversion = 3.11.7\n":           "3.11.7",
		"home = x\npython-version = 3.11\nversion_info=3.11.9.rc.1\n": "3.11.9",
		"home = x\n": "",
	} {
		w := newWorld(t, nil, map[string]string{"pyproject.toml": standard, ".venv/bin/python": "", ".venv/pyvenv.cfg": text})
		if env, ok, err := pyenv.Find(t.Context(), w.dir, ""); !ok || err != nil || env.Version != want {
			t.Errorf("%q: %+v, %v, %v", text, env, ok, err)
		}
	}
}

func TestInspect(t *testing.T) {
	w := newWorld(t, []string{"python3"}, map[string]string{
		"good/pyproject.toml":   standard,
		"both/pyproject.toml":   standard,
		"both/uv.lock":          "",
		"both/poetry.lock":      "",
		"style/pyproject.toml":  poetryStyle,
		"style/uv.lock":         "",
		"range/pyproject.toml":  strings.ReplaceAll(standard, ">=3.11", ">=3.12"),
		"env/pyproject.toml":    standard,
		"env/.venv/bin/python":  "",
		"env/.venv/pyvenv.cfg":  "version = 3.9.1\n",
		"gone/pyproject.toml":   standard,
		"gone/.venv/pyvenv.cfg": "version = 3.11.1\n",
		"broken/pyproject.toml": "[",
		"uv/pyproject.toml":     standard,
		"uv/.venv/bin/python":   "",
		"uv/.venv/pyvenv.cfg":   "version_info = 3.11.1\n",
		"nothing/README.md":     "",
	})
	want := map[string]string{
		"good": "<nil>", "both": "are both there", "style": "uv sync installs nothing", "range": `choosing a Python for ">=3.12,<3.13": found 3.11.7`,
		"env": "it is Python 3.9.1", "gone": "its interpreter is gone", "broken": "pyproject.toml:1", "uv": "<nil>", "nothing": "nothing says what to install",
	}
	var dirs []string
	for name := range want {
		dirs = append(dirs, filepath.Join(w.dir, name))
	}
	for i, err := range pyenv.Inspect(t.Context(), pyenv.Pythons(t.Context()), dirs) {
		if name := filepath.Base(dirs[i]); !strings.Contains(fmt.Sprint(err), want[name]) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if calls := w.calls(); calls != nil {
		t.Errorf("ran %q", calls)
	}
	w.link("uv")
	w.link("managed/python3.12")
	t.Setenv("UV_HAS", "3.12")
	if errs := pyenv.Inspect(t.Context(), nil, []string{filepath.Join(w.dir, "range")}); errs[0] != nil {
		t.Errorf("with a Python of uv: %v", errs[0])
	}
}
