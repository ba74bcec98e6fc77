//go:build linux

package expose_test

import (
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/connkit/connkit/internal/testkit/expose"
)

// notes takes the place of a test that is to fail.
type notes struct {
	testing.TB
	mu   sync.Mutex
	text []string
}

func (n *notes) Helper() {}
func (n *notes) Errorf(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.text = append(n.text, fmt.Sprintf(format, args...))
}

func TestWatchFinds(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"true":                      "",
		"echo hunter2hunter2":       "standard output",
		"echo hunter2hunter2 >&2":   "standard error",
		"echo hunter2hunter2 >left": "/left",
		"mkdir -p a/b && echo aHVudGVyMmh1bnRlcjI= >a/b/f && sleep 0.1 && rm -r a": "/a/b/f",
		"echo hunter2hunter2 >f && sleep 0.1 && rm f":                              "/f",
		"sleep 0.1; : hunter2hunter2; sleep 0.1":                                   "cmdline",
		"X=hunter2hunter2 sleep 0.2":                                               "",
	} {
		n := &notes{TB: t}
		dir := t.TempDir()
		cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
		if strings.HasPrefix(script, "X=") || strings.HasPrefix(script, "echo") || strings.HasPrefix(script, "mkdir") { // the script is not to be what is found
			cmd = exec.CommandContext(t.Context(), "sh")
			cmd.Stdin = strings.NewReader(script)
		}
		cmd.Dir = dir
		_, _, code := expose.Watch{Secrets: []string{"hunter2hunter2"}, Dirs: []string{dir}}.Run(n, cmd)
		if code != 0 {
			t.Errorf("%s: %d", script, code)
		}
		got := strings.Join(n.text, "\n")
		if strings.HasPrefix(script, "X=") {
			want = "environ"
		}
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", script, got, want)
		}
	}
}

// Its secret is its own: every process is watched, those of other tests too.
func TestWatchAllows(t *testing.T) {
	t.Parallel()
	n := &notes{TB: t}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "sh")
	cmd.Stdin, cmd.Dir = strings.NewReader("umask 077; echo allowed4allowed4 | tee private"), dir
	private := func(_ string, info fs.FileInfo) bool { return info.Mode().Perm() == 0o600 }
	out, _, _ := expose.Watch{Secrets: []string{"allowed4allowed4"}, Dirs: []string{dir}, Stdout: true, Allow: private}.Run(n, cmd)
	if len(n.text) > 0 || !strings.Contains(out, "allowed4") {
		t.Errorf("%q, %v", out, n.text)
	}
}
