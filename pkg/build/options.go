package build

import (
	"time"

	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/workspace"
)

// Options say what images are built of. Root and Connectors are needed.
type Options struct {
	Root       string // absolute
	Connectors []workspace.Connector
	Dockerfile string // given by the user, absolute; "" lets the connector decide
	Registry   string // "" is ghcr.io/estuary
	Tag        string // "" is local

	Args     map[string]string // build args, which win over all others
	Secrets  []engine.Secret
	Platform string            // "" is what the Dockerfile asks for, else the engine's own
	Language map[string]string // Dockerfile by language, slash path from the root

	CI       func(connector string) (CIArgs, error) // what CI builds it with; nil for nothing
	Secret   func(key, value string) string         // what a value seems to be that looks secret, or ""; nil goes by names
	Licences func(dir string) []string              // SPDX ids of what was imported into a folder; nil for none
	Now      time.Time
}

// CIArgs are the build args that a workflow gives to a connector.
type CIArgs struct {
	Args  map[string]string
	Notes []string // of what only CI knows
}

// Target is one image to be built.
type Target struct {
	Connector  string            `json:"connector"`
	Image      string            `json:"image"`
	Dockerfile string            `json:"dockerfile"` // slash path from the root; "template" is connkit's own
	Args       map[string]string `json:"args"`
	Labels     map[string]string `json:"labels"`
	Platform   string            `json:"platform,omitempty"` // when one is asked for
	Inputs     string            `json:"inputs"`             // hash of what goes in
	Files      int               `json:"files"`              // of the context that go in
	Notes      []string          `json:"notes,omitempty"`    // of what CI knows and connkit does not
	Warnings   []string          `json:"warnings,omitempty"` // of what is to be looked at
	Ignore     []string          `json:"ignore,omitempty"`   // lines that .dockerignore should have

	dir     string
	proxies map[string]string // build args that leave no trace, and may hold a password
	secrets []engine.Secret
	source  source
}

// The label that tells the hash of what went into an image, and those beside it.
const (
	LabelInputs  = "dev.connkit.inputs"
	labelDirty   = "dev.connkit.dirty"
	labelRequest = "dev.connkit.request" // what the user asked for beyond the connector's own
	oci          = "org.opencontainers.image."

	labelProtocol = "FLOW_RUNTIME_PROTOCOL"
	labelCodec    = "FLOW_RUNTIME_CODEC"
)

const (
	defaultRegistry = "ghcr.io/estuary"
	defaultTag      = "local"
	embedded        = "template"
)
