package run

import (
	"context"

	"github.com/connkit/connkit/pkg/flow"
)

// taskSpec is the task as it is applied and opened.
func (j *job) taskSpec(flags ...string) *flow.TaskSpec {
	s := &flow.TaskSpec{Name: j.task.Name, ConnectorType: j.endpoint.connectorType(), Config: j.config.JSON, Bindings: []flow.BindingSpec{}}
	s.ShardTemplate, s.RecoveryLogTemplate = j.task.Templates(j.options.level(j.task), flags...)
	if j.task.Kind == "capture" {
		s.IntervalSeconds = j.task.Seconds()
	}
	for _, b := range j.bindings {
		spec := flow.BindingSpec{
			ResourceConfig: flow.WithoutMeta(b.Resource), ResourcePath: b.path, Collection: b.spec, Backfill: b.Backfill, StateKey: b.stateKey,
		}
		if j.task.Kind == "materialization" {
			spec.FieldSelection, spec.DeltaUpdates, spec.SerPolicy = b.selection, b.delta, b.serPolicy
			spec.PartitionSelector, spec.JournalReadSuffix = &struct{}{}, j.task.ReadSuffix(b.stateKey)
		}
		s.Bindings = append(s.Bindings, spec)
	}
	return s
}

// version stands for a publication of the task.
const version = "0011223344556677"

// apply has the task put in place.
func (j *job) apply(ctx context.Context, flags ...string) (flow.Applied, error) {
	request := &flow.ApplyRequest{Version: version}
	if j.task.Kind == "materialization" {
		request.Materialization = j.taskSpec(flags...)
	} else {
		request.Capture = j.taskSpec(flags...)
	}
	answer, err := j.call(ctx, flow.Request{Apply: request}, "applied")
	if err != nil {
		return flow.Applied{}, err
	}
	var applied flow.Applied
	unknown, err := j.decode(answer, &applied)
	j.warnings = append(j.warnings, unknownKeys(unknown)...)
	return applied, err
}
