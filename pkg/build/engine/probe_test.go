package engine_test

import (
	"net"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/build/engine"
)

// alone puts one program into an otherwise empty PATH and looks for an engine.
func alone(t *testing.T, program string, o engine.FindOptions, env map[string]string) (engine.Engine, error) {
	t.Helper()
	t.Setenv("PATH", filepath.Dir(program)+":/bin:/usr/bin")
	if o.Name == "" {
		o.Name = filepath.Base(program)
	}
	o.Getenv = func(key string) string { return env[key] }
	return engine.Find(t.Context(), o)
}

// Which builder a docker has follows from the versions of client and engine.
func TestBuildersOfDockerByVersion(t *testing.T) {
	for _, tt := range []struct{ client, server, want string }{
		{"20.10.24", "20.10.24", engine.BuildKit}, // clients before 23 drive the engine's own
		{"22.06.0-beta", "24.0.0", engine.BuildKit},
		{"20.10.24", "18.09.1", engine.Classic}, // an engine before 19 has none
		{"20.10.24", "19.03.0", engine.BuildKit},
		{"23.0.0", "20.10.24", engine.Classic}, // later clients need the plugin
		{"28.2.2", "28.2.2", engine.Classic},
		{"dev", "28.2.2", engine.Classic},
	} {
		program := scripted(t, "docker", `case "$1" in version) echo "`+tt.client+`|`+tt.server+`|linux/arm64";; *) exit 1;; esac`)
		e, err := alone(t, program, engine.FindOptions{}, nil)
		if err != nil || e.Builder != tt.want || e.Version != tt.server || e.Platform != "linux/arm64" {
			t.Errorf("client %s, engine %s: %+v, %v", tt.client, tt.server, e, err)
		}
	}
}

// The package podman-docker puts podman in docker's place.
func TestPodmanUnderTheNameOfDocker(t *testing.T) {
	program := scripted(t, "docker", `case "$*" in --version) echo "podman version 4.3.1";; *) echo "Error: unknown" >&2; exit 125;; esac`)
	e, err := alone(t, program, engine.FindOptions{}, nil)
	if err != nil || e.Name != engine.Podman || e.Program != "docker" || e.String() != "podman 4.3.1" {
		t.Errorf("%+v, %v", e, err)
	}
	// It has no builder to choose.
	if _, err := alone(t, program, engine.FindOptions{Builder: "b"}, nil); fault.KindOf(err) != fault.Usage {
		t.Errorf("%v", err)
	}
}

func TestAnEngineElsewhere(t *testing.T) {
	for _, tt := range []struct {
		name, script, want string
		env                map[string]string
	}{
		{"podman", `case "$1" in info) echo "5.2.0|linux/arm64";; *) exit 1;; esac`, "podman 5.2.0 linux/arm64", map[string]string{"CONTAINER_HOST": "ssh://a"}},
		{"podman", `echo "podman version 5.2.0"`, "podman 5.2.0 linux/" + runtime.GOARCH, nil},
		{"nerdctl", `case "$*" in "info --format {{.ServerVersion}}") echo v2.0.1;; *) exit 1;; esac`, "nerdctl v2.0.1 linux/" + runtime.GOARCH, nil},
		{"buildah", `echo "buildah version 1.28.2 (image-spec 1.1.0-rc2, runtime-spec 1.0.2-dev)"`, "buildah 1.28.2 linux/" + runtime.GOARCH, nil},
		{"buildah", `printf 'Version:         1.28.2,\nGo Version:      go1.19\n'`, "buildah 1.28.2 linux/" + runtime.GOARCH, nil},
		{"buildah", `echo "built by hand"`, "buildah linux/" + runtime.GOARCH, nil},
	} {
		if runtime.GOOS != "linux" && tt.env == nil && tt.name == "podman" {
			continue // there it is a machine that is asked
		}
		e, err := alone(t, scripted(t, tt.name, tt.script), engine.FindOptions{}, tt.env)
		if got := e.String() + " " + e.Platform; err != nil || got != tt.want {
			t.Errorf("%s: got %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
}

// Each engine that is there and does not answer is told with what it says, and with
// what starts it.
func TestEnginesThatDoNotAnswer(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		env          map[string]string
		want, hint   string
	}{
		{
			"docker", "echo 'warning' >&2; echo 'permission denied while trying to connect' >&2; exit 1", nil,
			"docker: no engine answers: permission denied while trying to connect", "start docker: sudo systemctl start docker",
		},
		{"docker", `case "$1" in version) echo "28.2.2||/";; *) exit 1;; esac`, nil, "(docker: no engine answers)", "start docker: "},
		{"podman", "exit 125", map[string]string{"CONTAINER_HOST": "ssh://a"}, "(podman: its machine does not run)", "start podman: podman machine start"},
		{"podman", `case "$1" in info) echo 5.2.0;; esac`, map[string]string{"CONTAINER_HOST": "ssh://a"}, "(podman: its machine does not run)", "start podman: "},
		{"nerdctl", "echo 'rootless containerd not running' >&2; exit 1", nil, "nerdctl: no engine answers: nerdctl: rootless containerd not running", "nerdctl is there and fails: nerdctl info"},
		{"buildah", "echo 'no subuid ranges' >&2; exit 1", nil, "buildah: buildah: no subuid ranges", "buildah is there and fails: buildah info"},
	} {
		_, err := alone(t, scripted(t, tt.name, tt.script), engine.FindOptions{}, tt.env)
		if fault.KindOf(err) != fault.Environment || !strings.HasPrefix(err.Error(), "looking for a container engine: none answers (") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if hint := fault.HintOf(err); !strings.HasPrefix(hint, tt.hint) || strings.Contains(hint, "\n") {
			t.Errorf("%s: hint %q", tt.name, hint)
		}
	}
}

// Those that are not there are told together, with how to get the first two.
func TestNoEngineIsThere(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := engine.Find(t.Context(), engine.FindOptions{Getenv: func(string) string { return "" }})
	want := "looking for a container engine: none answers (docker: not in PATH; podman: not in PATH; nerdctl: not in PATH; buildah: not in PATH)"
	if fault.KindOf(err) != fault.Environment || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if hint := fault.HintOf(err); strings.Count(hint, "\n") != 1 || !strings.HasPrefix(hint, "install docker: ") || !strings.Contains(hint, "\nor podman, which needs no engine: ") {
		t.Errorf("hint %q", hint)
	}
	_, err = engine.Find(t.Context(), engine.FindOptions{Name: "nerdctl", Getenv: func(string) string { return "" }})
	if err == nil || err.Error() != "looking for a container engine: none answers (nerdctl: not in PATH)" || fault.HintOf(err) != "" {
		t.Errorf("got %v, hint %q", err, fault.HintOf(err))
	}
	_, err = engine.Find(t.Context(), engine.FindOptions{Getenv: func(key string) string { return map[string]string{"DOCKER_CLI": "/nowhere/docker-ng"}[key] }})
	if err == nil || !strings.Contains(err.Error(), "(/nowhere/docker-ng: not in PATH)") {
		t.Errorf("got %v", err)
	}
	_, err = engine.Find(t.Context(), engine.FindOptions{Name: "kaniko"})
	if fault.KindOf(err) != fault.Usage || err.Error() != `choosing an engine: "kaniko" is none of docker, podman, nerdctl, buildah` {
		t.Errorf("got %v", err)
	}
}

// An engine that is slow and whose socket opens is waited for; DOCKER_CLI does not
// change an engine that is asked for by another name.
func TestASlowEngineIsWaitedFor(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() //nolint:errcheck // the test is over
	program := scripted(t, "docker", `case "$1" in version) sleep 0.7; echo "28.2.2|28.2.2|linux/amd64";; *) exit 1;; esac`)
	t.Setenv("PATH", filepath.Dir(program)+":/bin:/usr/bin")
	var all sync.WaitGroup
	for _, host := range []string{"unix://" + socket, "ssh://somewhere", "npipe:////./pipe/docker", "%zz"} {
		all.Go(func() { // beside each other, since each takes longer than an engine may stay silent
			o := engine.FindOptions{Name: engine.Docker, Images: true, Getenv: func(key string) string { return map[string]string{"DOCKER_HOST": host}[key] }}
			if e, err := engine.Find(t.Context(), o); err != nil || e.Version != "28.2.2" {
				t.Errorf("%s: %+v, %v", host, e, err)
			}
		})
	}
	all.Wait()
	podman := scripted(t, "podman", `echo "podman version 5.0.0"`)
	if e, err := alone(t, podman, engine.FindOptions{}, map[string]string{"DOCKER_CLI": "/nowhere/docker"}); err != nil && runtime.GOOS == "linux" || runtime.GOOS == "linux" && e.Name != engine.Podman {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestDriverOfABuilder(t *testing.T) {
	for text, want := range map[string]string{
		"Name:   b\nDriver: kubernetes\nLast Activity: x\n\nNodes:\nName: b0": "kubernetes",
		"Driver:remote\r": "remote", "Name: b": "", "": "",
	} {
		e := engine.Engine{Name: engine.Docker, Builder: engine.Buildx, Program: scripted(t, "docker", `[ "$*" = "buildx inspect b" ] || exit 9
cat <<'END'
`+text+`
END`)}
		if got, err := e.Driver(t.Context(), "b"); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	e := engine.Engine{Name: engine.Docker, Builder: engine.Buildx, Program: fails(t, "docker", `ERROR: no builder "b" found`, 1)}
	_, err := e.Driver(t.Context(), "b")
	if fault.KindOf(err) != fault.Environment || err.Error() != `looking at the builder "b": docker: ERROR: no builder "b" found` || fault.HintOf(err) != "docker buildx ls" {
		t.Errorf("%v", err)
	}
	inUse := engine.Engine{Name: engine.Docker, Builder: engine.Buildx, Program: scripted(t, "docker", `[ "$*" = "buildx inspect" ] && echo "Driver: docker"`)}
	if got, err := inUse.Driver(t.Context(), ""); err != nil || got != engine.Docker {
		t.Errorf("the one in use: %q, %v", got, err)
	}
}
