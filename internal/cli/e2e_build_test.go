//go:build e2e

package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// These tests build images with real engines. scripts/setup-docker.sh installs
// and starts them, and makes the base images.

const (
	pythonBase = "connkit-test/python:bookworm"
	goBase     = "connkit-test/go:bookworm"
)

// certificates gives the flags that let a build trust the package index that this machine trusts.
func certificates(t *testing.T) []string {
	t.Helper()
	for _, file := range []string{os.Getenv("SSL_CERT_FILE"), "/etc/ssl/certs/ca-certificates.crt"} {
		if _, err := os.Stat(file); err == nil && file != "" {
			return []string{"--secret", "id=ca,src=" + file}
		}
	}
	t.Fatal("there are no certificates")
	return nil
}

type built struct {
	Result struct {
		Images []struct {
			Image, State, ID, Log string
			Cached, Steps         int
			Probe                 struct{ OK bool }
			Labels                map[string]string
			Findings              []string
		}
	}
}

// build runs connkit build and gives the one image of its answer.
func (r repo) build(args ...string) (b built) {
	r.t.Helper()
	out := r.run(append([]string{"connkit", "build", "--output", "json"}, args...)...)
	if err := json.Unmarshal([]byte(out), &b); err != nil || len(b.Result.Images) != 1 {
		r.t.Fatalf("%v: %s", err, out)
	}
	return b
}

// state gives what connkit images says of a connector.
func (r repo) state(engine, connector string) string {
	r.t.Helper()
	var list struct {
		Result []struct{ Connector, State string }
	}
	out := r.run("connkit", "images", "--engine", engine, "--output", "json", connector)
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list.Result) != 1 {
		r.t.Fatalf("%v: %s", err, out)
	}
	return list.Result[0].State
}

// wantBuilt builds, and wants the image to be labelled, to have answered spec,
// to be fresh, stale after an edit, and fresh when it is built again.
func (r repo) wantBuilt(engine, connector, edit string, args ...string) {
	r.t.Helper()
	args = append([]string{connector, "--engine", engine}, args...)
	image := r.build(args...).Result.Images[0]
	if image.State != "built" || !image.Probe.OK || image.Labels["dev.connkit.dirty"] != "false" {
		r.t.Errorf("%s: %+v", engine, image)
	}
	program := engine
	if engine == "buildah" {
		program = "podman" // the same images
	}
	labels := map[string]string{}
	if err := json.Unmarshal([]byte(r.run(program, "image", "inspect", "--format", "{{json .Config.Labels}}", image.Image)), &labels); err != nil {
		r.t.Fatal(err)
	}
	for key, want := range map[string]string{
		"FLOW_RUNTIME_PROTOCOL": "capture", "FLOW_RUNTIME_CODEC": "json", "org.opencontainers.image.title": connector,
		"org.opencontainers.image.revision": strings.TrimSpace(r.run("git", "rev-parse", "HEAD")), "dev.connkit.inputs": image.Labels["dev.connkit.inputs"],
	} {
		if labels[key] != want || want == "" {
			r.t.Errorf("%s: label %s is %q, want %q", engine, key, labels[key], want)
		}
	}
	if got := r.state(engine, connector); got != "fresh" {
		r.t.Errorf("%s: %s is %s", engine, connector, got)
	}
	if got := r.build(append(args, "--if-stale")...).Result.Images[0]; got.State != "fresh" || got.ID != image.ID {
		r.t.Errorf("%s: %+v", engine, got)
	}
	r.append(edit, "\n")
	if got := r.state(engine, connector); got != "stale" {
		r.t.Errorf("%s: %s is %s after an edit", engine, connector, got)
	}
	if got := r.build(append(args, "--if-stale")...).Result.Images[0]; got.State != "built" || got.Cached == 0 || got.Labels["dev.connkit.dirty"] != "true" {
		r.t.Errorf("%s: %+v", engine, got)
	}
	if got := r.state(engine, connector); got != "fresh" {
		r.t.Errorf("%s: %s is %s after the second build", engine, connector, got)
	}
	r.run("git", "checkout", "-q", "--", edit)
}

func (r repo) append(name, text string) {
	r.t.Helper()
	f, err := os.OpenFile(filepath.Join(r.dir, name), os.O_APPEND|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = f.WriteString(text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r repo) commit() {
	r.t.Helper()
	r.run("git", "add", "-A")
	r.run("git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "one")
}

// engines are those that the set-up made.
func engines(t *testing.T) []string {
	t.Helper()
	conf, err := filepath.Abs(filepath.Join("..", "..", ".tools", "images", "containers.conf"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(conf); err != nil {
		t.Fatalf("%v: run make e2e", err)
	}
	t.Setenv("CONTAINERS_CONF", conf)                  // the limits that podman can set here
	t.Setenv("CONNKIT_IMAGE_REGISTRY", "connkit-test") // nobody else's images
	return []string{"docker", "podman", "buildah"}
}

// A Go connector in an image from scratch, compiled on the host, by its own Dockerfile.
func TestE2EBuildGoFromScratch(t *testing.T) {
	r := newRepo(t)
	r.run("connkit", "new", "source-scratch", "--template", "go")
	r.write("source-scratch/Dockerfile", "FROM scratch\nARG CONNECTOR_TYPE\nCOPY source-scratch/bin/connector /connector\n"+
		"LABEL FLOW_RUNTIME_PROTOCOL=${CONNECTOR_TYPE} FLOW_RUNTIME_CODEC=json\nUSER 65532:65532\nENTRYPOINT [\"/connector\"]\n")
	cmd := exec.Command("go", "build", "-o", "bin/connector", ".")
	cmd.Dir, cmd.Env = filepath.Join(r.dir, "source-scratch"), append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r.commit()
	for _, engine := range engines(t) {
		r.wantBuilt(engine, "source-scratch", "source-scratch/main.go")
	}
}

// A Go connector by the template: compiled in the image, nothing but it in the end.
func TestE2EBuildGoTemplate(t *testing.T) {
	engines(t)
	r := newRepo(t)
	r.run("go", "mod", "init", "example.com/connectors")
	r.run("connkit", "new", "source-compiled", "--template", "go")
	r.commit()
	r.wantBuilt("docker", "source-compiled", "source-compiled/README.md", "--build-arg", "GO_IMAGE="+goBase)
	files := r.run("docker", "history", "--format", "{{.CreatedBy}}", "connkit-test/source-compiled:local")
	if strings.Contains(files, "go build") {
		t.Errorf("the stage that compiles is in the image:\n%s", files)
	}
}

// A Python connector by the template, on Debian 12 with Python 3.11.
func TestE2EBuildPython(t *testing.T) {
	all := engines(t)
	r := newRepo(t)
	r.run("connkit", "new", "source-snake")
	r.commit()
	for _, engine := range all {
		r.wantBuilt(engine, "source-snake", "source-snake/source_snake/__init__.py", append(certificates(t), "--build-arg", "BASE_IMAGE="+pythonBase)...)
	}
	// What a build was given leaves no trace.
	r.run("connkit", "use", "image", "source-snake")
	if out := r.run("connkit", "run", "spec", "source-snake"); !strings.Contains(out, `"protocol"`) {
		t.Errorf("run spec of the image: %s", out)
	}
	r.run("connkit", "use", "local", "source-snake")
	if out := r.run("git", "status", "--porcelain", "source-snake/test.flow.yaml"); out != "" {
		t.Errorf("there and back: %s", out)
	}
	if history := r.run("docker", "history", "--no-trunc", "connkit-test/source-snake:local"); strings.Contains(history, "ca.crt") || strings.Contains(history, "pip install") {
		t.Errorf("a trace of the build:\n%s", history)
	}
}

// A build that fails names its log.
func TestE2EBuildFails(t *testing.T) {
	engines(t)
	r := newRepo(t)
	r.write("source-fails/main.go", "package main\n")
	r.write("source-fails/Dockerfile", "FROM "+pythonBase+"\nRUN echo the reason is this >&2 && exit 7\n")
	out := r.fails("connkit", "build", "source-fails")
	if !strings.Contains(out, "the reason is this") || !strings.Contains(out, "the whole log: ") {
		t.Errorf("got %s", out)
	}
}

// One that is interrupted leaves nothing that runs, and no container.
func TestE2EBuildIsInterrupted(t *testing.T) {
	all := engines(t)
	r := newRepo(t)
	r.write("source-waits/main.go", "package main\n")
	for n, engine := range all {
		step := fmt.Sprintf("8639%d", n) // seconds: of this engine's build alone
		r.write("source-waits/Dockerfile", "FROM "+pythonBase+"\nRUN sleep "+step+"\n")
		before := workedIn(t, r)
		r.interrupted("sleep\x00"+step+"\x00", "connkit", "build", "source-waits", "--engine", engine, "--progress", "plain")
		waitFor(t, func() bool { return !running("sleep\x00" + step + "\x00") })
		for _, id := range workedIn(t, r) {
			if !slices.Contains(before, id) && engine != "docker" {
				t.Errorf("%s: the container %s is left", engine, id)
			}
		}
	}
}

// workedIn gives the containers that podman and buildah build in.
func workedIn(t *testing.T, r repo) []string {
	t.Helper()
	return strings.Fields(r.run("podman", "ps", "--all", "--external", "--filter", "ancestor="+pythonBase, "--format", "{{.ID}}"))
}

// interrupted starts a command and interrupts it when a process runs.
func (r repo) interrupted(process string, argv ...string) {
	r.t.Helper()
	cmd := exec.Command(connkitBinary(r.t), argv[1:]...)
	cmd.Dir = r.dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	waitFor(r.t, func() bool { return running(process) })
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		r.t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
		r.t.Errorf("%v: %v\n%s", argv, err, out.String())
	}
}

// running tells whether a process has a command line.
func running(cmdline string) bool {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	return slices.ContainsFunc(files, func(f string) bool {
		text, err := os.ReadFile(f)
		return err == nil && string(text) == cmdline
	})
}

func waitFor(t *testing.T, what func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !what(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not come")
		}
	}
}

// fails runs a program that is to fail and gives what it prints.
func (r repo) fails(argv ...string) string {
	r.t.Helper()
	if argv[0] == "connkit" {
		argv[0] = connkitBinary(r.t)
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = r.dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		r.t.Errorf("%v went well", argv)
	}
	return string(out)
}
