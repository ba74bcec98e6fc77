package run

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
)

// SpecResult is a connector's answer to spec.
type SpecResult struct {
	Task     string          `json:"task"`
	Kind     string          `json:"kind"`
	Spec     json.RawMessage `json:"spec"`               // as the connector wrote it
	Warnings []string        `json:"warnings,omitempty"` // what Flow would refuse
}

// DiscoverResult is a capture's answer to discover.
type DiscoverResult struct {
	Task     string    `json:"task"`
	Bindings []Binding `json:"bindings"`
	Warnings []string  `json:"warnings,omitempty"` // what Flow would refuse
}

// Binding is one thing that a capture could capture.
type Binding struct {
	flow.DiscoveredBinding
	Collection string `json:"collection"` // the name it would get
	Mode       string `json:"mode,omitempty"`
	Fields     int    `json:"fields"` // properties of its documents

	Raw json.RawMessage `json:"-"` // as the connector wrote it
}

// Spec asks a connector what it is.
//
// A connector that fails, breaks the protocol or does not answer in time is a
// [fault.Failed] error with its last words, one that cannot be started
// [fault.Environment], a wrong catalog file [fault.Usage].
func Spec(ctx context.Context, o Options) (SpecResult, error) {
	t, err := o.prepare(ctx, false)
	if err != nil {
		return SpecResult{}, err
	}
	message, spec, warnings, err := t.spec(ctx)
	if err != nil {
		return SpecResult{}, err
	}
	return SpecResult{Task: t.task.Name, Kind: t.task.Kind, Spec: message, Warnings: append(warnings, spec.Check(t.task.Kind)...)}, nil
}

func (t *target) spec(ctx context.Context) (json.RawMessage, flow.Spec, []string, error) {
	request := flow.Request{Spec: &flow.SpecRequest{ConnectorType: "LOCAL", Config: json.RawMessage("{}")}}
	message, err := t.call(ctx, request, "spec", flow.NewMasker(t.config.Secrets))
	if err != nil {
		return nil, flow.Spec{}, nil, err
	}
	var spec flow.Spec
	unknown, err := flow.Decode(message, &spec)
	if err != nil {
		return nil, flow.Spec{}, nil, fault.Failedf("the connector broke the protocol: %w", err)
	}
	return message, spec, unknownKeys(unknown), nil
}

// Discover asks a capture what it could capture. It asks for the spec first, to
// know which values of the config are secret. Errors are those of [Spec]; a
// wrong or sealed config is [fault.Usage] or [fault.Environment].
func Discover(ctx context.Context, o Options) (DiscoverResult, error) {
	t, err := o.prepare(ctx, true)
	if err != nil {
		return DiscoverResult{}, err
	}
	if t.task.Kind != "capture" {
		return DiscoverResult{}, fault.Usagef("discovering %q: it is a %s, and only captures discover", t.task.Name, t.task.Kind)
	}
	_, spec, _, err := t.spec(ctx)
	if err != nil {
		return DiscoverResult{}, err
	}
	secrets := append(slices.Clone(t.config.Secrets), flow.SecretsBySchema(spec.ConfigSchema, t.config.JSON)...)
	request := flow.Request{Discover: &flow.DiscoverRequest{ConnectorType: "LOCAL", Config: t.config.JSON}}
	message, err := t.call(ctx, request, "discovered", flow.NewMasker(secrets))
	if err != nil {
		return DiscoverResult{}, err
	}
	return t.discovered(message)
}

func (t *target) discovered(message json.RawMessage) (DiscoverResult, error) {
	var d flow.Discovered
	unknown, err := flow.Decode(message, &d)
	if err != nil {
		return DiscoverResult{}, fault.Failedf("the connector broke the protocol: %w", err)
	}
	var raw struct{ Bindings []json.RawMessage }
	if err := json.Unmarshal(message, &raw); err != nil {
		return DiscoverResult{}, fmt.Errorf("reading the bindings: %w", err)
	}
	prefix := t.options.Prefix
	if prefix == "" {
		prefix = "acmeCo"
	}
	r := DiscoverResult{Task: t.task.Name, Bindings: []Binding{}, Warnings: append(unknownKeys(unknown), d.Check()...)}
	for i, b := range d.Bindings {
		r.Bindings = append(r.Bindings, Binding{
			DiscoveredBinding: b, Raw: raw.Bindings[i],
			Collection: flow.CollectionName(prefix, b.RecommendedName), Mode: b.Mode(), Fields: b.Fields(),
		})
	}
	return r, nil
}

func unknownKeys(keys []string) []string {
	var out []string
	for _, k := range keys {
		out = append(out, fmt.Sprintf("Flow knows no key %q in this answer", k))
	}
	return out
}
