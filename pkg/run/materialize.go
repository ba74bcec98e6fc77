package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/flow/reduce"
)

// materialize runs the sessions of a materialization. Each transaction is
// acknowledge, load, flush, store, commit.
type materialize struct {
	*preview
	targets []*destination
	clock   flow.Clock
	read    read

	d                           *dialogue
	phase                       phase
	ackOwed                     bool
	asked                       map[string]*entry // keys that were loaded in this transaction
	acked, flushed, startCommit patches
}

// phase is where a transaction stands.
type phase int

const (
	loading phase = iota
	flushing
	storing
	committing
)

func (m *materialize) session(ctx context.Context, n int) (ended string, err error) {
	if m.d, err = m.start(ctx, "open"); err != nil {
		return "", err
	}
	if ended, err = m.talk(ctx, n); errors.Is(err, errCrash) {
		ended, err = m.d.crash(ctx)
	}
	m.end(m.d)
	return ended, m.d.failure(ctx, err)
}

func (m *materialize) talk(ctx context.Context, n int) (string, error) {
	if m.o.Runtime != "v1" {
		if err := m.d.specFirst(ctx); err != nil {
			return "", err
		}
	}
	opened, err := m.d.open(ctx, &flow.OpenRequest{Materialization: m.taskSpec(m.flags()...), Version: version, Range: flow.WholeRange, State: m.state.JSON()})
	if err != nil {
		return "", err
	}
	m.checkOpened(opened)
	m.d.handle = m.take
	if err := m.acknowledge(ctx); err != nil {
		return "", err
	}
	return m.transactions(ctx, m.d, n, m.transaction, m.acknowledged)
}

// checkOpened looks at the checkpoint of a connector that keeps it in its
// store. It is the truth: a fixture cannot go back to it, but must not differ.
func (m *materialize) checkOpened(opened flow.Opened) {
	remote := opened.RuntimeCheckpoint
	if opened.DisableLoadOptimization || m.o.LoadAll {
		for _, t := range m.targets {
			t.known = false
		}
	}
	if remote == nil || len(remote.Sources) == 0 && m.result.Checkpoints == 0 {
		return
	}
	if m.result.Checkpoints == 0 {
		m.warnOnce("the store has a checkpoint of its own: Flow would go on from there, connkit begins with the fixture")
		for _, t := range m.targets {
			t.known = false
		}
		return
	}
	for source, want := range m.read.checkpoint().Sources {
		if got := remote.Sources[source]; got != want {
			m.warnOnce(fmt.Sprintf("the store's checkpoint of %s is %q, and %q was committed", source, got.ReadThrough, want.ReadThrough))
		}
	}
}

// acknowledge tells that the former transaction is committed. The answer may
// come among those to the loads that follow.
func (m *materialize) acknowledge(ctx context.Context) error {
	m.phase, m.ackOwed, m.asked = loading, true, map[string]*entry{}
	return m.d.put(ctx, flow.Request{Acknowledge: &flow.AckRequest{StatePatches: m.startCommit.take(m.o)}})
}

func (m *materialize) transaction(ctx context.Context) error {
	docs := newCombined(func(binding int) *reduce.Reducer { return m.targets[binding].reducer })
	if err := m.load(ctx, docs); err != nil {
		return err
	}
	if err := m.acknowledged(ctx); err != nil {
		return err
	}
	m.phase = flushing
	if err := m.d.put(ctx, flow.Request{Flush: &flow.PatchesRequest{StatePatches: m.acked.take(m.o)}}); err != nil {
		return err
	}
	if err := m.d.await(ctx, "flushed"); err != nil {
		return err
	}
	if err := m.commitState(); err != nil { // of flushed it lasts from here on
		return err
	}
	for _, e := range docs.sorted() {
		if err := m.store(ctx, e); err != nil {
			return err
		}
	}
	if err := m.d.flush(ctx); err != nil {
		return err
	}
	m.phase = committing
	commit := flow.CommitRequest{RuntimeCheckpoint: m.read.checkpoint(), StatePatches: m.flushed.take(m.o)}
	if err := m.d.put(ctx, flow.Request{StartCommit: &commit}); err != nil {
		return err
	}
	if err := m.d.await(ctx, "startedCommit"); err != nil {
		return err
	}
	return m.acknowledge(ctx)
}

// acknowledged waits until the connector has answered to acknowledge.
func (m *materialize) acknowledged(ctx context.Context) error {
	if err := m.d.flush(ctx); err != nil || !m.ackOwed {
		return err
	}
	return m.d.await(ctx, "acknowledged")
}

// load reads the documents of a transaction and asks for what is stored of their keys.
func (m *materialize) load(ctx context.Context, docs *combined) error {
	for {
		line, more, err := m.fixture.next()
		if err != nil || !more {
			return err
		}
		m.checkRead(line.collection)
		uuid := m.clock.Next()
		for i, t := range m.targets {
			if t.Collection != line.collection {
				continue
			}
			line.doc.Put(uuidPath, quote(uuid.Text))
			if bad := t.checker.Validate(line.doc); len(bad) > 0 && !m.o.Unchecked {
				return errDocument(m.fixture.line, m.fixture.name, fmt.Sprintf("the document is not as %s says: %s", t.Collection, bad[0]))
			}
			t.stats.Documents++
			t.stats.Bytes += len(line.doc.Raw())
			m.read[t.source]++
			key, packed := keyOf(line.doc, t.keys)
			e := &entry{binding: i, key: key, packed: packed, doc: withUUID(line.doc, uuid.Text)}
			kept, err := docs.put(e)
			if err != nil {
				return errDocument(m.fixture.line, m.fixture.name, err.Error())
			}
			if kept != e || t.delta || t.known && bytes.Compare(e.same, t.largest) > 0 {
				continue
			}
			m.asked[combinedKey(i, e.same)] = e
			t.stats.Loads++
			if err := m.d.put(ctx, flow.Request{Load: &flow.LoadRequest{Binding: i, Key: key, KeyPacked: packed}}); err != nil {
				return err
			}
		}
	}
}

func (m *materialize) store(ctx context.Context, e *entry) error {
	t := m.targets[e.binding]
	if err := e.settle(t.reducer); err != nil {
		return fault.Failedf("%s: %w", t.Collection, err)
	}
	var d jsonschema.Doc
	doc, err := d.Parse(e.doc)
	if err != nil {
		return fmt.Errorf("reading a document again: %w", err)
	}
	values := valuesAt(doc, t.values)
	op := doc.Find([]string{"_meta", "op"})
	r := flow.StoreRequest{
		Binding: e.binding, Key: e.key, KeyPacked: e.packed, Values: rawOf(values), ValuesPacked: flow.PackTuple(values),
		Doc: e.doc, Exists: e.loaded, Delete: e.deleted || op.Exists() && string(op.Raw()) == `"d"`,
	}
	if r.Delete {
		t.stats.Deletes++
	} else {
		t.stats.Stores++
	}
	if bytes.Compare(e.same, t.largest) > 0 {
		t.largest = e.same
	}
	m.phase = storing
	return m.d.put(ctx, flow.Request{Store: &r})
}
