package pyenv

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

// What the tools really print: uv 0.9, Poetry 2.5, pip 23 and Debian's venv.
func TestRefusalsAreExplained(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		said  string
		style bool // Poetry's
		kind  fault.Kind
		hint  string
	}{
		"Poetry knows the range": {"    For narrow, a possible solution would be to set the `python` property to \">=3.11,<3.13\"\n", false, fault.Failed,
			`set requires-python = ">=3.11,<3.13" in pyproject.toml`},
		"in Poetry's style": {"    For narrow, a possible solution would be to set the `python` property to \">=3.11,<3.13\"\n", true, fault.Failed,
			`set python in [tool.poetry.dependencies] = ">=3.11,<3.13"`},
		"uv knows the range": {"      hint: The `requires-python` value (>=3.8) includes Python versions\n      that are not supported by your dependencies (e.g., pandas==2.2.3 only\n" +
			"      supports >=3.9). Consider using a more restrictive `requires-python`\n      value (like >=3.9).\n", false, fault.Failed, `set requires-python = ">=3.9"`},
		"uv has a reason": {"  ╰─▶ Because the requested Python version (>=3.8) does not satisfy\n      Python>=3.9 and pandas==2.2.3 depends on Python>=3.9\n", false, fault.Failed,
			"set requires-python to it"},
		"pip":          {"ERROR: Package 'toonarrow' requires a different Python: 3.11.7 not in '<3.11'\n", false, fault.Failed, "takes Python <3.11 only"},
		"stale lock":   {"pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix the lock file.\n", false, fault.Failed, "poetry lock"},
		"simple index": {"\nPackage six (1.17.0) not found.\n", false, fault.Failed, "[[tool.poetry.source]]"},
		"no venv": {"The virtual environment was not created successfully because ensurepip is not\navailable.  On Debian/Ubuntu systems, you need to install the python3-venv\n", false, fault.Environment,
			"apt install python3.11-venv"},
		"no network":  {"error: Failed to fetch: `http://127.0.0.1:9/simple/six/`\n  Caused by: Connection refused (os error 111)\n", false, fault.Environment, "cannot be reached"},
		"offline":     {"      hint: Packages were unavailable because the network was disabled. When\n", false, fault.Environment, "cannot be reached"},
		"no git":      {"error: Git executable not found. Ensure that Git is installed and available.\n", false, fault.Environment, "apt install git"},
		"no compiler": {"error: command 'gcc' failed: No such file or directory\n", false, fault.Environment, "build-essential"},
		"a compiler that fails": {"      compilation terminated.\n      error: Command '['g++', '-O3', 'src/buffer.cpp']' returned non-zero exit status 1.\n  × Failed to build `pyodbc==4.0.34`\n", false, fault.Failed,
			`pyodbc has no wheel for Python 3.11 and does not build there: an older Python may do, such as requires-python = ">=3.10,<3.11"`},
		"a wheel that pip cannot build": {"  error: command '/usr/bin/gcc' failed with exit code 1\n  ERROR: Failed building wheel for psycopg2\n", false, fault.Failed, "psycopg2 has no wheel for Python 3.11"},
		"the project itself": {"  × Failed to build `source-x @ file:///r/source-x`\n  ╰─▶ Call to `poetry.core.masonry.api.build_editable` failed (exit status: 1)\n      RuntimeError: The Poetry configuration is invalid:\n", false, fault.Failed,
			"source-x itself does not build: what its build says stands above"},
		"a header": {"      src/pyodbc.h:45:10: fatal error: sql.h: No such\n      file or directory\n  × Failed to build `pyodbc==4.0.34`\n", false, fault.Environment,
			"lacks sql.h: apt install unixodbc-dev"},
		"a header of its own": {"x.c:1:10: fatal error: odd/thing.h: No such file or directory\n", false, fault.Environment, "lacks odd/thing.h: install the development package"},
		"a tool":              {"Error: pg_config executable not found.\n", false, fault.Environment, "lacks pg_config: apt install libpq-dev"},
		"uv and contradictions": {"  × No solution found when resolving dependencies:\n  ╰─▶ Because singer-python==5.0.2 depends on backoff==1.3.2 and\n      tap-lol==0.2.1 depends on backoff==1.4.3, we can conclude\n", false, fault.Failed,
			"contradict each other"},
		"pip and contradictions": {"ERROR: ResolutionImpossible: for help visit\n", false, fault.Failed, "contradict each other"},
		"uv and a version that is not there": {"  × No solution found when resolving dependencies:\n  ╰─▶ Because there is no version of\n      smart-open[all]==0.5.46 and\n", false, fault.Failed,
			"no such version of smart-open"},
		"uv and a pre-release": {"  ╰─▶ Because there is no version of singer-python==1.6.0a2 and\n      hint: `singer-python` was requested with a pre-release marker (e.g.,\n      singer-python==1.6.0a2), but pre-releases weren't enabled\n", false, fault.Failed,
			`add "singer-python==1.6.0a2" to its dependencies`},
		"uv and an unknown name": {"  ╰─▶ Because tap-nope was not found in the package registry\n      and your project depends on tap-nope==1\n", false, fault.Failed, "no such version of tap-nope"},
		"pip and a version that is not there": {"ERROR: Ignored the following versions that require a different python version: 1.0 Requires-Python >=3.7,<3.11; 2.5.0 Requires-Python >=3.12\n" +
			"ERROR: Could not find a version that satisfies the requirement smart-open==0.5.46 (from airbyte-source-file) (from versions: 0.1.0, 0.1.1)\n", false, fault.Failed, "no such version of smart-open"},
		"pip and a package for another Python": {"ERROR: Ignored the following versions that require a different python version: 0.1.0 Requires-Python >=3.12\n" +
			"ERROR: Could not find a version that satisfies the requirement tap-x==0.1.0 (from versions: none)\n", false, fault.Failed, `set requires-python = ">=3.12"`},
		"else": {"something\n", false, fault.Failed, "words stand above"},
	} {
		p := &Plan{project: &project{poetryStyle: tt.style}, python: Python{version: version{3, 11, 7}}}
		err := p.explain([]string{"/x/bin/python", "-m", "pip", "install"}, 1, "before\n"+tt.said)
		if fault.KindOf(err) != tt.kind || !strings.Contains(fault.HintOf(err), tt.hint) {
			t.Errorf("%s: %s, %s", name, fault.KindOf(err), fault.HintOf(err))
		}
		if !strings.Contains(err.Error(), "python -m pip ended with exit status 1") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
