package run

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/flow"
)

func (j *job) derivationRequest(r *flow.ValidateRequest) {
	r.Name, r.Collection = "", j.derived.Spec()
	r.ProjectRoot = j.projectRoot()
	types, wrong := j.shuffleKeyTypes()
	r.ShuffleKeyTypes, j.warnings = types, append(j.warnings, wrong...)
	for _, b := range j.bindings {
		r.Transforms = append(r.Transforms, flow.ValidateTransform{Name: b.Name, Collection: b.spec, LambdaConfig: b.Resource, Backfill: b.Backfill})
	}
}

// projectRoot is where a derivation's connector may have files generated.
func (j *job) projectRoot() string {
	root := url.URL{Scheme: "file", Path: j.options.Dir + "/"}
	return root.String()
}

// strayFiles tells which generated files Flow would refuse: their names are
// URLs below the project's root.
func (j *job) strayFiles(files map[string]string) []string {
	var stray []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		u, err := url.Parse(name)
		switch {
		case err != nil || !u.IsAbs():
			stray = append(stray, fmt.Sprintf("the generated file %q is named by no absolute URL", name))
		case !strings.HasPrefix(u.JoinPath().String(), j.projectRoot()):
			stray = append(stray, fmt.Sprintf("the generated file %q is outside of %s", name, j.projectRoot()))
		}
	}
	return stray
}

func (d *derive) collectionSpec() *flow.CollectionSpec {
	spec := d.derived.Spec()
	spec.Derivation = &flow.DerivationSpec{ConnectorType: d.endpoint.connectorType(), Config: d.config.JSON, Transforms: []flow.TransformSpec{}}
	spec.Derivation.ShuffleKeyTypes, _ = d.shuffleKeyTypes()
	spec.Derivation.ShardTemplate, spec.Derivation.RecoveryLogTemplate = d.task.Templates(d.options.level(d.task), d.flags()...)
	for _, b := range d.bindings {
		spec.Derivation.Transforms = append(spec.Derivation.Transforms, flow.TransformSpec{
			Name: b.Name, Collection: b.spec, PartitionSelector: &struct{}{}, ShuffleKey: b.Shuffle, LambdaConfig: b.Resource, ReadOnly: b.readOnly,
			JournalReadSuffix: d.task.ReadSuffix(b.stateKey), Backfill: b.Backfill, StateKey: b.stateKey,
		})
	}
	return spec
}
