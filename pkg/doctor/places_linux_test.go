package doctor_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/doctor"
)

// keysOf gives what is said of keys when the environment is just this.
func keysOf(t *testing.T, env map[string]string) doctor.Finding {
	t.Helper()
	r, err := doctor.Check(t.Context(), doctor.Options{Getenv: func(k string) string { return env[k] }})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Name == "sops keys" {
			return f
		}
	}
	t.Fatal("nothing is said of keys")
	return doctor.Finding{}
}

// A key that comes through a pipe is one; looking must neither wait for its
// writer nor take it away from sops.
func TestAKeyInAPipe(t *testing.T) {
	tools(t, "git")
	pipe := filepath.Join(t.TempDir(), "key")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if f := keysOf(t, map[string]string{"SOPS_AGE_KEY_FILE": pipe, "HOME": "/nowhere"}); f.Status != doctor.OK || f.Path != "$SOPS_AGE_KEY_FILE ("+pipe+")" {
		t.Errorf("%+v", f)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close() //nolint:errcheck // nothing was written to it
	if _, err := w.WriteString("AGE-SECRET-KEY-1"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file := "/proc/self/fd/" + strconv.Itoa(int(r.Fd()))
	if f := keysOf(t, map[string]string{"SOPS_AGE_KEY_FILE": file, "HOME": "/nowhere"}); f.Status != doctor.OK {
		t.Errorf("%+v", f)
	}
	left := make([]byte, 64)
	if n, err := r.Read(left); err != nil || string(left[:n]) != "AGE-SECRET-KEY-1" {
		t.Errorf("of the key %q is left, %v", left[:n], err)
	}
}

// Without HOME no key lies below the folder that connkit is called in; places
// that variables name as a whole still hold.
func TestKeysWithoutHome(t *testing.T) {
	tools(t, "git")
	dir := testkit.Tree(t, map[string]string{".aws/credentials": "x", ".config/sops/age/keys.txt": "x", ".config/gcloud/application_default_credentials.json": "x", "xdg/sops/age/keys.txt": "x"})
	t.Chdir(dir)
	if f := keysOf(t, nil); f.Status != doctor.Warn || f.Path != "" || f.Problem != "none found" {
		t.Errorf("%+v", f)
	}
	if f := keysOf(t, map[string]string{"XDG_CONFIG_HOME": filepath.Join(dir, "xdg")}); f.Path != filepath.Join(dir, "xdg/sops/age/keys.txt") {
		t.Errorf("%+v", f)
	}
	if f := keysOf(t, map[string]string{"HOME": dir}); strings.Count(f.Path, ", ") != 2 || strings.Count(f.Path, dir) != 3 {
		t.Errorf("%+v", f)
	}
}

// Links to a key are followed, one that leads nowhere is said to be so, and each
// variable that is wrong is told.
func TestKeyFilesOfAllKinds(t *testing.T) {
	tools(t, "git")
	dir := testkit.Tree(t, map[string]string{"key": "x", "empty": "", "folder/": ""})
	for name, to := range map[string]string{"link": "key", "loop": "loop", "dangling": "none"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, good := range map[string]bool{"key": true, "empty": true, "link": true, "folder": false, "loop": false, "dangling": false, "none": false, "key/x": false} {
		file := filepath.Join(dir, name)
		f := keysOf(t, map[string]string{"HOME": "/nowhere", "GOOGLE_APPLICATION_CREDENTIALS": file})
		if want := "$GOOGLE_APPLICATION_CREDENTIALS names \"" + file + "\", which cannot be read"; (f.Status == doctor.OK) != good || !good && (f.Problem != want || f.Get != "set it to the file, or unset it") {
			t.Errorf("%s: %+v", name, f)
		}
	}
	f := keysOf(t, map[string]string{"HOME": "/nowhere", "SOPS_AGE_KEY_FILE": dir, "SOPS_AGE_SSH_PRIVATE_KEY_FILE": dir + "/none", "VAULT_TOKEN": "x"})
	if f.Status != doctor.Warn || f.Path != "$VAULT_TOKEN" || strings.Count(f.Problem, "which cannot be read") != 2 {
		t.Errorf("%+v", f)
	}
}
