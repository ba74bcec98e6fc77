package debug

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/run"
)

func imageProcess(network string, entrypoint ...string) run.Process {
	return run.Process{Container: &run.Container{
		Ref: "x:local", Name: "N", Engine: "docker", Network: network, Entrypoint: entrypoint, WorkDir: "/opt/x",
		Argv: func(flags, entry []string) []string {
			return append(append(append([]string{"docker", "run"}, flags...), "x:local", "="), entry...)
		},
	}}
}

// Where a child process would wait for ever.
func TestChildrenThatNobodyGetsTo(t *testing.T) {
	for want, o := range map[string]Options{
		"of Python":         {Name: "x", Language: "go", Subprocess: true, NoLaunch: true},
		"its child process": {Name: "x", Language: "python", Subprocess: true, NoLaunch: true, Process: imageProcess("", "python", "a.py")},
	} {
		if _, err := NewPlan(t.Context(), o); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v", err)
		}
	}
}

func TestCommandsOfImages(t *testing.T) {
	dir := tools(t, "docker", "dlv")
	copied := testkit.Tree(t, map[string]string{"debugpy/__init__.py": ""})
	for _, tt := range []struct {
		language, network, head, want string
		entrypoint                    []string
	}{
		{"python", "", "", "--publish 127.0.0.1::5678 --mount type=bind,source=COPY,target=/connkit/lib,readonly --mount type=bind,source=TMP/boot.py,target=/connkit/boot.py,readonly --mount type=bind,source=TMP/debugger,target=/connkit/debugger x:local = python -Xfrozen_modules=off /connkit/boot.py /connkit/debugger /connkit/lib 0.0.0.0 5678 1 0 -- -m x", []string{"python", "-m", "x"}},
		{"python", "host", "", "/connkit/lib 127.0.0.1 5678 1 0 -- /app.py", []string{"python3", "/app.py"}},
		{"python", "net", "/opt/venv/bin/source-x\n#!/opt/venv/bin/python3\n", "= /opt/venv/bin/python3 -Xfrozen_modules=off /connkit/boot.py /connkit/debugger /connkit/lib 0.0.0.0 5678 1 0 -- /opt/venv/bin/source-x spec", []string{"source-x", "spec"}},
		{"go", "", "", "--publish 127.0.0.1::2345 --mount type=bind,source=DLV,target=/connkit/dlv,readonly x:local = /connkit/dlv exec /flow --headless --accept-multiclient --api-version=2 --check-go-version=false --listen=0.0.0.0:2345 -- -x", []string{"/flow", "-x"}},
		{"go", "host", "", "--listen=127.0.0.1:2345 --", []string{"/flow"}},
	} {
		t.Setenv("FAKE_HEAD", tt.head)
		tmp := t.TempDir()
		o := &Options{Name: "x", Language: tt.language, Wait: 1, Copy: copied, Process: imageProcess(tt.network, tt.entrypoint...)}
		b, err := newBackend(o)
		if err != nil {
			t.Fatal(err)
		}
		if d, ok := b.(*delve); ok {
			d.program = filepath.Join(dir, "dlv")
		}
		cmd, err := b.wrap(t.Context(), o.Process, tmp)
		if err != nil {
			t.Error(err)
			continue
		}
		self, _ := os.Executable()
		got := strings.NewReplacer(tmp, "TMP", copied, "COPY", self, "DLV").Replace(strings.Join(cmd.Argv, " "))
		if !strings.Contains(got, tt.want) {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestImagesThatCannotBeDebugged(t *testing.T) {
	tools(t, "docker", "dlv")
	copied := testkit.Tree(t, map[string]string{"debugpy/__init__.py": ""})
	for _, tt := range []struct {
		language, network, entry, want string
	}{
		{"python", "", "/bin/sh", "does not start Python"},
		{"python", "none", "python", "without a network"},
		{"go", "none", "/flow", "without a network"},
	} {
		o := &Options{Name: "x", Language: tt.language, Copy: copied, Process: imageProcess(tt.network, tt.entry, "x")}
		b, err := newBackend(o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.wrap(t.Context(), o.Process, t.TempDir())
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), tt.want) || fault.HintOf(err) == "" {
			t.Errorf("%s: %v", tt.entry, err)
		}
	}
	o := Options{Name: "x", Language: "python", Root: t.TempDir(), NoLaunch: true, Process: imageProcess("", "python", "x.py")}
	if _, err := NewPlan(t.Context(), o); fault.KindOf(err) != fault.Environment || fault.HintOf(err) != "connkit debug --install" {
		t.Errorf("got %v", err)
	}
	program := filepath.Join(t.TempDir(), "dlv")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil || isStatic(program) {
		t.Errorf("a script is no program for an image: %v", err)
	}
}

func TestPortOfAContainer(t *testing.T) {
	tools(t, "docker")
	for said, want := range map[string]string{"127.0.0.1:49153\n": "127.0.0.1:49153", "0.0.0.0:80\n127.0.0.1:81\n": "127.0.0.1:81", "": ""} {
		t.Setenv("FAKE_PORT", said)
		got, err := outside(t.Context(), imageProcess("").Container, 5678)
		if got != want || want == "" && fault.KindOf(err) != fault.Failed {
			t.Errorf("%q: got %s, %v", said, got, err)
		}
	}
	if got, _ := outside(t.Context(), imageProcess("host").Container, 7); got != "127.0.0.1:7" {
		t.Errorf("got %s", got)
	}
}

// The entry of an image maps the paths, with the root of the repository as what is open in the editor.
func TestPlanOfAnImage(t *testing.T) {
	tools(t, "docker")
	root := t.TempDir()
	o := Options{Name: "source-x", Language: "python", Root: root, Dir: filepath.Join(root, "team", "source-x"), Copy: testkit.Tree(t, map[string]string{"debugpy/__init__.py": ""}), Process: imageProcess("", "python", "x.py")}
	p, err := NewPlan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Launch.apply(); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(launchPath(root))
	for _, want := range []string{`"Attach to source-x in its image (connkit)"`, `"localRoot":"${workspaceFolder}/team/source-x"`, `"remoteRoot":"/opt/x"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if p.Image != "x:local" || p.Launch.Action != "create" {
		t.Errorf("got %+v", p)
	}
}

// A link stays, and the file that it leads to gets the entry; one that leads nowhere is told of.
func TestLaunchThroughALink(t *testing.T) {
	tools(t, "python3")
	root := testkit.Tree(t, map[string]string{"shared.json": "{\"configurations\": []}\n", ".vscode/": ""})
	if err := os.Symlink("../shared.json", launchPath(root)); err != nil {
		t.Fatal(err)
	}
	o := Options{Name: "x", Language: "python", Root: root, Dir: root}
	o.Process.Argv = []string{"python3", "x.py"}
	apply := func() error {
		p, err := NewPlan(t.Context(), o)
		if err != nil {
			return err
		}
		defer p.Close()
		return p.Launch.apply()
	}
	if err := apply(); err != nil {
		t.Fatal(err)
	}
	info, _ := os.Lstat(launchPath(root))
	if text, _ := os.ReadFile(filepath.Join(root, "shared.json")); !strings.Contains(string(text), "Attach to x") || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("got %s, %s", info.Mode(), text)
	}
	if err := os.Remove(filepath.Join(root, "shared.json")); err != nil {
		t.Fatal(err)
	}
	if err := apply(); err == nil || !strings.Contains(err.Error(), "which is not there") {
		t.Errorf("got %v", err)
	}
}
