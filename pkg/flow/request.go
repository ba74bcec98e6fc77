package flow

import "encoding/json"

// Request is one line to a connector: exactly one field is set. The same shape
// serves captures, materializations and derivations.
type Request struct {
	Spec        *SpecRequest     `json:"spec,omitempty"`
	Discover    *DiscoverRequest `json:"discover,omitempty"`
	Validate    *ValidateRequest `json:"validate,omitempty"`
	Apply       *ApplyRequest    `json:"apply,omitempty"`
	Open        *OpenRequest     `json:"open,omitempty"`
	Acknowledge *AckRequest      `json:"acknowledge,omitempty"`
	Load        *LoadRequest     `json:"load,omitempty"`
	Read        *ReadRequest     `json:"read,omitempty"`
	Flush       *PatchesRequest  `json:"flush,omitempty"`
	Store       *StoreRequest    `json:"store,omitempty"`
	StartCommit *CommitRequest   `json:"startCommit,omitempty"`
	Reset       *struct{}        `json:"reset,omitempty"`
}

// SpecRequest asks what a connector is and how it is configured.
type SpecRequest struct {
	ConnectorType string          `json:"connectorType"` // LOCAL or IMAGE
	Config        json.RawMessage `json:"config"`
}

// DiscoverRequest asks a capture what it could capture.
type DiscoverRequest struct {
	ConnectorType string          `json:"connectorType"`
	Config        json.RawMessage `json:"config"`
}

// ValidateRequest asks whether a task is right. Lists are sent even when they
// are empty: old connectors fail without them.
type ValidateRequest struct {
	Name            string              `json:"name,omitempty"`
	ConnectorType   string              `json:"connectorType"`
	Config          json.RawMessage     `json:"config"`
	Bindings        *[]ValidateBinding  `json:"bindings,omitempty"`
	Collection      *CollectionSpec     `json:"collection,omitempty"`
	Transforms      []ValidateTransform `json:"transforms,omitempty"`
	ShuffleKeyTypes []string            `json:"shuffleKeyTypes,omitempty"`
	ProjectRoot     string              `json:"projectRoot,omitempty"`
}

// ValidateBinding is a binding of a task that is asked about.
type ValidateBinding struct {
	ResourceConfig json.RawMessage            `json:"resourceConfig"`
	Collection     *CollectionSpec            `json:"collection"`
	FieldConfig    map[string]json.RawMessage `json:"fieldConfig,omitempty"`
	Backfill       uint32                     `json:"backfill,omitempty"`
}

// ValidateTransform is a transform of a derivation that is asked about.
type ValidateTransform struct {
	Name         string          `json:"name"`
	Collection   *CollectionSpec `json:"collection"`
	LambdaConfig json.RawMessage `json:"lambdaConfig"`
	Backfill     uint32          `json:"backfill,omitempty"`
}

// ApplyRequest has a task put in place.
type ApplyRequest struct {
	Capture         *TaskSpec `json:"capture,omitempty"`
	Materialization *TaskSpec `json:"materialization,omitempty"`
	Version         string    `json:"version"`
}

// OpenRequest begins a session.
type OpenRequest struct {
	Capture         *TaskSpec       `json:"capture,omitempty"`
	Materialization *TaskSpec       `json:"materialization,omitempty"`
	Collection      *CollectionSpec `json:"collection,omitempty"`
	Version         string          `json:"version"`
	Range           Range           `json:"range"`
	State           json.RawMessage `json:"state"`
}

// Range is the part of the keys that a session is for.
type Range struct {
	KeyEnd    uint32 `json:"keyEnd"`
	RClockEnd uint32 `json:"rClockEnd"`
}

// WholeRange is all of the keys.
var WholeRange = Range{1<<32 - 1, 1<<32 - 1}

// AckRequest tells a capture how many checkpoints are committed, or a
// materialization that its transaction is.
type AckRequest struct {
	Checkpoints  int               `json:"checkpoints,omitempty"`
	StatePatches []json.RawMessage `json:"statePatches,omitempty"`
}

// PatchesRequest is a flush.
type PatchesRequest struct {
	StatePatches []json.RawMessage `json:"statePatches,omitempty"`
}

// LoadRequest asks a materialization for a stored document. Keys are sent in
// both forms: some connectors read one, some the other.
type LoadRequest struct {
	Binding   int               `json:"binding,omitempty"`
	Key       []json.RawMessage `json:"key,omitempty"`
	KeyPacked []byte            `json:"keyPacked"`
}

// StoreRequest gives a materialization a document to store.
type StoreRequest struct {
	Binding      int               `json:"binding,omitempty"`
	Key          []json.RawMessage `json:"key,omitempty"`
	KeyPacked    []byte            `json:"keyPacked"`
	Values       []json.RawMessage `json:"values,omitempty"`
	ValuesPacked []byte            `json:"valuesPacked"`
	Doc          json.RawMessage   `json:"doc"`
	Exists       bool              `json:"exists,omitempty"`
	Delete       bool              `json:"delete,omitempty"`
}

// ReadRequest gives a derivation a source document.
type ReadRequest struct {
	Transform int `json:"transform,omitempty"`
	UUID      struct {
		Node  string `json:"node"`
		Clock string `json:"clock"`
	} `json:"uuid"`
	Shuffle struct {
		Key    []json.RawMessage `json:"key"`
		Packed []byte            `json:"packed,omitempty"`
	} `json:"shuffle"`
	Doc json.RawMessage `json:"doc"`
}

// CommitRequest begins the commit of a transaction.
type CommitRequest struct {
	RuntimeCheckpoint Checkpoint        `json:"runtimeCheckpoint"`
	StatePatches      []json.RawMessage `json:"statePatches,omitempty"`
}

// Checkpoint is how far the sources of a task were read.
type Checkpoint struct {
	Sources map[string]ReadThrough `json:"sources"`
}

// ReadThrough is how far one source was read.
type ReadThrough struct {
	ReadThrough string `json:"readThrough"`
}
