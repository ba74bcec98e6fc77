package pyenv_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/pkg/pyenv"
)

// The test binary plays uv, poetry and python3 under these names.
func TestMain(m *testing.M) {
	if tool := filepath.Base(os.Args[0]); tool == "uv" || tool == "poetry" || strings.HasPrefix(tool, "python") {
		playTool(tool)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// leaks are variables of the caller that must not reach a tool.
var leaks = []string{
	"UV_PYTHON", "UV_NO_DEV", "VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PIP_USER", "PIP_TARGET", "PIP_REQUIRE_VIRTUALENV",
}

// playTool notes its call in calls.txt beside itself, and does what the real tool would leave.
func playTool(tool string) {
	args := strings.Join(os.Args[1:], " ")
	home := os.Getenv("TOOLS")
	switch {
	case strings.Contains(args, "sys.version_info"):
		playPython(tool, home)
		return
	case strings.HasPrefix(args, "python find"):
		if os.Getenv("UV_HAS") != os.Args[len(os.Args)-1] {
			os.Exit(2)
		}
		fmt.Println(filepath.Join(home, "managed", "python"+os.Getenv("UV_HAS")))
		return
	case strings.HasPrefix(args, "env info"):
		if os.Getenv("POETRY_ENV") == "" {
			os.Exit(1)
		}
		fmt.Println(os.Getenv("POETRY_ENV"))
		return
	}
	f, err := os.OpenFile(filepath.Join(home, "calls.txt"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		os.Exit(9)
	}
	fmt.Fprintln(f, tool, args)
	for _, name := range leaks {
		if os.Getenv(name) != "" {
			fmt.Fprintln(f, "  leaked", name)
		}
	}
	leave(os.Getenv("TOOL_VENV"), home)
	if says := os.Getenv("POETRY_SAYS"); says != "" && tool == "poetry" {
		fmt.Println(says)
		os.Exit(1)
	}
	if says := os.Getenv("PIP_SAYS"); says != "" && strings.HasPrefix(args, "-m pip") && strings.Contains(args, " -e ") {
		fmt.Println(says)
		os.Exit(1)
	}
	switch os.Getenv("TOOL_DOES") {
	case "fail":
		fmt.Println("what it said\nno version satisfies Python>=3.11 and x depends on Python<3.11")
		os.Exit(2)
	case "hang":
		_ = os.WriteFile(filepath.Join(home, "ready"), nil, 0o644)
		time.Sleep(time.Hour)
	}
}

func playPython(tool, home string) {
	if os.Getenv("NO_"+tool) != "" {
		fmt.Fprintln(os.Stderr, tool+": command not found")
		os.Exit(127) // a stand-in for a Python that is not installed
	}
	version := os.Getenv("PYTHON_VERSION")
	if minor, ok := strings.CutPrefix(tool, "python3."); ok {
		version = "3 " + minor + " 0"
	}
	fmt.Println(filepath.Join(home, tool), version)
}

// leave makes what a tool would have made of an environment.
func leave(venv, home string) {
	site := filepath.Join(venv, "lib", "python3.11", "site-packages")
	if err := os.MkdirAll(site, 0o755); err != nil {
		os.Exit(9)
	}
	_ = os.MkdirAll(filepath.Join(venv, "bin"), 0o755)
	_ = os.Symlink(filepath.Join(home, "python3"), filepath.Join(venv, "bin", "python"))
	_ = os.WriteFile(filepath.Join(venv, "pyvenv.cfg"), []byte("home = x\nversion = "+strings.ReplaceAll(os.Getenv("PYTHON_VERSION"), " ", ".")+"\n"), 0o644)
	if needs := os.Getenv("TOOL_NEEDS"); needs != "" {
		_ = os.MkdirAll(filepath.Join(site, "old"), 0o755)
		_ = os.WriteFile(filepath.Join(site, "old", "__init__.py"), []byte(needs), 0o644)
	}
	if os.Getenv("TOOL_PIP") != "" {
		_ = os.MkdirAll(filepath.Join(site, "pip"), 0o755)
	}
	if lock := os.Getenv("TOOL_LOCKS"); lock != "" {
		_ = os.WriteFile(filepath.Join(filepath.Dir(venv), lock), []byte("locked anew"), 0o644)
	}
}

// world is a connector's folder, and a PATH with just the given tools.
type world struct {
	t          *testing.T
	dir, tools string
}

func newWorld(t *testing.T, tools []string, files map[string]string) world {
	t.Helper()
	w := world{t, t.TempDir(), t.TempDir()}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range tools {
		if err := os.Symlink(exe, filepath.Join(w.tools, tool)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		w.write(name, text)
	}
	t.Setenv("PATH", w.tools)
	t.Setenv("TOOLS", w.tools)
	t.Setenv("PYENV_ROOT", filepath.Join(w.tools, "pyenv"))
	t.Setenv("TOOL_VENV", filepath.Join(w.dir, ".venv"))
	t.Setenv("PYTHON_VERSION", "3 11 7")
	for _, name := range leaks {
		t.Setenv(name, "/leak")
	}
	return w
}

func (w world) write(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w world) exists(name string) bool {
	_, err := os.Lstat(filepath.Join(w.dir, name))
	return err == nil
}

// calls gives what was run since the last time.
func (w world) calls() []string {
	file := filepath.Join(w.tools, "calls.txt")
	text, _ := os.ReadFile(file)
	_ = os.Remove(file)
	if len(text) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSpace(strings.NewReplacer(w.dir, "DIR", w.tools, "TOOLS").Replace(string(text))), "\n")
}

// callsBeside gives the same, with the folder above the connector's as UP.
func (w world) callsBeside() []string {
	calls := w.calls()
	for i, call := range calls {
		calls[i] = strings.ReplaceAll(call, filepath.Dir(w.dir), "UP")
	}
	return calls
}

func (w world) plan(o pyenv.Options) (*pyenv.Plan, error) {
	o.Dir = w.dir
	return pyenv.NewPlan(w.t.Context(), o)
}

func (w world) apply(o pyenv.Options) (*pyenv.Plan, string, error) {
	w.t.Helper()
	p, err := w.plan(o)
	if err != nil {
		w.t.Fatal(err)
	}
	var printed bytes.Buffer
	err = p.Apply(w.t.Context(), func(string, ...any) {}, &printed)
	return p, printed.String(), err
}

// made applies and gives the plan; it has to go well.
func (w world) made(o pyenv.Options) *pyenv.Plan {
	w.t.Helper()
	p, _, err := w.apply(o)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// link adds a tool; its name may hold a folder, which is not in PATH.
func (w world) link(name string) {
	w.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	place := filepath.Join(w.tools, name)
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Symlink(exe, place); err != nil {
		w.t.Fatal(err)
	}
}
