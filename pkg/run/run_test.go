package run_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/internal/testkit/fakeflow"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/run"
)

// role makes the test binary play a connector.
const role = "RUN_TEST_ROLE"

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "docker" {
		fakeEngine(os.Args[0], os.Args[1:])
		os.Exit(0)
	}
	if name, ok := strings.CutPrefix(os.Getenv(role), "flow "); ok {
		os.Exit(fakeflow.Play(name, os.Stdin, os.Stdout, os.Stderr))
	}
	if os.Getenv(role) == "bench" {
		playBench()
		os.Exit(0)
	}
	if name := os.Getenv(role); name != "" {
		play(name)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// connector makes a folder whose test.flow.yaml runs the test binary as name.
func connector(t *testing.T, name string) run.Options {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "source-x")
	write(t, filepath.Join(dir, "test.flow.yaml"), fmt.Sprintf(
		"captures:\n  acmeCo/x:\n    endpoint:\n      local: {command: [%q], env: {%s: %q, K: v}, config: {token: s3cr3t-token, other_sops: n0t-shown}}\n    bindings: []\n",
		os.Args[0], role, name))
	return run.Options{Dir: dir, Root: root, Language: "python", Kind: "capture", Timeout: 10 * time.Minute}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	testkit.Put(t, filepath.Dir(file), map[string]string{filepath.Base(file): text})
}

func TestSpec(t *testing.T) {
	t.Parallel()
	r, err := run.Spec(t.Context(), connector(t, "good"))
	if err != nil || r.Task != "acmeCo/x" || r.Kind != "capture" || len(r.Warnings) != 0 || !bytes.Contains(r.Spec, []byte(`"protocol":3032023`)) {
		t.Errorf("got %+v, %v", r, err)
	}
	r, err = run.Spec(t.Context(), connector(t, "spec protocol"))
	if err != nil || !slices.Equal(r.Warnings, []string{"protocol is 7, Flow wants 3032023"}) {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	r, err := run.Discover(t.Context(), connector(t, "good"))
	if err != nil || len(r.Bindings) != 1 {
		t.Fatalf("got %+v, %v", r, err)
	}
	b := r.Bindings[0]
	if b.RecommendedName != "users" || b.Mode != "incremental" || b.Fields != 1 || b.Collection != "acmeCo/users" || string(b.Raw) != binding {
		t.Errorf("got %+v", b)
	}
	for name, want := range map[string]int{"default": 0, "snake": 1, "large": 1} {
		if r, err := run.Discover(t.Context(), connector(t, name)); err != nil || len(r.Bindings) != want || len(r.Warnings) != 0 {
			t.Errorf("%s: %d bindings, %q, %v", name, len(r.Bindings), r.Warnings, err)
		}
	}
	r, err = run.Discover(t.Context(), connector(t, "odd"))
	if err != nil || !slices.Equal(r.Warnings, []string{
		`Flow knows no key "bindings.odd" in this answer`, `"a!": key "id" is no JSON pointer`,
		`"a?": it has the resource path of "a!": a`, `"a!" and "a?" both become the collection acmeCo/a_`,
	}) {
		t.Errorf("got %q, %v", r.Warnings, err)
	}
}

func TestFailuresTellTheLastWords(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ message, hint string }{
		"json log":   {"the connector ended with exit status 1: the host is down", ""},
		"traceback":  {"the connector ended with exit status 1: ValueError: bad value", ""},
		"nothing":    {"the connector ended with exit status 3 and said nothing", ""},
		"go run":     {"the connector ended with exit status 1: dial tcp: refused", ""},
		"panic":      {"the connector ended with exit status 2: panic: nil map", ""},
		"module":     {"the connector ended with exit status 1: /x/python: No module named source_x", "connkit env source-x"},
		"import":     {"the connector ended with exit status 1: ImportError: cannot import name 'override' from 'typing'", "connkit env source-x"},
		"codec":      {"the connector ended with exit status 1: reading message (directly): unexpected EOF", "the connector may read protobuf in spite of FLOW_RUNTIME_CODEC=json"},
		"killed":     {"the connector ended with signal: killed and said nothing", ""},
		"wrong kind": {`the connector broke the protocol: it answered with "opened", "discovered" is wanted`, ""},
		"print":      {`the connector broke the protocol: it printed a line that is no response: "hello"`, "stdout is for responses: print and log to stderr"},
		"network":    {"the connector ended with exit status 1: fetching users: unexpected EOF", ""},
		"noise":      {"the connector ended with exit status 1: token refused", ""},
		"mute":       {"the connector broke the protocol: it ended without an answer", ""},
		"quiet end":  {"the connector broke the protocol: it ended without an answer; it logged last: nothing to do", ""},
		"trailing":   {`the connector broke the protocol: it printed more than its answer: "more"`, ""},
		"partial":    {`the connector broke the protocol: its answer ends in the middle of a line: "{\"discovered\":{}"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := run.Discover(t.Context(), connector(t, name))
			if fault.KindOf(err) != fault.Failed || err.Error() != want.message || fault.HintOf(err) != want.hint {
				t.Errorf("got %v (%s)\nwant %s", err, fault.HintOf(err), want.message)
			}
		})
	}
}

func TestHintsForAnEnvironmentThatIsThere(t *testing.T) {
	t.Parallel()
	const newer = "the code may be of a newer Python than its environment: connkit env source-x --python 3.12"
	for name, want := range map[string]string{
		"module": "connkit env source-x; a dependency that is new goes into its pyproject.toml first",
		"import": newer, "syntax": newer, "traceback": "",
	} {
		o := connector(t, name)
		o.BinDir = "/nonexistent/venv/bin"
		if _, err := run.Discover(t.Context(), o); fault.HintOf(err) != want {
			t.Errorf("%s: got %v (%s)", name, err, fault.HintOf(err))
		}
	}
}

func TestLastWordsOfAGoConnector(t *testing.T) {
	t.Parallel()
	o := connector(t, "plain go")
	o.Language = "go"
	if _, err := run.Discover(t.Context(), o); err == nil || err.Error() != "the connector ended with exit status 1: parsing the config: rate is no number" {
		t.Errorf("got %v", err)
	}
}

// A message is cut to a readable length; a secret at the cut would leave its half.
func TestHalfASecretIsInNoError(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"cut", "no object"} {
		_, err := run.Discover(t.Context(), connector(t, name))
		if err == nil || strings.Contains(err.Error(), "s3c") || strings.Contains(err.Error(), "n0t") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Plain text is shown while the connector runs, though the next line could belong to it.
func TestLogsAreLive(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	o := connector(t, "chatty")
	o.Log = func(l flow.Log) {
		if l.Message == "compiling" {
			cancel()
		}
	}
	if _, err := run.Discover(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestSecretsAreInNoLogAndNoError(t *testing.T) {
	t.Parallel()
	o := connector(t, "leak")
	var logs []string
	o.Log = func(l flow.Log) { logs = append(logs, fmt.Sprint(l)) }
	_, err := run.Discover(t.Context(), o)
	all := fmt.Sprint(err, logs)
	if err == nil || len(logs) < 2 || !strings.Contains(all, `"token":"***"`) {
		t.Errorf("got %v, %q", err, logs)
	}
	for _, secret := range []string{"s3cr3t-token", "n0t-shown"} {
		if strings.Contains(all, secret) {
			t.Errorf("%s is in %s", secret, all)
		}
	}
}

func TestEnvironmentOfTheConnector(t *testing.T) {
	t.Parallel()
	o := connector(t, "env")
	o.LogLevel, o.BinDir = "trace", "/nonexistent/venv/bin"
	_, err := run.Discover(t.Context(), o)
	if err == nil || !strings.HasSuffix(err.Error(), "ERROR json debug v /nonexistent/venv") {
		t.Errorf("python: %v", err)
	}
	o = connector(t, "env")
	o.LogLevel, o.Language = "trace", "go"
	if _, err := run.Discover(t.Context(), o); err == nil || !strings.Contains(err.Error(), "ERROR json trace v") {
		t.Errorf("go: %v", err)
	}
}

func TestWorkingFolder(t *testing.T) {
	t.Parallel()
	o := connector(t, "dir")
	if _, err := run.Discover(t.Context(), o); err == nil || !strings.HasSuffix(err.Error(), "in source-x") {
		t.Errorf("got %v", err)
	}
	o.WorkDir = o.Root
	if _, err := run.Discover(t.Context(), o); err == nil || !strings.HasSuffix(err.Error(), "in "+filepath.Base(o.Root)) {
		t.Errorf("got %v", err)
	}
}

// A path that only the root resolves is run there.
func TestWorkingFolderOfAPath(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"source-x/bin/say", "bin/say"} {
		o := connector(t, "dir")
		write(t, filepath.Join(o.Dir, "test.flow.yaml"), "captures: {a: {endpoint: {local: {command: [bin/say], config: {}}}, bindings: []}}\n")
		file := filepath.Join(o.Root, at)
		write(t, file, "#!/bin/sh\necho ERROR in ${PWD##*/} >&2\nexit 1\n")
		if err := os.Chmod(file, 0o755); err != nil {
			t.Fatal(err)
		}
		want := "in " + filepath.Base(filepath.Dir(filepath.Dir(file)))
		if _, err := run.Spec(t.Context(), o); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: got %v", at, err)
		}
	}
}

func TestNoAnswerInTime(t *testing.T) {
	t.Parallel()
	o := connector(t, "spec hang")
	o.Timeout = 200 * time.Millisecond
	heldUntil(&o, "waiting for the host")
	_, err := run.Spec(t.Context(), o)
	if fault.KindOf(err) != fault.Failed || !strings.Contains(err.Error(), "no answer after 200ms; the last it logged:\n  info waiting for the host") {
		t.Errorf("got %v", err)
	}
	if hint := fault.HintOf(err); !strings.HasPrefix(hint, "--timeout 400ms, ") {
		t.Errorf("got the hint %s", hint)
	}
	o.Debug, o.Timeout, o.Longer = nil, 100*time.Millisecond, "CONNKIT_RUN_TIMEOUT=" // where --timeout is something else
	if _, err := run.Spec(t.Context(), o); !strings.HasPrefix(fault.HintOf(err), "CONNKIT_RUN_TIMEOUT=200ms, ") {
		t.Errorf("got the hint %s", fault.HintOf(err))
	}
}

func TestNoEndInTime(t *testing.T) {
	t.Parallel()
	o := connector(t, "spec lingering")
	o.Timeout = time.Second
	heldUntil(&o, "answered")
	_, err := run.Spec(t.Context(), o)
	if err == nil || err.Error() != "waiting for the connector to end: it answered with \"spec\", but still ran after 1s; the last it logged:\n  info answered" {
		t.Errorf("got %v", err)
	}
}

// heldUntil holds the time of a spec until the connector has logged a message:
// how long it takes to start is the machine's.
func heldUntil(o *run.Options, message string) {
	w := &watching{}
	w.held.Store(true)
	o.Debug, o.DebugCall = w, "spec"
	o.Log = func(l flow.Log) {
		if l.Message == message {
			w.held.Store(false)
		}
	}
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	o := connector(t, "hang")
	ctx, cancel := context.WithCancel(t.Context())
	o.Log = func(flow.Log) { cancel() }
	if _, err := run.Discover(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestWhatCannotBeRun(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		catalog string
		kind    fault.Kind
		want    string
	}{
		"protobuf":        {"captures: {a: {endpoint: {local: {command: [x], protobuf: true, config: {}}}, bindings: []}}", fault.Usage, "speaks protobuf"},
		"no task":         {"collections: {a: {schema: {}, key: [/id]}}", fault.Usage, "no task"},
		"no program":      {"captures: {a: {endpoint: {local: {command: [no-such-program], config: {}}}, bindings: []}}", fault.Environment, "no-such-program"},
		"materialization": {"materializations: {a: {endpoint: {local: {command: [x], config: {}}}, bindings: []}}", fault.Usage, "only captures discover"},
		"config":          {"captures: {a: {endpoint: {local: {command: [x], config: none.yaml}}, bindings: []}}", fault.Usage, "none.yaml"},
	} {
		o := connector(t, "good")
		write(t, filepath.Join(o.Dir, "test.flow.yaml"), tt.catalog+"\n")
		if _, err := run.Discover(t.Context(), o); fault.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	o := connector(t, "good")
	if err := os.Remove(filepath.Join(o.Dir, "test.flow.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, err := run.Spec(t.Context(), o); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "there is no test.flow.yaml") {
		t.Errorf("got %v", err)
	}
}

const goConnector = `package main

import "fmt"

func main() { fmt.Println(` + "`" + goodSpec + "`" + `) }
`

func TestGoConnectorWithoutACatalog(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"main.go", "cmd/connector/main.go"} {
		root := t.TempDir()
		dir := filepath.Join(root, "source-x")
		write(t, filepath.Join(root, "go.mod"), "module example.com/x\n\ngo 1.21\n")
		write(t, filepath.Join(dir, place), goConnector)
		write(t, filepath.Join(dir, "x_test.go"), "package main\n")
		r, err := run.Spec(t.Context(), run.Options{Dir: dir, Root: root, Language: "go", Kind: "capture", Timeout: 5 * time.Minute})
		if err != nil || r.Kind != "capture" || len(r.Warnings) != 0 {
			t.Errorf("%s: got %+v, %v", place, r, err)
		}
	}
}

// What is less than the level is not shown, whatever the connector makes of LOG_LEVEL.
func TestLogsBelowTheLevelAreNotShown(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]string{"": "info warn error", "debug": "debug info warn error", "error": "error"} {
		o := connector(t, "spec talks")
		o.LogLevel = level
		var got []string
		o.Log = func(l flow.Log) { got = append(got, l.Level) }
		if _, err := run.Spec(t.Context(), o); err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q: got %q, %v", level, got, err)
		}
	}
}

// Only in an environment of its own another Python's home would do harm.
func TestTheUsersEnvironmentIsPassedOn(t *testing.T) {
	t.Setenv("PYTHONPATH", "/mine")
	t.Setenv("PYTHONHOME", "/theirs")
	for bin, want := range map[string]string{"": "ERROR python /mine /theirs", filepath.Join(t.TempDir(), "bin"): "ERROR python /mine "} {
		o := connector(t, "spec python")
		o.BinDir = bin
		var got string
		o.Log = func(l flow.Log) { got = l.Message }
		if _, err := run.Spec(t.Context(), o); err == nil || got != strings.TrimSpace(want) {
			t.Errorf("%q: got %q, %v", bin, got, err)
		}
	}
}

// A key of an answer may be a secret that went astray.
func TestWarningsHideSecrets(t *testing.T) {
	t.Parallel()
	r, err := run.Discover(t.Context(), connector(t, "leaky key"))
	if err != nil || !slices.Equal(r.Warnings, []string{`Flow knows no key "bindings.***" in this answer`}) {
		t.Errorf("got %q, %v", r.Warnings, err)
	}
}

func TestALineThatIsTooLongIsTold(t *testing.T) {
	t.Parallel()
	_, err := run.Spec(t.Context(), connector(t, "spec long line"))
	if fmt.Sprint(err) != "the connector broke the protocol: it printed a line of more than 64 MiB" {
		t.Errorf("got %v", err)
	}
}
