//go:build e2e

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/internal/testkit/dap"
)

const pythonConnector = `import json
import sys

SPEC = {"protocol": 3032023, "configSchema": {}, "resourceConfigSchema": {"properties": {"s": {}}},
        "documentationUrl": "https://example.com", "resourcePathPointers": ["/s"]}


def main():
    json.loads(sys.stdin.readline())
    name = "spec"
    print(json.dumps({name: SPEC}), flush=True)  # break


main()
`

const goConnector = `package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	request, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	name := "spec"
	fmt.Println("{\"" + name + "\":{\"protocol\":3032023,\"configSchema\":{},\"resourceConfigSchema\":{\"properties\":{\"s\":{}}},\"documentationUrl\":\"https://example.com\",\"resourcePathPointers\":[\"/s\"]}}") // break
	_ = request
}
`

// debugRepo is a monorepo with a connector of each language, debugpy and dlv.
func debugRepo(t *testing.T) repo {
	t.Helper()
	r := newRepo(t)
	tools, err := filepath.Abs(filepath.Join("..", "..", ".tools"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", filepath.Join(tools, "cache"))
	t.Setenv("PATH", filepath.Join(tools, "bin")+":"+os.Getenv("PATH"))
	task := "captures:\n  acmeCo/x: {endpoint: {local: {command: %s, config: {}}}, bindings: []}\n"
	testkit.Put(t, r.dir, map[string]string{
		"source-py/pyproject.toml": "", "source-py/app.py": pythonConnector, "source-py/test.flow.yaml": fmt.Sprintf(task, "[python3, app.py]"),
		"source-go/go.mod": "module example.com/x\n\ngo 1.24\n", "source-go/main.go": goConnector, "source-go/test.flow.yaml": fmt.Sprintf(task, "[go, run, .]"),
	})
	r.run("connkit", "debug", "--install")
	return r
}

// debugged is a connkit debug that runs.
type debugged struct {
	t      *testing.T
	cmd    *exec.Cmd
	mark   string
	tmp    string
	out    bytes.Buffer
	mu     sync.Mutex
	errOut bytes.Buffer
}

// Write takes stderr.
func (d *debugged) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.errOut.Write(p)
}

func (d *debugged) said() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.errOut.String()
}

func (r repo) debug(args ...string) *debugged {
	r.t.Helper()
	d := &debugged{t: r.t, mark: "FAKE_WORK=" + r.t.Name() + r.dir, tmp: r.t.TempDir()}
	d.cmd = exec.Command(connkitBinary(r.t), append([]string{"debug"}, args...)...)
	d.cmd.Dir = r.dir
	d.cmd.Env = append(os.Environ(), d.mark, "TMPDIR="+d.tmp, "NO_COLOR=1")
	d.cmd.Stdout, d.cmd.Stderr = &d.out, d
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := d.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = d.cmd.Process.Kill() })
	return d
}

var debugAddress = regexp.MustCompile(`waiting up to \S+ for a debugger on (\S+)`)

// attach waits for the address and attaches there.
func (d *debugged) attach(arguments string) *dap.Client {
	d.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if m := debugAddress.FindStringSubmatch(d.said()); m != nil {
			return dap.Attach(d.t, m[1], arguments)
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("it does not wait: %s", d.said())
		}
	}
}

// stopAndGoOn stops at the line that is marked, looks at the variable there, and lets the call end well.
func (d *debugged) stopAndGoOn(t *testing.T, c *dap.Client, file, shown string) {
	t.Helper()
	c.Break(file, lineWith(t, file, "// break", "# break"))
	c.Begin()
	s := c.Stopped()
	if got := c.Variable(s, "name"); got != shown {
		t.Errorf("%s: name is %s", file, got)
	}
	c.Continue(s)
	if err := d.cmd.Wait(); err != nil || !strings.Contains(d.out.String(), `"protocol": 3032023`) {
		t.Errorf("%s: %v: %s%s", file, err, d.out.String(), d.said())
	}
}

// wantNothingLeft wants no process of it, no temporary folder, and no container.
func (d *debugged) wantNothingLeft(ref string) {
	d.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		left := processesWith(d.mark)
		folders, _ := filepath.Glob(filepath.Join(d.tmp, "connkit-*"))
		left = append(left, folders...)
		if ref != "" {
			out, _ := exec.Command("docker", "ps", "-aq", "--filter", "ancestor="+ref).Output()
			left = append(left, strings.Fields(string(out))...)
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("left: %v", left)
		}
	}
}

// entryOf gives an entry of launch.json as the attach request of an editor holds it, with the folder put in.
func (r repo) entryOf(name string) string {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, ".vscode", "launch.json"))
	if err != nil {
		r.t.Fatal(err)
	}
	var file struct{ Configurations []map[string]any }
	if err := json.Unmarshal(text, &file); err != nil {
		r.t.Fatal(err)
	}
	for _, c := range file.Configurations {
		if c["name"] == name {
			entry, _ := json.Marshal(c)
			return strings.ReplaceAll(string(entry), "${workspaceFolder}", r.dir)
		}
	}
	r.t.Fatalf("there is no %q in %s", name, text)
	return ""
}

// languages are the connectors with their files and how each shows a text.
var languages = map[string]struct{ file, shown string }{"source-py": {"app.py", "'spec'"}, "source-go": {"main.go", `"spec"`}}

// TestE2EDebug attaches as VS Code does, with the entry that was written.
func TestE2EDebug(t *testing.T) {
	r := debugRepo(t)
	for name, l := range languages {
		d := r.debug(name, "spec")
		r.waitForEntry("Attach to " + name + " (connkit)")
		c := d.attach(r.entryOf("Attach to " + name + " (connkit)"))
		file := filepath.Join(r.dir, name, l.file)
		d.stopAndGoOn(t, c, file, l.shown)
		d.wantNothingLeft("")
	}
	before, _ := os.ReadFile(filepath.Join(r.dir, ".vscode", "launch.json"))
	r.run("connkit", "debug", "source-py", "spec", "--wait", "0")
	if after, _ := os.ReadFile(filepath.Join(r.dir, ".vscode", "launch.json")); !bytes.Equal(before, after) {
		t.Errorf("a second run changed launch.json:\n%s\n%s", before, after)
	}
}

func (r repo) waitForEntry(name string) {
	r.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if text, err := os.ReadFile(filepath.Join(r.dir, ".vscode", "launch.json")); err == nil && strings.Contains(string(text), name) {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("there is no entry %q", name)
		}
	}
}

func lineWith(t *testing.T, file string, texts ...string) int {
	t.Helper()
	all, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(string(all), "\n") {
		for _, text := range texts {
			if strings.Contains(line, text) {
				return n + 1
			}
		}
	}
	t.Fatalf("%s has none of %q", file, texts)
	return 0
}

// TestE2EDebugKilled kills connkit with a debugger attached at a breakpoint.
func TestE2EDebugKilled(t *testing.T) {
	r := debugRepo(t)
	for name, l := range languages {
		for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGINT} {
			d := r.debug(name, "spec")
			r.waitForEntry("Attach to " + name + " (connkit)")
			c := d.attach(r.entryOf("Attach to " + name + " (connkit)"))
			file := filepath.Join(r.dir, name, l.file)
			c.Break(file, lineWith(t, file, "// break", "# break"))
			c.Begin()
			c.Stopped()
			_ = d.cmd.Process.Signal(signal)
			_ = d.cmd.Wait() // however it ends
			d.wantNothingLeft("")
			c.Gone()
		}
	}
}

// TestE2EDebugKilledWhileItBuilds kills connkit while Go builds for the debugger.
func TestE2EDebugKilledWhileItBuilds(t *testing.T) {
	r := debugRepo(t)
	d := r.debug("source-go", "spec")
	for deadline := time.Now().Add(time.Minute); !strings.Contains(d.said(), "building source-go"); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not build: %s", d.said())
		}
	}
	_ = d.cmd.Process.Kill()
	_ = d.cmd.Wait() // killed
	d.wantNothingLeft("")
}

// TestE2EDebugImage attaches to connectors in images, one of them from scratch and one run by nobody.
func TestE2EDebugImage(t *testing.T) {
	r := debugRepo(t)
	r.runIn("source-go", "go", "mod", "tidy")
	t.Setenv("CGO_ENABLED", "0")
	r.runIn("source-go", "go", "build", "-gcflags=all=-N -l", "-o", "app", ".")
	testkit.Put(t, r.dir, map[string]string{
		"source-go/Dockerfile": "FROM scratch\nCOPY app /app\nLABEL FLOW_RUNTIME_PROTOCOL=capture FLOW_RUNTIME_CODEC=json\nUSER 1000\nENTRYPOINT [\"/app\"]\n",
		"source-py/Dockerfile": "FROM " + pythonBase + "\nWORKDIR /opt/x\nCOPY app.py app.py\nLABEL FLOW_RUNTIME_PROTOCOL=capture FLOW_RUNTIME_CODEC=json\nUSER 1000\nENTRYPOINT [\"python3\", \"app.py\"]\n",
	})
	for name, l := range languages {
		ref := "connkit-e2e-debug/" + name + ":local"
		t.Setenv("DOCKER_BUILDKIT", "0")
		r.runIn(name, "docker", "build", "-q", "-t", ref, ".")
		t.Cleanup(func() { r.run("docker", "image", "rm", "-f", ref) })
		entry := "Attach to " + name + " in its image (connkit)"
		file := filepath.Join(r.dir, name, l.file)

		d := r.debug(name, "spec", "--image="+ref)
		r.waitForEntry(entry)
		c := d.attach(r.entryOf(entry))
		d.stopAndGoOn(t, c, file, l.shown)
		d.wantNothingLeft(ref)

		d = r.debug(name, "spec", "--image="+ref)
		c = d.attach(r.entryOf(entry))
		_ = d.cmd.Process.Kill()
		_ = d.cmd.Wait() // killed
		d.wantNothingLeft(ref)
		c.Gone()
	}
}
