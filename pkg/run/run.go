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
	request := flow.Request{Spec: &flow.SpecRequest{ConnectorType: t.endpoint.connectorType(), Config: json.RawMessage("{}")}}
	message, err := t.call(ctx, request, "spec")
	if err != nil {
		return nil, flow.Spec{}, nil, err
	}
	var spec flow.Spec
	unknown, err := t.decode(message, &spec)
	if err != nil {
		return nil, flow.Spec{}, nil, err
	}
	return message, spec, unknownKeys(unknown), nil
}

// Discover asks a capture what it could capture. It asks for the spec first, to
// know which values of the config are secret. Errors are those of [Spec]; a
// wrong or sealed config is [fault.Usage] or [fault.Environment].
func Discover(ctx context.Context, o Options) (DiscoverResult, error) {
	_, r, _, err := o.discover(ctx)
	return r, err
}

func (o *Options) discover(ctx context.Context) (*target, DiscoverResult, flow.Spec, error) {
	t, err := o.prepare(ctx, true)
	if err != nil {
		return nil, DiscoverResult{}, flow.Spec{}, err
	}
	if err := discovers(t.task.Name, t.task.Kind); err != nil {
		return nil, DiscoverResult{}, flow.Spec{}, err
	}
	_, spec, _, err := t.spec(ctx)
	if err != nil {
		return nil, DiscoverResult{}, spec, err
	}
	t.mask = flow.NewMasker(append(slices.Clone(t.config.Secrets), flow.SecretsBySchema(spec.ConfigSchema, t.config.JSON)...))
	request := flow.Request{Discover: &flow.DiscoverRequest{ConnectorType: t.endpoint.connectorType(), Config: t.config.JSON}}
	message, err := t.call(ctx, request, "discovered")
	if err != nil {
		return nil, DiscoverResult{}, spec, err
	}
	r, err := t.discovered(message, spec.ResourcePathPointers)
	return t, r, spec, err
}

// discovers is a [fault.Usage] error for a task of a kind that is not asked that.
func discovers(task, kind string) error {
	if kind == "capture" {
		return nil
	}
	return fault.Usagef("discovering %q: it is a %s, and only captures discover", task, kind)
}

func (t *target) discovered(message json.RawMessage, pointers []string) (DiscoverResult, error) {
	var d flow.Discovered
	unknown, err := t.decode(message, &d)
	if err != nil {
		return DiscoverResult{}, err
	}
	var raw struct{ Bindings []json.RawMessage }
	if err := json.Unmarshal(message, &raw); err != nil {
		return DiscoverResult{}, fmt.Errorf("reading the bindings: %w", err)
	}
	prefix := t.options.Prefix
	if prefix == "" {
		prefix = "acmeCo"
	}
	r := DiscoverResult{Task: t.task.Name, Bindings: []Binding{}, Warnings: append(unknownKeys(unknown), d.Check(pointers)...)}
	t.hidden(r.Warnings)
	taken := map[string]string{}
	for i, b := range d.Bindings {
		collection := flow.CollectionName(prefix, b.RecommendedName)
		if other, ok := taken[collection]; ok && other != b.RecommendedName {
			r.Warnings = append(r.Warnings, fmt.Sprintf("%q and %q both become the collection %s", other, b.RecommendedName, collection))
		}
		taken[collection] = b.RecommendedName
		r.Bindings = append(r.Bindings, Binding{
			DiscoveredBinding: b, Raw: raw.Bindings[i],
			Collection: collection, Mode: b.Mode(), Fields: b.Fields(),
		})
	}
	return r, nil
}

// decode reads an answer. An error may quote it, and cut what it quotes, so
// that it is made of an answer whose secrets are hidden.
func (t *target) decode(message json.RawMessage, v any) (unknown []string, err error) {
	if unknown, err = flow.Decode(message, v); err == nil {
		return unknown, nil
	}
	if _, hidden := flow.Decode(json.RawMessage(t.mask.Text(string(message))), v); hidden != nil {
		err = hidden
	}
	return nil, fault.Failedf("the connector broke the protocol: %w", err)
}

// hidden gives the warnings without secrets: keys of an answer may be one.
func (t *target) hidden(warnings []string) []string {
	for i, w := range warnings {
		warnings[i] = t.mask.Text(w)
	}
	return warnings
}

func unknownKeys(keys []string) []string {
	var out []string
	for _, k := range keys {
		out = append(out, fmt.Sprintf("Flow knows no key %q in this answer", k))
	}
	return out
}
