//go:build e2e

package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/testkit/kmsfake"
)

// lab is a folder with keys of every type and two programs that use them: the
// built connkit and the real sops. Nothing of the tester's environment gets in.
type lab struct {
	t    *testing.T
	dir  string // where the programs run
	home string
	env  []string
	fake *kmsfake.Server

	age, age2, pgp string // recipients
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{t: t, dir: t.TempDir(), home: t.TempDir(), fake: kmsfake.Start(t)}
	l.env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + l.home, "NO_COLOR=1", "LC_ALL=C.UTF-8", "TMPDIR=" + t.TempDir()}, l.fake.Env(false)...)
	keys := filepath.Join(l.home, "keys.txt")
	l.age = l.identity(filepath.Join(l.home, "one"))
	l.age2 = l.identity(filepath.Join(l.home, "two"))
	one, _ := os.ReadFile(filepath.Join(l.home, "one", "sops", "age", "keys.txt"))
	two, _ := os.ReadFile(filepath.Join(l.home, "two", "sops", "age", "keys.txt"))
	l.must(os.WriteFile(keys, append(one, two...), 0o600))
	l.env = append(l.env, "SOPS_AGE_KEY_FILE="+keys)
	return l
}

// identity makes an age identity the way a user does, and gives its recipient.
func (l *lab) identity(config string) string {
	l.t.Helper()
	root := l.t.TempDir()
	l.must(os.WriteFile(filepath.Join(root, "connkit.yaml"), nil, 0o644))
	var r struct{ Result struct{ Recipient string } }
	out, errOut, code := l.runIn(root, []string{"XDG_CONFIG_HOME=" + config}, "connkit", "secrets", "init", "--output", "json")
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != 0 || r.Result.Recipient == "" {
		l.t.Fatalf("secrets init: %d %v: %s%s", code, err, out, errOut)
	}
	return r.Result.Recipient
}

// withPGP makes a PGP key without a passphrase.
func (l *lab) withPGP() *lab {
	l.t.Helper()
	home, err := os.MkdirTemp("", "gpg") // its socket wants a short path
	l.must(err)
	l.env = append(l.env, "GNUPGHOME="+home)
	l.t.Cleanup(func() {
		kill := exec.Command("gpgconf", "--homedir", home, "--kill", "all")
		_ = kill.Run()
		_ = os.RemoveAll(home)
	})
	l.ok("gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "Ann <ann@example.com>", "rsa2048", "encr", "never")
	for line := range strings.Lines(l.ok("gpg", "--batch", "--list-keys", "--with-colons")) {
		if f := strings.Split(line, ":"); f[0] == "fpr" && l.pgp == "" {
			l.pgp = f[9]
		}
	}
	return l
}

func (l *lab) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// runIn runs a program and gives stdout, stderr and the exit status.
func (l *lab) runIn(dir string, env []string, argv ...string) (stdout, stderr string, code int) {
	l.t.Helper()
	cmd := l.command(dir, env, argv...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		l.t.Fatalf("%v: %v", argv, err)
	}
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

func (l *lab) command(dir string, env []string, argv ...string) *exec.Cmd {
	l.t.Helper()
	program := argv[0]
	if program == "connkit" {
		program = connkitBinary(l.t)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute) // for what hangs: a busy machine takes its time
	l.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, program, argv[1:]...)
	cmd.Dir, cmd.Env = dir, append(append([]string{}, l.env...), env...)
	return cmd
}

func (l *lab) run(argv ...string) (stdout, stderr string, code int) {
	l.t.Helper()
	return l.runIn(l.dir, nil, argv...)
}

// ok runs a program that must succeed, and gives its stdout.
func (l *lab) ok(argv ...string) string {
	l.t.Helper()
	out, errOut, code := l.run(argv...)
	if code != 0 {
		l.t.Fatalf("%v: exit %d: %s%s", argv, code, tail(out), tail(errOut))
	}
	return out
}

// refused runs a program that must end with a status and say why.
func (l *lab) refused(code int, why string, argv ...string) {
	l.t.Helper()
	out, errOut, got := l.run(argv...)
	if got != code || !strings.Contains(errOut, why) {
		l.t.Errorf("%v: exit %d, want %d and %q: %s%s", argv, got, code, why, tail(out), tail(errOut))
	}
}

func (l *lab) write(name, text string) string {
	l.t.Helper()
	path := filepath.Join(l.dir, name)
	l.must(os.MkdirAll(filepath.Dir(path), 0o755))
	l.must(os.WriteFile(path, []byte(text), 0o644))
	return name
}

func (l *lab) read(name string) string {
	l.t.Helper()
	text, err := os.ReadFile(filepath.Join(l.dir, name))
	l.must(err)
	return string(text)
}

// values reads what `sops decrypt --output-type json` or a JSON file says.
func values(t *testing.T, text string) any {
	t.Helper()
	var v any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, tail(text))
	}
	return alike(v)
}

// alike writes numbers in one way: 1.0 is 1, and -0 is 0.
func alike(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64()
		if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			return int64(f)
		}
		return f
	case map[string]any:
		for key := range v {
			v[key] = alike(v[key])
		}
	case []any:
		for i := range v {
			v[i] = alike(v[i])
		}
	}
	return v
}

func (l *lab) sameValues(what, got, want string) {
	l.t.Helper()
	if !reflect.DeepEqual(values(l.t, got), values(l.t, want)) {
		l.t.Errorf("%s: got %s, want %s", what, tail(got), tail(want))
	}
}

// yamlToJSON reads plain YAML with a reader that is neither of the two programs' own.
func (l *lab) yamlToJSON(text string) string {
	l.t.Helper()
	var v any
	l.must(yaml.Unmarshal([]byte(text), &v))
	out, err := json.Marshal(v)
	l.must(err)
	return string(out)
}
