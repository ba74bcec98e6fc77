package ci_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/ci"
)

// twoWorkflows names one connector in two files, so that a removal changes both.
func twoWorkflows(t *testing.T) (root string, change ci.Change) {
	t.Helper()
	text := head + "        connector: [source-a, source-b]\n    steps: [{run: x}]\n"
	root = testkit.Tree(t, map[string]string{"source-a/go.mod": "", "source-b/go.mod": "", ".github/workflows/a.yaml": text, ".github/workflows/b.yaml": text})
	ws, all := openAt(t, root)
	change, err := ci.Remove(t.Context(), ws, all, []string{"source-b"}, ci.Options{})
	if err != nil || len(change.Edits) != 2 {
		t.Fatalf("got %+v, %v", change, err)
	}
	return root, change
}

func read(t *testing.T, root, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, ".github/workflows", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestApplyWritesWhatWasPlanned(t *testing.T) {
	t.Parallel()
	root, change := twoWorkflows(t)
	if err := os.Chmod(filepath.Join(root, ".github/workflows/a.yaml"), 0o640); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(read(t, root, "a.yaml"), "[source-a]") {
		t.Fatal("the plan has written something")
	}
	if err := change.Apply(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.yaml", "b.yaml"} {
		if !strings.Contains(read(t, root, name), "connector: [source-a]\n") {
			t.Errorf("%s: got %q", name, read(t, root, name))
		}
	}
	if info, err := os.Stat(filepath.Join(root, ".github/workflows/a.yaml")); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(root, ".github/workflows/.*")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

func TestApplyNotOnWhatHasChanged(t *testing.T) {
	t.Parallel()
	root, change := twoWorkflows(t)
	testkit.Put(t, root, map[string]string{".github/workflows/b.yaml": "on: push\n"})
	if err := change.Apply(); fault.Code(err) != 4 || !strings.Contains(err.Error(), `.github/workflows/b.yaml": it has changed in the meantime`) {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(read(t, root, "a.yaml"), "source-b") || read(t, root, "b.yaml") != "on: push\n" {
		t.Error("one of two was written")
	}
}

// A workflow that is a link stays one, and what it leads to is changed.
func TestApplyThroughALink(t *testing.T) {
	t.Parallel()
	root, change := twoWorkflows(t)
	link, target := filepath.Join(root, ".github/workflows/b.yaml"), filepath.Join(root, "shared.yaml")
	if err := os.Rename(link, target); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../shared.yaml", link); err != nil {
		t.Fatal(err)
	}
	if err := change.Apply(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(target)
	if info, lerr := os.Lstat(link); lerr != nil || err != nil || info.Mode()&os.ModeSymlink == 0 || !strings.Contains(string(text), "[source-a]") {
		t.Errorf("got %q, %v, %v", text, err, lerr)
	}
}
