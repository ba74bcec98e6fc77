package run_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/run"
)

// preview runs a preview of the fake of that name and gives its lines.
func preview(t *testing.T, name string, change func(*run.PreviewOptions)) ([]string, run.PreviewResult, error) {
	t.Helper()
	return previewOf(t, run.PreviewOptions{Options: task(t, "capture", name, oneBinding)}, change)
}

func previewOf(t *testing.T, o run.PreviewOptions, change func(*run.PreviewOptions)) ([]string, run.PreviewResult, error) {
	t.Helper()
	var out bytes.Buffer
	o.Out = &out
	if change != nil {
		change(&o)
	}
	r, err := run.Preview(t.Context(), o)
	if out.Len() == 0 {
		return nil, r, err
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n"), r, err
}

func TestPreviewOfACapture(t *testing.T) {
	t.Parallel()
	var told []run.PreviewResult
	lines, r, err := preview(t, "good", func(o *run.PreviewOptions) {
		o.OutputApply, o.OutputState = true, true
		o.Progress = func(r run.PreviewResult) { told = append(told, r) }
	})
	if err != nil || len(lines) != 1+40+4+1 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for i, want := range map[int]string{
		0: `["applied.actionDescription","made tables"]`, 1: `["acmeCo/users",{"id":0,"name":"user 0"}]`,
		11: `["connectorState",{"updated":{"n":10},"mergePatch":true}]`, 45: `["connectorState",{"updated":{"n":40}}]`,
	} {
		if lines[i] != want {
			t.Errorf("line %d: %s", i, lines[i])
		}
	}
	b := r.Bindings[0]
	if r.Checkpoints != 4 || r.Sessions != 1 || r.Ended != "connector" || r.Uncommitted != 0 || string(r.State) != `{"n":40}` || r.Action != "made tables" {
		t.Errorf("got %+v", r)
	}
	if b.Collection != "acmeCo/users" || b.Documents != 40 || b.Violations != 0 || b.Bytes != 40*len(`{"id":0,"name":"user 0"}`)+30*2 {
		t.Errorf("got %+v", b)
	}
	if len(told) == 0 || told[0].Task != "acmeCo/x" {
		t.Errorf("told %d times", len(told))
	}
}

func TestSessionsGoOnFromTheState(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	lines, r, err := preview(t, "good", func(o *run.PreviewOptions) { o.Sessions, o.StateFile = []int{1, 2}, file })
	if err != nil || len(lines) != 30 || r.Ended != "checkpoints" || r.Sessions != 2 || read(t, file) != "{\"n\":30}\n" {
		t.Fatalf("%d lines, %+v, %v", len(lines), r, err)
	}
	lines, r, err = preview(t, "good", func(o *run.PreviewOptions) { o.StateFile = file })
	if err != nil || len(lines) != 10 || !strings.Contains(lines[0], `"id":30`) || string(r.State) != `{"n":40}` {
		t.Errorf("%q, %+v, %v", lines, r, err)
	}
	lines, _, err = preview(t, "good", func(o *run.PreviewOptions) { o.InitialState = `{"n":39}` })
	if err != nil || len(lines) != 1 {
		t.Errorf("%q, %v", lines, err)
	}
}

func TestStatesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	write(t, file, `{"n":1}`)
	for _, change := range []func(o *run.PreviewOptions){
		func(o *run.PreviewOptions) { o.InitialState = `{"n"` },
		func(o *run.PreviewOptions) { o.InitialState = `[]` },
		func(o *run.PreviewOptions) { o.InitialState, o.StateFile = `{}`, file },
		func(o *run.PreviewOptions) { o.StateFile = filepath.Dir(file) },
		func(o *run.PreviewOptions) { o.Sessions = []int{0} },
		func(o *run.PreviewOptions) { o.Sessions = []int{-1, 1} },
		func(o *run.PreviewOptions) { o.Runtime = "v3" },
		func(o *run.PreviewOptions) { o.Fixture = "x" },
		func(o *run.PreviewOptions) { o.Sessions = []int{-2} },
		func(o *run.PreviewOptions) { o.Duration = -time.Second },
		func(o *run.PreviewOptions) { o.KillAfter = -1 },
		func(o *run.PreviewOptions) { o.StateFile = filepath.Join(file, "x") },
		func(o *run.PreviewOptions) { o.StateFile = file + ".none/x" }, // it could not be kept
		func(o *run.PreviewOptions) { o.StateFile = os.DevNull },       // it would be read for ever where it is a pipe
	} {
		if _, _, err := preview(t, "good", change); fault.KindOf(err) != fault.Usage {
			t.Errorf("got %v", err)
		}
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// A full disk is no fault of the connector's.
func TestWhatCannotBeWrittenIsNotTheConnectorsFault(t *testing.T) {
	t.Parallel()
	_, _, err := preview(t, "good", func(o *run.PreviewOptions) { o.Out = full{} })
	if fault.KindOf(err) != fault.Failed || err.Error() != "printing documents: no space left on device" {
		t.Errorf("got %v", err)
	}
	dir := filepath.Join(t.TempDir(), "state")
	write(t, filepath.Join(dir, "x"), "")
	_, _, err = preview(t, "good", func(o *run.PreviewOptions) {
		o.StateFile = filepath.Join(dir, "s.json")
		o.Commit = func() { _ = os.RemoveAll(dir) }
	})
	if err == nil || fault.KindOf(err) != fault.Failed || !strings.HasPrefix(err.Error(), "keeping the state: ") {
		t.Errorf("got %v", err)
	}
}

func TestAKeptStateThatIsNoneIsNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{`{"n":`: "reading a state: it is no JSON", `[]`: "reading a state: an object is wanted"} {
		file := filepath.Join(t.TempDir(), "state.json")
		write(t, file, text)
		_, _, err := preview(t, "good", func(o *run.PreviewOptions) { o.StateFile = file })
		if fault.KindOf(err) != fault.Usage || err.Error() != file+": "+want || read(t, file) != text {
			t.Errorf("%s: got %v, and %q is kept", text, err, read(t, file))
		}
	}
}

func TestAcknowledgements(t *testing.T) {
	t.Parallel()
	lines, r, err := preview(t, "acks", nil)
	if err != nil || len(lines) != 40 || r.Checkpoints != 4 {
		t.Errorf("%d lines, %+v, %v", len(lines), r, err)
	}
}

func TestStatesOfCheckpoints(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"null key": `{"a":{"c":2},"n":3}`, "replaces": `{"b":2}`, "nulls": `{}`, "sourced": `{}`, "large": `{}`} {
		if _, r, err := preview(t, name, nil); err != nil || string(r.State) != want {
			t.Errorf("%s: %s, %v", name, r.State, err)
		}
	}
}

func TestSourcedSchemasAreClosed(t *testing.T) {
	t.Parallel()
	_, r, err := preview(t, "sourced", nil)
	if err != nil || !slices.Equal(r.Warnings, []string{"the sourcedSchema of acmeCo/users is not closed: additionalProperties: false is wanted"}) {
		t.Errorf("%q, %v", r.Warnings, err)
	}
}

func TestViolationsAreCounted(t *testing.T) {
	t.Parallel()
	_, r, err := preview(t, "wrong types", nil)
	b := r.Bindings[0]
	if err != nil || b.Violations != 20 || len(b.Samples) != 1 || b.Samples[0].String() != "/name: got number 7, want string (/properties/name/type, document 2)" {
		t.Errorf("got %+v, %v", b, err)
	}
	_, r, err = preview(t, "no key", nil)
	b = r.Bindings[0]
	if err != nil || b.Violations != 1 || len(b.Samples) != 2 || b.Samples[0].String() != "/id: want a value: it is part of the key (key, document 4)" {
		t.Errorf("got %+v, %v", b, err)
	}
	_, r, err = preview(t, "wrong types", func(o *run.PreviewOptions) { o.Unchecked = true })
	if err != nil || r.Bindings[0].Violations != 0 || r.Bindings[0].Documents != 40 {
		t.Errorf("got %+v, %v", r, err)
	}
}

// Each way of breaking the protocol is told, with what the connector said last.
func TestCapturesThatMisbehave(t *testing.T) {
	t.Parallel()
	const broke = "the connector broke the protocol: "
	for name, want := range map[string]string{
		"no open":      "the connector ended with exit status 1: the host is down",
		"other answer": broke + `it sent "validated", "opened" is wanted: "{\"validated\":{}}"`,
		"pending":      broke + "it ended within a checkpoint, and 1 documents are not committed",
		"no state":     broke + `it sent a checkpoint without a state: "{\"checkpoint\":{}}"`,
		"bad binding":  broke + `it sent "captured" for the binding 7, and there are 1: "{\"captured\":{\"binding\":7,\"doc\":{\"id\":1}}}"`,
		"no object":    broke + `it captured what is no JSON object: "{\"captured\":{\"doc\":[1]}}"`,
		"text":         broke + `it printed a line that is no response: "hello from a print"`,
		"two kinds":    broke + `a response has one field, and this one has several: "{\"captured\":{\"doc\":{\"id\":1}},\"checkpoint\":{\"state\":{\"updated\":{}}}}"`,
		"no kind":      broke + `a response has one field, and this one has none: "{}"`,
		"unknown kind": broke + `it sent "loaded", a document or checkpoint is wanted: "{\"loaded\":{}}"`,
		"partial":      broke + `its output ends in the middle of a line: "{\"captured\":{\"do"`,
		"dies":         "the connector ended with exit status 1: ValueError: row 11 is broken",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := preview(t, name, nil)
			if err == nil || err.Error() != want || fault.KindOf(err) != fault.Failed {
				t.Errorf("got %v", err)
			}
		})
	}
}

// What was checkpointed before a connector died is kept.
func TestTheStateOfAConnectorThatDies(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	lines, r, err := preview(t, "dies", func(o *run.PreviewOptions) { o.StateFile = file })
	if err == nil || len(lines) != 11 || r.Uncommitted != 1 || read(t, file) != "{\"n\":10}\n" {
		t.Errorf("%d lines, %+v, %v", len(lines), r, err)
	}
}

func TestAKillInTheMiddle(t *testing.T) {
	t.Parallel()
	lines, r, err := preview(t, "slow", func(o *run.PreviewOptions) { o.KillAfter = 15 })
	if err != nil || len(lines) != 15 || r.Ended != "kill" || r.Uncommitted != 5 || string(r.State) != `{"n":10}` {
		t.Errorf("%d lines, %+v, %v", len(lines), r, err)
	}
}

// What came until then is printed. How much that is depends on how soon the connector begins.
func TestTheTimeIsUp(t *testing.T) {
	t.Parallel()
	for name, most := range map[string]int{"endless": 40, "silent": 0} {
		lines, r, err := preview(t, name, func(o *run.PreviewOptions) { o.Duration = 2 * time.Second })
		if err != nil || r.Ended != "timeout" || r.Stop.Killed || len(lines) > most || len(lines) != r.Bindings[0].Documents {
			t.Errorf("%s: %d lines, %+v, %v", name, len(lines), r, err)
		}
	}
}

func TestAConnectorThatIgnoresSIGTERM(t *testing.T) {
	t.Parallel()
	_, r, err := preview(t, "deaf", func(o *run.PreviewOptions) { o.Sessions = []int{4} })
	if err != nil || !r.Stop.Killed {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestInterruptOfAPreview(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	file := filepath.Join(t.TempDir(), "state.json")
	o := run.PreviewOptions{Options: task(t, "capture", "endless", oneBinding), StateFile: file, Out: &bytes.Buffer{}}
	n := 0
	o.Commit = func() {
		if n++; n == 4 {
			cancel()
		}
	}
	r, err := run.Preview(ctx, o)
	if !errors.Is(err, context.Canceled) || r.Checkpoints != 4 || read(t, file) != "{\"n\":40}\n" {
		t.Errorf("got %+v, %v", r, err)
	}
}

// A flood of logs and a large document block nothing.
func TestFloods(t *testing.T) {
	t.Parallel()
	lines, _, err := preview(t, "flood", nil)
	if err != nil || len(lines) != 40 {
		t.Errorf("%d lines, %v", len(lines), err)
	}
	lines, r, err := preview(t, "large", nil)
	var pair [2]json.RawMessage
	if err != nil || len(lines) != 1 || json.Unmarshal([]byte(lines[0]), &pair) != nil || r.Bindings[0].Bytes != len(pair[1]) || len(pair[1]) < 2<<20 {
		t.Errorf("%d lines, %+v, %v", len(lines), r, err)
	}
}

func TestAPreviewWithoutBindings(t *testing.T) {
	t.Parallel()
	o := run.PreviewOptions{Options: task(t, "capture", "replaces", "[]")}
	_, r, err := previewOf(t, o, nil)
	if err != nil || !slices.Equal(r.Warnings, []string{"no binding is enabled: connkit run discover NAME --write writes them"}) || len(r.Bindings) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	o = run.PreviewOptions{Options: task(t, "capture", "good", "[]")}
	if _, _, err = previewOf(t, o, nil); err == nil || !strings.Contains(err.Error(), `it sent "captured", and there is no binding`) {
		t.Errorf("got %v", err)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestNobodyReadsTheDocuments(t *testing.T) {
	t.Parallel()
	o := run.PreviewOptions{Options: task(t, "capture", "good", oneBinding), Out: brokenPipe{}}
	if _, err := run.Preview(t.Context(), o); err == nil || !strings.Contains(fmt.Sprint(err), "broken pipe") {
		t.Errorf("got %v", err)
	}
}
