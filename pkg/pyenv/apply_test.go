package pyenv_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/pyenv"
)

func TestSecondRunDoesNothing(t *testing.T) {
	w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": standard})
	w.made(pyenv.Options{})
	w.calls()
	if p := w.made(pyenv.Options{}); !p.Done || p.Python != "3.11.7" || w.calls() != nil {
		t.Errorf("again: %+v", p)
	}
	if p, err := w.plan(pyenv.Options{Force: true}); err != nil || p.Done {
		t.Errorf("forced: %+v, %v", p, err)
	}
	w.write("pyproject.toml", standard+"# changed\n")
	if p, err := w.plan(pyenv.Options{}); err != nil || p.Done {
		t.Errorf("after a change: %+v, %v", p, err)
	}
}

func TestPathDependenciesCountAsChanges(t *testing.T) {
	w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": standard + strings.ReplaceAll(uvSource, "..", "."), "up/pyproject.toml": ""})
	w.made(pyenv.Options{})
	w.write("up/pyproject.toml", "[project]\n")
	if p := w.made(pyenv.Options{}); p.Done {
		t.Errorf("got %+v", p)
	}
}

// Without a lock file the tool that made an environment keeps it, also when another one comes.
func TestManagerStays(t *testing.T) {
	w := newWorld(t, []string{"python3"}, map[string]string{"pyproject.toml": standard})
	t.Setenv("TOOL_PIP", "1")
	w.made(pyenv.Options{})
	w.link("uv")
	if p := w.made(pyenv.Options{}); !p.Done || p.Manager != "pip" {
		t.Errorf("got %+v", p)
	}
	w.calls()
	p := w.made(pyenv.Options{Manager: "uv"})
	if p.Manager != "uv" || !slices.Equal(w.calls(), []string{uvSync}) || !strings.Contains(fmt.Sprint(p.Notes), "pip made the one that is there") {
		t.Errorf("asked for: %+v", p)
	}
}

func TestWhatIsThereIsKept(t *testing.T) {
	for name, tt := range map[string]struct {
		tools []string
		files map[string]string
		pip   string
		want  []string
	}{
		"uv pip":      {[]string{"uv", "python3"}, map[string]string{"pyproject.toml": poetryStyle}, "", []string{uvPip + "-e . mypy>=1.2,<1.3.0 pytest>=8.1,<9.0.0"}},
		"pip":         {[]string{"python3"}, map[string]string{"setup.py": ""}, "1", []string{pip + "-e ."}},
		"pip is gone": {[]string{"python3"}, map[string]string{"setup.py": ""}, "", []string{venv, pip + "-e ."}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tt.tools, tt.files)
			t.Setenv("TOOL_PIP", tt.pip)
			w.made(pyenv.Options{})
			w.write(".venv/mine", "")
			w.write("setup.cfg", "[changed]")
			w.calls()
			w.made(pyenv.Options{})
			if got := w.calls(); !slices.Equal(got, tt.want) || !w.exists(".venv/mine") {
				t.Errorf("got %q", got)
			}
		})
	}
}

// An environment that stays keeps its Python, though another would be chosen for a new one.
func TestPythonStays(t *testing.T) {
	w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": standard})
	w.made(pyenv.Options{})
	w.calls()
	t.Setenv("PYTHON_VERSION", "3 12 1")
	w.write("pyproject.toml", standard+"# changed\n")
	if p := w.made(pyenv.Options{}); p.Python != "3.11.7" {
		t.Errorf("got %+v", p)
	}
}

func TestWhatCannotBeKeptIsMadeAnew(t *testing.T) {
	for name, tt := range map[string]struct {
		breaks func(world)
		note   string
	}{
		"its interpreter is gone": {func(w world) {
			_ = os.Remove(filepath.Join(w.dir, ".venv", "bin", "python"))
			_ = os.Symlink("/gone/python3.11", filepath.Join(w.dir, ".venv", "bin", "python"))
		}, "its interpreter is gone"},
		"another Python": {func(w world) { w.write(".venv/pyvenv.cfg", "version_info = 3.10.4.final.0\n") }, `it is Python 3.10.4, and the project takes ">=3.11,<3.13"`},
		"an upgrade": {func(w world) {
			_ = os.Remove(filepath.Join(w.dir, ".venv", "bin", "python"))
			_ = os.MkdirAll(filepath.Join(w.tools, "bin"), 0o755)
			_ = os.WriteFile(filepath.Join(w.tools, "bin", "python3.12"), nil, 0o755)
			_ = os.Symlink(filepath.Join(w.tools, "bin", "python3.12"), filepath.Join(w.dir, ".venv", "bin", "python"))
		}, "made with Python 3.11, and its interpreter has become 3.12"},
		"a link to nowhere": {func(w world) {
			_ = os.RemoveAll(filepath.Join(w.dir, ".venv"))
			_ = os.Symlink("/gone", filepath.Join(w.dir, ".venv"))
		}, "its interpreter is gone"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": standard})
			w.made(pyenv.Options{})
			w.write(".venv/mine", "")
			tt.breaks(w)
			_, ok, err := pyenv.Find(t.Context(), w.dir, "")
			if ok || fault.KindOf(err) != fault.Environment || !strings.Contains(fmt.Sprint(err), tt.note) || !strings.HasPrefix(fault.HintOf(err), "connkit env ") {
				t.Errorf("found: %v, %v", ok, err)
			}
			p := w.made(pyenv.Options{})
			if p.Done || !strings.Contains(fmt.Sprint(p.Notes), tt.note) || w.exists(".venv/mine") || w.exists(".venv.connkit-old") {
				t.Errorf("got %+v", p)
			}
		})
	}
}

func TestFailureLeavesNothing(t *testing.T) {
	w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": standard})
	t.Setenv("TOOL_DOES", "fail")
	t.Setenv("TOOL_LOCKS", "uv.lock")
	_, printed, err := w.apply(pyenv.Options{})
	if fault.KindOf(err) != fault.Failed || !strings.Contains(err.Error(), "uv sync ended with exit status 2") || !strings.Contains(fault.HintOf(err), "requires-python") {
		t.Errorf("got %v (%s)", err, fault.HintOf(err))
	}
	if !strings.Contains(printed, "what it said") {
		t.Errorf("printed %q", printed)
	}
	if w.exists(".venv") || w.exists("uv.lock") {
		t.Error("half an environment or a lock file is left")
	}
}

func TestFailureKeepsWhatWasThere(t *testing.T) {
	for name, o := range map[string]pyenv.Options{"brought up to date": {}, "made anew": {Force: true}, "by another tool": {Manager: "pip"}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": standard, "uv.lock": "mine"})
			w.made(pyenv.Options{})
			w.write(".venv/mine", "x")
			w.write("pyproject.toml", standard+"# changed\n")
			t.Setenv("TOOL_DOES", "fail")
			t.Setenv("TOOL_LOCKS", "uv.lock")
			if _, _, err := w.apply(o); err == nil {
				t.Fatal("no error")
			}
			lock, err := os.ReadFile(filepath.Join(w.dir, "uv.lock"))
			if err != nil || string(lock) != "mine" || !w.exists(".venv/mine") || w.exists(".venv.connkit-old") {
				t.Errorf("lock %q, %v", lock, err)
			}
		})
	}
}

// What a failure left half changed is never taken for up to date.
func TestFailureInPlaceIsNotUpToDate(t *testing.T) {
	w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": standard})
	w.made(pyenv.Options{})
	w.write("pyproject.toml", standard+"# changed\n")
	t.Setenv("TOOL_DOES", "fail")
	if _, _, err := w.apply(pyenv.Options{}); err == nil {
		t.Fatal("no error")
	}
	w.write("pyproject.toml", standard)
	if p, err := w.plan(pyenv.Options{}); err != nil || p.Done {
		t.Errorf("got %+v, %v", p, err)
	}
}

// A run that is killed can put nothing back; the next one does.
func TestKilledWhileTheOldOneStoodAside(t *testing.T) {
	for name, half := range map[string]bool{"half a new one": true, "no new one": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": poetryStyle})
			w.made(pyenv.Options{})
			w.write(".venv/mine", "x")
			if err := os.Rename(filepath.Join(w.dir, ".venv"), filepath.Join(w.dir, ".venv.connkit-old")); err != nil {
				t.Fatal(err)
			}
			if half {
				w.write(".venv/bin/python", "")
			}
			w.calls()
			t.Setenv("TOOL_DOES", "fail")
			if _, _, err := w.apply(pyenv.Options{}); err == nil || !w.exists(".venv/mine") || w.exists(".venv.connkit-old") {
				t.Errorf("after a failure: %v", err)
			}
			t.Setenv("TOOL_DOES", "")
			w.made(pyenv.Options{})
			if w.exists(".venv.connkit-old") {
				t.Error("the old one is left")
			}
		})
	}
}

func TestInterruptLeavesNothing(t *testing.T) {
	w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": standard})
	t.Setenv("TOOL_DOES", "hang")
	p, err := w.plan(pyenv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(filepath.Join(w.tools, "ready")); err == nil {
				cancel()
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	if err := p.Apply(ctx, func(string, ...any) {}, &bytes.Buffer{}); fault.KindOf(err) != fault.Interrupted {
		t.Errorf("got %v", err)
	}
	if w.exists(".venv") {
		t.Error("half an environment is left")
	}
}

func TestWrittenLockFilesAreSaid(t *testing.T) {
	for name, tt := range map[string]struct{ before, want string }{
		"new":     {"", "uv.lock was written"},
		"changed": {"old", "uv.lock was brought up to date"},
		"same":    {"locked anew", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": standard})
			if tt.before != "" {
				w.write("uv.lock", tt.before)
			}
			t.Setenv("TOOL_LOCKS", "uv.lock")
			if notes := strings.Join(w.made(pyenv.Options{}).Notes, " "); !strings.HasPrefix(notes, tt.want) || tt.want == "" && notes != "" {
				t.Errorf("got %q", notes)
			}
			if p := w.made(pyenv.Options{}); !p.Done {
				t.Errorf("again: %+v", p)
			}
		})
	}
}

func TestPkgResources(t *testing.T) {
	add := "setuptools<81"
	for name, tt := range map[string]struct {
		needs, manager, pip string
		want                string
	}{
		"import":           {"import pkg_resources\n", "uv", "", uvPip + add},
		"from":             {"x = 1\nfrom pkg_resources import x\n", "uv", "", uvPip + add},
		"guarded":          {"try:\n    import pkg_resources\nexcept ImportError: ...\n", "uv", "", ""},
		"by pip":           {"import pkg_resources\n", "pip", "1", pip + add},
		"poetry, with pip": {"import pkg_resources\n", "poetry", "1", pip + add},
		"poetry, no pip":   {"import pkg_resources\n", "poetry", "", uvPip + add},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, []string{"uv", "poetry", "python3"}, map[string]string{"pyproject.toml": standard})
			t.Setenv("TOOL_NEEDS", tt.needs)
			t.Setenv("TOOL_PIP", tt.pip)
			p := w.made(pyenv.Options{Manager: tt.manager})
			calls := w.calls()
			if added := calls[len(calls)-1]; strings.Contains(added, "setuptools") != (tt.want != "") || tt.want != "" && added != tt.want {
				t.Errorf("got %q", calls)
			}
			if strings.Contains(fmt.Sprint(p.Notes), "old imports pkg_resources") != (tt.want != "") {
				t.Errorf("notes: %q", p.Notes)
			}
		})
	}
}
