package flow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Protocol is the version that a spec response must carry (flow: crates/proto-flow).
const Protocol = 3032023

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

// Response is one line of a connector, by the name of its only field. The
// message is kept as the connector wrote it.
type Response struct {
	Kind    string
	Message json.RawMessage
}

// ParseResponse reads one line of a connector.
func ParseResponse(line []byte) (Response, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return Response{}, fmt.Errorf("reading a response: it is no JSON object: %s", Excerpt(line))
	}
	delete(fields, "$internal")
	for kind, message := range fields { // null is as good as absent
		if string(message) == "null" && len(fields) > 1 {
			delete(fields, kind)
		}
	}
	if len(fields) != 1 {
		return Response{}, fmt.Errorf("reading a response: one field is wanted: %s", Excerpt(line))
	}
	for kind, message := range fields {
		return Response{Kind: FieldName(kind), Message: message}, nil
	}
	return Response{}, nil
}

// Spec is a connector's answer to spec.
type Spec struct {
	Protocol             int             `json:"protocol"`
	ConfigSchema         json.RawMessage `json:"configSchema"`
	ResourceConfigSchema json.RawMessage `json:"resourceConfigSchema"`
	DocumentationURL     string          `json:"documentationUrl"`
	ResourcePathPointers []string        `json:"resourcePathPointers"`
	OAuth2               json.RawMessage `json:"oauth2,omitempty"`
}

// Discovered is a capture's answer to discover.
type Discovered struct {
	Bindings []DiscoveredBinding `json:"bindings"`
}

// DiscoveredBinding is one thing that a capture could capture.
type DiscoveredBinding struct {
	RecommendedName string          `json:"recommendedName"`
	ResourceConfig  json.RawMessage `json:"resourceConfig"`
	DocumentSchema  json.RawMessage `json:"documentSchema"`
	Key             []string        `json:"key"`
	Disable         bool            `json:"disable,omitempty"`
	ResourcePath    []string        `json:"resourcePath,omitempty"`
	IsFallbackKey   bool            `json:"isFallbackKey,omitempty"`
}

// Validated is the answer to validate.
type Validated struct {
	Bindings       []ValidatedBinding `json:"bindings"`
	Transforms     []json.RawMessage  `json:"transforms"`
	GeneratedFiles map[string]string  `json:"generatedFiles"`
}

// ValidatedBinding is what a connector says of a binding. Constraints come in
// an older and a newer form.
type ValidatedBinding struct {
	ResourcePath          []string              `json:"resourcePath"`
	Constraints           map[string]Constraint `json:"constraints"`
	ProjectionConstraints []FieldConstraint     `json:"projectionConstraints"`
	DeltaUpdates          bool                  `json:"deltaUpdates"`
	SerPolicy             json.RawMessage       `json:"serPolicy"`
	CaseInsensitiveFields bool                  `json:"caseInsensitiveFields"`
}

// FieldConstraint is a constraint with the field that it is about.
type FieldConstraint struct {
	Field      string     `json:"field"`
	Constraint Constraint `json:"constraint"`
}

// Constraint says whether a materialization takes a field.
type Constraint struct {
	Type        string `json:"type"`
	Reason      string `json:"reason"`
	FoldedField string `json:"foldedField"`
}

// Applied is the answer to apply.
type Applied struct {
	ActionDescription string       `json:"actionDescription"`
	State             *StateUpdate `json:"state"`
}

// Opened is the answer to open.
type Opened struct {
	ExplicitAcknowledgements bool        `json:"explicitAcknowledgements"`
	RuntimeCheckpoint        *Checkpoint `json:"runtimeCheckpoint"`
	DisableLoadOptimization  bool        `json:"disableLoadOptimization"`
}

// Decode reads a message into v, taking names in camelCase and, as Flow does,
// in snake_case. It gives the keys at the top of the message and of its
// bindings that v does not know: Flow refuses them.
func Decode(message json.RawMessage, v any) (unknown []string, err error) {
	plain, err := camelKeys(message)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return nil, fmt.Errorf("reading a response: %w", err)
	}
	known, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("reading a response: %w", err)
	}
	return extraKeys(plain, known, ""), nil
}

// camelKeys renames the keys of a message and of the objects in its bindings;
// schemas and configs inside keep theirs.
func camelKeys(message json.RawMessage) (json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(message, &fields); err != nil {
		return nil, fmt.Errorf("reading a response: it is no JSON object: %s", Excerpt(message))
	}
	out := map[string]json.RawMessage{}
	for key, value := range fields {
		name := strings.TrimSuffix(FieldName(key), "Json")
		if name == "bindings" {
			var list []json.RawMessage
			if err := json.Unmarshal(value, &list); err != nil {
				return nil, fmt.Errorf("reading a response: bindings: %w", err)
			}
			for i := range list {
				b, err := camelKeys(list[i])
				if err != nil {
					return nil, err
				}
				list[i] = b
			}
			value, _ = json.Marshal(list) // raw messages that were just read
		}
		out[name] = value
	}
	return json.Marshal(out)
}

// FieldName spells a protobuf field name as the JSON codec does, in camel case.
func FieldName(name string) string {
	if !strings.Contains(name, "_") {
		return name
	}
	parts := strings.Split(name, "_")
	for i, p := range parts[1:] {
		if p != "" {
			parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "")
}

// known keys that a type of ours does not read but Flow knows.
var tolerated = []string{"resourcePath", "disable", "isFallbackKey", "oauth2", "$internal"}

func extraKeys(got, known json.RawMessage, at string) []string {
	var g, k map[string]json.RawMessage
	if json.Unmarshal(got, &g) != nil || json.Unmarshal(known, &k) != nil {
		return nil
	}
	var extra []string
	for key, value := range g {
		_, ok := k[key]
		switch {
		case key == "bindings":
			var gl, kl []json.RawMessage
			if json.Unmarshal(value, &gl) == nil && json.Unmarshal(k[key], &kl) == nil && len(gl) == len(kl) {
				for i := range gl {
					extra = append(extra, extraKeys(gl[i], kl[i], "bindings.")...)
				}
			}
		case !ok && !slices.Contains(tolerated, key):
			extra = append(extra, at+key)
		}
	}
	slices.Sort(extra)
	return slices.Compact(extra)
}

// Excerpt quotes a line of a connector for a message, cut to a readable length.
func Excerpt(line []byte) string {
	const most = 200
	text := strings.ToValidUTF8(string(line), "?")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return fmt.Sprintf("%q", text)
}
