//go:build linux

package expose_test

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/connkit/connkit/internal/testkit/expose"
)

// notes takes the place of a test that is to fail. A file tells the script that it has been seen.
type notes struct {
	testing.TB
	mu   sync.Mutex
	text []string
	seen string
}

func (n *notes) Helper() {}
func (n *notes) Errorf(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.text = append(n.text, fmt.Sprintf(format, args...))
	if n.seen != "" {
		_ = os.WriteFile(n.seen, nil, 0o600)
	}
}

// seen waits until something was seen, or for a minute.
const seen = "seen() { n=0; while [ ! -e \"$SEEN\" ] && [ $n -lt 1200 ]; do sleep 0.05; n=$((n + 1)); done; }\n"

func TestWatchFinds(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"true":             "",
		"echo PLAIN":       "standard output",
		"echo PLAIN >&2":   "standard error",
		"echo PLAIN >left": "/left",
		"mkdir -p a/b && echo BASE64 >a/b/f && seen && rm -r a": "/a/b/f",
		"echo PLAIN >f && seen && rm f":                         "/f",
		"seen; : PLAIN":                                         "cmdline",
		"X=PLAIN sleep 600 & seen; kill $!":                     "environ",
	} {
		secret := rand.Text() // every process is watched, those of other tests too
		script = strings.NewReplacer("PLAIN", secret, "BASE64", base64.StdEncoding.EncodeToString([]byte(secret))).Replace(script)
		n := &notes{TB: t, seen: filepath.Join(t.TempDir(), "seen")}
		dir := t.TempDir()
		cmd := exec.CommandContext(t.Context(), "sh")
		if want == "cmdline" {
			cmd.Args = append(cmd.Args, "-c", seen+script)
		} else { // the script is not to be what is found
			cmd.Stdin = strings.NewReader(seen + script)
		}
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "SEEN="+n.seen)
		_, _, code := expose.Watch{Secrets: []string{secret}, Dirs: []string{dir}}.Run(n, cmd)
		if code != 0 {
			t.Errorf("%s: %d", script, code)
		}
		got := strings.Join(n.text, "\n")
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
