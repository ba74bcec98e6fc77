package build

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A log that cannot be written, as on a full disk, ends no build and still
// tells what was printed last.
func TestALogThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := newLog(dir, "source-x")
	if err != nil {
		t.Fatal(err)
	}
	_ = log.file.Close() // what is written now fails
	for n := range 100 {
		if got, err := fmt.Fprintf(log, "line %d\n", n); err != nil || got == 0 {
			t.Fatalf("got %d, %v", got, err)
		}
	}
	name, tail := log.keep("source-x")
	if name != "" || len(tail) != tailLines || tail[tailLines-1] != "line 99" || !strings.Contains(log.lost(), "file already closed") {
		t.Errorf("got %q, %q, %s", name, tail, log.lost())
	}
	log.close()
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

// The file has all, the memory the end.
func TestALongLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := newLog(dir, "source-x")
	if err != nil {
		t.Fatal(err)
	}
	defer log.close()
	const lines = 20000
	for n := range lines {
		fmt.Fprintf(log, "line %d\r\n\x1b[31mred\x1b[0m\n", n)
	}
	name, tail := log.keep("source-x")
	text, err := os.ReadFile(name)
	if err != nil || strings.Count(string(text), "\n") != 2*lines || name != filepath.Join(dir, "source-x.log") {
		t.Errorf("%v: %d lines in %s", err, strings.Count(string(text), "\n"), name)
	}
	if len(tail) != tailLines || tail[tailLines-2] != "line 19999" || tail[tailLines-1] != "red" || cap(log.last) > 8*tailBytes {
		t.Errorf("got %q, %d", tail, cap(log.last))
	}
	if again, _ := log.keep("source-y"); again != name {
		t.Errorf("it got another name: %s", again)
	}
}

func TestWhoFailedInABake(t *testing.T) {
	t.Parallel()
	results := []Result{{Target: &Target{Connector: "source-a"}}, {Target: &Target{Connector: "source-b"}}, {Target: &Target{Connector: "source-c"}}}
	for text, want := range map[string]string{
		"#5 ERROR: x\nERROR: target source-b: failed to solve: process did not complete\n": "[1] [0 2]",
		"ERROR: target source-z: failed\n":                                                 "[0 1 2] []",
		"ERROR: no builder \"x\" found\n":                                                  "[0 1 2] []",
		"echo ERROR: target source-a: x\n":                                                 "[0 1 2] []",
		"":                                                                                 "[0 1 2] []",
		"ERROR: target source-c: x\r\nView at docker":                                      "[2] [0 1]",
	} {
		log := &buildLog{last: []byte(text)}
		failed, rest := log.culprit(results, []int{0, 1, 2})
		if got := fmt.Sprint(failed, " ", rest); got != want {
			t.Errorf("%q: got %s", text, got)
		}
	}
	if failed, rest := (*buildLog)(nil).culprit(results, []int{0}); len(failed) != 1 || rest != nil {
		t.Errorf("without a log: %v, %v", failed, rest)
	}
}
