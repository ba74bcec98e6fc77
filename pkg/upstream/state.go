package upstream

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
)

// state is an import that is not finished, as it lies in .git/connkit while
// files are written, and as long as a conflict or a hook keeps it open. All
// objects that it names are in the monorepo already.
type state struct {
	Phase    string       `json:"phase"`
	Head     string       `json:"head"` // commit, "" on a branch without one
	OldRoot  string       `json:"oldRoot"`
	NewRoot  string       `json:"newRoot"`
	Snapshot string       `json:"snapshot,omitempty"` // "" for an ordinary commit
	Dest     string       `json:"dest"`
	Record   string       `json:"record"` // file of the record
	Message  string       `json:"message"`
	Stages   []savedStage `json:"stages,omitempty"`
}

// savedStage is a [stage] whose path need not be UTF-8.
type savedStage struct {
	Info string `json:"info"` // as git update-index --index-info reads it, without the path
	Path []byte `json:"path"`
}

// The phases. In the first the index is as it was and files may be written in
// part; in the others git itself could finish.
const (
	phaseWriting  = "writing"
	phaseConflict = "conflict"
	phaseCommit   = "commit"
)

const (
	stateDir  = "connkit"
	stateName = "pull.json"
	lockName  = "index.lock" // hard link of git's lock while it is connkit's own
)

func (m *monorepo) statePath(name string) string { return filepath.Join(m.GitDir, stateDir, name) }

func (m *monorepo) saveState(s *state) error {
	if err := os.MkdirAll(filepath.Join(m.GitDir, stateDir), 0o755); err != nil {
		return fmt.Errorf("keeping the state of the import: %w", err)
	}
	text, err := json.Marshal(s)
	if err == nil {
		err = textedit.WriteFile(m.statePath(stateName), text, 0o644)
	}
	if err != nil {
		_ = os.Remove(filepath.Join(m.GitDir, stateDir)) // with an import in it it stays
		return fmt.Errorf("keeping the state of the import: %w", err)
	}
	return nil
}

// loadState gives the import that is not finished, or nil.
func (m *monorepo) loadState() (*state, error) {
	file := m.statePath(stateName)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the state of the import: %w", err)
	}
	var s state
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fault.Blockedf("it is no state of an import: %w", err).At(file, 0, 0).
			WithHint("git status shows what the import has written; put that back, then remove %s", file)
	}
	return &s, nil
}

// dropState forgets the import, and gives git's lock free if a killed run left it.
func (m *monorepo) dropState() error {
	m.unlockIndex()
	if err := os.RemoveAll(filepath.Join(m.GitDir, stateDir)); err != nil {
		return fmt.Errorf("forgetting the import: %w", err)
	}
	return nil
}
