package upstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
)

// noCrash as the step lets the child of [world.crash] run to its end.
const noCrash = "never"

// What else the environment asks of the child.
const (
	childVerb = "CONNKIT_TEST_VERB"     // pull, continue or abort
	noLinks   = "CONNKIT_TEST_NO_LINKS" // as on a file system without hard links
)

func playVerb(o upstream.Options) error {
	switch os.Getenv(childVerb) {
	case "continue":
		_, err := upstream.Continue(context.Background(), o)
		return err
	case "abort":
		_, err := upstream.Abort(context.Background(), o)
		return err
	}
	p, err := upstream.Pull(context.Background(), o)
	if err == nil {
		defer p.Close()
		err = p.Apply(context.Background())
	}
	return err
}

// failing runs a verb in a child whose git fails at some of its commands, and
// gives the exit code and what is said.
func (w *world) failing(verb string, o upstream.Options, commands string, env ...string) (code int, said string) {
	w.tb.Helper()
	bin := testkit.FailingGit(w.tb, commands)
	text, err := json.Marshal(o)
	if err != nil {
		w.tb.Fatal(err)
	}
	child := exec.CommandContext(w.tb.Context(), os.Args[0])
	child.Env = append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"), crashRole+"="+noCrash, crashOptions+"="+string(text), childVerb+"="+verb)
	child.Env = append(child.Env, env...)
	out, err := child.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.tb.Fatal(err)
	}
	return child.ProcessState.ExitCode(), string(out)
}

// changing makes a world in which the next pull adds, changes and deletes.
func changing(tb testing.TB) *world {
	tb.Helper()
	w := newWorld(tb)
	w.must(ref("v1"))
	w.commit(w.mono, files("source-demo/"+streams, lines("stream", 30)+"mine\n"))
	w.commit(w.up, files(demo+"/deep/er/file.py", "x\n"), demo+"/bin/run.sh")
	return w
}

// Whatever git cannot do while an import is planned or made, nothing is left of it, and the next one goes well.
func TestGitFailsInAPull(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]int{
		"version": 1, "config": 1, "status": 1, "var": 3, "ls-files": 1, "cat-file": 1, "ls-tree": 1, "rev-list": 1, "merge-tree": 1, "ls-remote": 3, "fetch": 3,
		"pack-objects": 1, "index-pack": 1, "read-tree": 4, "diff-tree": 4,
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			w := changing(t)
			before := w.state()
			code, said := w.failing("pull", w.options(), command)
			if code != want || !strings.Contains(said, "made to fail") && command != "var" {
				t.Errorf("exit %d, want %d: %s", code, want, said)
			}
			if code == 4 { // what git does not do it cannot take back either; its own hint says how
				if !strings.Contains(said, "--abort") {
					t.Errorf("it does not say how to go on: %s", said)
				}
				if _, err := upstream.Abort(t.Context(), w.options()); err != nil {
					t.Fatal(err)
				}
			}
			if after := w.state(); withoutIndex(after) != withoutIndex(before) {
				t.Errorf("not as before: %s", firstDifference(withoutIndex(before), withoutIndex(after)))
			}
			w.checkNothingLeft()
			w.must()
		})
	}
}

// The ways back may fail as well, and go well once git does.
func TestGitFailsOnTheWayBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ verb, command, step string }{
		{"abort", "diff-tree", "files"}, {"abort", "reset", "files"}, {"abort", "checkout-index", "files"}, {"abort", "read-tree", "files"},
		{"abort", "reset", "open"}, {"abort", "rev-parse", "open"},
		{"continue", "diff", "open"}, {"continue", "commit", "open"}, {"continue", "status", "lock"}, {"continue", "read-tree", "lock"},
	} {
		t.Run(tt.verb+", "+tt.command+", "+tt.step, func(t *testing.T) {
			t.Parallel()
			w := changing(t)
			before := w.state()
			w.crash(tt.step, w.options())
			if code, said := w.failing(tt.verb, w.options(), tt.command); code == 0 || !strings.Contains(said, "made to fail") {
				t.Errorf("exit %d: %s", code, said)
			}
			if _, err := upstream.Abort(t.Context(), w.options()); err != nil {
				t.Fatal(err)
			}
			if after := w.state(); withoutIndex(after) != withoutIndex(before) {
				t.Errorf("not as before: %s", firstDifference(withoutIndex(before), withoutIndex(after)))
			}
			w.checkNothingLeft()
		})
	}
}

// A file system without hard links has a lock that can be told from git's own all the same.
func TestWithoutHardLinks(t *testing.T) {
	t.Parallel()
	w := changing(t)
	before := w.state()
	if code, said := w.failing("pull", w.options(), "diff-tree", noLinks+"=1"); code != 4 {
		t.Fatalf("exit %d: %s", code, said)
	}
	if _, err := upstream.Abort(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	if after := w.state(); withoutIndex(after) != withoutIndex(before) {
		t.Errorf("not as before: %s", firstDifference(withoutIndex(before), withoutIndex(after)))
	}
	w.checkNothingLeft()
	if code, said := w.failing("pull", w.options(), "none", noLinks+"=1"); code != 0 {
		t.Fatalf("exit %d: %s", code, said)
	}
	w.checkNothingLeft()
	testkit.Put(t, w.mono, files(".git/index.lock", "DIRC"))
	w.refused("blocked", "index.lock", ref("v2"))
}

// A state that cannot be read is no reason to touch anything.
func TestTornState(t *testing.T) {
	t.Parallel()
	w := changing(t)
	testkit.Put(t, w.mono, files(".git/connkit/pull.json", "{\"phase\":\"wri"))
	before := w.state()
	_, err := upstream.Continue(t.Context(), w.options())
	w.checkRefused(err, "blocked", ".git/connkit/pull.json: ")
	_, err = upstream.Abort(t.Context(), w.options())
	w.checkRefused(err, "blocked", "then remove ")
	if w.state() != before {
		t.Error("something was touched")
	}
}
