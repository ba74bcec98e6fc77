package pyenv

import (
	"os"
	"path/filepath"
	"testing"
)

// The folder of a repository may be called anything.
func TestSitePackagesBelowBrackets(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "work [1]", ".venv")
	want := filepath.Join(dir, "lib", "python3.12", "site-packages")
	if err := os.MkdirAll(want, 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := (Env{Dir: dir}).sitePackages(); err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := (Env{Dir: t.TempDir()}).sitePackages(); err == nil {
		t.Errorf("got %q where there are none", got)
	}
}
