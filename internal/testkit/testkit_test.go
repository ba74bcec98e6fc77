package testkit_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
)

// The test binary plays engines too, as those of other rooms do.
func TestMain(m *testing.M) {
	if os.Getenv("FAKE_ENGINE") != "" {
		os.Exit(testkit.Engine(os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// A hook that runs the tests points git at its own repository; that stays as it is.
func TestGitOfTestsIsNotThatOfAHook(t *testing.T) {
	other := testkit.Tree(t, map[string]string{"mine": "x"})
	testkit.Git(t, other, "init", "-q")
	before := testkit.Git(t, other, "status", "--porcelain")
	for name, value := range map[string]string{"GIT_DIR": filepath.Join(other, ".git"), "GIT_WORK_TREE": other, "GIT_INDEX_FILE": filepath.Join(other, ".git/other"), "GIT_AUTHOR_NAME": "Bob", "GIT_COMMITTER_DATE": "2001-01-01T00:00:00Z"} {
		t.Setenv(name, value)
	}
	dir, commit := testkit.Repo(t, map[string]string{"a/b": "text"})
	if got := testkit.Git(t, dir, "log", "--format=%an %ae %at %ct %H", "--all"); got != "Ann ann@example.com 1767225600 1767225600 "+commit {
		t.Errorf("got %q", got)
	}
	if got := testkit.GitBytes(t, filepath.Join(dir, ".git"), "cat-file", "blob", "v1:a/b"); got != "text" {
		t.Errorf("got %q", got)
	}
	if testkit.Git(t, other, "status", "--porcelain") != before || testkit.Git(t, other, "for-each-ref") != "" {
		t.Error("the hook's repository has changed")
	}
}

// The same files are the same commit, on every machine and day.
func TestRepositoriesAreReproducible(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.txt": "a\n", "deep/er/b.txt": "b", "empty/": "", "ü": "\r\n"}
	dir, one := testkit.Repo(t, files)
	_, two := testkit.Repo(t, files)
	if one != two || one != "5e87987e588cde65753e6b34b0af0f916ba8ceb4" && os.Getenv("GIT_DEFAULT_HASH") == "" {
		t.Errorf("got %s and %s", one, two)
	}
	if got := testkit.Git(t, dir, "-c", "core.quotePath=false", "ls-files"); got != "a.txt\ndeep/er/b.txt\nü" {
		t.Errorf("got %q", got)
	}
	if info, err := os.Stat(filepath.Join(dir, "empty")); err != nil || !info.IsDir() {
		t.Errorf("a name that ends in a slash is a folder: %v", err)
	}
	if got, err := filepath.EvalSymlinks(dir); err != nil || got != dir {
		t.Errorf("%s is not its real path, %s", dir, got)
	}
}

// Only the commands that are named fail, and as git's own failures do.
func TestFailingGit(t *testing.T) {
	t.Parallel()
	dir, commit := testkit.Repo(t, map[string]string{"a": "x"})
	bin := testkit.FailingGit(t, "commit merge-base")
	run := func(args ...string) (string, int) {
		cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "git"), args...)
		cmd.Dir = dir
		out, _ := cmd.CombinedOutput()
		return strings.TrimSpace(string(out)), cmd.ProcessState.ExitCode()
	}
	for _, command := range []string{"commit", "merge-base"} {
		if out, status := run(command, "-m", "x"); status != 128 || out != "fatal: made to fail" {
			t.Errorf("%s: %q, %d", command, out, status)
		}
	}
	for _, args := range [][]string{{"rev-parse", "HEAD"}, {"-c", "x.y=z", "rev-parse", "HEAD"}} {
		if out, status := run(args...); status != 0 || out != commit {
			t.Errorf("%v: %q, %d", args, out, status)
		}
	}
	if out, status := run("merge"); status == 128 && out == "fatal: made to fail" {
		t.Error("merge is not merge-base")
	}
}

// engine is one of the names under which the test binary plays engines.
type engine struct {
	t         *testing.T
	name, dir string
	is        string
}

func newEngine(t *testing.T, name, is string) engine {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
	return engine{t, name, dir, is}
}

// call gives what a command prints, and its exit code in front.
func (e engine) call(in string, args ...string) string {
	e.t.Helper()
	cmd := exec.CommandContext(e.t.Context(), filepath.Join(e.dir, e.name), args...)
	cmd.Env = append(os.Environ(), "FAKE_ENGINE="+e.dir, "FAKE_ENGINE_IS="+e.is)
	cmd.Stdin = strings.NewReader(in)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	_ = cmd.Run()
	return fmt.Sprintf("%d %s", cmd.ProcessState.ExitCode(), strings.TrimSpace(out.String()))
}

// An image that is built has its labels, by the args and by flags, its user and
// its entry point; it is listed, and answers spec.
func TestTheEngineKeepsWhatIsBuilt(t *testing.T) {
	t.Parallel()
	e := newEngine(t, "docker", "")
	file := filepath.Join(e.dir, "Dockerfile")
	if err := os.WriteFile(file, []byte("ARG V\nLABEL A=\"one two\" \\\n  B=$V\nUSER 65532\nENTRYPOINT [\"/x\", \"-y\"]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := e.call("", "build", "--file", file, "--tag", "x.io/a:local", "--build-arg", "V=7", "--label", "C=3", "--platform", "linux/arm64", "."); !strings.HasPrefix(got, "0 Step 1/6 : ARG V") {
		t.Errorf("got %q", got)
	}
	got := e.call("", "image", "inspect", "x.io/a:local")
	for _, want := range []string{`"Architecture":"arm64"`, `"A":"one two"`, `"B":"7"`, `"C":"3"`, `"User":"65532"`, `"Entrypoint":["/x","-y"]`, `"RepoTags":["x.io/a:local"]`} {
		if !strings.HasPrefix(got, "0 [{") || !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	if got := e.call("", "image", "ls"); got != "0 x.io/a:local" {
		t.Errorf("got %q", got)
	}
	if got := e.call("{\"spec\":{}}\n", "run", "--rm", "-i", "x.io/a:local"); !strings.HasPrefix(got, `0 {"spec":{"protocol":3032023`) {
		t.Errorf("got %q", got)
	}
	if got := e.call("{\"open\":{}}\n", "run", "--rm", "-i", "x.io/a:local"); !strings.HasPrefix(got, `1 {"level":"ERROR"`) {
		t.Errorf("got %q", got)
	}
	calls, err := os.ReadFile(filepath.Join(e.dir, "calls"))
	if err != nil || strings.Count(string(calls), "\n") != 5 || !strings.HasPrefix(string(calls), "docker build --file ") {
		t.Errorf("got %q, %v", calls, err)
	}
}

// What is not there, and what fails while it is built, is told as the engines tell it.
func TestTheEngineFailsAsEnginesDo(t *testing.T) {
	t.Parallel()
	e := newEngine(t, "docker", "")
	for _, tt := range []struct {
		in   string
		args []string
		want string
	}{
		{"", []string{"image", "inspect", "none:local"}, "1 Error response from daemon: No such image: none:local"},
		{"", []string{"run", "none:local"}, "125 docker: Error response from daemon: No such image"},
		{"", []string{"build", "--file", "/none/Dockerfile", "--tag", "a:local", "."}, "1 ERROR: open /none/Dockerfile: no such file or directory"},
		{"RUN fail\n", []string{"build", "--file", "-", "--tag", "a:local", "."}, "42 Step 1/2 : RUN fail"},
		{"no tar", []string{"build", "--file", "x", "--tag", "a:local", "-"}, "1 ERROR: unexpected EOF"},
		{"", []string{"buildx", "build", "."}, "1 docker: unknown command: docker buildx"},
		{"", []string{"buildx", "version"}, "1 docker: unknown command: docker buildx"},
	} {
		if got := e.call(tt.in, tt.args...); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%v: got %q, want %q", tt.args, got, tt.want)
		}
	}
	down := newEngine(t, "podman", "down")
	if got := down.call("", "info"); !strings.HasPrefix(got, "1 Cannot connect to the Docker daemon") {
		t.Errorf("got %q", got)
	}
	if got := down.call("", "--version"); got != "0 podman version 4.3.1" {
		t.Errorf("without a daemon the program still answers: %q", got)
	}
}
