package textedit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
)

// two gives a file to change and one to make, in folders that are not there.
func two(t *testing.T) (dir, file, fresh string, changes []textedit.Change) {
	t.Helper()
	dir, file = place(t)
	fresh = filepath.Join(dir, "a", "b", "fresh")
	return dir, file, fresh, []textedit.Change{
		{Path: file, Before: []byte(oldText), After: []byte(newText)},
		{Path: fresh, After: []byte("fresh\n")},
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	_, file, fresh, changes := two(t)
	if err := textedit.Apply(changes...); err != nil {
		t.Fatal(err)
	}
	wantText(t, file, newText)
	wantText(t, fresh, "fresh\n")
	if info, err := os.Stat(fresh); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := textedit.Apply(); err != nil {
		t.Error(err)
	}
}

// What only its owner may read lies in folders of the owner's alone.
func TestApplyPrivately(t *testing.T) {
	t.Parallel()
	dir, _ := place(t)
	path := filepath.Join(dir, "keys", "age", "keys.txt")
	if err := textedit.Apply(textedit.Change{Path: path, After: []byte("x"), Perm: 0o600}); err != nil {
		t.Fatal(err)
	}
	for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700, filepath.Dir(filepath.Dir(path)): 0o700} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", p, info.Mode(), err)
		}
	}
}

// Nothing is written when one of the files is not what was read.
func TestApplyLooksFirst(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(file, fresh string) error{
		"the last has appeared": func(_, fresh string) error {
			return os.WriteFile(filepath.Dir(filepath.Dir(filepath.Dir(fresh)))+"/taken", nil, 0o600)
		},
		"the first has changed": func(file, _ string) error { return os.WriteFile(file, []byte("another\n"), 0o600) },
		"the first is gone":     func(file, _ string) error { return os.Remove(file) },
	} {
		dir, file, fresh, changes := two(t)
		changes = append(changes, textedit.Change{Path: filepath.Join(dir, "taken"), After: []byte("x")})
		if err := spoil(file, fresh); err != nil {
			t.Fatal(err)
		}
		was, _ := os.ReadFile(file)
		err := textedit.Apply(changes...)
		if fault.Code(err) != 4 || !strings.Contains(err.Error(), "changed in the meantime") {
			t.Errorf("%s: %v", name, err)
		}
		if now, _ := os.ReadFile(file); string(now) != string(was) {
			t.Errorf("%s: the first holds %q", name, now)
		}
		if _, err := os.Lstat(filepath.Join(dir, "a")); err == nil {
			t.Errorf("%s: a folder was made", name)
		}
	}
}

// When one cannot be written, those before it are as they were, and what was made is gone.
func TestApplyPutsBack(t *testing.T) {
	t.Parallel()
	dir, file, _, changes := two(t)
	changes = append(changes, textedit.Change{Path: filepath.Join(file, "below a file"), After: []byte("x")})
	if err := textedit.Apply(changes...); err == nil {
		t.Fatal("no error")
	}
	wantText(t, file, oldText)
	wantOnly(t, dir, "file")
}
