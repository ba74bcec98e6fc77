package run_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/run"
)

// fakeEngine plays docker or podman: images and containers are files beside
// the link by which the test binary was started.
func fakeEngine(program string, args []string) {
	dir := filepath.Dir(program)
	record, _ := os.OpenFile(filepath.Join(dir, "calls"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	fmt.Fprintln(record, strings.Join(args, " "))
	_ = record.Close()
	ref := args[len(args)-1]
	switch args[0] {
	case "image":
		text, err := os.ReadFile(imageFile(dir, ref))
		if err != nil {
			say, _ := os.ReadFile(filepath.Join(dir, "absent"))
			fmt.Fprintln(os.Stderr, string(say)+ref)
			os.Exit(1)
		}
		fmt.Println(string(text))
	case "pull":
		text, err := os.ReadFile(imageFile(dir, "registry/"+ref))
		if err != nil {
			fmt.Fprintln(os.Stderr, "Error response from daemon: manifest unknown")
			os.Exit(1)
		}
		_ = os.WriteFile(imageFile(dir, ref), text, 0o644)
	case "run":
		runContainer(dir, args)
	case "rm":
		text, err := os.ReadFile(filepath.Join(dir, ref+".pid"))
		if err != nil {
			fmt.Fprintln(os.Stderr, "Error: No such container: "+ref)
			os.Exit(1)
		}
		pid, _ := strconv.Atoi(string(text))
		_ = syscall.Kill(pid, syscall.SIGKILL)
		_ = os.Remove(filepath.Join(dir, ref+".pid"))
	}
}

func imageFile(dir, ref string) string { return filepath.Join(dir, strings.ReplaceAll(ref, "/", "_")) }

// runContainer starts a process that is no child of the client's session, as
// an engine does, and passes signals on to it.
func runContainer(dir string, args []string) {
	var i struct {
		Config struct{ Labels map[string]string }
	}
	text, _ := os.ReadFile(imageFile(dir, args[len(args)-1]))
	_ = json.Unmarshal(text, &i)
	if i.Config.Labels["role"] == "refused" {
		fmt.Fprintln(os.Stderr, "docker: Error response from daemon: no space left.\n\nRun 'docker run --help' for more information")
		os.Exit(125)
	}
	name := args[slices.Index(args, "--name")+1]
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{role + "=" + i.Config.Labels["role"]}
	for n, a := range args {
		if a == "--env" {
			cmd.Env = append(cmd.Env, args[n+1])
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	_ = cmd.Start()
	pidFile := filepath.Join(dir, name+".pid")
	_ = os.WriteFile(pidFile+".new", []byte(strconv.Itoa(cmd.Process.Pid)), 0o644)
	_ = os.Rename(pidFile+".new", pidFile) // rm finds it whole or not at all
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s)
		}
	}()
	err := cmd.Wait()
	_ = os.Remove(pidFile)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		os.Exit(exit.ExitCode())
	}
}

const labels = `{"Os":"linux","Architecture":"amd64","Config":{"Entrypoint":["/flow"],"Labels":{"role":%q,"FLOW_RUNTIME_PROTOCOL":"capture"}}}`

// engine gives the path of a fake docker that has the images, by reference.
func engine(t *testing.T, images map[string]string) string {
	t.Helper()
	dir := testkit.Tree(t, map[string]string{"absent": "Error response from daemon: No such image: "})
	for ref, text := range images {
		testkit.Put(t, dir, map[string]string{filepath.Base(imageFile(dir, ref)): text})
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	docker := filepath.Join(dir, "docker")
	if err := os.Symlink(self, docker); err != nil {
		t.Fatal(err)
	}
	return docker
}

func calls(t *testing.T, docker string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(docker), "calls"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func containers(t *testing.T, docker string) []string {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(filepath.Dir(docker), "*.pid"))
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func TestAnImageInPlaceOfTheCommand(t *testing.T) {
	t.Parallel()
	o := connector(t, "nothing")
	o.Image = ":local"
	o.Engine = engine(t, map[string]string{"ghcr.io/estuary/source-x:local": fmt.Sprintf(labels, "good")})
	r, err := run.Discover(t.Context(), o)
	if err != nil || len(r.Bindings) != 1 {
		t.Fatalf("got %+v, %v", r, err)
	}
	if left := containers(t, o.Engine); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
	all := strings.Join(calls(t, o.Engine), "\n")
	for _, want := range []string{"run --rm -i --name connkit-", "--init", "--env FLOW_RUNTIME_CODEC=json", "rm --force connkit-"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in %s", want, all)
		}
	}
	if strings.Contains(all, "s3cr3t") || strings.Contains(all, " -t ") {
		t.Errorf("calls: %s", all)
	}
}

func TestTheImageOfTheCatalog(t *testing.T) {
	t.Parallel()
	o := connector(t, "good")
	write(t, filepath.Join(o.Dir, "test.flow.yaml"), "captures: {a: {endpoint: {connector: {image: 'localhost:5000/x:v1', config: {}}}, bindings: []}}\n")
	o.Engine = engine(t, map[string]string{
		"registry/localhost:5000/x:v1": fmt.Sprintf(labels, "good"),
		"localhost:5000/x:dev":         fmt.Sprintf(labels, "default"),
		"other/y:1":                    `{"Os":"linux","Architecture":"arm64","Config":{"Labels":{"role":"good","FLOW_RUNTIME_PROTOCOL":"derive"}}}`,
	})
	var notes []string
	o.Note = func(s string) { notes = append(notes, s) }
	for image, want := range map[string]int{"": 1, ":dev": 0, "other/y:1": 1} {
		o.Image = image
		if r, err := run.Discover(t.Context(), o); err != nil || len(r.Bindings) != want {
			t.Errorf("%q: got %+v, %v", image, r, err)
		}
	}
	slices.Sort(notes)
	if !slices.Equal(notes, []string{
		"pulling localhost:5000/x:v1",
		"the image other/y:1 is for linux/arm64; Flow runs linux/amd64",
		"the image other/y:1 says FLOW_RUNTIME_PROTOCOL=derive, and the task is a capture",
	}) {
		t.Errorf("notes: %q", notes)
	}
}

func TestTheCodeInPlaceOfTheImage(t *testing.T) {
	t.Parallel()
	o := connector(t, "good")
	write(t, filepath.Join(o.Dir, "test.flow.yaml"), "captures: {a: {endpoint: {connector: {image: 'x:v1', config: {}}}, bindings: []}}\n")
	o.Local, o.BinDir = true, t.TempDir()
	write(t, filepath.Join(o.BinDir, "python"), "#!/bin/sh\necho ERROR $@ in ${PWD##*/} >&2\nexit 1\n")
	if err := os.Chmod(filepath.Join(o.BinDir, "python"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := run.Spec(t.Context(), o); fault.KindOf(err) != fault.Usage {
		t.Errorf("no module: got %v", err)
	}
	write(t, filepath.Join(o.Dir, "odd", "__main__.py"), "")
	if _, err := run.Spec(t.Context(), o); err == nil || !strings.HasSuffix(err.Error(), "ERROR -m odd in source-x") {
		t.Errorf("got %v", err)
	}
	write(t, filepath.Join(o.Dir, "source_x", "__init__.py"), "")
	if _, err := run.Spec(t.Context(), o); err == nil || !strings.HasSuffix(err.Error(), "ERROR -m source_x in source-x") {
		t.Errorf("got %v", err)
	}
}

func TestImagesThatCannotBeRun(t *testing.T) {
	t.Parallel()
	docker := engine(t, map[string]string{"fails:1": fmt.Sprintf(labels, "json log"), "shell:1": fmt.Sprintf(labels, "not found")})
	down := engine(t, nil)
	write(t, filepath.Join(filepath.Dir(down), "absent"), "Cannot connect to the Docker daemon at unix:///x. ")
	for name, tt := range map[string]struct {
		image, engine string
		local         bool
		kind          fault.Kind
		want, hint    string
	}{
		"not built":   {":local", docker, false, fault.Environment, "looking for the image ghcr.io/estuary/source-x:local: it is not there", "connkit build source-x"},
		"nowhere":     {"x:1", docker, false, fault.Environment, "pulling the image x:1: docker: Error response from daemon: manifest unknown", "connkit doctor --for run"},
		"down":        {"x:1", down, false, fault.Environment, "looking at the image x:1: docker: Cannot connect to the Docker daemon at unix:///x. x:1", "connkit doctor --for run"},
		"no engine":   {"x:1", "/nonexistent/docker", false, fault.Environment, `starting the image: looking for "/nonexistent/docker" in PATH: not found`, "connkit doctor --for run"},
		"no name":     {"-v", docker, false, fault.Usage, `reading the image "-v": it is no name of an image`, ""},
		"both":        {"x:1", docker, true, fault.Usage, `running "acmeCo/x": it is either the image or the local code`, ""},
		"its failure": {"fails:1", docker, false, fault.Failed, "the connector ended with exit status 1: the host is down", ""},
		"its own 127": {"shell:1", docker, false, fault.Failed, "the connector ended with exit status 127: sh: 1: python: not found", ""},
	} {
		o := connector(t, "good")
		o.Image, o.Engine, o.Local = tt.image, tt.engine, tt.local
		_, err := run.Discover(t.Context(), o)
		if fault.KindOf(err) != tt.kind || err.Error() != tt.want || fault.HintOf(err) != tt.hint {
			t.Errorf("%s: got %v (%s)", name, err, fault.HintOf(err))
		}
	}
}

// The engine refuses a container at the last moment.
func TestAnEngineThatRefuses(t *testing.T) {
	t.Parallel()
	o := connector(t, "good")
	o.Image, o.Engine = "x:1", engine(t, map[string]string{"x:1": fmt.Sprintf(labels, "refused")})
	_, err := run.Discover(t.Context(), o)
	if fault.KindOf(err) != fault.Environment || err.Error() != "starting the image x:1: Error response from daemon: no space left." {
		t.Errorf("got %v", err)
	}
}

// A container that ignores SIGTERM is removed, also when connkit is killed.
func TestNoContainerIsLeft(t *testing.T) {
	t.Parallel()
	o := connector(t, "nothing")
	o.Image, o.Timeout = "x:1", 2*time.Second
	o.Engine = engine(t, map[string]string{"x:1": fmt.Sprintf(labels, "spec deaf")})
	if _, err := run.Spec(t.Context(), o); err == nil || !strings.Contains(err.Error(), "no answer after 2s") {
		t.Errorf("got %v", err)
	}
	if left := containers(t, o.Engine); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}

func TestNoContainerIsLeftByAKilledConnkit(t *testing.T) {
	t.Parallel()
	docker := engine(t, map[string]string{"x:1": fmt.Sprintf(labels, "spec deaf")})
	o := connector(t, "nothing")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), role+"=spec owner", "OWNER_DIR="+o.Dir, "OWNER_ENGINE="+docker)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(stdin)
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "up\n" {
		t.Errorf("got %q, %v", line, err)
	}
	waitUntil(t, "the engine to note its container", func() bool { return len(containers(t, docker)) == 1 })
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	waitUntil(t, "the container to go", func() bool { return len(containers(t, docker)) == 0 })
}

// owner is a connkit in the middle of a session.
func owner(string) {
	o := run.Options{
		Dir: os.Getenv("OWNER_DIR"), Root: filepath.Dir(os.Getenv("OWNER_DIR")), Image: "x:1", Engine: os.Getenv("OWNER_ENGINE"), Timeout: time.Hour,
		Log: func(flow.Log) { fmt.Println("up") },
	}
	_, err := run.Spec(context.Background(), o)
	fmt.Println(err)
}
