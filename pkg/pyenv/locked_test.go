package pyenv_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/pyenv"
)

const lockText = `
[[package]]
name = "aiodns"
version = "3.2.0"
optional = false
groups = ["main"]
files = [{file = "a.whl", hash = "sha256:aa"}, {file = "a.tar.gz", hash = "sha256:bb"}]

[[package]]
name = "colorama"
version = "0.4.6"
optional = false
groups = ["main", "dev"]
markers = {main = "os_name == \"nt\"", dev = "sys_platform == \"win32\""}

[[package]]
name = "half"
version = "1.0"
optional = false
groups = ["main", "dev"]
markers = {dev = "os_name == \"nt\""}

[[package]]
name = "tomli"
version = "2.0.1"
optional = false
markers = "python_version < \"3.11\""

[[package]]
name = "of-an-extra"
version = "1.0"
optional = true
groups = ["main"]

[[package]]
name = "of-docs"
version = "1.0"
optional = false
groups = ["docs"]

[[package]]
name = "estuary-cdk"
version = "0.2.0"
optional = false
groups = ["main"]
files = []
[package.source]
type = "directory"
url = "../estuary-cdk"

[[package]]
name = "from-git"
version = "1.0"
optional = false
groups = ["main"]
[package.source]
type = "git"
url = "git@github.com:big/data.git"
reference = "main"
resolved_reference = "0123abc"
subdirectory = "connector"

[[package]]
name = "from-url"
version = "1.0"
optional = false
groups = ["main"]
files = [{file = "f.whl", hash = "sha256:cc"}]
[package.source]
type = "url"
url = "https://example.com/f.whl"
`

// A mirror may lack what Poetry asks for, and have all that the lock file names.
func TestTheLockIsFollowedWherePoetrySeesNothing(t *testing.T) {
	project := poetryStyle + "[tool.poetry.group.docs]\noptional = true\n[tool.poetry.group.docs.dependencies]\nof-docs = \"1\"\n"
	for _, uv := range []bool{true, false} {
		tools := []string{"python3", "poetry"}
		if uv {
			tools = append(tools, "uv")
		}
		w := newWorld(t, tools, map[string]string{"pyproject.toml": project, "poetry.lock": lockText})
		t.Setenv("POETRY_SAYS", "Unable to find installation candidates for aiodns (3.2.0)")
		t.Setenv("TOOL_PIP", "1")
		p, printed, err := w.apply(pyenv.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if printed != "" {
			t.Errorf("Poetry's failure was shown: %s", printed)
		}
		if notes := strings.Join(p.Notes, "\n"); !strings.Contains(notes, "what poetry.lock says was installed") {
			t.Errorf("notes: %s", notes)
		}
		text, err := os.ReadFile(filepath.Join(w.dir, ".venv", "poetry-lock.txt"))
		want := "aiodns==3.2.0 --hash=sha256:aa --hash=sha256:bb\n" +
			"colorama==0.4.6 ; (os_name == \"nt\") or (sys_platform == \"win32\")\n" +
			"half==1.0\n" +
			"tomli==2.0.1 ; python_version < \"3.11\"\n" +
			"from-url @ https://example.com/f.whl --hash=sha256:cc\n"
		if err != nil || string(text) != want {
			t.Errorf("got %s, %v", text, err)
		}
		calls := strings.Join(w.calls(), "\n")
		first := "python -m pip install --disable-pip-version-check --no-deps -r DIR/.venv/poetry-lock.txt"
		if uv {
			first = "uv pip install --compile-bytecode --python DIR/.venv/bin/python --no-deps -r DIR/.venv/poetry-lock.txt"
		}
		second := "--no-deps -e " + filepath.Join(filepath.Dir(w.dir), "estuary-cdk") + " from-git @ git+ssh://git@github.com/big/data.git@0123abc#subdirectory=connector -e ."
		for _, call := range []string{first, second} {
			if !strings.Contains(calls, call) {
				t.Errorf("uv %v: no %q in\n%s", uv, call, calls)
			}
		}
	}
}

func TestOtherFailuresOfPoetryStay(t *testing.T) {
	w := newWorld(t, []string{"python3", "poetry", "uv"}, map[string]string{"pyproject.toml": poetryStyle, "poetry.lock": lockText})
	t.Setenv("POETRY_SAYS", "a hash differs")
	_, printed, err := w.apply(pyenv.Options{})
	if err == nil || !strings.Contains(printed, "a hash differs") || w.exists(".venv") {
		t.Errorf("got %v, printed %q", err, printed)
	}
	w = newWorld(t, []string{"python3", "poetry", "uv"}, map[string]string{"pyproject.toml": poetryStyle})
	t.Setenv("POETRY_SAYS", "Package aiodns (3.2.0) not found")
	if _, _, err := w.apply(pyenv.Options{Manager: "poetry"}); err == nil {
		t.Error("without a lock file there is nothing to follow")
	}
}

func TestABrokenLock(t *testing.T) {
	w := newWorld(t, []string{"python3", "poetry"}, map[string]string{"pyproject.toml": poetryStyle, "poetry.lock": "[[package]\n"})
	t.Setenv("POETRY_SAYS", "Package aiodns (3.2.0) not found")
	if _, _, err := w.apply(pyenv.Options{}); err == nil || !strings.Contains(err.Error(), "invalid") && !strings.Contains(err.Error(), "expected") {
		t.Errorf("got %v", err)
	}
}
