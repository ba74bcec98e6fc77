package upstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
)

// crashRole names the step at which a child of this test binary is killed while it imports.
const crashRole = "CONNKIT_TEST_CRASH_AT"

// crashOptions holds the options of that import, as JSON.
const crashOptions = "CONNKIT_TEST_CRASH_OPTIONS"

func playCrash() {
	var o upstream.Options
	if err := json.Unmarshal([]byte(os.Getenv(crashOptions)), &o); err != nil {
		panic(err)
	}
	upstream.SetReached(func(step string) {
		if step == os.Getenv(crashRole) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	})
	if os.Getenv(noLinks) != "" {
		upstream.SetLink(func(string, string) error { return syscall.EPERM })
	}
	err := playVerb(o)
	fmt.Fprintln(os.Stderr, err)
	if os.Getenv(crashRole) == noCrash {
		fmt.Fprintln(os.Stderr, fault.HintOf(err))
		os.Exit(fault.Code(err))
	}
	os.Exit(9) // the step was not reached
}

// crash imports in a child that is killed at a step.
func (w *world) crash(step string, o upstream.Options) {
	w.tb.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		w.tb.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashRole+"="+step, crashOptions+"="+string(text))
	out, err := child.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != -1 {
		w.tb.Fatalf("the child was to be killed at %q: %v\n%s", step, err, out)
	}
}

var steps = []string{"objects", "state", "lock", "files", "index", "merge", "open"}

func TestKilled(t *testing.T) {
	t.Parallel()
	// prepare makes a world in which the next pull adds, changes, deletes and moves, with unrelated work beside.
	prepare := func(t *testing.T, conflict bool) *world {
		t.Helper()
		w := newWorld(t)
		w.must(ref("v1"))
		mine := lines("stream", 30) + "mine\n"
		if conflict {
			mine = swap(lines("stream", 30), "stream 3\n", "mine\n")
		}
		w.commit(w.mono, files("source-demo/"+streams, mine))
		w.upGit("mv", demo+"/docs/a file.md", demo+"/docs/b file.md")
		w.commit(w.up, files(demo+"/deep/er/file.py", "x\n", demo+"/link/x", "1"), demo+"/bin/run.sh")
		testkit.Put(t, w.mono, files("lib/util.py", "unrelated\n", "untracked.txt", "u\n"))
		return w
	}
	done := func(w *world) {
		w.tb.Helper()
		if w.file("source-demo/deep/er/file.py") != "x\n" || w.file("source-demo/bin/run.sh") != "(none)" || w.file("lib/util.py") != "unrelated\n" {
			w.tb.Error("the import is not whole")
		}
		if s := w.git("status", "--porcelain"); s != "M lib/util.py\n?? untracked.txt" {
			w.tb.Errorf("status:\n%s", s)
		}
		w.checkNothingLeft()
	}
	for _, step := range steps {
		for _, end := range []string{"abort", "continue", "again"} {
			t.Run(step+", "+end, func(t *testing.T) {
				t.Parallel()
				w := prepare(t, false)
				before := w.state()
				head := w.git("rev-parse", "HEAD")
				w.crash(step, w.options())
				switch end {
				case "abort":
					if _, err := upstream.Abort(t.Context(), w.options()); err != nil {
						t.Fatal(err)
					}
					if after := w.state(); withoutIndex(after) != withoutIndex(before) {
						t.Errorf("not as before: %s", firstDifference(withoutIndex(before), withoutIndex(after)))
					}
					if s := w.git("status", "--porcelain"); s != "M lib/util.py\n?? untracked.txt" {
						t.Errorf("status:\n%s", s)
					}
					w.checkNothingLeft()
				case "continue":
					out, err := upstream.Continue(t.Context(), w.options())
					if step == "objects" { // nothing was begun
						w.checkRefused(err, fault.Usage, "no import is under way")
						return
					}
					if err != nil || out.Commit != w.git("rev-parse", "HEAD") || w.git("rev-parse", "HEAD^1") != head {
						t.Fatalf("%v, %v", out, err)
					}
					done(w)
				case "again":
					if _, err := w.pull(); err != nil {
						if step != "open" {
							t.Fatal(err)
						}
						w.checkRefused(err, fault.Blocked, "--continue")
						return
					}
					done(w)
				}
			})
		}
		t.Run(step+", with a conflict", func(t *testing.T) {
			t.Parallel()
			w := prepare(t, true)
			before := w.state()
			w.crash(step, w.options())
			_, err := upstream.Continue(t.Context(), w.options())
			if step == "objects" {
				w.checkRefused(err, fault.Usage, "no import is under way")
				return
			}
			w.checkRefused(err, fault.Blocked, "source-demo/"+streams)
			if _, err := upstream.Abort(t.Context(), w.options()); err != nil {
				t.Fatal(err)
			}
			if after := w.state(); withoutIndex(after) != withoutIndex(before) {
				t.Errorf("not as before: %s", firstDifference(withoutIndex(before), withoutIndex(after)))
			}
		})
	}
	t.Run("after the commit", func(t *testing.T) {
		t.Parallel()
		w := prepare(t, false)
		w.crash("commit", w.options())
		if out, err := upstream.Abort(t.Context(), w.options()); err != nil || out.Ended != upstream.Nothing {
			t.Errorf("%v, %v", out, err)
		}
		done(w)
	})
	t.Run("an ordinary commit", func(t *testing.T) {
		t.Parallel()
		w := prepare(t, false)
		w.crash("open", w.options(single))
		if _, err := upstream.Continue(t.Context(), w.options(single)); err != nil {
			t.Fatal(err)
		}
		done(w)
	})
}

// checkNothingLeft wants no file of an import in .git, and no ref.
func (w *world) checkNothingLeft() {
	w.tb.Helper()
	for _, left := range []string{"connkit", "index.lock", "MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "AUTO_MERGE"} {
		if _, err := os.Lstat(filepath.Join(w.mono, ".git", left)); err == nil {
			w.tb.Errorf(".git/%s is left", left)
		}
	}
	if got := w.git("for-each-ref", "--format=%(refname)"); got != "refs/heads/main" {
		w.tb.Errorf("refs: %s", got)
	}
}

// Files that were written in part, as by a kill in the middle of git's own work.
func TestKilledInTheMiddleOfWriting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(ref("v1"))
	w.commit(w.up, files(demo+"/big.txt", lines("big", 1000), demo+"/"+streams, lines("theirs", 500)))
	before := w.state()
	w.crash("lock", w.options())
	testkit.Put(t, w.mono, files("source-demo/big.txt", lines("big", 400), "source-demo/"+streams, lines("theirs", 3)))
	remove(w, "source-demo/main.py") // not the import's: it stays as it is
	if _, err := upstream.Abort(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	w.git("checkout", "-q", "source-demo/main.py")
	if after := w.state(); withoutIndex(after) != withoutIndex(before) {
		t.Errorf("not as before: %s", firstDifference(withoutIndex(before), withoutIndex(after)))
	}
}

// What a person did to a file after the kill is theirs.
func TestKilledThenEdited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(ref("v1"))
	w.crash("files", w.options())
	testkit.Put(t, w.mono, files("source-demo/"+streams, "precious\n", "source-demo/new.py", "precious too\n"))
	if _, err := upstream.Abort(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	wants(streams, "precious\n")(w)
	wants("new.py", "precious too\n")(w)
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	hook := func(w *world, name, script string) {
		testkit.Put(w.tb, w.mono, files(".git/hooks/"+name, "#!/bin/sh\n"+script))
		_ = os.Chmod(filepath.Join(w.mono, ".git/hooks", name), 0o755)
	}
	w := newWorld(t)
	w.must(ref("v1"))
	hook(w, "pre-commit", "touch .git/ready; exec sleep 30\n")
	before := w.state()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for {
			if _, err := os.Stat(filepath.Join(w.mono, ".git/ready")); err == nil {
				cancel()
				return
			}
			if ctx.Err() != nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	p, err := upstream.Pull(ctx, w.options())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	err = p.Apply(ctx)
	if fault.KindOf(err) != fault.Interrupted {
		t.Fatalf("%v", err)
	}
	remove(w, ".git/ready")
	if after := w.state(); withoutIndex(after) != withoutIndex(before) {
		t.Errorf("not as before: %s", firstDifference(withoutIndex(before), withoutIndex(after)))
	}
	cancelled, stop := context.WithCancel(t.Context())
	stop()
	if _, err := upstream.Pull(cancelled, w.options()); fault.KindOf(err) != fault.Interrupted {
		t.Errorf("%v", err)
	}
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(ref("v1"))
	w.commit(w.mono, files("source-demo/"+streams, swap(lines("stream", 30), "stream 3\n", "mine\n")))
	before := w.state()
	p, err := upstream.Pull(t.Context(), w.options())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.DryRun = true
	if err := p.Apply(t.Context()); err != nil {
		t.Error(err)
	}
	var got []string
	for _, c := range p.Changes {
		got = append(got, c.Status+" "+c.Path)
	}
	if want := "changed source-demo/UPSTREAM.yaml, added source-demo/new.py, conflict source-demo/" + streams; strings.Join(got, ", ") != want {
		t.Errorf("got %s", strings.Join(got, ", "))
	}
	if !strings.HasPrefix(p.Message, "import: source-demo @ ") || p.Evidence.License.String() != "MIT" {
		t.Errorf("message %q, evidence %v", p.Message, p.Evidence)
	}
	if w.state() != before {
		t.Error("a dry run changed the monorepo")
	}
}
