package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/internal/textedit"
	"github.com/connkit/connkit/pkg/flow"
)

// firstState is what the first session is opened with.
func (o *PreviewOptions) firstState() (flow.State, error) {
	text, from := []byte(o.InitialState), ""
	if o.StateFile != "" {
		kept, err := readKept(o.StateFile)
		switch {
		case err == nil && len(bytes.TrimSpace(kept)) > 0 && len(text) > 0:
			return flow.State{}, fault.Usagef("reading the state: %q holds one, and another is given to begin with", o.StateFile)
		case err == nil && len(text) == 0:
			text, from = kept, o.StateFile
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return flow.State{}, fault.Usagef("reading the state: %w", err)
		}
		if info, err := os.Stat(filepath.Dir(o.StateFile)); err != nil || !info.IsDir() { // it is to be kept there
			return flow.State{}, fault.Usagef("reading the state: %q is in no folder", o.StateFile)
		}
	}
	state, err := flow.ParseState(text)
	if err != nil && from != "" {
		return state, fault.Usagef("%w", err).At(from, 0, 0)
	}
	if err != nil {
		return state, fault.Usagef("%w", err)
	}
	return state, nil
}

// readKept reads a file that will be written too: a pipe or a device would wait
// for ever, or never end.
func readKept(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is no file", file)
	}
	return os.ReadFile(file)
}

// commitState keeps the state, whole or not at all. What was printed before it
// is out then.
func (p *preview) commitState() error {
	if err := p.written(); err != nil || p.o.StateFile == "" {
		return err
	}
	err := textedit.WriteFile(p.o.StateFile, append(p.state.JSON(), '\n'), 0o600)
	if err != nil && !isFault(err) {
		return fault.Failedf("keeping the state: %w", err)
	}
	return err
}

// update takes in a change of the state that came with a response.
func (p *preview) update(holder jsonschema.Value) (json.RawMessage, error) {
	state := holder.Get("state")
	if !state.Exists() || state.Kind() == jsonschema.Null {
		return nil, nil
	}
	updated := state.Get("updated")
	if !updated.Exists() || updated.Kind() == jsonschema.Null {
		return nil, nil
	}
	patch := state.Get("mergePatch")
	if !patch.Exists() {
		patch = state.Get("merge_patch")
	}
	if updated.Kind() != jsonschema.Object {
		p.warnOnce("a state is no JSON object")
	}
	u := flow.StateUpdate{Updated: updated.Raw(), MergePatch: patch.True()}
	if err := p.state.Update(u); err != nil {
		return nil, err
	}
	if p.o.OutputState {
		line, _ := json.Marshal(u) // raw JSON that was parsed
		p.printPair("connectorState", line)
	}
	return json.RawMessage(append([]byte(nil), updated.Raw()...)), nil
}
