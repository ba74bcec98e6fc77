package pyenv_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/pyenv"
)

const (
	standard    = "[project]\nname = \"x\"\nrequires-python = \">=3.11,<3.13\"\n[dependency-groups]\ndev = [\"pytest>=8\"]\n"
	poetryStyle = "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\npython = \"^3.11\"\n[tool.poetry.group.dev.dependencies]\npytest = \"^8.1\"\nmypy = \"~1.2\"\n"
	inTree      = standard + "[tool.poetry.dependencies]\nup = {path = \"../up\", develop = true}\n"
	uvSource    = "[tool.uv.sources]\nup = {path = \"../up\", editable = true}\n"
)

const (
	uvSync   = "uv sync --compile-bytecode --python TOOLS/python3"
	uvVenv   = "uv venv --python TOOLS/python3 DIR/.venv"
	uvPip    = "uv pip install --compile-bytecode --python DIR/.venv/bin/python "
	venv     = "python3 -m venv DIR/.venv"
	pip      = "python -m pip install --disable-pip-version-check "
	poetryTo = "python3 -m venv DIR/.venv"
	poetryIn = "poetry install --no-interaction --compile"
)

func TestManagerAndCommands(t *testing.T) {
	all := []string{"uv", "poetry", "python3"}
	type files = map[string]string
	tests := map[string]struct {
		tools   []string
		files   files
		manager string
		want    []string
		note    string
	}{
		"uv.lock":         {all, files{"pyproject.toml": standard, "uv.lock": ""}, "", []string{uvSync}, ""},
		"poetry.lock":     {all, files{"pyproject.toml": standard, "poetry.lock": ""}, "", []string{poetryTo, poetryIn}, ""},
		"no lock: uv":     {all, files{"pyproject.toml": standard}, "auto", []string{uvSync}, ""},
		"no lock: poetry": {all[1:], files{"pyproject.toml": standard}, "", []string{poetryTo, poetryIn}, ""},
		"no lock: pip":    {all[2:], files{"pyproject.toml": standard}, "", []string{venv, pip + "-e . pytest>=8"}, ""},
		"asked for": {all, files{"pyproject.toml": standard, "poetry.lock": ""}, "pip", []string{venv, pip + "-e . pytest>=8"},
			"poetry.lock is not followed"},
		"asked for uv":                  {all, files{"pyproject.toml": standard, "poetry.lock": ""}, "uv", []string{uvSync}, "poetry.lock is not followed"},
		"asked for poetry":              {all, files{"pyproject.toml": standard, "uv.lock": ""}, "poetry", []string{poetryTo, poetryIn}, "uv.lock is not followed"},
		"Poetry's style: poetry":        {all, files{"pyproject.toml": poetryStyle}, "", []string{poetryTo, poetryIn}, ""},
		"uv never syncs Poetry's style": {[]string{"uv", "python3"}, files{"pyproject.toml": poetryStyle}, "", []string{uvVenv, uvPip + "-e . mypy>=1.2,<1.3.0 pytest>=8.1,<9.0.0"}, ""},
		"nor when asked to":             {all, files{"pyproject.toml": poetryStyle, "poetry.lock": ""}, "uv", []string{uvVenv, uvPip + "-e . mypy>=1.2,<1.3.0 pytest>=8.1,<9.0.0"}, "poetry.lock is not followed"},
		"Poetry's old dev group":        {all[2:], files{"pyproject.toml": "[tool.poetry]\n[tool.poetry.dev-dependencies]\npytest = \"^7 || ^8\"\n"}, "", []string{venv, pip + "-e . pytest"}, "left open"},
		"Poetry's package-mode": {all[2:], files{"pyproject.toml": "[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = \"*\"\nsix = \"^1.16\"\n"}, "",
			[]string{venv, pip + "six>=1.16,<2.0.0"}, ""},
		"Poetry's path, pip": {all[2:], files{"pyproject.toml": "[tool.poetry]\n[tool.poetry.dependencies]\nup = {path = \"./up\", develop = true}\n", "up/pyproject.toml": ""}, "",
			[]string{venv, pip + "-e .", pip + "--no-deps -e DIR/up"}, ""},
		"path by requirements.txt": {all[2:], files{"requirements.txt": "-e ../up\n-e .\n", "pyproject.toml": standard + uvSource}, "", []string{venv, pip + "-r requirements.txt pytest>=8"}, ""},
		"which may lack itself":    {all[2:], files{"requirements.txt": "-e ../up\n", "pyproject.toml": standard + uvSource}, "", []string{venv, pip + "-r requirements.txt -e . pytest>=8"}, ""},
		"path by the project":      {all[2:], files{"pyproject.toml": standard + strings.ReplaceAll(uvSource, "..", "."), "up/pyproject.toml": ""}, "", []string{venv, pip + "-e DIR/up -e . pytest>=8"}, ""},
		"path that uv knows":       {all, files{"pyproject.toml": inTree + uvSource}, "", []string{uvSync}, ""},
		"path that uv knows not":   {[]string{"uv", "python3"}, files{"pyproject.toml": strings.ReplaceAll(inTree, "..", "."), "up/pyproject.toml": ""}, "", []string{uvVenv, uvPip + "-e DIR/up -e . pytest>=8"}, ""},
		"a file as a path":         {all[2:], files{"pyproject.toml": standard + "[tool.uv.sources]\nup = {path = \"./up.whl\"}\n", "up.whl": ""}, "", []string{venv, pip + "DIR/up.whl -e . pytest>=8"}, ""},
		"groups in groups": {all[2:], files{"pyproject.toml": "[project]\nname = \"x\"\n[dependency-groups]\ntest = [\"pytest\"]\ndev = [\"mypy\", {include-group = \"test\"}]\n"}, "",
			[]string{venv, pip + "-e . mypy pytest"}, ""},
		"setup.py alone":         {all, files{"setup.py": ""}, "", []string{uvVenv, uvPip + "-e ."}, ""},
		"setup.py, no uv":        {all[1:], files{"setup.py": ""}, "", []string{venv, pip + "-e ."}, ""},
		"requirements.txt alone": {all[2:], files{"requirements.txt": "six\n", "pyproject.toml": "[tool.ruff]\n"}, "", []string{venv, pip + "-r requirements.txt"}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tt.tools, tt.files)
			p := w.made(pyenv.Options{Manager: tt.manager})
			if got := w.calls(); p.Python != "3.11.7" || !slices.Equal(got, tt.want) {
				t.Errorf("got %q\nwant %q", got, tt.want)
			}
			if notes := strings.Join(p.Notes, "; "); !strings.Contains(notes, tt.note) || (tt.note == "") != (notes == "") {
				t.Errorf("notes: %q", notes)
			}
			if len(p.Commands) != len(tt.want) {
				t.Errorf("the plan holds %q", p.Commands)
			}
		})
	}
}

func TestWhatCannotBeMade(t *testing.T) {
	tests := map[string]struct {
		tools   []string
		files   map[string]string
		manager string
		kind    fault.Kind
		want    string
		hint    string
	}{
		"both locks":            {[]string{"uv", "poetry", "python3"}, map[string]string{"pyproject.toml": standard, "uv.lock": "", "poetry.lock": ""}, "", fault.Usage, "are both there", "--manager uv"},
		"uv.lock, Poetry style": {[]string{"uv", "python3"}, map[string]string{"pyproject.toml": poetryStyle, "uv.lock": ""}, "", fault.Usage, "uv sync installs nothing", "remove uv.lock"},
		"no Poetry":             {[]string{"uv", "python3"}, map[string]string{"pyproject.toml": standard, "poetry.lock": ""}, "poetry", fault.Environment, "it is not in PATH", "pipx install poetry"},
		"no uv":                 {[]string{"python3"}, map[string]string{"pyproject.toml": standard, "uv.lock": ""}, "", fault.Environment, "it is not in PATH", "pipx install uv"},
		"nothing for Poetry":    {[]string{"poetry", "python3"}, map[string]string{"setup.py": ""}, "poetry", fault.Usage, "no pyproject.toml that it reads", "--manager uv"},
		"no Python":             {nil, map[string]string{"pyproject.toml": standard}, "", fault.Environment, `choosing a Python for ">=3.11,<3.13": none was found`, "apt install python3.12"},
		"old Python":            {[]string{"python3.10"}, map[string]string{"pyproject.toml": standard}, "", fault.Environment, "found 3.10.0", "pyenv install 3.12"},
		"old Python, uv":        {[]string{"uv", "python3.10"}, map[string]string{"pyproject.toml": standard}, "", fault.Environment, "found 3.10.0", "uv python install 3.12"},
		"no such Python":        {[]string{"python3.10"}, map[string]string{"pyproject.toml": strings.ReplaceAll(standard, "3.13", "3.5")}, "", fault.Environment, "found 3.10.0", "no Python from 3.8 to 3.16"},
		"one patch release":     {[]string{"python3"}, map[string]string{"pyproject.toml": strings.ReplaceAll(poetryStyle, "^3.11", "3.11")}, "", fault.Environment, "found 3.11.7", `">=3.11,<3.12"`},
		"no project":            {[]string{"python3"}, nil, "", fault.Usage, "nothing says what to install", ""},
		"settings alone":        {[]string{"python3"}, map[string]string{"pyproject.toml": "[tool.ruff]\n"}, "", fault.Usage, "nothing says what to install", ""},
		"broken project":        {[]string{"python3"}, map[string]string{"pyproject.toml": "[project]\nname =\n"}, "", fault.Usage, "pyproject.toml:2", ""},
		"odd range":             {[]string{"python3"}, map[string]string{"pyproject.toml": "[project]\nrequires-python = \"three\"\n"}, "", fault.Usage, `"three" is no comparison`, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tt.tools, tt.files)
			_, err := w.plan(pyenv.Options{Manager: tt.manager})
			if fault.KindOf(err) != tt.kind || !strings.Contains(fmt.Sprint(err), tt.want) || !strings.Contains(fault.HintOf(err), tt.hint) {
				t.Errorf("got %v (%s)", err, fault.HintOf(err))
			}
			if w.exists(".venv") || w.calls() != nil {
				t.Error("something was made")
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
		"python alone":       {">=3.11", []string{"python"}, "", "3.11.7"},
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

func TestPythonOfUV(t *testing.T) {
	w := newWorld(t, []string{"uv", "python3"}, map[string]string{"pyproject.toml": strings.ReplaceAll(standard, ">=3.11", ">=3.12")})
	w.link("managed/python3.12")
	t.Setenv("UV_HAS", "3.12")
	if p, err := w.plan(pyenv.Options{}); err != nil || p.Python != "3.12.0" {
		t.Errorf("got %+v, %v", p, err)
	}
	if _, err := w.plan(pyenv.Options{Manager: "pip"}); fault.KindOf(err) != fault.Environment {
		t.Errorf("pip: %v", err)
	}
}

// pyenv's names in PATH fail for all versions but the chosen one, which may be too old.
func TestPythonOfPyenv(t *testing.T) {
	w := newWorld(t, []string{"python3", "python3.12"}, map[string]string{"pyproject.toml": strings.ReplaceAll(standard, ">=3.11,<3.13", ">=3.12,<3.14")})
	t.Setenv("NO_python3.12", "1")
	if _, err := w.plan(pyenv.Options{Manager: "pip"}); fault.KindOf(err) != fault.Environment {
		t.Errorf("none installed: %v", err)
	}
	w.link("pyenv/versions/3.9.18/bin/python3.9")
	w.link("pyenv/versions/3.13.0/bin/python3.13")
	if p, err := w.plan(pyenv.Options{Manager: "pip"}); err != nil || p.Python != "3.13.0" {
		t.Errorf("got %+v, %v", p, err)
	}
	w.write("home/.pyenv/versions/.keep", "")
	t.Setenv("PYENV_ROOT", "")
	t.Setenv("HOME", filepath.Join(w.dir, "home"))
	if _, err := w.plan(pyenv.Options{Manager: "pip"}); fault.KindOf(err) != fault.Environment {
		t.Errorf("another home: %v", err)
	}
	if err := os.Symlink(filepath.Join(w.tools, "pyenv", "versions", "3.13.0"), filepath.Join(w.dir, "home", ".pyenv", "versions", "3.13.0")); err != nil {
		t.Fatal(err)
	}
	if p, err := w.plan(pyenv.Options{Manager: "pip"}); err != nil || p.Python != "3.13.0" {
		t.Errorf("in the home: got %+v, %v", p, err)
	}
}

func TestBrokenPythonsAreSaid(t *testing.T) {
	w := newWorld(t, []string{"python3.12", "python3.9"}, map[string]string{"pyproject.toml": standard})
	t.Setenv("NO_python3.12", "1")
	t.Setenv("NO_python3.9", "1")
	_, err := w.plan(pyenv.Options{})
	if text := fmt.Sprint(err); !strings.Contains(text, "none was found; python3.12 in PATH cannot be started") {
		t.Errorf("got %v", err)
	}
	var seen []string
	for _, p := range pyenv.Pythons(t.Context()) {
		seen = append(seen, p.Name+" "+p.Version+p.Problem)
	}
	if want := "python3.12 it ends with exit status 127: python3.12: python3.12: command not found"; !slices.Contains(seen, want) {
		t.Errorf("got %q", seen)
	}
}
