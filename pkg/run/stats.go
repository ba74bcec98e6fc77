package run

import (
	"encoding/json"

	"github.com/connkit/connkit/internal/jsonschema"
)

// PreviewResult are the numbers of a preview.
type PreviewResult struct {
	Task        string          `json:"task"`
	Kind        string          `json:"kind"`
	Action      string          `json:"action,omitempty"` // what apply did
	Bindings    []BindingStats  `json:"bindings"`
	Sessions    int             `json:"sessions"`
	Checkpoints int             `json:"checkpoints"` // or transactions
	Uncommitted int             `json:"uncommitted"` // documents behind the last checkpoint
	Ended       string          `json:"ended"`       // checkpoints | connector | fixture | timeout | kill | stop
	Stop        StopStats       `json:"stop"`
	Seconds     float64         `json:"seconds"`
	State       json.RawMessage `json:"state,omitempty"`
	Warnings    []string        `json:"warnings,omitempty"` // what Flow would refuse or do in another way
}

// StopStats tell how the last session's connector was ended.
type StopStats struct {
	Killed  bool    `json:"killed"` // it had to be: SIGTERM did not end it in time
	Seconds float64 `json:"seconds"`
}

// BindingStats are the numbers of one collection.
type BindingStats struct {
	Collection string `json:"collection"`
	Documents  int    `json:"documents"`
	Bytes      int    `json:"bytes"`
	Violations int    `json:"violations"` // documents that are not as schema and key say
	Loads      int    `json:"loads,omitempty"`
	Loaded     int    `json:"loaded,omitempty"`
	Stores     int    `json:"stores,omitempty"`
	Deletes    int    `json:"deletes,omitempty"`

	Samples []Violation `json:"samples,omitempty"` // one for each place and keyword, of the first
}

// Violation is a document that is not as its collection says.
type Violation struct {
	jsonschema.Violation
	Document int `json:"document"` // its number within the collection, from 1
}

// How a preview ended.
const (
	byCheckpoints = "checkpoints"
	byConnector   = "connector"
	byFixture     = "fixture"
	byTimeout     = "timeout"
	byKill        = "kill"
	byStop        = "stop"
)
