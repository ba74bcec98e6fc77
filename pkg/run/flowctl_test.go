package run_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/run"
)

// A fake flowctl prints how it was called, and fails on demand.
func TestFlowctl(t *testing.T) {
	o := run.PreviewOptions{Options: task(t, "capture", "good", oneBinding), Sessions: []int{1, -1}, Duration: 30 * time.Second, InitialState: "{}", OutputState: true, OutputApply: true, Fixture: "f"}
	bin := t.TempDir()
	write(t, filepath.Join(bin, "flowctl"), "#!/bin/sh\necho \"$@\"\necho half >&2\nprintf end\n[ -z \"$FAIL\" ]\n")
	if err := os.Chmod(filepath.Join(bin, "flowctl"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	source := filepath.Join(o.Dir, "test.flow.yaml")
	for verb, want := range map[string]string{
		"spec":     "raw spec --source " + source + " --name acmeCo/x",
		"discover": "raw discover --source " + source + " -o json --emit-raw",
		"preview":  "preview --source " + source + " --name acmeCo/x --sessions=1,-1 --timeout 30s --initial-state {} --fixture f --output-state --output-apply",
	} {
		var out, logs bytes.Buffer
		o.Out = &out
		if err := run.Flowctl(t.Context(), verb, o, &logs); err != nil || out.String() != want+"\nend\n" || logs.String() != "half\n" {
			t.Errorf("%s: got %q, %q, %v", verb, out.String(), logs.String(), err)
		}
	}
	o.Out, o.Network = &bytes.Buffer{}, "host"
	t.Setenv("FAIL", "1")
	if err := run.Flowctl(t.Context(), "spec", o, nil); fault.KindOf(err) != fault.Failed || !strings.Contains(err.Error(), "exit status 1") {
		t.Errorf("got %v", err)
	}
	if err := run.Flowctl(t.Context(), "validate", o, nil); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
	o.Set = []string{"/a=1"}
	if err := run.Flowctl(t.Context(), "spec", o, nil); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
	o.Set = nil
	t.Setenv("PATH", t.TempDir())
	if err := run.Flowctl(t.Context(), "spec", o, nil); fault.KindOf(err) != fault.Environment {
		t.Errorf("got %v", err)
	}
}
