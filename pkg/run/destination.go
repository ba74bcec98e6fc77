package run

import (
	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/flow/reduce"
)

// destination is what a binding needs for its documents.
type destination struct {
	*bound
	stats   *BindingStats
	keys    [][]string
	values  [][]string
	source  string // in checkpoints
	largest []byte // key that was stored so far
	known   bool   // that nothing beyond it is stored
	checker *jsonschema.Schema
	reducer *reduce.Reducer
}

func newMaterialize(p *preview) (*materialize, error) {
	m := &materialize{preview: p, read: read{}}
	p.result.Bindings = make([]BindingStats, len(p.bindings))
	for i, b := range p.bindings {
		p.result.Bindings[i].Collection = b.Collection
		t := &destination{bound: b, stats: &p.result.Bindings[i], keys: pointersOf(b.collection.Key), known: p.state.IsEmpty()}
		pointerOf := map[string]string{}
		for _, f := range b.spec.Projections {
			pointerOf[f.Field] = f.Pointer
		}
		for _, f := range b.selection.Values {
			t.values = append(t.values, jsonschema.Pointer(pointerOf[f]))
		}
		t.source = flow.CheckpointSource(b.Collection, p.task.ReadSuffix(b.stateKey))
		var err error
		if t.checker, err = jsonschema.Compile(b.collection.Schema()); err != nil {
			return nil, fault.Usagef("collection %q: %w", b.Collection, err).At(b.collection.File, 0, 0)
		}
		t.reducer = p.reducer(b.Collection, t.checker)
		m.targets = append(m.targets, t)
	}
	return m, nil
}
