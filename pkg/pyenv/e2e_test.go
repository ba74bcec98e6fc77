//go:build e2e

package pyenv_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/pyenv"
)

// These tests make environments with the real uv, Poetry and pip that are in
// PATH, and import what was installed. `make e2e` runs them.

const (
	backend = "[build-system]\nrequires = [\"poetry-core>=2.0,<3.0\"]\nbuild-backend = \"poetry.core.masonry.api\"\n"
	// Poetry asks the index's JSON API unless a source is named, which a mirror may not have.
	source = "[[tool.poetry.source]]\nname = \"index\"\nurl = \"INDEX/\"\npriority = \"primary\"\n"
)

// modern is a project as the templates write it. deps are lines of its dependencies.
func modern(name, deps, more string) string {
	return fmt.Sprintf("[project]\nname = %q\nversion = \"0.1.0\"\nrequires-python = \">=3.9,<4.0\"\ndependencies = [%s]\n"+
		"[dependency-groups]\ndev = [{include-group = \"test\"}]\ntest = [\"iniconfig>=2\"]\n[tool.poetry]\npackages = [{include = %q}]\n", name, deps, name) + more + source + backend
}

// old is one in Poetry's own style.
func old(name, deps string) string {
	return fmt.Sprintf("[tool.poetry]\nname = %q\nversion = \"0.1.0\"\ndescription = \"\"\nauthors = []\n[tool.poetry.dependencies]\npython = \"^3.9\"\n%s"+
		"[tool.poetry.group.dev.dependencies]\niniconfig = \"^2.0\"\n", name, deps) + source + backend
}

type realWorld struct {
	world
	repo string
}

// newReal makes source_x in a folder of its own, with hostile variables of the caller.
func newReal(t *testing.T, files map[string]string) realWorld {
	t.Helper()
	for _, tool := range []string{"uv", "poetry", "python3", "git"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%v: run make e2e", err)
		}
	}
	r := realWorld{world{t: t}, t.TempDir()}
	r.dir = filepath.Join(r.repo, "source-x")
	r.write("source_x/__init__.py", "")
	for name, text := range files {
		r.write(name, strings.ReplaceAll(text, "REPO", r.repo))
	}
	t.Setenv("POETRY_VIRTUALENVS_PATH", t.TempDir())
	for name, value := range map[string]string{
		"UV_PYTHON": "/usr/bin/false", "UV_NO_DEV": "1", "VIRTUAL_ENV": "/nowhere", "CONDA_PREFIX": "/nowhere", "PYTHONPATH": "/nowhere",
		"PYTHONDONTWRITEBYTECODE": "1", "UV_PROJECT_ENVIRONMENT": "/nowhere/env", "POETRY_VIRTUALENVS_IN_PROJECT": "false", "PIP_TARGET": "/nowhere/target",
	} {
		t.Setenv(name, value)
	}
	return r
}

// write puts the index that pip takes into a file's place for it.
func (r realWorld) write(name, text string) {
	r.t.Helper()
	if strings.Contains(text, "INDEX") {
		text = strings.ReplaceAll(text, "INDEX", r.index())
	}
	r.world.write(name, text)
}

// index is where pip finds packages when nobody says another.
func (r realWorld) index() string {
	r.t.Helper()
	if url := os.Getenv("PIP_INDEX_URL"); url != "" {
		return strings.TrimSuffix(url, "/")
	}
	out, err := exec.Command("python3", "-c", "from pip._internal.models.index import PyPI; print(PyPI.simple_url)").Output()
	if err != nil {
		r.t.Fatalf("asking pip for its index: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// runs runs a program in the connector's folder as a user would in a fresh shell.
func (r realWorld) runs(argv ...string) string {
	r.t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = r.dir
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); !slices.Contains(leaks, name) && name != "UV_PROJECT_ENVIRONMENT" {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("%q: %v\n%s", argv, err, out)
	}
	return strings.TrimSpace(string(out))
}

// make makes the environment and looks into it: it holds what is named, byte
// code too, and a second run has nothing to do.
func (r realWorld) make(o pyenv.Options, modules ...string) *pyenv.Plan {
	r.t.Helper()
	p, printed, err := r.apply(o)
	if err != nil {
		r.t.Fatalf("%v (%s)\n%s", err, fault.HintOf(err), printed)
	}
	env, ok, err := pyenv.Find(r.t.Context(), r.dir, "")
	if !ok || err != nil || env.Manager != p.Manager || env.Version != p.Python {
		r.t.Fatalf("found %+v, %v, %v", env, ok, err)
	}
	imports := "import sys, " + strings.Join(modules, ", ") + "; print(sys.prefix)"
	if prefix := r.runs(env.Python, "-W", "ignore", "-c", imports); prefix != env.Dir {
		r.t.Errorf("the prefix is %q", prefix)
	}
	if slices.Contains(modules, "six") {
		if found, _ := filepath.Glob(filepath.Join(env.Dir, "lib", "*", "site-packages", "__pycache__", "six.*.pyc")); len(found) == 0 {
			r.t.Error("no byte code was made")
		}
	}
	if again, err := r.plan(o); err != nil || !again.Done {
		r.t.Errorf("a second run: %+v, %v", again, err)
	}
	return p
}

func TestE2ELockFiles(t *testing.T) {
	for manager, lock := range map[string][]string{"uv": {"uv", "lock", "-q"}, "poetry": {"poetry", "lock", "--no-interaction"}} {
		t.Run(manager, func(t *testing.T) {
			r := newReal(t, map[string]string{"pyproject.toml": modern("source_x", `"six>=1.16"`, "")})
			r.runs(lock...) // Poetry's makes an environment in its cache, which must not be taken
			p := r.make(pyenv.Options{}, "source_x", "six", "iniconfig")
			if p.Manager != manager || len(p.Notes) > 0 {
				t.Errorf("got %+v", p)
			}
			r.write("pyproject.toml", modern("source_x", `"six>=1.15"`, ""))
			inode := r.inode()
			if manager == "uv" {
				if p := r.make(pyenv.Options{}, "six"); len(p.Notes) != 1 || !strings.Contains(p.Notes[0], "brought up to date") || r.inode() != inode {
					t.Errorf("after a change: %+v", p)
				}
				return
			}
			if _, _, err := r.apply(pyenv.Options{}); fault.HintOf(err) != "poetry lock, in the connector's folder" || r.inode() != inode {
				t.Errorf("a stale lock file: %v (%s)", err, fault.HintOf(err))
			}
		})
	}
}

func TestE2EFindWhatPoetryKeepsElsewhere(t *testing.T) {
	r := newReal(t, map[string]string{"pyproject.toml": modern("source_x", "", "")})
	r.runs("poetry", "lock", "--no-interaction")
	r.runs("poetry", "env", "use", "python3")
	env, ok, err := pyenv.Find(t.Context(), r.dir, os.Getenv("VIRTUAL_ENV"))
	if !ok || err != nil || filepath.Dir(env.Dir) != os.Getenv("POETRY_VIRTUALENVS_PATH") || env.Version == "" {
		t.Errorf("got %+v, %v, %v", env, ok, err)
	}
}

// inode tells one environment from another in the same place.
func (r realWorld) inode() uint64 {
	r.t.Helper()
	info, err := os.Stat(filepath.Join(r.dir, ".venv"))
	if err != nil {
		r.t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Ino
}

func TestE2ENoLockFile(t *testing.T) {
	for _, manager := range []string{"uv", "poetry", "pip"} {
		t.Run(manager, func(t *testing.T) {
			r := newReal(t, map[string]string{"pyproject.toml": modern("source_x", `"six"`, "")})
			p := r.make(pyenv.Options{Manager: manager}, "source_x", "six", "iniconfig")
			if written := strings.Contains(fmt.Sprint(p.Notes), manager+".lock was written"); written != (manager != "pip") {
				t.Errorf("notes: %q", p.Notes)
			}
		})
	}
}

func TestE2EPoetryStyle(t *testing.T) {
	for _, manager := range []string{"uv", "poetry", "pip"} {
		t.Run(manager, func(t *testing.T) {
			r := newReal(t, map[string]string{"pyproject.toml": old("source_x", "six = \"^1.16\"\nup = {path = \"../up\", develop = true}\n"),
				"../up/pyproject.toml": old("up", ""), "../up/up/__init__.py": ""})
			r.make(pyenv.Options{Manager: manager}, "source_x", "six", "iniconfig", "up")
			if at := r.runs(filepath.Join(r.dir, ".venv", "bin", "python"), "-c", "import up; print(up.__file__)"); at != filepath.Join(r.repo, "up", "up", "__init__.py") {
				t.Errorf("the path dependency is at %q", at)
			}
		})
	}
}

func TestE2EPathDependency(t *testing.T) {
	more := "[tool.poetry.dependencies]\nup = {path = \"../up\", develop = true}\n[tool.uv.sources]\nup = {path = \"../up\", editable = true}\n"
	for _, manager := range []string{"uv", "poetry", "pip"} {
		for _, reqs := range []string{"", "-e ../up\n-e .\n"} {
			t.Run(manager+" "+strconv.Itoa(len(reqs)), func(t *testing.T) {
				files := map[string]string{"pyproject.toml": modern("source_x", `"six", "up"`, more), "../up/pyproject.toml": modern("up", "", ""), "../up/up/__init__.py": ""}
				if reqs != "" {
					files["requirements.txt"] = reqs
				}
				r := newReal(t, files)
				r.make(pyenv.Options{Manager: manager}, "source_x", "six", "up", "iniconfig")
			})
		}
	}
}

func TestE2EGitDependency(t *testing.T) {
	for _, manager := range []string{"uv", "poetry", "pip"} {
		t.Run(manager, func(t *testing.T) {
			r := newReal(t, map[string]string{"../up/py/pyproject.toml": modern("up", "", ""), "../up/py/up/__init__.py": ""})
			up := filepath.Join(r.repo, "up")
			r.runs("git", "init", "-q", "-b", "main", up)
			r.runs("git", "-C", up, "add", ".")
			r.runs("git", "-C", up, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "-m", "x")
			commit := r.runs("git", "-C", up, "rev-parse", "HEAD")
			r.write("pyproject.toml", modern("source_x", fmt.Sprintf(`"up @ git+file://%s@%s#subdirectory=py"`, up, commit), ""))
			r.make(pyenv.Options{Manager: manager}, "source_x", "up", "iniconfig")
		})
	}
}

func TestE2EAnotherTool(t *testing.T) {
	r := newReal(t, map[string]string{"pyproject.toml": modern("source_x", `"six"`, "")})
	for _, manager := range []string{"uv", "pip", "poetry", "uv"} {
		_ = os.Remove(filepath.Join(r.dir, "uv.lock"))
		_ = os.Remove(filepath.Join(r.dir, "poetry.lock"))
		if p := r.make(pyenv.Options{Manager: manager}, "source_x", "six", "iniconfig"); p.Manager != manager {
			t.Errorf("got %+v", p)
		}
	}
}

func TestE2EMemberOfAWorkspace(t *testing.T) {
	r := newReal(t, map[string]string{"../pyproject.toml": "[tool.uv.workspace]\nmembers = [\"source-x\"]\n", "pyproject.toml": modern("source_x", `"six"`, "")})
	r.make(pyenv.Options{Manager: "uv"}, "source_x", "six")
	if r.exists("../.venv") {
		t.Error("an environment was made in the workspace's folder")
	}
}

func TestE2EPkgResources(t *testing.T) {
	r := newReal(t, map[string]string{"pyproject.toml": modern("source_x", `"up"`, "[tool.uv.sources]\nup = {path = \"../up\"}\n"),
		"../up/pyproject.toml": modern("up", "", ""), "../up/up/__init__.py": "import pkg_resources\n"})
	if p := r.make(pyenv.Options{Manager: "uv"}, "up"); !strings.Contains(fmt.Sprint(p.Notes), "up imports pkg_resources") {
		t.Errorf("notes: %q", p.Notes)
	}
}

func TestE2ENoPythonFits(t *testing.T) {
	r := newReal(t, map[string]string{"pyproject.toml": strings.ReplaceAll(modern("source_x", "", ""), ">=3.9,<4.0", ">=3.99")})
	for _, manager := range []string{"uv", "poetry", "pip"} {
		if _, err := r.plan(pyenv.Options{Manager: manager}); fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), `choosing a Python for ">=3.99": found 3.`) {
			t.Errorf("%s: %v", manager, err)
		}
	}
	if r.exists(".venv") {
		t.Error("something was made")
	}
}

func TestE2ERefusals(t *testing.T) {
	narrow := strings.ReplaceAll(modern("up", "", ""), ">=3.9,<4.0", ">=3.9,<3.40")
	for name, tt := range map[string]struct{ manager, deps, hint string }{
		"Poetry proposes a range": {"poetry", `"up @ file://REPO/up"`, `set requires-python = ">=3.9,<3.40" in pyproject.toml`},
		"uv finds nothing":        {"uv", `"up @ file://REPO/up", "six==0.0.99"`, "the index has no such version of six"},
		"pip finds nothing":       {"pip", `"six==0.0.99"`, "the index has no such version of six"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReal(t, map[string]string{"pyproject.toml": modern("source_x", tt.deps, ""), "../up/pyproject.toml": narrow, "../up/up/__init__.py": ""})
			_, printed, err := r.apply(pyenv.Options{Manager: tt.manager})
			if fault.KindOf(err) != fault.Failed || !strings.Contains(fault.HintOf(err), tt.hint) || printed == "" {
				t.Errorf("got %v (%s)\n%s", err, fault.HintOf(err), printed)
			}
			for _, name := range []string{".venv", "uv.lock", "poetry.lock"} {
				if r.exists(name) {
					t.Errorf("%s is left", name)
				}
			}
		})
	}
}

func TestE2EIndexOutOfReach(t *testing.T) {
	for _, manager := range []string{"uv", "pip"} {
		t.Run(manager, func(t *testing.T) {
			r := newReal(t, map[string]string{"requirements.txt": "six\n"})
			for name, value := range map[string]string{
				"UV_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "UV_NO_CACHE": "1", "PIP_RETRIES": "1", "UV_HTTP_RETRIES": "0",
			} {
				t.Setenv(name, value)
			}
			_, printed, err := r.apply(pyenv.Options{Manager: manager})
			if fault.KindOf(err) != fault.Environment || !strings.Contains(fault.HintOf(err), "cannot be reached") || r.exists(".venv") {
				t.Errorf("got %v (%s)\n%s", err, fault.HintOf(err), printed)
			}
		})
	}
}

// slow is a build backend that never ends; it tells its process id.
const slow = `import os, time
def build_editable(*a, **k):
    open("building.tmp", "w").write(str(os.getpid()))
    os.rename("building.tmp", "building")
    time.sleep(600)
get_requires_for_build_editable = lambda *a: []
prepare_metadata_for_build_editable = build_wheel = get_requires_for_build_wheel = build_editable
`

func TestE2EInterrupt(t *testing.T) {
	project := "[project]\nname = \"source_x\"\nversion = \"0.1.0\"\nrequires-python = \">=3.9\"\n[build-system]\nrequires = []\nbuild-backend = \"slow\"\nbackend-path = [\".\"]\n"
	for _, manager := range []string{"uv", "pip"} {
		t.Run(manager, func(t *testing.T) {
			r := newReal(t, map[string]string{"pyproject.toml": project, "slow.py": slow})
			p, err := r.plan(pyenv.Options{Manager: manager})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			builder := make(chan int, 1)
			go func() {
				defer cancel()
				builder <- r.waitForBuilder(ctx)
			}()
			var printed bytes.Buffer
			if err := p.Apply(ctx, func(string, ...any) {}, &printed); fault.KindOf(err) != fault.Interrupted {
				t.Fatalf("got %v\n%s", err, printed.String())
			}
			if r.exists(".venv") || r.exists("uv.lock") {
				t.Error("half an environment or a lock file is left")
			}
			pid := <-builder
			for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
				if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
					break
				}
				if time.Now().After(end) {
					t.Fatalf("process %d still runs", pid)
				}
			}
		})
	}
}

func (r realWorld) waitForBuilder(ctx context.Context) int {
	for ctx.Err() == nil {
		if text, err := os.ReadFile(filepath.Join(r.dir, "building")); err == nil {
			pid, _ := strconv.Atoi(string(text))
			return pid
		}
		time.Sleep(20 * time.Millisecond)
	}
	return 0
}
