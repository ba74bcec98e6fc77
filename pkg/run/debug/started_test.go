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

// planned makes a plan for a Python connector in a repository of its own.
func planned(t *testing.T, files map[string]string) (*Plan, string) {
	t.Helper()
	tools(t, "python3")
	files["source-x/"] = ""
	root := testkit.Tree(t, files)
	o := Options{Name: "source-x", Language: "python", Root: root, Dir: filepath.Join(root, "source-x")}
	o.Process.Argv = []string{"python3", "-m", "app"}
	p, err := NewPlan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p, root
}

func launchText(t *testing.T, root string) string {
	t.Helper()
	text, err := os.ReadFile(launchPath(root))
	if err != nil {
		return ""
	}
	return string(text)
}

// What fails before the call, such as a spec that is asked for first, leaves the file alone.
func TestTheEntryIsWrittenWhenTheProcessStarts(t *testing.T) {
	p, root := planned(t, map[string]string{})
	if launchText(t, root) != "" {
		t.Error("a plan has written it")
	}
	if _, err := p.Debugger.Wrap(t.Context(), p.Debugger.o.Process, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if got := launchText(t, root); !strings.Contains(got, `"Attach to source-x (connkit)"`) {
		t.Errorf("got %s", got)
	}
}

// Each session of a preview is a process of its own; what somebody does with the file in between stays.
func TestTheEntryIsWrittenOnce(t *testing.T) {
	p, root := planned(t, map[string]string{})
	for i, mine := range []string{"", "{\"configurations\": []}\n", "not even JSON"} {
		if mine != "" {
			if err := os.WriteFile(launchPath(root), []byte(mine), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := p.Debugger.Wrap(t.Context(), p.Debugger.o.Process, t.TempDir()); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		if got := launchText(t, root); mine != "" && got != mine {
			t.Errorf("%d: got %s", i, got)
		}
	}
}

// Who writes the file while the spec is asked for does not lose it.
func TestAFileThatHasChangedSinceItWasReadIsKept(t *testing.T) {
	p, root := planned(t, map[string]string{".vscode/launch.json": "{\"configurations\": []}\n"})
	const mine = "{\"configurations\": [{\"name\": \"mine\"}]}\n"
	if err := os.WriteFile(launchPath(root), []byte(mine), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Debugger.Wrap(t.Context(), p.Debugger.o.Process, t.TempDir()); err == nil || !strings.Contains(err.Error(), "launch.json") {
		t.Errorf("got %v", err)
	}
	if got := launchText(t, root); got != mine {
		t.Errorf("got %s", got)
	}
}

// A connector that does not compile cannot be debugged, and gets no entry.
func TestNoEntryForWhatDoesNotCompile(t *testing.T) {
	tools(t, "go", "dlv")
	t.Setenv("FAKE", "no build")
	root := t.TempDir()
	o := Options{Name: "source-x", Language: "go", Root: root, Dir: root}
	o.Process.Argv = []string{"go", "run", "."}
	p, err := NewPlan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Debugger.Wrap(t.Context(), o.Process, t.TempDir()); fault.KindOf(err) != fault.Failed || !strings.Contains(err.Error(), "syntax error") {
		t.Errorf("got %v", err)
	}
	if launchText(t, root) != "" {
		t.Error("it has an entry")
	}
}

// go run -C changes the folder first, for the build and for the program.
func TestTheFolderOfAGoProgram(t *testing.T) {
	tools(t, "go", "dlv")
	for line, want := range map[string]string{
		"go run ./x":             "/repo",
		"go run -C sub ./x":      "/repo/sub",
		"go run -C=sub/deep .":   "/repo/sub/deep",
		"go run -C ../other .":   "/other",
		"go run -C /elsewhere .": "/elsewhere",
		"./bin/x":                "/repo",
	} {
		o := &Options{Name: "x", Language: "go", Process: run.Process{}}
		o.Process.Argv, o.Process.Dir = strings.Fields(line), "/repo"
		d := &delve{o: o, program: "dlv"}
		if c := parseGo(o.Process.Argv); c.build != nil {
			if got := c.command("OUT"); c.dir != "" && !strings.Contains(got[2]+got[3], c.dir) {
				t.Errorf("%s: Go wants -C first: %q", line, got)
			}
			o.Process.Dir = "" // the build runs here
			want = strings.TrimPrefix(want, "/repo/")
			want = strings.TrimPrefix(want, "/repo")
			if want == "/other" {
				want = "../other"
			}
		}
		cmd, err := d.wrap(t.Context(), o.Process, t.TempDir())
		if d.release(); err != nil || cmd.Dir != want {
			t.Errorf("%s: got %q, %v, want %q", line, cmd.Dir, err, want)
		}
	}
}

// The bootstrap and dlv go between the interpreter and the program; the environment stays that of the connector.
func TestWhatIsStartedUnderADebugger(t *testing.T) {
	tools(t, "python3", "go", "dlv")
	for _, tt := range []struct{ language, line, want string }{
		{"python", "python3 -u -m app --x", "python3 -u -Xfrozen_modules=off TMP/boot.py TMP/debugger COPY 127.0.0.1 0 1 0 -- -m app --x"},
		{"python", "uv run --frozen python app.py", "uv run --frozen python -Xfrozen_modules=off TMP/boot.py TMP/debugger COPY 127.0.0.1 0 1 0 -- app.py"},
		{"go", "go run . a b", "dlv exec TMP/x --headless --accept-multiclient --api-version=2 --check-go-version=false --listen=127.0.0.1:0 -r stdout:TMP/stdout -- a b"},
		{"go", "./bin/x -v", "dlv exec ./bin/x --headless --accept-multiclient --api-version=2 --check-go-version=false --listen=127.0.0.1:0 -r stdout:TMP/stdout -- -v"},
	} {
		o := &Options{Name: "x", Language: tt.language, Wait: 1, Copy: "COPY"}
		o.Process.Argv, o.Process.Env, o.Process.Unset = strings.Fields(tt.line), []string{"A=1"}, []string{"B"}
		b, err := newBackend(o)
		if err != nil {
			t.Fatal(err)
		}
		d, isDelve := b.(*delve)
		if isDelve {
			d.program = "dlv"
		}
		tmp := t.TempDir()
		cmd, err := b.wrap(t.Context(), o.Process, tmp)
		if isDelve {
			d.release()
		}
		if got := strings.ReplaceAll(strings.Join(cmd.Argv, " "), tmp, "TMP"); err != nil || got != tt.want {
			t.Errorf("%s:\ngot  %s, %v\nwant %s", tt.line, got, err, tt.want)
		}
		if strings.Join(cmd.Env, " ") != "A=1" || cmd.Unset[0] != "B" || len(o.Process.Unset) != 1 {
			t.Errorf("%s: the environment is %q without %q", tt.line, cmd.Env, cmd.Unset)
		}
	}
}
