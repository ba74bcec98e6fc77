//go:build e2e

package debug

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
)

// facts is a program that prints what it can see of how it was started.
const facts = `import json, os, sys

def main():
    g = {k: str(v) for k, v in globals().items() if k in ("__name__", "__file__", "__package__", "__cached__")}
    spec = globals().get("__spec__")
    print(json.dumps([sys.argv, sys.path[0], g, getattr(spec, "name", None), os.getcwd(), sys.stdin.read(), sorted(k for k in globals() if not k.startswith("__"))]))
    sys.exit(3)

if __name__ == "__main__":
    main()
`

// spawns starts a process that imports its program anew.
const spawns = `import multiprocessing

def work(n):
    return n * 2

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    with multiprocessing.Pool(1) as pool:
        print(pool.map(work, [21]))
`

// TestE2EBoot runs programs with and without the bootstrap, by every Python
// that is here, and wants them to see the same. debugpy is played.
func TestE2EBoot(t *testing.T) {
	dir := testkit.Tree(t, map[string]string{
		"lib/debugpy/__init__.py":        "from . import server\n\n\ndef configure(**_): pass\n\n\ndef listen(address):\n    import os\n    os.write(1, b\"noise\\n\")\n    return address[0], 7\n\n\ndef wait_for_client(): pass\n",
		"lib/debugpy/server/__init__.py": "from . import api\n", "lib/debugpy/server/api.py": "",
		"pkg/__init__.py": "", "pkg/__main__.py": facts, "mod.py": facts, "sub/script.py": facts, "folder/__main__.py": facts,
		"raises.py": "raise ValueError('bad')\n", "spawns.py": spawns,
	})
	if err := os.Symlink("sub/script.py", filepath.Join(dir, "link.py")); err != nil {
		t.Fatal(err)
	}
	zipped(t, filepath.Join(dir, "app.zip"))
	script := filepath.Join(dir, "boot.py")
	if err := os.WriteFile(script, boot, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, python := range pythons(t) {
		for _, line := range []string{
			"-m pkg a -b", "-m mod", "sub/script.py x", "link.py", filepath.Join(dir, "sub/script.py"), "folder", "app.zip a", "-I sub/script.py", "-m nothing",
			"raises.py", "spawns.py", "nothing.py",
		} {
			words := strings.Fields(line)
			direct := append([]string{python}, words...)
			c, err := parsePython(direct, nil)
			if err != nil {
				t.Fatal(err)
			}
			reports := t.TempDir()
			status, out, errOut := runIn(t, dir, direct)
			bootStatus, bootOut, bootErr := runIn(t, dir, c.argv(script, reports, filepath.Join(dir, "lib"), "127.0.0.1", "0", "1", "0"))
			if status != bootStatus || out != bootOut {
				t.Errorf("%s %s:\nwithout %d %s\nwith    %d %s%s", python, line, status, out, bootStatus, bootOut, bootErr)
			}
			if _, err := os.Stat(filepath.Join(reports, "listening")); err != nil {
				t.Errorf("%s %s: %v", python, line, err)
			}
			if last := lastLine("noise\n" + errOut); last != lastLine(bootErr) {
				t.Errorf("%s %s: last words %q and %q", python, line, last, lastLine(bootErr))
			}
		}
	}
}

// pythons are the interpreters behind the names in PATH, which may lead to programs that choose one.
func pythons(t *testing.T) (list []string) {
	t.Helper()
	for _, name := range []string{"python3", "python3.8", "python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14"} {
		out, err := exec.Command(name, "-c", "import sys; print(sys.executable)").Output()
		if path := strings.TrimSpace(string(out)); err == nil && !slices.Contains(list, path) {
			list = append(list, path)
		}
	}
	if len(list) == 0 {
		t.Fatal("there is no Python: run make e2e")
	}
	t.Log(list)
	return list
}

func runIn(t *testing.T, dir string, argv []string) (status int, out, errOut string) {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader("from stdin")
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

func zipped(t *testing.T, file string) {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("__main__.py")
	if err == nil {
		_, err = f.Write([]byte(facts))
	}
	if err = errors.Join(err, w.Close(), os.WriteFile(file, b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}
