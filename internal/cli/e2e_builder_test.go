//go:build e2e

package cli_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// These tests build with docker's buildx and with a BuildKit daemon of their
// own, reached over TCP as one on another machine is. scripts/setup-buildx.sh
// compiles both.

// withBuildx makes docker know buildx, which Debian has no package of.
func withBuildx(t *testing.T) {
	t.Helper()
	plugin, err := filepath.Abs(filepath.Join("..", "..", ".tools", "docker", "cli-plugins", "docker-buildx"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(plugin); err != nil {
		t.Fatalf("%v: run make e2e", err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "cli-plugins"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(plugin, filepath.Join(dir, "cli-plugins", "docker-buildx")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DOCKER_CONFIG", dir)
}

var listens = regexp.MustCompile(`running server on (127\.0\.0\.1:\d+)"`)

// daemon starts a BuildKit daemon and makes it the builder of that name.
func (r repo) daemon(builder string) {
	r.t.Helper()
	program, err := filepath.Abs(filepath.Join("..", "..", ".tools", "bin", "buildkitd"))
	if err != nil {
		r.t.Fatal(err)
	}
	root := r.t.TempDir()
	log, err := os.Create(filepath.Join(root, "log"))
	if err != nil {
		r.t.Fatal(err)
	}
	cmd := exec.Command(program, "--root", filepath.Join(root, "data"), "--addr", "tcp://127.0.0.1:0", "--containerd-worker=false", "--oci-worker-net=host")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		r.t.Fatalf("%v: run make e2e", err)
	}
	r.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		_ = log.Close()
		if text, err := os.ReadFile(log.Name()); err == nil && r.t.Failed() {
			r.t.Logf("the daemon's log:\n%s", text)
		}
	})
	var address string // it takes a port that is free, and tells which
	waitFor(r.t, func() bool {
		text, _ := os.ReadFile(log.Name())
		found := listens.FindSubmatch(text)
		if found != nil {
			address = "tcp://" + string(found[1])
		}
		return found != nil
	})
	r.run("docker", "buildx", "create", "--name", builder, "--driver", "remote", address)
	waitFor(r.t, func() bool {
		cmd := exec.Command("docker", "buildx", "inspect", "--bootstrap", builder)
		return cmd.Run() == nil
	})
}

// scratch writes a Go connector in an image from scratch, compiled on the host.
func (r repo) scratch(name string) {
	r.t.Helper()
	r.run("connkit", "new", name, "--template", "go")
	r.write(name+"/Dockerfile", "FROM scratch\nARG CONNECTOR_TYPE\nARG ODD\nCOPY "+name+"/bin/connector /connector\n"+
		"LABEL FLOW_RUNTIME_PROTOCOL=${CONNECTOR_TYPE} FLOW_RUNTIME_CODEC=json odd=\"${ODD}\"\nUSER 65532:65532\nENTRYPOINT [\"/connector\"]\n")
	cmd := exec.Command("go", "build", "-o", "bin/connector", ".")
	cmd.Dir, cmd.Env = filepath.Join(r.dir, name), append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("%v\n%s", err, out)
	}
}

func TestE2EBuildWithBuildx(t *testing.T) {
	engines(t)
	withBuildx(t)
	r := newRepo(t)
	r.scratch("source-buildx")
	r.commit()
	r.wantBuilt("docker", "source-buildx", "source-buildx/main.go")
	if out := r.run("connkit", "build", "source-buildx", "--no-probe"); !strings.Contains(out, "(buildx), linux/") {
		t.Errorf("got %s", out)
	}
}

// Several connectors go to a builder elsewhere in one bake; one that fails
// leaves the others built.
func TestE2EBuildElsewhere(t *testing.T) {
	engines(t)
	withBuildx(t)
	r := newRepo(t)
	r.scratch("source-far")
	r.scratch("source-away")
	r.commit()
	r.daemon("connkit-e2e")
	// What bake would take for a variable is passed as it is, a proxy's password is not seen.
	args := []string{"connkit", "build", "--all", "--builder", "connkit-e2e", "--build-arg", "ODD=${HOME} %{x}", "--build-arg", "HTTP_PROXY=http://u:hidden@127.0.0.1:1"}
	if out := r.run(args...); strings.Count(out, " built ") != 2 || strings.Count(out, "ok ") != 2 || strings.Contains(out, "hidden") {
		t.Errorf("got %s", out)
	}
	for _, name := range []string{"source-far", "source-away"} {
		var labels map[string]string
		out := r.run("docker", "image", "inspect", "--format", "{{json .Config.Labels}}", "connkit-test/"+name+":local")
		if err := json.Unmarshal([]byte(out), &labels); err != nil || labels["odd"] != "${HOME} %{x}" || labels["org.opencontainers.image.title"] != name {
			t.Errorf("%v: %s", err, out)
		}
		if got := r.state("docker", name); got != "fresh" {
			t.Errorf("%s is %s", name, got)
		}
	}
	if out := r.run(append(args, "--if-stale")...); strings.Count(out, " fresh ") != 2 {
		t.Errorf("got %s", out)
	}
	r.append("source-far/Dockerfile", "COPY nope /\n")
	r.append("source-away/main.go", "\n")
	out := r.fails(append(args, "--no-probe")...)
	if !strings.Contains(out, "error: building connkit-test/source-far:local: ") || strings.Contains(out, "of 2 images failed") {
		t.Errorf("got %s", out)
	}
	if far, away := r.state("docker", "source-far"), r.state("docker", "source-away"); far != "stale" || away != "fresh" {
		t.Errorf("the one that fails is %s, the other %s", far, away)
	}
	cache := filepath.Join(t.TempDir(), "cache")
	r.run("connkit", "build", "source-away", "--builder", "connkit-e2e", "--no-probe", "--cache-to", "type=local,dest="+cache)
	if _, err := os.Stat(filepath.Join(cache, "index.json")); err != nil {
		t.Error(err)
	}
}
