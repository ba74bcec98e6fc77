package pyenv_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/pyenv"
)

// A version that is asked for narrows the project's range, and never widens it.
func TestThePythonThatIsAskedFor(t *testing.T) {
	all := []string{"python3", "python3.13", "python3.12", "python3.10"}
	for name, tt := range map[string]struct {
		takes, asked string
		must         bool
		want, note   string
		err          string
	}{
		"before the user's own":     {takes: ">=3.11", asked: "3.12", want: "3.12.0"},
		"the user's own":            {takes: ">=3.11", asked: "3.11", want: "3.11.7"},
		"a patch release":           {takes: ">=3.11", asked: "3.11.7", err: "is no version"},
		"of no range":               {takes: "", asked: "3.10", want: "3.10.0"},
		"3.10 is not 3.1":           {takes: ">=3.8", asked: "3.10", want: "3.10.0"},
		"Poetry's alternatives":     {takes: "~3.9 || ^3.12", asked: "3.13", want: "3.13.0"},
		"one that is not there":     {takes: ">=3.11", asked: "3.14", err: `choosing a Python for ">=3.11, ==3.14.*"`},
		"not of the project":        {takes: ">=3.11,<3.13", asked: "3.13", must: true, err: `choosing Python 3.13: the project takes ">=3.11,<3.13"`},
		"between two of its ranges": {takes: "~3.9 || ^3.12", asked: "3.11", must: true, err: "the project takes"},
		"a setting of all projects": {takes: ">=3.11,<3.13", asked: "3.13", want: "3.11.7", note: "Python 3.13 is the version of env.python, and the project takes >=3.11,<3.13"},
		"no version":                {takes: ">=3.11", asked: "py312", err: `"py312" is no version, such as 3.12`},
		"a range":                   {takes: ">=3.11", asked: ">=3.12", err: "is no version"},
		"not yet there":             {takes: ">=3.11", asked: "3.99", err: "choosing Python 3.99: those from 3.8 to 3.16 are looked for"},
		"long gone":                 {takes: "", asked: "3.6", err: "those from 3.8 to 3.16 are looked for"},
		"Python 2":                  {takes: ">=3.11", asked: "2.7", err: "is no version"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, all, map[string]string{"pyproject.toml": fmt.Sprintf("[project]\nname = \"x\"\nrequires-python = %q\n", tt.takes)})
			p, err := w.plan(pyenv.Options{Python: tt.asked, Must: tt.must})
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || p.Python != tt.want || strings.Join(p.Notes, "; ") != tt.note {
				t.Errorf("got %+v, %v", p, err)
			}
		})
	}
}

// An environment of another version than the one asked for is made anew, once.
func TestAnEnvironmentOfAnotherPythonIsMadeAnew(t *testing.T) {
	w := newWorld(t, []string{"python3", "python3.12"}, map[string]string{"pyproject.toml": standard})
	w.made(pyenv.Options{})
	t.Setenv("PYTHON_VERSION", "3 12 0") // of what the tools make from now on
	p := w.made(pyenv.Options{Python: "3.12"})
	if notes := strings.Join(p.Notes, ""); !strings.Contains(notes, `made anew: it is Python 3.11.7, and the project takes ">=3.11,<3.13, ==3.12.*"`) {
		t.Errorf("got %q", notes)
	}
	w.calls()
	for _, asked := range []string{"3.12", ""} { // nothing asks for another one
		if p := w.made(pyenv.Options{Python: asked}); !p.Done || w.calls() != nil {
			t.Errorf("%q: got %+v", asked, p)
		}
	}
}

// Where Poetry is not there, its lock file is followed all the same.
func TestALockOfPoetryWithoutPoetry(t *testing.T) {
	const rest = "--no-deps -e UP/estuary-cdk from-git @ git+ssh://git@github.com/big/data.git@0123abc#subdirectory=connector -e ."
	for tool, want := range map[string][]string{
		"pip": {
			"python3 -m venv DIR/.venv",
			"python -m pip install --disable-pip-version-check --no-deps -r DIR/.venv/poetry-lock.txt",
			"python -m pip install --disable-pip-version-check " + rest,
		},
		"uv": { // whose environments have no pip, and which refuses what Poetry writes into metadata
			"uv venv --python TOOLS/python3 DIR/.venv",
			"uv pip install --compile-bytecode --python DIR/.venv/bin/python --no-deps -r DIR/.venv/poetry-lock.txt",
			"uv pip install --compile-bytecode --python DIR/.venv/bin/python --target DIR/.venv/connkit-pip pip<24.1",
			"python DIR/.venv/connkit-pip/pip install --disable-pip-version-check " + rest,
		},
	} {
		t.Run(tool, func(t *testing.T) {
			w := newWorld(t, []string{tool, "python3"}, map[string]string{"pyproject.toml": poetryStyle, "poetry.lock": lockText})
			if tool == "pip" {
				t.Setenv("TOOL_PIP", "1")
			}
			p := w.made(pyenv.Options{})
			if p.Manager != tool || p.Reason != "poetry.lock is there, and Poetry is not" {
				t.Errorf("got %s: %s", p.Manager, p.Reason)
			}
			if got := w.callsBeside(); !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if w.exists(".venv/connkit-pip") || !w.exists(".venv/poetry-lock.txt") {
				t.Error("the older pip is left, or the list is not")
			}
			if notes := strings.Join(p.Notes, "; "); notes != "what poetry.lock says is installed by "+tool+"; whether it is up to date with pyproject.toml only Poetry tells" {
				t.Errorf("notes: %s", notes)
			}
			if again := w.made(pyenv.Options{}); !again.Done {
				t.Errorf("the second time: %+v", again)
			}
			w.link("poetry") // Poetry comes: it is the one
			if p, err := w.plan(pyenv.Options{}); err != nil || p.Manager != "poetry" || !strings.Contains(strings.Join(p.Notes, ""), tool+" made the one that is there") {
				t.Errorf("with Poetry: %+v, %v", p, err)
			}
		})
	}
}

// The plan is what is shown, so a lock that cannot be read is told of before anything is made.
func TestABrokenLockWithoutPoetry(t *testing.T) {
	w := newWorld(t, []string{"python3"}, map[string]string{"pyproject.toml": poetryStyle, "poetry.lock": "[[package]\n"})
	if _, err := w.plan(pyenv.Options{}); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "poetry.lock") {
		t.Errorf("got %v", err)
	}
	if w.exists(".venv") || w.calls() != nil {
		t.Error("something was made")
	}
}

// pip from 24.1 on refuses metadata with ranges in Poetry's own words. An older one takes them.
func TestAnOlderPipTakesMetadataThatNewerOnesRefuse(t *testing.T) {
	w := newWorld(t, []string{"python3"}, map[string]string{"pyproject.toml": poetryStyle, "poetry.lock": lockText})
	t.Setenv("TOOL_PIP", "1")
	t.Setenv("PIP_SAYS", "ERROR: Requested estuary_cdk==0.2.0 from file:///x has invalid metadata: Expected matching RIGHT_PARENTHESIS")
	p, printed, err := w.apply(pyenv.Options{})
	if err != nil || printed != "" {
		t.Fatalf("got %+v, %v, printed %q", p, err, printed)
	}
	got := w.callsBeside()
	want := []string{
		"python -m pip install --disable-pip-version-check --target DIR/.venv/connkit-pip pip<24.1",
		"python DIR/.venv/connkit-pip/pip install --disable-pip-version-check --no-deps -e UP/estuary-cdk from-git @ git+ssh://git@github.com/big/data.git@0123abc#subdirectory=connector -e .",
	}
	if n := len(got); n != 5 || !slices.Equal(got[3:], want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	w = newWorld(t, []string{"python3"}, map[string]string{"pyproject.toml": poetryStyle, "poetry.lock": lockText})
	t.Setenv("PIP_SAYS", "ERROR: no matching distribution")
	if _, printed, err := w.apply(pyenv.Options{}); err == nil || !strings.Contains(printed, "no matching distribution") || w.exists(".venv") {
		t.Errorf("another refusal: %v, printed %q", err, printed)
	}
}
