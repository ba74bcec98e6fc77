package remote

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Cleaning the cache takes a folder away whose lock another run waits for.
func TestLockOfAFolderThatIsCleaned(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data-1")
	held, err := lockFolder(t.Context(), dir, func() {})
	if err != nil {
		t.Fatal(err)
	}
	waits := make(chan struct{})
	type result struct {
		f   *os.File
		err error
	}
	got := make(chan result)
	go func() {
		f, err := lockFolder(t.Context(), dir, func() { close(waits) })
		got <- result{f, err}
	}()
	<-waits
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	unlock(held)
	r := <-got
	if r.err != nil {
		t.Fatal(r.err)
	}
	defer unlock(r.f)
	mine, err := r.f.Stat()
	if there, serr := os.Stat(filepath.Join(dir, lockName)); err != nil || serr != nil || !os.SameFile(mine, there) {
		t.Errorf("the lock is on a file that is gone: %v, %v", err, serr)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	if _, err := lockFolder(ctx, dir, func() { cancel(why) }); !errors.Is(err, why) {
		t.Errorf("the wait ends with %v", err)
	}
}

// git's progress comes in pieces, with carriage returns between.
func TestProgress(t *testing.T) {
	t.Parallel()
	var got []string
	w := &progressWriter{report: func(s string) { got = append(got, s) }}
	for _, piece := range []string{"remote: Counting objects:  50% (1/2)\rremote: Coun", "ting objects: 100% (2/2), done.\n", "Receiving objects:  10% (1/10), 1.20 MiB | 3 MiB/s\r", "warning: \x1b[2J\n", "Resolving deltas: 7"} {
		if n, err := w.Write([]byte(piece)); n != len(piece) || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
	}
	want := []string{"counting 50%", "counting 100%", "receiving 10%, 1.20 MiB"}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
}

// The line that tells why, among all that git says.
func TestLastFatal(t *testing.T) {
	t.Parallel()
	for stderr, want := range map[string]string{
		"":                                  "",
		"fatal: repository 'x' not found\n": "repository 'x' not found",
		"warning: a\nfatal: b\n":            "b",
		"ERROR: Repository not found.\nfatal: Could not read from remote repository.\n\nPlease\n":                  "ERROR: Repository not found.",
		"fatal: Could not read from remote repository.\n":                                                          "Could not read from remote repository.",
		"remote: error: x\rfatal: remote error: access denied\n":                                                   "remote error: access denied",
		"git: 'remote-foo' is not a git command. See 'git --help'.\n\nThe most similar command is\n\tremote-ftp\n": "git: 'remote-foo' is not a git command. See 'git --help'.",
		"error: a\nfatal: b\nremote error: c\nfatal: d\n":                                                          "remote error: c",
		"fatal: a\nerror: b\n": "a",
		"fatal: a\r\nfatal: b": "b",
		"\n\n":                 "",
		"only words\n\n":       "only words",
		"error: RPC failed; curl 18 transfer closed\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output\n": "fetch-pack: invalid index-pack output",
		"ssh: connect to host h port 22: refused\n":                                      "ssh: connect to host h port 22: refused",
		"fatal: detected dubious ownership in repository at '/x'\nTo add an exception\n": "detected dubious ownership in repository at '/x'",
	} {
		if got := lastFatal(stderr); got != want {
			t.Errorf("%q: got %q, want %q", stderr, got, want)
		}
	}
}
