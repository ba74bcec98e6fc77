package run

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/flow"
)

// job is a task with what its connector has said of it.
type job struct {
	*target
	spec     flow.Spec
	bindings []*bound
	derived  flow.Collection // of a derivation
	warnings []string
}

// bound is an enabled binding with its collection.
type bound struct {
	flow.Binding
	collection flow.Collection
	spec       *flow.CollectionSpec
	path       []string
	stateKey   string
	delta      bool
	readOnly   bool // a transform, which publishes nothing of its own
	selection  *flow.FieldSelection
	serPolicy  json.RawMessage
}

// job reads the task's config and bindings and asks for the spec, which tells
// which values of the config are secret.
func (o *Options) job(ctx context.Context) (*job, error) {
	t, err := o.prepare(ctx, true)
	if err != nil {
		return nil, err
	}
	j := &job{target: t}
	if err := j.collections(); err != nil {
		return nil, err
	}
	return j, j.askSpec(ctx)
}

func (j *job) askSpec(ctx context.Context) error {
	_, spec, unknown, err := j.target.spec(ctx)
	if err != nil {
		return err
	}
	j.spec = spec
	j.warnings = append(append(j.warnings, unknown...), spec.Check(j.task.Kind)...)
	j.mask = flow.NewMasker(append(slices.Clone(j.config.Secrets), flow.SecretsBySchema(spec.ConfigSchema, j.config.JSON)...))
	j.checkAgainst("config", spec.ConfigSchema, j.config.JSON)
	for _, b := range j.bindings {
		j.checkAgainst("resource of "+b.Collection, spec.ResourceConfigSchema, flow.WithoutMeta(b.Resource))
	}
	return nil
}

// checkAgainst warns of what the connector's schema does not allow. Values stay
// untold: they may be secret.
func (j *job) checkAgainst(what string, schema, value json.RawMessage) {
	s, err := jsonschema.Compile(schema)
	if err != nil {
		return // told of as a fault of the spec
	}
	var d jsonschema.Doc
	v, err := d.Parse(value)
	if err != nil {
		return
	}
	for _, x := range s.Validate(v) {
		x.Got = ""
		j.warnings = append(j.warnings, fmt.Sprintf("%s: %s", what, x))
	}
}

// collections finds the collections of the enabled bindings.
func (j *job) collections() error {
	all, err := j.task.Bindings()
	if err != nil {
		return err
	}
	specs := map[string]*flow.CollectionSpec{}
	for _, b := range all {
		if b.Disable {
			continue
		}
		c, err := j.collection(b)
		if err != nil {
			return err
		}
		if specs[c.Name] == nil {
			specs[c.Name] = c.Spec()
			j.warnings = append(j.warnings, c.Check()...)
		}
		if b.Fields.GroupBy {
			j.warnings = append(j.warnings, fmt.Sprintf("the binding of %s: fields.groupBy is not carried out, documents are grouped by the key of the collection", b.Collection))
		}
		j.bindings = append(j.bindings, &bound{Binding: b, collection: c, spec: specs[c.Name]})
	}
	if j.task.Kind == "derivation" {
		j.derived, err = j.catalog.Collection(j.task.Name)
		j.warnings = append(j.warnings, j.derived.Check()...)
	}
	return err
}

func (j *job) collection(b flow.Binding) (flow.Collection, error) {
	if j.catalog == nil {
		return flow.Collection{}, fault.Usagef("finding the collection %q: there is no catalog file", b.Collection)
	}
	if _, ok := j.catalog.HasCollection(b.Collection); !ok {
		hint := "write it under collections:, or import the file that has it"
		if j.task.Kind == "capture" {
			hint = "connkit run discover NAME --write, which writes it, or import the file that has it"
		}
		return flow.Collection{}, b.Errorf("collection %q is not in the catalog", b.Collection).WithHint("%s", hint)
	}
	return j.catalog.Collection(b.Collection)
}

// validate asks the connector whether the task is right and takes in what it says.
func (j *job) validate(ctx context.Context) error {
	request := &flow.ValidateRequest{Name: j.task.Name, ConnectorType: j.endpoint.connectorType(), Config: j.config.JSON}
	if j.task.Kind == "derivation" {
		j.derivationRequest(request)
	} else {
		list := []flow.ValidateBinding{}
		for _, b := range j.bindings {
			list = append(list, flow.ValidateBinding{
				ResourceConfig: flow.WithoutMeta(b.Resource), Collection: b.spec, FieldConfig: b.Fields.Require, Backfill: b.Backfill,
			})
		}
		request.Bindings = &list
	}
	answer, err := j.call(ctx, flow.Request{Validate: request}, "validated")
	if err != nil {
		return err
	}
	var v flow.Validated
	unknown, err := j.decode(answer, &v)
	if err != nil {
		return err
	}
	j.warnings = append(j.warnings, unknownKeys(unknown)...)
	return j.takeIn(v)
}

func (j *job) takeIn(v flow.Validated) error {
	told := len(v.Bindings)
	if j.task.Kind == "derivation" {
		told = len(v.Transforms)
	}
	if told != len(j.bindings) {
		return fault.Failedf("the connector broke the protocol: it validated %d of %d bindings", told, len(j.bindings))
	}
	j.warnings = append(j.warnings, j.strayFiles(v.GeneratedFiles)...)
	taken := map[string]string{}
	for i, b := range j.bindings {
		if j.task.Kind == "derivation" {
			b.path, b.readOnly = []string{b.Name}, v.Transforms[i].ReadOnly
			b.stateKey = flow.StateKey(b.path, b.Backfill)
			continue
		}
		answer := v.Bindings[i]
		if len(answer.ResourcePath) == 0 {
			return fault.Failedf("the connector broke the protocol: it validated the binding of %s without a resource path", b.Collection)
		}
		key := strings.Join(answer.ResourcePath, "\x00")
		if other, twice := taken[key]; twice {
			return fault.Failedf("the connector broke the protocol: the bindings of %s and %s have one resource path: %s",
				other, b.Collection, strings.Join(answer.ResourcePath, "/"))
		}
		taken[key] = b.Collection
		b.path, b.stateKey = answer.ResourcePath, flow.StateKey(answer.ResourcePath, b.Backfill)
		if j.task.Kind == "materialization" {
			b.delta, b.serPolicy = answer.DeltaUpdates, answer.SerPolicy
			if err := b.selectFields(answer); err != nil {
				return err
			}
		}
	}
	return nil
}
