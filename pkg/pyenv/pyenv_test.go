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

// The test binary plays uv, poetry and python3 under these names.
func TestMain(m *testing.M) {
	if tool := filepath.Base(os.Args[0]); tool == "uv" || tool == "poetry" || strings.HasPrefix(tool, "python") {
		playTool(tool)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// playTool notes its call in calls.txt beside itself, and does what the real tool would leave.
func playTool(tool string) {
	args := strings.Join(os.Args[1:], " ")
	home := os.Getenv("TOOLS")
	if strings.Contains(args, "sys.version_info") {
		if os.Getenv("NO_"+tool) != "" {
			os.Exit(127) // a stand-in for a Python that is not installed
		}
		version := os.Getenv("PYTHON_VERSION")
		if minor, ok := strings.CutPrefix(tool, "python3."); ok {
			version = "3 " + minor + " 0"
		}
		fmt.Println(filepath.Join(home, tool), version)
		return
	}
	f, err := os.OpenFile(filepath.Join(home, "calls.txt"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		os.Exit(9)
	}
	fmt.Fprintln(f, tool, args)
	for _, name := range []string{"UV_PYTHON", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE"} {
		if os.Getenv(name) != "" {
			fmt.Fprintln(f, "  leaked", name)
		}
	}
	venv := os.Getenv("TOOL_VENV")
	if err := os.MkdirAll(filepath.Join(venv, "lib", "python3.11", "site-packages"), 0o755); err != nil {
		os.Exit(9)
	}
	_ = os.MkdirAll(filepath.Join(venv, "bin"), 0o755)
	_ = os.Symlink(filepath.Join(home, "python3"), filepath.Join(venv, "bin", "python"))
	if needs := os.Getenv("TOOL_NEEDS"); needs != "" {
		_ = os.MkdirAll(filepath.Join(venv, "lib", "python3.11", "site-packages", "old"), 0o755)
		_ = os.WriteFile(filepath.Join(venv, "lib", "python3.11", "site-packages", "old", "__init__.py"), []byte(needs), 0o644)
	}
	switch os.Getenv("TOOL_DOES") {
	case "fail":
		fmt.Println("what it said\nno version satisfies requires-python")
		os.Exit(2)
	case "hang":
		_ = os.WriteFile(filepath.Join(home, "ready"), nil, 0o644)
		time.Sleep(time.Hour)
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
	t.Setenv("TOOL_VENV", filepath.Join(w.dir, ".venv"))
	t.Setenv("PYTHON_VERSION", "3 11 7")
	t.Setenv("UV_PYTHON", "/leak")
	t.Setenv("VIRTUAL_ENV", "/leak")
	t.Setenv("PYTHONDONTWRITEBYTECODE", "1")
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

func (w world) calls() []string {
	text, _ := os.ReadFile(filepath.Join(w.tools, "calls.txt"))
	return strings.Split(strings.TrimSpace(strings.NewReplacer(w.dir, "DIR", w.tools, "TOOLS").Replace(string(text))), "\n")
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

const (
	standard    = "[project]\nname = \"x\"\nrequires-python = \">=3.11,<3.13\"\n[dependency-groups]\ndev = [\"pytest>=8\"]\n"
	poetryStyle = "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\npython = \"^3.11\"\n[tool.poetry.group.dev.dependencies]\npytest = \"^8.1\"\nmypy = \"~1.2\"\n"
)

func TestManagerAndCommands(t *testing.T) {
	uv, poetry, python := "uv", "poetry", "python3"
	tests := map[string]struct {
		tools   []string
		files   map[string]string
		manager string
		want    []string
	}{
		"uv.lock":         {[]string{uv, poetry, python}, map[string]string{"pyproject.toml": standard, "uv.lock": ""}, "", []string{"uv sync --compile-bytecode --python TOOLS/python3"}},
		"poetry.lock":     {[]string{uv, poetry, python}, map[string]string{"pyproject.toml": standard, "poetry.lock": ""}, "", []string{"poetry env use --no-interaction TOOLS/python3", "poetry install --no-interaction --compile"}},
		"no lock: uv":     {[]string{uv, poetry, python}, map[string]string{"pyproject.toml": standard}, "auto", []string{"uv sync --compile-bytecode --python TOOLS/python3"}},
		"no lock: poetry": {[]string{poetry, python}, map[string]string{"pyproject.toml": standard}, "", []string{"poetry env use --no-interaction TOOLS/python3", "poetry install --no-interaction --compile"}},
		"no lock: pip":    {[]string{python}, map[string]string{"pyproject.toml": standard}, "", []string{"python3 -m venv DIR/.venv", "python -m pip install --disable-pip-version-check -e . pytest>=8"}},
		"asked for":       {[]string{uv, poetry, python}, map[string]string{"pyproject.toml": standard, "poetry.lock": ""}, "pip", []string{"python3 -m venv DIR/.venv", "python -m pip install --disable-pip-version-check -e . pytest>=8"}},
		"uv never syncs Poetry's style": {[]string{uv, python}, map[string]string{"pyproject.toml": poetryStyle}, "", []string{
			"uv venv --python TOOLS/python3 DIR/.venv",
			"uv pip install --compile-bytecode --python DIR/.venv/bin/python -e . mypy>=1.2.0,<1.3.0 pytest>=8.1.0,<9.0.0"}},
		"path dependency with pip": {[]string{python}, map[string]string{"requirements.txt": "-e ../up\n-e .\n", "pyproject.toml": standard + "[tool.uv.sources]\nup = {path = \"../up\"}\n"}, "",
			[]string{"python3 -m venv DIR/.venv", "python -m pip install --disable-pip-version-check -r requirements.txt pytest>=8"}},
		"setup.py alone": {[]string{uv, python}, map[string]string{"setup.py": ""}, "", []string{"uv venv --python TOOLS/python3 DIR/.venv", "uv pip install --compile-bytecode --python DIR/.venv/bin/python -e ."}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tt.tools, tt.files)
			p, _, err := w.apply(pyenv.Options{Manager: tt.manager})
			if err != nil || p.Python != "3.11.7" {
				t.Fatalf("got %+v, %v", p, err)
			}
			if got := w.calls(); !slices.Equal(got, tt.want) {
				t.Errorf("got %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestWhatCannotBeMade(t *testing.T) {
	tests := map[string]struct {
		tools []string
		files map[string]string
		kind  fault.Kind
		want  string
	}{
		"both locks":            {[]string{"uv", "poetry", "python3"}, map[string]string{"pyproject.toml": standard, "uv.lock": "", "poetry.lock": ""}, fault.Usage, "are both there"},
		"uv.lock, Poetry style": {[]string{"uv", "python3"}, map[string]string{"pyproject.toml": poetryStyle, "uv.lock": ""}, fault.Usage, "uv installs nothing"},
		"no Poetry":             {[]string{"uv", "python3"}, map[string]string{"pyproject.toml": standard, "poetry.lock": ""}, fault.Environment, "it is not in PATH"},
		"no uv":                 {[]string{"python3"}, map[string]string{"pyproject.toml": standard, "uv.lock": ""}, fault.Environment, "it is not in PATH"},
		"no Python":             {nil, map[string]string{"pyproject.toml": standard}, fault.Environment, `choosing a Python for ">=3.11,<3.13": none was found`},
		"old Python":            {[]string{"python3.10"}, map[string]string{"pyproject.toml": standard}, fault.Environment, "found 3.10.0"},
		"no project":            {[]string{"python3"}, nil, fault.Usage, "there is no pyproject.toml"},
		"broken project":        {[]string{"python3"}, map[string]string{"pyproject.toml": "[project]\nname =\n"}, fault.Usage, "pyproject.toml:2"},
		"odd range":             {[]string{"python3"}, map[string]string{"pyproject.toml": "[project]\nrequires-python = \"three\"\n"}, fault.Usage, `"three" is no comparison`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tt.tools, tt.files)
			_, err := w.plan(pyenv.Options{})
			if fault.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
			if _, err := os.Stat(filepath.Join(w.dir, ".venv")); err == nil {
				t.Error("an environment was made")
			}
		})
	}
}

func TestPythonIsChosen(t *testing.T) {
	for name, tt := range map[string]struct {
		wanted string
		tools  []string
		absent string
		want   string
	}{
		"the user's own":     {">=3.11", []string{"python3", "python3.12"}, "", "3.11.7"},
		"another that fits":  {">=3.12", []string{"python3", "python3.12", "python3.13"}, "", "3.13.0"},
		"bounded above":      {">=3.12,<3.13", []string{"python3", "python3.12", "python3.13"}, "", "3.12.0"},
		"a stand-in is none": {">=3.12", []string{"python3", "python3.12", "python3.13"}, "python3.13", "3.12.0"},
		"caret":              {"^3.12", []string{"python3.11", "python3.12"}, "", "3.12.0"},
		"tilde":              {"~3.11", []string{"python3.11", "python3.12"}, "", "3.11.0"},
		"compatible":         {"~=3.11.5", []string{"python3", "python3.12"}, "", "3.11.7"},
		"wildcard":           {"==3.12.*", []string{"python3", "python3.12"}, "", "3.12.0"},
		"not this one":       {">=3.11,!=3.11.*", []string{"python3", "python3.12"}, "", "3.12.0"},
		"greater":            {">3.11", []string{"python3", "python3.12"}, "", "3.12.0"},
		"at most":            {"<=3.11", []string{"python3.12", "python3.11"}, "", "3.11.0"},
		"any":                {"*", []string{"python3"}, "", "3.11.7"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tt.tools, map[string]string{"pyproject.toml": fmt.Sprintf("[project]\nname = \"x\"\nrequires-python = %q\n", tt.wanted)})
			if tt.absent != "" {
				t.Setenv("NO_"+tt.absent, "1")
			}
			p, err := w.plan(pyenv.Options{})
			if err != nil || p.Python != tt.want {
				t.Errorf("got %+v, %v", p, err)
			}
		})
	}
}

func TestSecondRunDoesNothing(t *testing.T) {
	w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": standard})
	if _, _, err := w.apply(pyenv.Options{}); err != nil {
		t.Fatal(err)
	}
	if p, err := w.plan(pyenv.Options{}); err != nil || !p.Done {
		t.Errorf("again: %+v, %v", p, err)
	}
	if p, err := w.plan(pyenv.Options{Force: true}); err != nil || p.Done {
		t.Errorf("forced: %+v, %v", p, err)
	}
	w.write("pyproject.toml", standard+"# changed\n")
	if p, err := w.plan(pyenv.Options{}); err != nil || p.Done {
		t.Errorf("after a change: %+v, %v", p, err)
	}
	if _, _, err := w.apply(pyenv.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(w.tools, "python3")); err != nil { // the venv's interpreter dangles now
		t.Fatal(err)
	}
	if _, ok, err := pyenv.Find(w.t.Context(), w.dir, ""); ok || fault.KindOf(err) != fault.Environment {
		t.Errorf("without its interpreter: %v, %v", ok, err)
	}
}

func TestFailureLeavesNothing(t *testing.T) {
	w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": standard})
	t.Setenv("TOOL_DOES", "fail")
	_, printed, err := w.apply(pyenv.Options{})
	if fault.KindOf(err) != fault.Failed || !strings.Contains(err.Error(), "uv sync ended with exit status 2") || !strings.Contains(fault.HintOf(err), "requires-python") {
		t.Errorf("got %v (%s)", err, fault.HintOf(err))
	}
	if !strings.Contains(printed, "what it said") {
		t.Errorf("printed %q", printed)
	}
	if _, err := os.Stat(filepath.Join(w.dir, ".venv")); err == nil {
		t.Error("half an environment is left")
	}
}

func TestFailureKeepsWhatWasThere(t *testing.T) {
	w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": standard, ".venv/mine": "x"})
	t.Setenv("TOOL_DOES", "fail")
	if _, _, err := w.apply(pyenv.Options{}); err == nil {
		t.Fatal("no error")
	}
	if _, err := os.Stat(filepath.Join(w.dir, ".venv", "mine")); err != nil {
		t.Error(err)
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
	if _, err := os.Stat(filepath.Join(w.dir, ".venv")); err == nil {
		t.Error("half an environment is left")
	}
}

func TestPkgResources(t *testing.T) {
	for needs, want := range map[string]int{
		"import pkg_resources\n":                                    2,
		"from pkg_resources import x\n":                             2,
		"try:\n    import pkg_resources\nexcept ImportError: ...\n": 1,
	} {
		t.Run(strings.Fields(needs)[0], func(t *testing.T) {
			w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": standard})
			t.Setenv("TOOL_NEEDS", needs)
			if _, _, err := w.apply(pyenv.Options{}); err != nil {
				t.Fatal(err)
			}
			calls := w.calls()
			if len(calls) != want || want == 2 && calls[1] != "uv pip install --python DIR/.venv/bin/python setuptools<81" {
				t.Errorf("got %q", calls)
			}
		})
	}
}

func TestFind(t *testing.T) {
	w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": standard})
	if _, ok, err := pyenv.Find(w.t.Context(), w.dir, ""); ok || err != nil {
		t.Errorf("none: %v, %v", ok, err)
	}
	if _, ok, err := pyenv.Find(w.t.Context(), w.dir, "/somewhere/else"); ok || err != nil {
		t.Errorf("another's: %v, %v", ok, err)
	}
	own := filepath.Join(w.dir, "env")
	w.write("env/bin/python", "")
	if env, ok, err := pyenv.Find(w.t.Context(), w.dir, own); !ok || err != nil || env.Dir != own {
		t.Errorf("an active one inside: %v, %v, %v", env, ok, err)
	}
	w.write(".venv/bin/python", "")
	if env, ok, err := pyenv.Find(w.t.Context(), w.dir, own); !ok || err != nil || env.BinDir != filepath.Join(w.dir, ".venv", "bin") {
		t.Errorf("its .venv: %v, %v, %v", env, ok, err)
	}
}
