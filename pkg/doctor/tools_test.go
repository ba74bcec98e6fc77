package doctor_test

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/connkit/connkit/pkg/doctor"
)

// The test binary plays every tool: SAYS_name is what it prints on stdout,
// FAILS_name a part of the arguments with which it fails, WORDS_name what it
// then says on stderr, HANGS_name such a part with which it never ends, not even by SIGTERM.
func TestMain(m *testing.M) {
	tool := filepath.Base(os.Args[0])
	says, known := os.LookupEnv("SAYS_" + tool)
	if !known {
		doctor.SetPatience(time.Minute) // on a slow machine a program takes seconds to begin
		os.Exit(m.Run())
	}
	args := strings.Join(os.Args[1:], " ")
	is := func(what string) bool {
		part, ok := os.LookupEnv(what + "_" + tool)
		return ok && strings.Contains(args, part)
	}
	if is("HANGS") {
		signal.Ignore(syscall.SIGTERM)
		time.Sleep(time.Hour)
	}
	if is("FAILS") {
		fmt.Fprintln(os.Stderr, os.Getenv("WORDS_"+tool))
		os.Exit(1)
	}
	if strings.Contains(args, "sys.version_info") {
		fmt.Println("/usr/bin/"+tool, strings.ReplaceAll(says, ".", " "))
		return
	}
	if strings.HasPrefix(args, "-m pip") {
		says = "pip 23.0.1 from /usr/lib/python3/dist-packages/pip (python 3.11)"
	}
	if strings.HasPrefix(args, "buildx") {
		says = "github.com/docker/buildx v0.17.1 257815a"
	}
	fmt.Fprintln(os.Stderr, os.Getenv("WARNS_"+tool))
	fmt.Println(says)
}

// printed is what the real tools print; a Python tells its version by numbers.
func printed() map[string]string {
	return map[string]string{
		"git":        "git version 2.47.1 (Apple Git-143)",
		"python3":    "3.12.4",
		"python3.9":  "3.9.2",
		"python3.13": "3.13.0",
		"uv":         "uv 0.9.9 (4fac4cb7e 2025-11-12)",
		"poetry":     "Poetry (version 2.5.1)",
		"go":         "go version go1.26.8 linux/amd64",
		"docker":     "Docker version 28.2.2, build e6534b4",
		"podman":     "podman version 5.2.0",
		"flowctl":    "flowctl v0.5.12",
		"sops":       "sops 3.13.3",
		"dlv":        "Delve Debugger\nVersion: 1.27.2\nBuild: $Id: x $",
		"vim":        "", "nano": "", "ed": "",
	}
}

// tools makes a PATH of just these tools, and gives its folder.
func tools(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.Symlink(exe, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		t.Setenv("SAYS_"+name, printed()[name])
	}
	t.Setenv("PATH", dir)
	return dir
}

func check(t *testing.T, job string, connectors ...string) (map[string]doctor.Finding, error) {
	t.Helper()
	r, err := doctor.Check(t.Context(), doctor.Options{For: job, Getenv: func(string) string { return "" }, Connectors: connectors})
	found := map[string]doctor.Finding{}
	for _, f := range r.Findings {
		found[f.Name] = f
	}
	return found, err
}
