package run

import (
	"context"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
)

// ValidateResult is a connector's answer to validate.
type ValidateResult struct {
	Task     string             `json:"task"`
	Kind     string             `json:"kind"`
	Bindings []ValidatedBinding `json:"bindings"`
	Warnings []string           `json:"warnings,omitempty"` // what Flow would refuse
}

// ValidatedBinding is an enabled binding that the connector has accepted.
type ValidatedBinding struct {
	Collection   string   `json:"collection"`
	ResourcePath []string `json:"resourcePath"`
	StateKey     string   `json:"stateKey"`
	DeltaUpdates bool     `json:"deltaUpdates,omitempty"`
	Fields       []string `json:"fields,omitempty"` // that a materialization stores
}

// Validate asks a connector whether its task is right: its config, which it
// may try out, and its enabled bindings. Errors are those of [Spec]; a binding
// whose collection is not in the catalog is [fault.Usage].
func Validate(ctx context.Context, o Options) (ValidateResult, error) {
	j, err := o.job(ctx)
	if err != nil {
		return ValidateResult{}, err
	}
	if err := j.validate(ctx); err != nil {
		return ValidateResult{}, err
	}
	return j.validated(), nil
}

func (j *job) validated() ValidateResult {
	r := ValidateResult{Task: j.task.Name, Kind: j.task.Kind, Bindings: []ValidatedBinding{}, Warnings: j.hidden(j.warnings)}
	for _, b := range j.bindings {
		v := ValidatedBinding{Collection: b.Collection, ResourcePath: b.path, StateKey: b.stateKey, DeltaUpdates: b.delta}
		if b.selection != nil {
			v.Fields = append(append(v.Fields, b.selection.Keys...), b.selection.Values...)
			if b.selection.Document != "" {
				v.Fields = append(v.Fields, b.selection.Document)
			}
		}
		r.Bindings = append(r.Bindings, v)
	}
	return r
}

// ApplyResult is what a connector did to put its task in place.
type ApplyResult struct {
	Task     string   `json:"task"`
	Action   string   `json:"action"` // "" when there was nothing to do
	Warnings []string `json:"warnings,omitempty"`
}

// Apply has a connector put its task in place: create tables, subscriptions.
// It validates first. Errors are those of [Validate].
func Apply(ctx context.Context, o Options) (ApplyResult, error) {
	j, err := o.job(ctx)
	if err != nil {
		return ApplyResult{}, err
	}
	if j.task.Kind == "derivation" {
		return ApplyResult{}, fault.Usagef("applying %q: it is a derivation, and only captures and materializations are applied", j.task.Name)
	}
	if err := j.validate(ctx); err != nil {
		return ApplyResult{}, err
	}
	applied, err := j.apply(ctx)
	return ApplyResult{Task: j.task.Name, Action: applied.ActionDescription, Warnings: j.hidden(j.warnings)}, err
}

// Keys gives the keys of the collections of a task's enabled bindings, as JSON
// pointers, by collection; of a derivation also its own.
func Keys(o Options) (map[string][]string, error) {
	all, err := o.taskCollections()
	keys := map[string][]string{}
	for _, c := range all {
		keys[c.Name] = c.Key
	}
	return keys, err
}

// CheckKeys tells which keys of those collections are not as Flow wants them,
// and how many collections there are.
func CheckKeys(o Options) (wrong []string, n int, err error) {
	all, err := o.taskCollections()
	for _, c := range all {
		for _, w := range c.CheckKey() {
			wrong = append(wrong, c.Name+": "+w)
		}
	}
	return wrong, len(all), err
}

func (o *Options) taskCollections() ([]flow.Collection, error) {
	quiet := *o
	quiet.Note = nil // it was told when the task was read first
	task, catalog, _, err := quiet.findTask()
	if err != nil {
		return nil, err
	}
	j := &job{target: &target{task: task, catalog: catalog, options: &quiet}}
	if err := j.collections(); err != nil {
		return nil, err
	}
	var all []flow.Collection
	seen := map[string]bool{}
	if task.Kind == "derivation" {
		all = append(all, j.derived)
	}
	for _, b := range j.bindings {
		if !seen[b.Collection] {
			all = append(all, b.collection)
		}
		seen[b.Collection] = true
	}
	return all, nil
}
