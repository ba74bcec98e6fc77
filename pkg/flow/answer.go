package flow

import "encoding/json"

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
	Bindings       []ValidatedBinding   `json:"bindings"`
	Transforms     []ValidatedTransform `json:"transforms"`
	GeneratedFiles map[string]string    `json:"generatedFiles"` // by URL; connkit writes none
}

// ValidatedTransform is what a connector says of a transform.
type ValidatedTransform struct {
	ReadOnly bool `json:"readOnly"`
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
