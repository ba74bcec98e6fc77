package run

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/connkit/connkit/internal/jsonschema"
)

// take deals with one response: each may come in one phase only.
func (m *materialize) take(r message) error {
	switch {
	case r.kind == "acknowledged" && m.ackOwed:
		m.ackOwed = false
		m.d.done = true
		return m.changed(r, &m.acked)
	case r.kind == "loaded" && (m.phase == loading || m.phase == flushing):
		return m.loaded(r)
	case r.kind == "flushed" && m.phase == flushing:
		m.phase = storing
		m.d.done = true
		return m.changed(r, &m.flushed)
	case r.kind == "startedCommit" && m.phase == committing:
		m.d.done = true
		m.phase = loading
		return m.changed(r, &m.startCommit)
	}
	return m.d.unexpected(r, map[phase]string{
		loading: "an answer to acknowledge or load", flushing: `"loaded" or "flushed"`, storing: "silence while documents are stored", committing: `"startedCommit"`,
	}[m.phase])
}

func (m *materialize) changed(r message, p *patches) error {
	updated, err := m.update(r.value)
	p.add(r.value, updated)
	return err
}

func (m *materialize) loaded(r message) error {
	i := 0
	if v := r.value.Get("binding"); v.Exists() && v.Kind() != jsonschema.Null {
		n, ok := v.Int()
		if !ok || n < 0 || n >= len(m.targets) {
			return fmt.Errorf("it loaded for the binding %s, and there are %d", v.Raw(), len(m.targets))
		}
		i = n
	}
	t, doc := m.targets[i], r.value.Get("doc")
	if t.delta {
		return fmt.Errorf("it loaded for %s, whose updates are deltas", t.Collection)
	}
	if !doc.Exists() || doc.Kind() != jsonschema.Object {
		return fmt.Errorf("it loaded what is no JSON object: %s", m.excerpt(r.line))
	}
	key, packed := keyOf(doc, t.keys)
	e := m.asked[combinedKey(i, identity(key, packed))]
	switch text, _ := json.Marshal(key); {
	case e == nil:
		return fmt.Errorf("it loaded the key %s of %s, which it was not asked for", text, t.Collection)
	case e.loaded:
		return fmt.Errorf("it loaded the key %s of %s twice", text, t.Collection)
	}
	e.loaded = true
	if !t.reducer.Trivial() {
		e.stored = slices.Clone(doc.Raw())
	}
	t.stats.Loaded++
	return nil
}
