package engine_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/build/engine"
)

func TestMain(m *testing.M) {
	if slices.Contains(append(engine.Names(), "my-docker"), filepath.Base(os.Args[0])) {
		os.Exit(testkit.Engine(os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// programs puts fake engines into an otherwise empty PATH.
func programs(t *testing.T, is string, names ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	t.Setenv("FAKE_ENGINE", dir)
	t.Setenv("FAKE_ENGINE_IS", is)
	return dir
}

func TestFind(t *testing.T) {
	for _, tt := range []struct {
		name, is string
		there    []string
		o        engine.FindOptions
		env      map[string]string
		want     string
	}{
		{"docker before podman", "", []string{"docker", "podman"}, engine.FindOptions{}, nil, "docker 20.10.24 (classic)"},
		{"with the plugin", "buildx", []string{"docker"}, engine.FindOptions{}, nil, "docker 20.10.24 (buildx)"},
		{"the plugin is refused", "buildx", []string{"docker"}, engine.FindOptions{}, map[string]string{"DOCKER_BUILDKIT": "0"}, "docker 20.10.24 (classic)"},
		{"but a builder needs it", "buildx", []string{"docker"}, engine.FindOptions{Builder: "b"}, map[string]string{"DOCKER_BUILDKIT": "0"}, "docker 20.10.24 (buildx)"},
		{"a client that drives BuildKit", "old", []string{"docker"}, engine.FindOptions{}, nil, "docker 20.10.24 (buildkit)"},
		{"and is told not to", "old", []string{"docker"}, engine.FindOptions{}, map[string]string{"DOCKER_BUILDKIT": "false"}, "docker 20.10.24 (classic)"},
		{"podman alone", "", []string{"podman"}, engine.FindOptions{}, nil, "podman 4.3.1"},
		{"podman asked for", "", []string{"docker", "podman"}, engine.FindOptions{Name: "podman"}, nil, "podman 4.3.1"},
		{"nerdctl", "", []string{"nerdctl"}, engine.FindOptions{}, nil, "nerdctl 2.0.1"},
		{"for images the builder does not matter", "buildx", []string{"docker"}, engine.FindOptions{Images: true}, nil, "docker 20.10.24"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			programs(t, tt.is, tt.there...)
			tt.o.Getenv = func(key string) string { return tt.env[key] }
			e, err := engine.Find(t.Context(), tt.o)
			if err != nil || e.String() != tt.want {
				t.Errorf("got %s, %v", e, err)
			}
		})
	}
}

// A plugin whose file is seen is not asked for; any other is.
func TestPluginOfDocker(t *testing.T) {
	for _, tt := range []struct {
		name, is, file string
		mode           os.FileMode
		want           string
		asked          bool
	}{
		{"in the user's configuration", "buildx", "config/cli-plugins/docker-buildx", 0o755, "docker 20.10.24 (buildx)", false},
		{"beside docker", "buildx", "lib/docker/cli-plugins/docker-buildx", 0o755, "docker 20.10.24 (buildx)", false},
		{"beside docker, elsewhere", "buildx", "libexec/docker/cli-plugins/docker-buildx", 0o755, "docker 20.10.24 (buildx)", false},
		{"somewhere else", "buildx", "x", 0o755, "docker 20.10.24 (buildx)", true},
		{"that cannot be started", "", "config/cli-plugins/docker-buildx", 0o644, "docker 20.10.24 (classic)", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := programs(t, tt.is, "docker")
			bin := filepath.Join(dir, "bin")
			if err := os.Mkdir(bin, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(filepath.Join(dir, "docker"), filepath.Join(bin, "docker")); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", bin)
			testkit.Put(t, dir, map[string]string{tt.file: "plugin"})
			if err := os.Chmod(filepath.Join(dir, tt.file), tt.mode); err != nil {
				t.Fatal(err)
			}
			e, err := engine.Find(t.Context(), engine.FindOptions{Getenv: func(key string) string {
				return map[string]string{"DOCKER_CONFIG": filepath.Join(dir, "config")}[key]
			}})
			if err != nil || e.String() != tt.want {
				t.Errorf("got %s, %v", e, err)
			}
			calls, err := os.ReadFile(filepath.Join(dir, "calls"))
			if err != nil || strings.Contains(string(calls), "buildx version") != tt.asked {
				t.Errorf("%v: %s", err, calls)
			}
		})
	}
}

func TestDockerCLI(t *testing.T) {
	dir := programs(t, "", "podman", "docker", "my-docker")
	for program, want := range map[string]string{"podman": "podman", filepath.Join(dir, "docker"): "docker", filepath.Join(dir, "my-docker"): "docker"} {
		e, err := engine.Find(t.Context(), engine.FindOptions{Getenv: func(key string) string {
			if key == "DOCKER_CLI" {
				return program
			}
			return ""
		}})
		if err != nil || e.Name != want || e.Program != program {
			t.Errorf("%s: got %+v, %v", program, e, err)
		}
	}
}

func TestNoEngine(t *testing.T) {
	getenv := func(string) string { return "" }
	programs(t, "down", "docker")
	_, err := engine.Find(t.Context(), engine.FindOptions{Getenv: getenv})
	if fault.KindOf(err) != fault.Environment {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"docker: no engine answers: Cannot connect", "podman: not in PATH", "nerdctl: not in PATH", "buildah: not in PATH"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	if hint := fault.HintOf(err); !strings.Contains(hint, "systemctl start docker") || !strings.Contains(hint, "apt install podman") {
		t.Errorf("hint: %s", hint)
	}
	programs(t, "", "docker")
	_, err = engine.Find(t.Context(), engine.FindOptions{Getenv: getenv, Builder: "b"})
	if fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), "docker has no buildx") {
		t.Errorf("got %v", err)
	}
	_, err = engine.Find(t.Context(), engine.FindOptions{Getenv: getenv, Name: "rkt"})
	if fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
	programs(t, "", "podman")
	_, err = engine.Find(t.Context(), engine.FindOptions{Getenv: getenv, Builder: "b"})
	if fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
}

// A host that swallows what is sent to it is given up.
func TestAHostThatSwallows(t *testing.T) {
	dir := programs(t, "")
	script := "#!/bin/sh\n/bin/sleep 600\n"
	testkit.Program(t, filepath.Join(dir, "docker"), script)
	for _, host := range []string{"unix:///nonexistent/docker.sock", "tcp://127.0.0.1:1"} {
		_, err := engine.Find(t.Context(), engine.FindOptions{Getenv: func(key string) string {
			if key == "DOCKER_HOST" {
				return host
			}
			return ""
		}})
		if fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), "no engine answers: dial") {
			t.Errorf("%s: got %v", host, err)
		}
	}
}

func TestInspectAndList(t *testing.T) {
	dir := programs(t, "", "docker", "podman")
	image := `[{"Id":"sha256:aa","RepoTags":["localhost/plain:1","ghcr.io/e/x:local"],"Created":"2026-01-02T03:04:05Z","Size":5,"Os":"linux","Architecture":"amd64","Config":{"User":"1","Labels":{"a":"b"},"Entrypoint":["/x"],"Cmd":["y"]}}]`
	testkit.Put(t, dir, map[string]string{"ghcr.io_e_x:local.image": image, "plain:1.image": image})
	for _, name := range []string{"docker", "podman"} {
		e := engine.Engine{Name: name, Program: name}
		i, ok, err := e.Inspect(t.Context(), "ghcr.io/e/x:local")
		if err != nil || !ok || i.ID != "aa" || i.Platform != "linux/amd64" || i.Labels["a"] != "b" || strings.Join(i.Command, " ") != "/x y" || i.Created.Year() != 2026 {
			t.Errorf("got %+v, %v, %v", i, ok, err)
		}
		if _, ok, err := e.Inspect(t.Context(), "nope:1"); ok || err != nil {
			t.Errorf("got %v, %v", ok, err)
		}
		all, err := e.InspectAll(t.Context(), []string{"ghcr.io/e/x:local", "plain:1", "nope:1"})
		if err != nil || len(all) != 2 || all["ghcr.io/e/x:local"].ID != "aa" || all["plain:1"].Labels["a"] != "b" {
			t.Errorf("%s: got %v, %v", name, all, err)
		}
		if names, err := e.List(t.Context()); err != nil || strings.Join(names, " ") != "ghcr.io/e/x:local plain:1" {
			t.Errorf("%s: %q, %v", name, names, err)
		}
	}
	many := make([]string, 150)
	for i := range many {
		many[i] = "plain:1"
	}
	if err := os.Remove(filepath.Join(dir, "calls")); err != nil {
		t.Fatal(err)
	}
	if all, err := (engine.Engine{Name: "docker", Program: "docker"}).InspectAll(t.Context(), many); err != nil || len(all) != 1 {
		t.Errorf("many: %v, %v", all, err)
	}
	if calls, err := os.ReadFile(filepath.Join(dir, "calls")); err != nil || strings.Count(string(calls), "image inspect") != 3 {
		t.Errorf("%v: %d calls", err, strings.Count(string(calls), "image inspect"))
	}
	t.Setenv("FAKE_ENGINE_IS", "down")
	if _, err := (engine.Engine{Name: "docker", Program: "docker"}).InspectAll(t.Context(), many); err == nil {
		t.Error("no engine is no error")
	}
	if _, _, err := (engine.Engine{Name: "docker", Program: "docker"}).Inspect(t.Context(), "x"); err == nil || !strings.Contains(err.Error(), "Cannot connect") {
		t.Errorf("got %v", err)
	}
}

func TestDriver(t *testing.T) {
	programs(t, "buildx", "docker")
	e := engine.Engine{Name: engine.Docker, Program: "docker", Builder: engine.Buildx}
	if driver, err := e.Driver(t.Context(), "b"); err != nil || driver != "docker-container" {
		t.Errorf("got %q, %v", driver, err)
	}
	t.Setenv("FAKE_ENGINE_IS", "")
	if _, err := e.Driver(t.Context(), "b"); fault.KindOf(err) != fault.Environment {
		t.Errorf("got %v", err)
	}
}
