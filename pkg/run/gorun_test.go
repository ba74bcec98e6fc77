package run_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/run"
)

// playedGo makes a Go connector whose go is a script: what it does to list and
// to run. It notes its command lines in the file calls.
func playedGo(t *testing.T, list, command string) run.Options {
	t.Helper()
	root := t.TempDir()
	program := filepath.Join(root, "bin", "go")
	write(t, program, "#!/bin/sh\necho \"$*\" >>'"+root+"/calls'\ncase $1 in\nlist) "+list+" ;;\nrun) read -r request; echo '"+goodSpec+"' ;;\nesac\n")
	if err := os.Chmod(program, 0o755); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, "source-x")
	write(t, filepath.Join(dir, "test.flow.yaml"), "captures:\n  acmeCo/x: {endpoint: {local: {command: ["+program+", "+command+"], config: {}}}, bindings: []}\n")
	return run.Options{Dir: dir, Root: root, Language: "go", Kind: "capture", Timeout: 10 * time.Minute}
}

func goCalls(t *testing.T, o run.Options) []string {
	t.Helper()
	return strings.Split(strings.TrimSpace(read(t, filepath.Join(o.Root, "calls"))), "\n")
}

// What is compiled is the program with the flags that it is run with, once for all calls.
func TestAProgramOfGoIsCompiledOnceBeforeItsCalls(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]string{
		"run, .":                                 "list -export -f {{.Name}} .",
		"run, ./x, list":                         "list -export -f {{.Name}} ./x",
		"run, -tags, 'a,b', -race, ./x, -v":      "list -tags a,b -race -export -f {{.Name}} ./x",
		"run, -exec, e, -x, -ldflags=-s, a.go":   "list -ldflags=-s -export -f {{.Name}} a.go",
		"run, a.go, b.go, c":                     "list -export -f {{.Name}} a.go b.go",
		"run, example.com/x@v1.0.0":              "", // go list takes none of another module
		"run, -C, /, -work, -mod=mod, ./cmd/x":   "list -C / -mod=mod -export -f {{.Name}} ./cmd/x",
		"run, -n, -tags=a, ./x.go/y, z.go, a.go": "list -tags=a -export -f {{.Name}} ./x.go/y",
	} {
		o := playedGo(t, "echo main", command)
		for range 2 {
			if _, err := run.Spec(t.Context(), o); err != nil {
				t.Fatalf("%s: %v", command, err)
			}
		}
		ran := strings.NewReplacer(", ", " ", "'", "").Replace(command)
		if got, want := goCalls(t, o), slices.DeleteFunc([]string{want, ran, ran}, func(s string) bool { return s == "" }); !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", command, got, want)
		}
	}
}

// Compiling takes longer than an answer may, and is told.
func TestTimeForCompilingDoesNotCount(t *testing.T) {
	t.Parallel()
	o := playedGo(t, "while [ ! -e told ]; do /bin/sleep 0.02; done", "run, .")
	o.Timeout = 3 * time.Second // that the script gets to answer in, which a loaded machine has to start
	var steps []string
	o.Step = func(s string) {
		if steps = append(steps, s); len(steps) == 1 {
			time.Sleep(o.Timeout)
		}
		write(t, filepath.Join(o.Dir, "told"), "")
	}
	if _, err := run.Spec(t.Context(), o); err != nil || !slices.Equal(steps, []string{"compiling .", "starting ."}) {
		t.Errorf("got %q, %v", steps, err)
	}
}

// What does not compile is told of by go run itself, in its words.
func TestAProgramThatDoesNotCompile(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	dir := filepath.Join(root, "source-x")
	write(t, filepath.Join(root, "go.mod"), "module example.com/x\n\ngo 1.21\n")
	write(t, filepath.Join(dir, "main.go"), "package main\n\nfunc main() { nothing() }\n")
	_, err := run.Spec(t.Context(), run.Options{Dir: dir, Root: root, Language: "go", Kind: "capture", Timeout: 10 * time.Minute})
	if err == nil || strings.Count(err.Error(), "undefined: nothing") != 1 {
		t.Errorf("got %v", err)
	}
	o := playedGo(t, "echo no such flag >&2; exit 2", "run, .") // an older go
	if _, err := run.Spec(t.Context(), o); err != nil {
		t.Errorf("got %v", err)
	}
}

// An interrupt ends the compiler and all that it started, and nothing is run.
func TestAnInterruptWhileItCompiles(t *testing.T) {
	t.Parallel()
	o := playedGo(t, "/bin/sleep 60 & echo $! >pid.new; /bin/mv pid.new pid; wait", "run, .")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o.Step = func(string) { // it comes after a time, in which the script may not have begun
		waitUntil(t, "the compiler to start", func() bool { _, err := os.Stat(filepath.Join(o.Dir, "pid")); return err == nil })
		cancel()
	}
	_, err := run.Spec(ctx, o)
	if !errors.Is(err, context.Canceled) || fault.KindOf(err) != fault.Interrupted {
		t.Errorf("got %v", err)
	}
	if got := goCalls(t, o); len(got) != 1 {
		t.Errorf("got %q", got)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(read(t, filepath.Join(o.Dir, "pid"))))
	if err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the compiler's child to end", func() bool { return !runs(t, pid) })
}

// waitUntil waits for an event, however long a slow machine takes to come to it.
func waitUntil(t *testing.T, what string, came func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !came(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("waited in vain: %s", what)
			return
		}
	}
}

// runs tells whether a process is there and no zombie.
func runs(t *testing.T, pid int) bool {
	t.Helper()
	out, err := proc.Run(t.Context(), proc.Cmd{Argv: []string{"ps", "-o", "stat=", "-p", strconv.Itoa(pid)}})
	return err == nil && !strings.HasPrefix(out.Text(), "Z")
}
