package doctest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/tools/txtar"

	"github.com/connkit/connkit/internal/cli"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/internal/ui"
)

// What a page says in comments about its console blocks, each on a line of its own:
//
//	<!-- monorepo: NAME -->  here begins a shell in a new monorepo, that of testdata/NAME.txtar
//	<!-- run: COMMAND -->    is run, and a failure is an error, but not shown: what time would have brought
//	<!-- needs: WHAT -->     the next block needs docker, or python packages from the registry

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "connkit" { // pages call this program by this name
		os.Exit(cli.Main(os.Args[1:], ui.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
	}
	os.Exit(m.Run())
}

// place is a home with a monorepo and an upstream in it.
type place struct {
	home, monorepo string
	env            []string
}

// shownHome stands in pages for the home of the run.
const shownHome = "/home/ann"

type result struct {
	lines  []string
	status int
}

// run runs the steps in one bash whose output is a terminal, as a reader would see it.
func (s session) run(t *testing.T) []result {
	t.Helper()
	pl := newPlace(t, s.monorepo)
	var script strings.Builder
	for _, st := range s.steps {
		fmt.Fprintf(&script, "printf '\\036begin\\n'; (exit ${status:-0})\n%s\nstatus=$?; printf '\\036end %%d\\n' $status\n", st.command)
	}
	file := filepath.Join(pl.home, ".steps")
	if err := os.WriteFile(file, []byte(script.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return readResults(onTerminal(t, pl, file), pl.home)
}

func onTerminal(t *testing.T, pl place, script string) string {
	t.Helper()
	tty, own, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close() //nolint:errcheck // the end of the session
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 50, Cols: 160}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", script)
	cmd.Dir, cmd.Env = pl.monorepo, pl.env
	cmd.Stdout, cmd.Stderr = own, own
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = own.Close()
	timer := time.AfterFunc(15*time.Minute, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer timer.Stop()
	var out bytes.Buffer
	if _, err := io.Copy(&out, tty); err != nil && !errors.Is(err, syscall.EIO) { // EIO: all have closed it
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Logf("the shell: %v", err)
	}
	return out.String()
}

// readResults takes apart what a session has printed.
func readResults(out, home string) []result {
	var all []result
	var lines []string
	for _, l := range screen(strings.ReplaceAll(out, home, shownHome)) {
		text, mark, ok := strings.Cut(l, "\x1e")
		switch {
		case !ok:
			lines = append(lines, l)
		case mark == "begin":
			lines = nil
		default:
			if text != "" {
				lines = append(lines, text)
			}
			status, _ := strconv.Atoi(strings.TrimPrefix(mark, "end "))
			all = append(all, result{lines, status})
		}
	}
	return all
}

// newPlace makes a home with the files of a txtar below it: what is in
// connectors/ becomes the monorepo, what is in NAME.git/ an upstream of that
// name; the script in front of the files is run at the end.
func newPlace(t *testing.T, name string) place {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	home, err := os.MkdirTemp("/tmp", "ann") //nolint:usetesting // short: what is cut to a width is cut alike
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	pl := place{home: home, monorepo: filepath.Join(home, "connectors")}
	pl.env = environment(t, home)
	files := map[string]string{"connectors/": "", ".gitconfig": "[user]\n\tname = Ann Example\n\temail = ann@example.com\n[init]\n\tdefaultBranch = main\n[core]\n\tsafecrlf = false\n[protocol \"file\"]\n\tallow = always\n"}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	testkit.Put(t, home, files)
	cmd := exec.Command("bash", "--noprofile", "--norc", "-euo", "pipefail", "-c", "git init -q\n"+string(archive.Comment))
	cmd.Dir, cmd.Env = pl.monorepo, pl.env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return pl
}

// environment is that of Ann: her home, the program under test, nothing of who runs the test.
func environment(t *testing.T, home string) []string {
	t.Helper()
	bin := filepath.Join(home, ".bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	python, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		t.Fatalf("finding Python: %v", err)
	}
	for link, to := range map[string]string{"connkit": self, "python3": strings.TrimSpace(string(python)), "python": strings.TrimSpace(string(python))} {
		if err := os.Symlink(to, filepath.Join(bin, link)); err != nil {
			t.Fatal(err)
		}
	}
	var env []string
	for _, kv := range os.Environ() {
		key, _, _ := strings.Cut(kv, "=")
		if !regexp.MustCompile(`^(CONNKIT_|GITHUB_|GIT_|SOPS_|AWS_|XDG_|CI$|HOME$|PATH$|EDITOR$|VISUAL$|NO_COLOR$|TERM$|LC_|LANG$|TMPDIR$|PYTHON|VIRTUAL_ENV)`).MatchString(key) {
			env = append(env, kv)
		}
	}
	return append(env, "HOME="+home, "PATH="+bin+":"+os.Getenv("PATH"), "GIT_CONFIG_SYSTEM="+os.DevNull, "TZ=UTC", "GOPATH="+goEnv(t, "GOPATH"), "GOCACHE="+goEnv(t, "GOCACHE"),
		"GOMODCACHE="+goEnv(t, "GOMODCACHE"), "NO_COLOR=1", "GIT_PAGER=cat", "PAGER=cat", "TERM=xterm", "LC_ALL=C.UTF-8",
		"GIT_AUTHOR_DATE=2026-02-11T09:00:00Z", "GIT_COMMITTER_DATE=2026-02-11T09:00:00Z")
}

func goEnv(t *testing.T, key string) string {
	t.Helper()
	out, err := exec.Command("go", "env", key).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestReadResults(t *testing.T) {
	t.Parallel()
	all := readResults("\x1ebegin\r\nin /tmp/annX/a\r\n\x1eend 0\r\n\x1ebegin\r\nno newline\x1eend 4\r\n", "/tmp/annX")
	if len(all) != 2 || strings.Join(all[0].lines, "|") != "in /home/ann/a" || all[1].status != 4 || all[1].lines[0] != "no newline" {
		t.Errorf("got %+v", all)
	}
}
