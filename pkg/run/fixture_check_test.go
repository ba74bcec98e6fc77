package run_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/run"
)

// A line that is none is told of before the store has got the transactions above it.
func TestAFixtureIsReadBeforeAnythingStarts(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`["acmeCo/users",[1]]`:                `fixture.jsonl:3: ["collection", {…}] or {"commit": true} is wanted`,
		`["acmeCo/users",{"id":2},{"id":3}]`:  `fixture.jsonl:3: ["collection", {…}] or {"commit": true} is wanted`,
		`{"commit":false}`:                    `fixture.jsonl:3: ["collection", {…}] or {"commit": true} is wanted`,
		"[\"acmeCo/users\",{\"id\":2}\r":      `fixture.jsonl:3: `,
		"\xef\xbb\xbf[\"acmeCo/users\",{}]\n": `fixture.jsonl:3: `, // only a file begins with it
		"[7,{\"id\":2}]\n":                    `fixture.jsonl:3: `,
	} {
		o, logs := materialization(t, "good", userTarget, "[\"acmeCo/users\",{\"id\":1}]\n{\"commit\":true}\n"+line)
		_, r, err := previewOf(t, o, nil)
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v", line, err)
		}
		if _, err := os.Stat(filepath.Join(o.Root, "store.json")); err == nil || r.Sessions != 0 || len(*logs) > 0 {
			t.Errorf("%q: it was started: %+v, %q", line, r, *logs)
		}
	}
}

// A pipe can be read only once: what stands above its broken line is stored.
func TestAFixtureThatIsAPipeIsReadOnce(t *testing.T) {
	t.Parallel()
	o, _ := materialization(t, "good", userTarget, "")
	o.Fixture = filepath.Join(o.Root, "pipe")
	if err := syscall.Mkfifo(o.Fixture, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = os.WriteFile(o.Fixture, []byte("[\"acmeCo/users\",{\"id\":1}]\n{\"commit\":true}\nx\n"), 0o600)
	}()
	_, r, err := previewOf(t, o, nil)
	if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "pipe:3: ") || r.Checkpoints != 1 {
		t.Errorf("got %+v, %v", r, err)
	}
}

// Documents that go nowhere are told of once: the name of their collection may have a slip in it.
func TestDocumentsThatNothingReadsAreWarnedOf(t *testing.T) {
	t.Parallel()
	want := []string{`the fixture has documents of "acmeCo/userz", which the task does not read`}
	stray := strings.Repeat("[\"acmeCo/userz\",{\"id\":1}]\n", 2)
	stored, _ := materialization(t, "good", userTarget, stray)
	derived, _ := derivation(t, "good", stray)
	for kind, o := range map[string]run.PreviewOptions{"materialization": stored, "derivation": derived} {
		_, r, err := previewOf(t, o, nil)
		if err != nil || !slices.Equal(r.Warnings, want) || r.Bindings[0].Documents != 0 {
			t.Errorf("%s: %q, %+v, %v", kind, r.Warnings, r.Bindings, err)
		}
	}
}
