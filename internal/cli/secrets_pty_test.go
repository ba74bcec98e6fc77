package cli_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/connkit/connkit/internal/testkit"
)

// turn is one step of a dialogue: what is waited for, and what is typed then.
type turn struct{ wait, typed string }

// dialogue runs connkit on a terminal, with a home of its own, and gives what stood
// on the screen and the exit status.
func dialogue(t *testing.T, dir string, env []string, turns []turn, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command(linkAs(t, "connkit"), args...)
	cmd.Args[0] = "connkit"
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_RUNTIME_DIR="+filepath.Join(dir, "run"), "TERM=xterm", "NO_COLOR=1", "CI=", "SOPS_EDITOR=", "LC_ALL=C")
	cmd.Env = append(cmd.Env, env...)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 200})
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close() //nolint:errcheck // the end of the test
	timer := time.AfterFunc(10*time.Minute, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	var out bytes.Buffer
	seen := 0
	for _, s := range turns {
		for b := make([]byte, 1); !strings.Contains(out.String()[seen:], s.wait); {
			if _, err := tty.Read(b); err != nil {
				t.Fatalf("no %q in %q: %v", s.wait, out.String(), err)
			}
			out.Write(b)
		}
		seen = out.Len()
		if _, err := tty.WriteString(s.typed); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.Copy(&out, tty); err != nil && !errors.Is(err, syscall.EIO) { // EIO: the program closed its end
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return strings.ReplaceAll(out.String(), "\r\n", "\n"), cmd.ProcessState.ExitCode()
}

// sealedFolder makes a folder with an identity, rules and an encrypted config.
func sealedFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, "config.yaml", "host: a.example\npassword_sops: hunter2\n")
	if err := os.Mkdir(filepath.Join(dir, "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"secrets", "init"}, {"encrypt", "config.yaml"}} {
		if out, code := dialogue(t, dir, nil, nil, args...); code != 0 {
			t.Fatalf("%v: %d\n%s", args, code, out)
		}
	}
	return dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	testkit.Program(t, filepath.Join(dir, name), text)
}

// opened gives a value of the config.
func opened(t *testing.T, dir, file, pointer string) string {
	t.Helper()
	out, code := dialogue(t, dir, nil, nil, "decrypt", file, "--extract", pointer, "-q")
	if code != 0 {
		t.Fatalf("exit status %d\n%s", code, out)
	}
	return strings.TrimSpace(out)
}

func TestSecretIsAskedForAndNotShown(t *testing.T) {
	t.Parallel()
	dir := sealedFolder(t)
	out, code := dialogue(t, dir, nil, []turn{{"Value of /password_sops: ", "n3w-p4ss\n"}}, "secrets", "set", "config.yaml", "/password_sops")
	if code != 0 || strings.Contains(out, "n3w-p4ss") {
		t.Errorf("exit status %d\n%s", code, out)
	}
	if got := opened(t, dir, "config.yaml", "/password_sops"); got != "n3w-p4ss" {
		t.Errorf("got %q", got)
	}
	for name, tt := range map[string]struct {
		key  string
		code int
	}{"Ctrl-C": {"\x03", 130}, "Ctrl-D": {"\x04", 130}, "nothing": {"\n", 2}} {
		out, code := dialogue(t, dir, nil, []turn{{"Value of /password_sops: ", tt.key}}, "secrets", "set", "config.yaml", "/password_sops")
		if code != tt.code {
			t.Errorf("%s: exit status %d\n%s", name, code, out)
		}
	}
}

func TestEditorOpensAgain(t *testing.T) {
	t.Parallel()
	dir := sealedFolder(t)
	// The first time it breaks the text, the second time it mends what it finds.
	put(t, dir, "ed", "#!/bin/sh\nif grep -q broken \"$1\"; then sed -i 's/\\[broken/mended/' \"$1\"; else sed -i 's/hunter2/[broken/' \"$1\"; fi\n")
	env := []string{"EDITOR=" + filepath.Join(dir, "ed")}
	before, _ := os.ReadFile(filepath.Join(dir, "config.yaml"))
	out, code := dialogue(t, dir, env, []turn{{"[y]: ", "n\n"}}, "edit", "config.yaml")
	after, _ := os.ReadFile(filepath.Join(dir, "config.yaml"))
	if code != 2 || !strings.Contains(out, "the edit is dropped") || !bytes.Equal(before, after) {
		t.Errorf("exit status %d\n%s", code, out)
	}
	if out, code = dialogue(t, dir, env, []turn{{"[y]: ", "\n"}}, "edit", "config.yaml"); code != 0 {
		t.Errorf("exit status %d\n%s", code, out)
	}
	if got := opened(t, dir, "config.yaml", "/password_sops"); got != "mended" {
		t.Errorf("got %q", got)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "run")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestEditIsKeptWhenTheFileChanges(t *testing.T) {
	t.Parallel()
	dir := sealedFolder(t)
	put(t, dir, "ed", "#!/bin/sh\nsed -i 's/hunter2/my-edit/' \"$1\"\necho '# theirs' >> \"$HOME/config.yaml\"\n")
	env := []string{"EDITOR=" + filepath.Join(dir, "ed")}
	out, code := dialogue(t, dir, env, []turn{{"config.edit.yaml", "\n"}}, "edit", "config.yaml")
	if code != 4 || !strings.Contains(out, "the edit is in config.edit.yaml") {
		t.Errorf("exit status %d\n%s", code, out)
	}
	kept, err := os.ReadFile(filepath.Join(dir, "config.edit.yaml"))
	if err != nil || bytes.Contains(kept, []byte("my-edit")) {
		t.Errorf("%v\n%s", err, kept)
	}
	if got := opened(t, dir, "config.edit.yaml", "/password_sops"); got != "my-edit" {
		t.Errorf("got %q", got)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "config.yaml")); !bytes.HasSuffix(text, []byte("# theirs\n")) {
		t.Errorf("theirs is overwritten:\n%s", text)
	}
}

// An editor gets the terminal: it can ask, and Ctrl-C ends both.
func TestEditorHasTheTerminal(t *testing.T) {
	t.Parallel()
	dir := sealedFolder(t)
	put(t, dir, "ed", "#!/bin/sh\ntest -t 0 && test -t 1 || exit 9\nprintf 'new: '\nread new\nsed -i \"s/hunter2/$new/\" \"$1\"\n")
	env := []string{"EDITOR=" + filepath.Join(dir, "ed")}
	if out, code := dialogue(t, dir, env, []turn{{"new: ", "typed\n"}}, "edit", "config.yaml"); code != 0 {
		t.Errorf("exit status %d\n%s", code, out)
	}
	if got := opened(t, dir, "config.yaml", "/password_sops"); got != "typed" {
		t.Errorf("got %q", got)
	}
	put(t, dir, "ed", "#!/bin/sh\nprintf 'new: '\nread new\n")
	if out, code := dialogue(t, dir, env, []turn{{"new: ", "\x03"}}, "edit", "config.yaml"); code != 130 {
		t.Errorf("exit status %d\n%s", code, out)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "run")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestKeysAndSignaturesAreAskedFor(t *testing.T) {
	t.Parallel()
	dir := sealedFolder(t)
	file := filepath.Join(dir, "config.yaml")
	text, _ := os.ReadFile(file)
	changed := strings.Replace(string(text), "a.example", "b.example", 1)
	put(t, dir, "config.yaml", changed)
	out, code := dialogue(t, dir, nil, []turn{{"Sign it as it stands (y or n) [n]: ", "\n"}}, "secrets", "fix-mac", "config.yaml")
	if now, _ := os.ReadFile(file); code != 0 || !strings.Contains(out, "nothing is written") || string(now) != changed {
		t.Errorf("exit status %d\n%s", code, out)
	}
	if out, code = dialogue(t, dir, nil, []turn{{"[n]: ", "y\n"}}, "secrets", "fix-mac", "config.yaml"); code != 0 || !strings.Contains(out, "signed config.yaml") {
		t.Errorf("exit status %d\n%s", code, out)
	}
	args := []string{"secrets", "updatekeys", "config.yaml", "--age", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"}
	if out, code = dialogue(t, dir, nil, []turn{{"[n]: ", "n\n"}}, args...); code != 0 || !strings.Contains(out, "not for     age key age1") || !strings.Contains(out, "nothing is written") {
		t.Errorf("exit status %d\n%s", code, out)
	}
	if got := opened(t, dir, "config.yaml", "/host"); got != "b.example" {
		t.Errorf("got %q", got)
	}
}
