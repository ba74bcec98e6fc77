package textedit_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
)

// steps are those of replacing a file that has an owner and an attribute to keep.
var steps = []string{"read", "create", "write", "sync", "attribute", "mode", "read", "rename", "sync folder"}

// With each error at each step the file is the old one or the new one, whole, and nothing else is left.
func TestReplaceWithEachStepFailing(t *testing.T) {
	for at := range len(steps) {
		for _, errno := range []syscall.Errno{syscall.EIO, syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EPERM, syscall.EACCES, syscall.EBUSY, syscall.EXDEV} {
			dir, file := place(t)
			attribute(t, file)
			var met []string
			restore := textedit.SetStep(func(name string) error {
				met = append(met, name)
				if len(met) == at+1 {
					return errno
				}
				return nil
			})
			err := replace(file)
			restore()
			if len(met) <= at || met[at] != steps[at] {
				t.Fatalf("step %d was %v, want %s", at, met, steps[at])
			}
			want := oldText
			if steps[at] == "sync folder" { // too late to be the old one
				want = newText
			}
			if err == nil || strings.Contains(err.Error(), ".connkit") || !strings.Contains(err.Error(), filepath.Base(file)) && want == oldText {
				t.Errorf("%s, %v: got %v", steps[at], errno, err)
			}
			if steps[at] == "create" || steps[at] == "rename" {
				checkAdvice(t, errno, err)
			}
			wantText(t, file, want)
			wantOnly(t, dir, "file")
		}
	}
}

func checkAdvice(t *testing.T, errno syscall.Errno, err error) {
	t.Helper()
	blocked := map[syscall.Errno]string{syscall.EBUSY: "is mounted here", syscall.EXDEV: "is mounted here", syscall.EPERM: "does not let it be replaced"}
	switch want := blocked[errno]; {
	case want != "" && (fault.KindOf(err) != fault.Blocked || !strings.Contains(err.Error(), want)),
		want == "" && !errors.Is(err, errno):
		t.Errorf("%v: got %v", errno, err)
	}
}

// A process that is killed at any step leaves the old file or the new one; what it leaves beside
// it only its owner can read until it is about to be the file, and the next run removes it.
func TestReplaceKilledAtEachStep(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"create", "write", "sync", "attribute", "mode", "rename", "sync folder"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			dir, file := place(t)
			attribute(t, file)
			if out, err := child(t, "killed at", dir, at).CombinedOutput(); !killed(err) {
				t.Fatalf("the child was to be killed: %v\n%s", err, out)
			}
			now, err := os.ReadFile(file)
			if err != nil || string(now) != oldText && string(now) != newText {
				t.Fatalf("the file is %q, %v", now, err)
			}
			for _, name := range entries(t, dir) {
				info, err := os.Stat(filepath.Join(dir, name))
				if name != "file" && at != "rename" && (err != nil || info.Mode() != 0o600) {
					t.Errorf("%s was left with %v, %v", name, info.Mode(), err)
				}
			}
			if err := textedit.Replace(file, now, []byte("a third\n")); err != nil {
				t.Fatal(err)
			}
			wantText(t, file, "a third\n")
			wantOnly(t, dir, "file")
		})
	}
}

// What looks like a draft and is another's, in work or of another kind, stays.
func TestSweepTakesOnlyWhatIsLeft(t *testing.T) {
	dir, file := place(t)
	prefix := filepath.Join(dir, ".connkit-file-")
	if err := errors.Join(os.Symlink("file", prefix+"link"), syscall.Mkfifo(prefix+"pipe", 0o600), os.Mkdir(prefix+"folder", 0o700),
		os.WriteFile(prefix+"left", []byte("left"), 0o600)); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other")
	if err := os.WriteFile(other, []byte(oldText), 0o644); err != nil {
		t.Fatal(err)
	}
	inner := false
	restore := textedit.SetStep(func(name string) error {
		if name == "rename" && !inner { // while this draft is in work, another file is replaced
			inner = true
			return replace(other)
		}
		return nil
	})
	err := replace(file)
	restore()
	if err != nil || !inner {
		t.Errorf("got %v", err)
	}
	wantText(t, file, newText)
	wantText(t, other, newText)
	wantOnly(t, dir, ".connkit-file-folder .connkit-file-link .connkit-file-pipe file other")
}
