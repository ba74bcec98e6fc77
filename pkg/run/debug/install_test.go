package debug

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

func TestInstall(t *testing.T) {
	tools(t, "python3")
	dir := filepath.Join(t.TempDir(), "cache", "debugpy-x")
	dry, err := Install(t.Context(), dir, true)
	if err != nil || dry.Action != "install" || !strings.Contains(strings.Join(dry.Command, " "), "--require-hashes") || !strings.Contains(strings.Join(dry.Command, " "), "--target "+dir) {
		t.Errorf("got %+v, %v", dry, err)
	}
	if _, err := os.Stat(filepath.Dir(dir)); err == nil {
		t.Error("a dry run wrote something")
	}
	r, err := Install(t.Context(), dir, false)
	if err != nil || r.Action != "install" || !isCopy(dir) {
		t.Fatalf("got %+v, %v", r, err)
	}
	asked, _ := os.ReadFile(filepath.Join(dir, "debugpy", "__init__.py"))
	if string(asked) != "debugpy=="+Copied+" --hash=sha256:"+copiedHash+"\n" {
		t.Errorf("pip was asked for %q", asked)
	}
	if again, err := Install(t.Context(), dir, false); err != nil || again.Action != "keep" {
		t.Errorf("got %+v, %v", again, err)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*"))
	hidden, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".*"))
	if len(left) != 1 || len(hidden) != 0 {
		t.Errorf("left: %q %q", left, hidden)
	}
}

func TestInstallThatFails(t *testing.T) {
	tools(t, "python3")
	t.Setenv("FAKE", "no index")
	parent := t.TempDir()
	_, err := Install(t.Context(), filepath.Join(parent, "c"), false)
	if fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), "Could not find a version; No matching distribution") {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(parent); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	tools(t)
	if _, err := Install(t.Context(), filepath.Join(parent, "c"), false); fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), "looking for pip") {
		t.Errorf("got %v", err)
	}
	file := filepath.Join(parent, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tools(t, "python3")
	t.Setenv("FAKE", "")
	if _, err := Install(t.Context(), filepath.Join(file, "c"), false); fault.KindOf(err) != fault.Environment {
		t.Errorf("got %v", err)
	}
}
