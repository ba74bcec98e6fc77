package run

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/flow"
)

// How a connector's code is run where no catalog file says it.
func TestTheCommandOfAConnectorsCode(t *testing.T) {
	t.Parallel()
	const program = "// Command x.\npackage main // it\n\nfunc main() {}\n"
	for name, tt := range map[string]struct {
		language string
		files    map[string]string
		want     string
	}{
		"go":                      {"go", map[string]string{"source-x/main.go": program}, "go run ./source-x"},
		"go, in cmd":              {"go", map[string]string{"source-x/cmd/connector/main.go": program, "source-x/driver.go": "package x\n"}, "go run ./source-x/cmd/connector"},
		"go, a test alone":        {"go", map[string]string{"source-x/main_test.go": program, "source-x/x.go": "package x // package main\n"}, "go run ./source-x/cmd/connector"},
		"go, CRLF":                {"go", map[string]string{"source-x/main.go": strings.ReplaceAll(program, "\n", "\r\n")}, "go run ./source-x"},
		"python":                  {"python", map[string]string{"source-x/source_x/__main__.py": ""}, "python -m source_x"},
		"python, another name":    {"python", map[string]string{"source-x/other/__main__.py": "", "source-x/tests/test_x.py": ""}, "python -m other"},
		"python, two of them":     {"python", map[string]string{"source-x/one/__main__.py": "", "source-x/two/__main__.py": ""}, ""},
		"python, none":            {"python", map[string]string{"source-x/x.py": ""}, ""},
		"python, by its own name": {"python", map[string]string{"source-x/source_x/x.py": "", "source-x/one/__main__.py": ""}, "python -m source_x"},
		"rust":                    {"rust", map[string]string{"source-x/main.rs": ""}, ""},
	} {
		root := testkit.Tree(t, tt.files)
		o := Options{Dir: filepath.Join(root, "source-x"), Root: root, Language: tt.language}
		got, err := o.ownCommand()
		if strings.Join(got, " ") != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		if err != nil && (fault.KindOf(err) != fault.Usage || fault.HintOf(err) != "name it in test.flow.yaml: endpoint: local: command: …") {
			t.Errorf("%s: got %v (%s)", name, err, fault.HintOf(err))
		}
	}
}

// Where a command runs: beside its catalog, or at the root where only that resolves its path.
func TestWhereACommandRuns(t *testing.T) {
	t.Parallel()
	root := testkit.Tree(t, map[string]string{"source-x/bin/own": "", "source-x/both": "", "both": "", "bin/shared": "", "elsewhere/test.flow.yaml": ""})
	dir := filepath.Join(root, "source-x")
	catalog := filepath.Join(dir, "test.flow.yaml")
	for _, tt := range []struct {
		o       Options
		command string
		file    string
		want    string
	}{
		{Options{}, "python -m x", catalog, dir},
		{Options{}, "go run ./source-x", catalog, root},
		{Options{}, "go run ./none", catalog, dir},
		{Options{}, "bin/own", catalog, dir},
		{Options{}, "bin/shared", catalog, root},
		{Options{}, "sh bin/shared", catalog, dir}, // a word behind the program is no path, unless it says so
		{Options{}, "sh ./bin/shared", catalog, root},
		{Options{}, "./both", catalog, dir},
		{Options{}, filepath.Join(root, "bin/shared"), catalog, dir},
		{Options{}, "python -m x", filepath.Join(root, "elsewhere/test.flow.yaml"), filepath.Join(root, "elsewhere")},
		{Options{Language: "go"}, "go run ./source-x", "", root},
		{Options{Language: "python"}, "python -m x", "", dir},
		{Options{WorkDir: "/given"}, "go run ./source-x", catalog, "/given"},
		{Options{WorkDir: "/given", Language: "go"}, "go run ./source-x", "", "/given"},
	} {
		tt.o.Dir, tt.o.Root = dir, root
		if got := tt.o.workDir(flow.Task{Command: strings.Fields(tt.command)}, tt.file); got != tt.want {
			t.Errorf("%s in %q: got %s, want %s", tt.command, tt.file, got, tt.want)
		}
	}
}

// A program of the connector's own environment goes before one of the same name elsewhere.
func TestWhichProgramIsRun(t *testing.T) {
	t.Parallel()
	bin := testkit.Tree(t, map[string]string{"python": "#!/bin/sh\n", "plain": ""})
	if err := os.Chmod(filepath.Join(bin, "python"), 0o755); err != nil {
		t.Fatal(err)
	}
	for command, want := range map[string]string{"python -m x": filepath.Join(bin, "python") + " -m x", "plain": "plain", "none -x": "none -x", "./python": "./python", "/usr/bin/python -m x": "/usr/bin/python -m x"} {
		words := strings.Fields(command)
		o := Options{BinDir: bin}
		if got := strings.Join(o.lookUp(words), " "); got != want || strings.Join(words, " ") != command {
			t.Errorf("%s: got %s", command, got)
		}
	}
}

// The environment of a command: what Flow gives it, its own Python, and last what the catalog says.
func TestTheEnvironmentOfACommand(t *testing.T) {
	t.Setenv("PATH", "/usr/bin")
	o := Options{Language: "python", BinDir: "/v/bin"}
	got := o.environment(flow.Task{LogLevel: "trace", Env: map[string]string{"A": "=b c"}})
	want := []string{"FLOW_RUNTIME_CODEC=json", "LOG_FORMAT=json", "LOG_LEVEL=debug", "VIRTUAL_ENV=/v", "PATH=/v/bin:/usr/bin", "A==b c"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, tt := range []struct{ flag, shards, language, want string }{{"", "", "go", "info"}, {"", "warn", "go", "warn"}, {"error", "warn", "go", "error"}, {"trace", "", "go", "trace"}, {"trace", "", "python", "debug"}, {"", "trace", "python", "debug"}} {
		o := Options{Language: tt.language, LogLevel: tt.flag}
		if got := o.environment(flow.Task{LogLevel: tt.shards}); !slices.Equal(got, []string{"FLOW_RUNTIME_CODEC=json", "LOG_FORMAT=json", "LOG_LEVEL=" + tt.want}) {
			t.Errorf("%+v: got %q", tt, got)
		}
	}
	if c := (&local{own: true}).command(); !slices.Equal(c.Unset, []string{"PYTHONHOME"}) || (&local{}).command().Unset != nil {
		t.Errorf("unset: %q", c.Unset)
	}
}

// References of images: whole ones, tags of the connector's own, and what is none.
func TestNamesOfImages(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ ref, catalog, repository, want string }{
		{":local", "", "", "ghcr.io/estuary/source-x:local"}, {":v1", "", "reg.io/acme/x", "reg.io/acme/x:v1"}, {":local", "ghcr.io/other/y:dev", "reg.io/acme/x", "ghcr.io/other/y:local"},
		{":local", "localhost:5000/y", "", "localhost:5000/y:local"}, {":local", "y@sha256:0000", "", "y:local"}, {"x", "", "", "x"}, {"reg:5000/a/b_c.d-e:v1@sha256:ab", "", "", "reg:5000/a/b_c.d-e:v1@sha256:ab"},
		{"-rm", "", "", ""}, {"x y", "", "", ""}, {"", "", "", ""}, {"x;id", "", "", ""}, {"../x", "", "", ""}, {":a b", "", "", ""}, {"x\n", "", "", ""}, {"$X", "", "", ""},
	} {
		o := Options{Dir: "/w/source-x", Repository: tt.repository}
		got, err := o.imageName(tt.ref, tt.catalog)
		if got != tt.want || (tt.want == "") != (fault.KindOf(err) == fault.Usage) {
			t.Errorf("%+v: got %q, %v", tt, got, err)
		}
	}
}

// What Flow would stumble over in an image is noted.
func TestImagesAreChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ label, kind, os, arch, want string }{
		{"capture", "capture", "linux", "amd64", ""}, {"materialize", "materialization", "linux", "amd64", ""}, {"derive", "derivation", "linux", "amd64", ""}, {"capture", "", "linux", "amd64", ""},
		{"", "capture", "linux", "amd64", "the image x has no label FLOW_RUNTIME_PROTOCOL, which Flow needs"},
		{"derive", "capture", "linux", "amd64", "the image x says FLOW_RUNTIME_PROTOCOL=derive, and the task is a capture"},
		{"sink", "capture", "linux", "amd64", "the image x says FLOW_RUNTIME_PROTOCOL=sink, and the task is a capture"},
		{"capture", "capture", "linux", "arm64", "the image x is for linux/arm64; Flow runs linux/amd64"},
		{"", "capture", "windows", "amd64", "the image x has no label FLOW_RUNTIME_PROTOCOL, which Flow needs; the image x is for windows/amd64; Flow runs linux/amd64"},
	} {
		var notes []string
		o := Options{Note: func(text string) { notes = append(notes, text) }}
		i := image{OS: tt.os, Architecture: tt.arch}
		i.Config.Labels = map[string]string{"FLOW_RUNTIME_PROTOCOL": tt.label}
		if i.check(&o, "x", tt.kind); strings.Join(notes, "; ") != tt.want {
			t.Errorf("%+v: got %q", tt, notes)
		}
	}
}

// The ends that have one cure have a hint, and no other has.
func TestHintsForEnds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ words, language, bin, want string }{
		{"No module named source_x", "python", "", "connkit env source-x"},
		{"No module named 'foo'", "python", "/v/bin", "connkit env source-x; a dependency that is new goes into its pyproject.toml first"},
		{"ImportError: cannot import name", "python", "", "connkit env source-x"},
		{"ImportError: cannot import name", "python", "/v/bin", ""},
		{"ImportError: cannot import name", "go", "", ""},
		{"reading message (directly): unexpected EOF", "go", "", "the connector may read protobuf in spite of FLOW_RUNTIME_CODEC=json"},
		{"fetching: unexpected EOF", "go", "", ""}, {"", "python", "", ""},
	} {
		if got := hintFor(tt.words, &Options{Dir: "/w/source-x", Language: tt.language, BinDir: tt.bin}); got != tt.want {
			t.Errorf("%+v: got %q", tt, got)
		}
	}
}

// What the engine said is told apart from what the connector in it said.
func TestWordsOfAnEngine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		logs   string
		podman bool
		status int
		want   string
	}{
		{"docker: Error response from daemon: no such network\n", false, 125, "Error response from daemon: no such network"},
		{"docker: Error response from daemon: no such network\n", false, 1, ""}, {"docker: x\n", false, 124, ""}, {"docker: x\n", false, 128, ""}, {"docker: x\n", false, 127, "x"},
		{"Error: crun: not found\n", true, 126, "crun: not found"}, {"Error: mine\n", false, 125, ""}, {"docker: x\n", true, 125, ""},
		{"first line\ndocker: second\nthird\n", false, 125, "second"}, {`{"level":"error","msg":"docker: x"}` + "\n", false, 125, "x"}, {"", false, 125, ""},
	} {
		l := newLogs("info", func(flow.Log) {}, nil, flow.Masker{})
		if _, err := l.Write([]byte(tt.logs)); err != nil {
			t.Fatal(err)
		}
		l.close()
		if got := l.engineWords(engine{podman: tt.podman}, tt.status); got != tt.want {
			t.Errorf("%+v: got %q", tt, got)
		}
	}
}

// The last words are those of the last error; without one the last entry's, by the language's habits.
func TestLastWordsOfALog(t *testing.T) {
	t.Parallel()
	const jsonError, jsonInfo = `{"level":"error","msg":"refused"}` + "\n", `{"level":"info","msg":"done"}` + "\n"
	for _, tt := range []struct{ logs, language, want string }{
		{"", "go", ""}, {jsonInfo, "go", "done"}, {jsonError + jsonInfo, "go", "refused"}, {jsonInfo + jsonError, "python", "refused"},
		{jsonError + "sys:1: RuntimeWarning\n", "python", "refused"}, {jsonError + "no such file\n", "go", "no such file"}, {jsonError + "no such file\n", "", "no such file"},
		{"plain\n", "python", "plain"}, {"plain\n" + jsonInfo, "python", "done"}, {jsonError + "exit status 1\n", "go", "refused"}, {"exit status 1\n", "go", ""},
		{"Traceback (most recent call last):\n  File x\nValueError: bad\n" + jsonInfo, "python", "ValueError: bad"}, // a traceback sounds like an error
	} {
		l := newLogs("info", func(flow.Log) {}, nil, flow.Masker{})
		if _, err := l.Write([]byte(tt.logs)); err != nil {
			t.Fatal(err)
		}
		l.close()
		if got := l.lastWords(tt.language); got != tt.want {
			t.Errorf("%q, %s: got %q", tt.logs, tt.language, got)
		}
	}
}

// Twenty entries are remembered, and shown with their lines indented.
func TestTheTailOfALog(t *testing.T) {
	t.Parallel()
	shown := 0
	l := newLogs("warn", func(flow.Log) { shown++ }, nil, flow.Masker{})
	for i := range 30 {
		if _, err := fmt.Fprintf(l, "{\"level\":\"info\",\"msg\":\"entry %d\"}\n", i); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Write([]byte("{\"level\":\"error\",\"msg\":\"two\\nlines\"}\nhalf")); err != nil {
		t.Fatal(err)
	}
	l.close()
	if _, err := l.Write([]byte("too late\n")); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(l.tail(), "\n")
	if len(lines) != 21 || lines[0] != "  info entry 12" || lines[18] != "  error two" || lines[19] != "    lines" || lines[20] != "  warn half" || shown != 2 {
		t.Errorf("%d shown, got %d: %q", shown, len(lines), lines)
	}
}
