package imports_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/imports"
)

// What the environment asks of a child of this test binary.
const (
	childVerb    = "CONNKIT_TEST_VERB"
	childOptions = "CONNKIT_TEST_OPTIONS"
)

// playVerb looks at the imports as the environment says, prints what it found, and ends with the exit code.
func playVerb(verb string) {
	var o imports.Options
	if err := json.Unmarshal([]byte(os.Getenv(childOptions)), &o); err != nil {
		panic(err)
	}
	ctx := context.Background()
	var found any
	var err error
	switch verb {
	case "list":
		found, err = imports.List(ctx, o)
	case "status":
		found, err = imports.Status(ctx, o)
	case "verify":
		found, err = imports.Verify(ctx, o)
	case "diff":
		found, err = imports.Diff(ctx, o, false)
	case "spdx", "notice":
		var list []*imports.Import
		if list, err = imports.List(ctx, imports.Options{Dir: o.Dir}); err != nil {
			break
		}
		if verb == "spdx" {
			found, err = imports.SPDX(ctx, o, list, "test")
		} else {
			found, _, err = imports.Notice(ctx, o, list)
		}
	}
	text, _ := json.Marshal(found)
	_, _ = os.Stdout.Write(append(text, '\n'))
	if err != nil {
		_, _ = os.Stderr.WriteString(err.Error() + "\n")
	}
	os.Exit(fault.Code(err))
}

// failing runs a verb in a child whose git fails at some of its commands.
func (w *world) failing(verb string, o imports.Options, commands string) (code int, found, said string) {
	w.tb.Helper()
	bin := testkit.FailingGit(w.tb, commands)
	text, err := json.Marshal(map[string]any{"Dir": o.Dir, "Cache": o.Cache, "Offline": o.Offline})
	if err != nil {
		w.tb.Fatal(err)
	}
	child := exec.CommandContext(w.tb.Context(), os.Args[0])
	child.Env = append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"), childVerb+"="+verb, childOptions+"="+string(text))
	var out, errOut strings.Builder
	child.Stdout, child.Stderr = &out, &errOut
	var exit *exec.ExitError
	if err := child.Run(); err != nil && !errors.As(err, &exit) {
		w.tb.Fatal(err)
	}
	return child.ProcessState.ExitCode(), out.String(), errOut.String()
}

// What git cannot tell is an error or a note, and never taken for an answer.
func TestGitFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pull()
	w.put(w.mono, "mine", files("source-demo/main.py", "mine\n"))
	w.put(w.up, "theirs", files(demo+"/main.py", "theirs\n"))
	before := w.state()
	for verb, commands := range map[string]string{
		"list":   "version config cat-file ls-tree rev-list",
		"status": "config cat-file ls-tree ls-remote fetch",
		"verify": "rev-list ls-tree hash-object fetch write-tree diff-tree",
		"diff":   "ls-tree add write-tree diff-tree",
		"spdx":   "ls-tree cat-file",
		"notice": "ls-tree cat-file",
	} {
		for command := range strings.FieldsSeq(commands) {
			code, found, said := w.failing(verb, w.options(), command)
			if code == 0 || !strings.Contains(said, "made to fail") {
				t.Errorf("%s without git %s: exit %d: %s\n%s", verb, command, code, said, found)
			}
		}
	}
	// Local changes that cannot be counted are no reason to say nothing of the upstream.
	for command := range strings.FieldsSeq("add write-tree diff-tree") {
		code, found, said := w.failing("status", w.options(), command)
		if code != 0 || !strings.Contains(found, "local changes are not known") || !strings.Contains(found, `"behind":{"path":1,"total":1}`) || strings.Contains(found, "localEdits") {
			t.Errorf("status without git %s: exit %d: %s\n%s", command, code, said, found)
		}
	}
	if w.state() != before {
		t.Error("looking changed the monorepo")
	}
}

// Carried texts are checked in HEAD where a sparse checkout leaves them out of the work tree.
func TestVerifyOutsideOfASparseCheckout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pull()
	w.git("sparse-checkout", "set", "--no-cone", "/README.md")
	if v := w.verify(w.offline()); len(v.Wrong) > 0 {
		t.Errorf("nothing is wrong, and found is %q", v.Wrong)
	}
	w.git("sparse-checkout", "disable")
	w.put(w.mono, "x", files("source-demo/LICENSE.upstream", "public domain\n"))
	w.git("sparse-checkout", "set", "--no-cone", "/README.md")
	if v := w.verify(w.offline()); !says(v.Wrong, "LICENSE.upstream is not what was carried") {
		t.Errorf("%q", v.Wrong)
	}
}
