package cli_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/connkit/connkit/internal/cli"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/internal/testkit/fakeflow"
	"github.com/connkit/connkit/internal/testkit/sabotage"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/build/engine"
)

func TestMain(m *testing.M) {
	if err := sabotage.Main(); err != nil {
		_, _ = os.Stderr.WriteString(err.Error())
		os.Exit(111)
	}
	if slices.Contains(engine.Names(), filepath.Base(os.Args[0])) {
		os.Exit(testkit.Engine(os.Stdin, os.Stdout, os.Stderr)) // scripts link to this program under these names
	}
	connkit := func() {
		os.Exit(cli.Main(cli.Invoked(os.Args), ui.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
	}
	testscript.Main(m, map[string]func(){
		"connkit":          connkit,
		"pull_upstream.sh": connkit, // a link to the program
		"build-local.sh":   connkit,
		"fakeconnector":    fakeConnector,
		"fakeflow":         func() { os.Exit(fakeflow.Play(os.Args[1], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs the scripts of testdata/script: one a behaviour of the command line.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "home", ".config"))
			env.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(env.WorkDir, "home", ".gitconfig"))
			env.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
			env.Setenv("NO_COLOR", "1")
			env.Setenv("LC_ALL", "C")
			home := filepath.Join(env.WorkDir, "home")
			if err := os.MkdirAll(home, 0o755); err != nil {
				return err
			}
			// For scripts that take PATH away.
			real := filepath.Join(env.WorkDir, "real")
			if err := os.MkdirAll(real, 0o755); err != nil {
				return err
			}
			if err := os.Symlink(lookIn(env.Getenv("PATH"), "connkit"), filepath.Join(real, "connkit")); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(home, ".gitconfig"), []byte("[user]\n\tname = Ann Example\n\temail = ann@example.com\n[init]\n\tdefaultBranch = main\n"), 0o644)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status":    cmdStatus,
			"asnobody":  cmdAsNobody,
			"interrupt": cmdInterrupt,
			"signal":    cmdSignal,
			"noleft":    cmdNoLeft,
		},
	})
}

// cmdStatus runs a command and wants an exact exit status: status 2 connkit nope.
func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command …")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	if got := exitStatus(err); got != want {
		ts.Fatalf("exit status %d, want %d: %v", got, want, err)
	}
}

func exitStatus(err error) int {
	if err == nil {
		return 0
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -2
}

// cmdAsNobody runs a command without root's right to write everywhere:
// asnobody N command … wants exit status N.
func cmdAsNobody(ts *testscript.TestScript, _ bool, args []string) {
	if os.Getuid() != 0 {
		cmdStatus(ts, false, args)
		return
	}
	// The folders of tests and the binary are root's own.
	for dir := ts.Getenv("WORK"); filepath.Dir(dir) != "/"; dir = filepath.Dir(dir) {
		ts.Check(os.Chmod(dir, 0o755))
	}
	own := filepath.Join(ts.Getenv("WORK"), args[1])
	// Another program makes the copy: what this one has open for writing, a child that
	// another script starts at the moment holds, and then it cannot be started.
	ts.Check(exec.Command("install", "-m", "755", lookIn(ts.Getenv("PATH"), args[1]), own).Run())
	cmd := exec.Command(own, args[2:]...)
	cmd.Args[0] = args[1]
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = []string{"PATH=" + ts.Getenv("PATH"), "HOME=/nonexistent", "NO_COLOR=1"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	ts.Logf("%s", out.String())
	if got := exitStatus(err); strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit status %d, want %s: %v", got, args[0], err)
	}
}

func lookIn(path, name string) string {
	for _, dir := range filepath.SplitList(path) {
		if p := filepath.Join(dir, name); isExecutable(p) {
			return p
		}
	}
	return ""
}

func isExecutable(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// cmdInterrupt starts a command, sends SIGINT once the file $WORK/ready is
// there, and wants exit status 130: interrupt connkit run spec source-x.
func cmdInterrupt(ts *testscript.TestScript, _ bool, args []string) {
	ready := filepath.Join(ts.Getenv("WORK"), "ready")
	cmd := exec.Command(lookIn(ts.Getenv("PATH"), args[0]), args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "PATH="+ts.Getenv("PATH"), "HOME="+ts.Getenv("HOME"), "WORK="+ts.Getenv("WORK"), "NO_COLOR=1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	ts.Check(cmd.Start())
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(ready); err == nil {
			break
		}
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill()
			ts.Fatalf("the command did not get ready: %s", out.String())
		}
	}
	ts.Check(cmd.Process.Signal(os.Interrupt))
	err := cmd.Wait()
	ts.Logf("%s", out.String())
	if got := exitStatus(err); got != 130 {
		ts.Fatalf("exit status %d, want 130", got)
	}
}

// cmdSignal starts a command, sends it signals once the file $WORK/ready is
// there, and wants an exit status: signal HUP,HUP 130 connkit edit config.yaml. After
// KILL it also ends the process that has written its id to the file.
func cmdSignal(ts *testscript.TestScript, _ bool, args []string) {
	ready := filepath.Join(ts.Getenv("WORK"), "ready")
	cmd := exec.Command(lookIn(ts.Getenv("PATH"), args[2]), args[3:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = os.Environ()
	for _, name := range []string{"PATH", "HOME", "WORK", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "EDITOR"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	out, err := os.Create(filepath.Join(ts.Getenv("WORK"), "said"))
	ts.Check(err)
	defer out.Close() //nolint:errcheck // the test reads it by its name
	cmd.Stdout, cmd.Stderr = out, out
	ts.Check(cmd.Start())
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if text, err := os.ReadFile(ready); err == nil && len(text) > 0 {
			break
		}
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill()
			ts.Fatalf("the command did not get ready")
		}
	}
	numbers := map[string]syscall.Signal{"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "QUIT": syscall.SIGQUIT, "KILL": syscall.SIGKILL}
	for _, name := range strings.Split(args[0], ",") {
		ts.Check(cmd.Process.Signal(numbers[name]))
		time.Sleep(20 * time.Millisecond) // two at once would be one
	}
	err = cmd.Wait()
	if args[0] == "KILL" {
		pid, err := strconv.Atoi(strings.TrimSpace(ts.ReadFile("ready")))
		ts.Check(err)
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	ts.Check(os.Remove(ready))
	if got := exitStatus(err); strconv.Itoa(got) != args[1] {
		ts.Fatalf("exit status %d, want %s: %s", got, args[1], ts.ReadFile("said"))
	}
}

// cmdNoLeft wants that no process is left that has $WORK in its environment
// or arguments besides this test: noleft.
func cmdNoLeft(ts *testscript.TestScript, _ bool, _ []string) {
	mark := "FAKE_WORK=" + ts.Getenv("WORK")
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		left := processesWith(mark)
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("left running: %v", left)
		}
	}
}

func processesWith(mark string) []string {
	var left []string
	envs, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, f := range envs {
		if text, err := os.ReadFile(f); err == nil && bytes.Contains(text, []byte(mark+"\x00")) {
			cmdline, _ := os.ReadFile(filepath.Join(filepath.Dir(f), "cmdline"))
			left = append(left, filepath.Base(filepath.Dir(f))+" "+strings.ReplaceAll(string(cmdline), "\x00", " "))
		}
	}
	return left
}
