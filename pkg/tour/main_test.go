package tour

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain plays connkit and a container engine when TOUR_FAKE names a folder:
// each call is a line of its file calls, with the environment beside it.
func TestMain(m *testing.M) {
	if dir := os.Getenv("TOUR_FAKE"); dir != "" && len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-test.") {
		os.Exit(play(dir, os.Args[1:]))
	}
	os.Exit(m.Run())
}

func play(dir string, args []string) int {
	line := strings.Join(args, " ")
	calls, err := os.OpenFile(filepath.Join(dir, "calls"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return 99
	}
	fmt.Fprintln(calls, line)
	_ = calls.Close()
	_ = os.WriteFile(filepath.Join(dir, "environ"), []byte(strings.Join(os.Environ(), "\n")), 0o644)
	_ = os.WriteFile(filepath.Join(dir, "environ "+args[0]), []byte(strings.Join(os.Environ(), "\n")), 0o644)
	if odd := os.Getenv("TOUR_FAKE_ODD"); odd != "" {
		code, word, _ := strings.Cut(odd, " ")
		if strings.HasPrefix(line, word) {
			return oddly(dir, code)
		}
	}
	return playWell(args, line)
}

// oddly hangs until it is told to end, or ends with a code.
func oddly(dir, code string) int {
	if code == "hang" {
		_ = os.WriteFile(filepath.Join(dir, "hangs"), nil, 0o644)
		time.Sleep(time.Minute)
	}
	fmt.Fprintln(os.Stderr, "connkit: error: something odd")
	var n int
	_, _ = fmt.Sscan(code, &n)
	return n
}

func playWell(args []string, line string) int {
	fmt.Println("played", line)
	switch {
	case args[0] == "new":
		_ = os.Mkdir(args[1], 0o755)
		for _, name := range []string{"config.yaml", "b", "c"} {
			_ = os.WriteFile(filepath.Join(args[1], name), []byte("api_token: 1\n2\n"), 0o644)
		}
		_ = os.WriteFile(filepath.Join(args[1], "Dockerfile"), []byte("ARG BASE_IMAGE=python:3.13-slim\nFROM ${BASE_IMAGE}\n"), 0o644)
	case args[0] == "pull-upstream" && slices.Contains(args, "main"):
		fmt.Fprintln(os.Stderr, "connkit: error: it is ELv2")
		return 4
	case args[0] == "ci" && args[1] == "add":
		_ = os.WriteFile(".github/workflows/ci.yaml", []byte("name: CI\n"), 0o644)
	case args[0] == "image" && args[1] == "inspect" && os.Getenv("TOUR_FAKE_BASE") == "":
		return 1
	}
	return 0
}

// fake makes options whose program is this test, and the folder in which it notes its calls.
func fake(t *testing.T) (Options, string) {
	t.Helper()
	dir, tmp := t.TempDir(), filepath.Join(t.TempDir(), "with a blank")
	if err := os.Mkdir(tmp, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TOUR_FAKE", dir)
	t.Setenv("TMPDIR", tmp)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Program: exe, Environ: os.Environ()}
	o.Engine = func(context.Context) (Engine, error) {
		return Engine{Program: exe, Kind: "podman", Name: "fake 1.0"}, nil
	}
	return o, dir
}

// calls gives what the fake was called with.
func calls(t *testing.T, dir string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	return splitLines(string(text))
}

// nothingLeft wants an empty temporary folder.
func nothingLeft(t *testing.T) {
	t.Helper()
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left in the temporary folder: %v (%v)", left, err)
	}
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
