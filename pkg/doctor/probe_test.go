package doctor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/doctor"
)

func TestWhatIsNotAsItShouldBe(t *testing.T) {
	dir := tools(t, "git", "python3", "uv", "docker", "podman", "go")
	t.Setenv("SAYS_git", "git version 2.30.2")
	t.Setenv("SAYS_uv", "no idea")
	t.Setenv("FAILS_docker", "")
	t.Setenv("WORDS_docker", "segmentation fault")
	t.Setenv("FAILS_python3", "")
	t.Setenv("WORDS_python3", "pyenv: python3: command not found")
	for name, text := range map[string]string{"poetry": "not a program", "flowctl": "#!/no/such/shell\n"} {
		testkit.Program(t, filepath.Join(dir, name), text)
	}
	if err := os.WriteFile(filepath.Join(dir, "sops"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(filepath.Join(dir, "go"))
	if err := os.Symlink("/gone/go", filepath.Join(dir, "go")); err != nil {
		t.Fatal(err)
	}
	found, err := check(t, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"git":     "2.38 or newer is needed",
		"uv":      `it tells no version: "no idea"`,
		"docker":  "it ends with exit status 1: docker: segmentation fault",
		"python":  "python3: it ends with exit status 1: python3: pyenv: python3: command not found",
		"poetry":  "exec format error",
		"flowctl": "no such file or directory",
		"sops":    filepath.Join(dir, "sops") + " is there and not executable",
		"go":      filepath.Join(dir, "go") + " links to what is not there",
	} {
		if f := found[name]; f.Status != doctor.Warn || !strings.Contains(f.Problem, want) || f.Get == "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if found, err := check(t, "build"); fault.KindOf(err) != fault.Environment || found["git"].Status != doctor.Missing || found["docker"].Status != doctor.Warn {
		t.Errorf("got %+v, %v", found, err)
	}
}

// What the clients of Docker and podman print when their engine does not answer.
func TestEnginesThatDoNotAnswer(t *testing.T) {
	for name, tt := range map[string]struct{ tool, fails, words, problem, get string }{
		"not started": {"docker", "version --format", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
			"no engine answers at unix:///var/run/docker.sock", "systemctl start docker"},
		"elsewhere": {"docker", "version --format", "Cannot connect to the Docker daemon at tcp://10.0.0.5:2375. Is the docker daemon running?",
			"no engine answers at tcp://10.0.0.5:2375", "systemctl start docker"},
		"not allowed": {"docker", "version --format",
			`permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.24/version": dial unix /var/run/docker.sock: connect: permission denied`,
			"you may not use the engine at unix:///var/run/docker.sock", "usermod -aG docker"},
		"a machine": {"podman", "info", "Cannot connect to Podman. Please verify your connection to the Linux system using `podman system connection list`",
			"no engine answers", "podman machine start"},
		"something else": {"podman", "info", "Error: cannot find newuidmap", "no engine answers: podman: Error: cannot find newuidmap", "podman info"},
	} {
		t.Run(name, func(t *testing.T) {
			tools(t, "git", tt.tool)
			t.Setenv("FAILS_"+tt.tool, tt.fails)
			t.Setenv("WORDS_"+tt.tool, tt.words)
			found, err := check(t, "build")
			f := found[tt.tool]
			if fault.KindOf(err) != fault.Environment || f.Status != doctor.Missing || f.Problem != tt.problem || !strings.Contains(f.Get, tt.get) || f.Version == "" {
				t.Errorf("got %+v, %v", f, err)
			}
		})
	}
}

func TestPartsThatAreNotInstalled(t *testing.T) {
	tools(t, "docker", "python3")
	for words, name := range map[string]string{
		"docker: 'buildx' is not a docker command.\nSee 'docker --help'":               "buildx",
		"docker: unknown command: docker buildx\n\nRun 'docker --help' for more words": "buildx",
		"/usr/bin/python3: No module named pip":                                        "pip",
	} {
		t.Setenv("FAILS_docker", "buildx")
		t.Setenv("FAILS_python3", "-m pip")
		t.Setenv("WORDS_docker", words)
		t.Setenv("WORDS_python3", words)
		found, _ := check(t, "")
		if f := found[name]; f.Status != doctor.Warn || f.Problem != "not installed" || f.Get == "" {
			t.Errorf("%q: %+v", words, f)
		}
	}
}

// Debian's python3 has no ensurepip, without which no environment gets its pip.
func TestPythonWithoutVenv(t *testing.T) {
	tools(t, "python3")
	t.Setenv("FAILS_python3", "ensurepip")
	t.Setenv("WORDS_python3", "ModuleNotFoundError: No module named 'ensurepip'")
	found, err := check(t, "env")
	if f := found["pip"]; fault.KindOf(err) != fault.Environment || f.Status != doctor.Missing || f.Get != "apt install python3-venv" {
		t.Errorf("got %+v, %v", f, err)
	}
}

func TestDockerThatIsPodman(t *testing.T) {
	tools(t, "git", "docker")
	t.Setenv("SAYS_docker", "podman version 4.3.1")
	t.Setenv("WARNS_docker", "Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.")
	if f, err := check(t, "build"); err != nil || f["docker"].Version != "4.3.1" || f["docker"].Problem != "it is podman under docker's name" {
		t.Errorf("got %+v, %v", f["docker"], err)
	}
}

// One deadline is for all that a tool is asked; the tools wait at the same time.
func TestToolsThatHang(t *testing.T) {
	defer doctor.SetPatience(3 * time.Second)()
	dir := tools(t)
	for name, does := range map[string]string{ // scripts, which begin at once on a slow machine too
		"git": "echo git version 2.47.1", "uv": "echo uv 0.9.9", "podman": "hang", "python3": "hang",
		"docker": `[ "$1" = version ] && hang; echo Docker version 28.2.2`,
	} {
		testkit.Program(t, filepath.Join(dir, name), "#!/bin/sh\nhang() { trap '' TERM; exec /bin/sleep 3600; }\n"+does+"\n")
	}
	found, err := check(t, "")
	if err != nil || found["git"].Status != doctor.OK || found["uv"].Status != doctor.OK {
		t.Errorf("got %v", err)
	}
	for name, want := range map[string]string{"podman": "no answer after 3s", "docker": "its engine gives no answer after 3s", "python": "python3: no answer in time", "pip": "no answer after 3s"} {
		if f := found[name]; f.Status != doctor.Warn || f.Problem != want || f.Get == "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
