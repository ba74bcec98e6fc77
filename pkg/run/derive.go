package run

import (
	"context"
	"errors"
	"fmt"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/flow/reduce"
)

// derive runs the sessions of a derivation: source documents in, published
// documents out, one for each key in a transaction.
type derive struct {
	*preview
	sources []*source
	keys    [][]string // of the derived collection
	checker *checker
	reducer *reduce.Reducer
	clock   flow.Clock
	read    read

	d       *dialogue
	docs    *combined
	waiting string // the answer that is due: flushed, startedCommit
	late    bool   // a flush was answered, and nothing was sent since
	more    bool
	remote  bool // the connector keeps the checkpoint
	flushed patches
}

// source is what a transform needs for its documents.
type source struct {
	*bound
	stats  *BindingStats
	keys   [][]string // of the shuffle
	name   string     // in checkpoints
	schema *jsonschema.Schema
}

// mostRounds are the flushes of one transaction.
const mostRounds = 100

func newDerive(p *preview) (*derive, error) {
	d := &derive{preview: p, keys: pointersOf(p.derived.Key), read: read{}}
	p.result.Bindings = make([]BindingStats, len(p.bindings)+1)
	p.result.Bindings[0].Collection = p.task.Name
	var err error
	if d.checker, err = newChecker(p.derived, &p.result.Bindings[0], p.o.Unchecked); err != nil {
		return nil, err
	}
	schema, err := jsonschema.Compile(p.derived.WriteSchema)
	if err != nil {
		return nil, fault.Usagef("collection %q: %w", p.derived.Name, err).At(p.derived.File, 0, 0)
	}
	d.reducer = p.reducer(p.derived.Name, schema)
	for i, b := range p.bindings {
		s := &source{bound: b, stats: &p.result.Bindings[i+1], keys: pointersOf(b.Shuffle)}
		if s.stats.Collection = b.Collection; len(b.Shuffle) == 0 {
			s.keys = pointersOf(b.collection.Key) // Flow shuffles any by the key of the source
		}
		s.name = flow.CheckpointSource(b.Collection, p.task.ReadSuffix(b.stateKey))
		if s.schema, err = jsonschema.Compile(b.collection.Schema()); err != nil {
			return nil, fault.Usagef("collection %q: %w", b.Collection, err).At(b.collection.File, 0, 0)
		}
		d.sources = append(d.sources, s)
	}
	return d, nil
}

func (d *derive) session(ctx context.Context, n int) (ended string, err error) {
	if d.d, err = d.start(ctx, "open"); err != nil {
		return "", err
	}
	if ended, err = d.talk(ctx, n); errors.Is(err, errCrash) {
		ended, err = d.d.crash(ctx)
	}
	d.end(d.d)
	return ended, d.d.failure(ctx, err)
}

func (d *derive) talk(ctx context.Context, n int) (string, error) {
	if d.o.Runtime != "v1" {
		if err := d.d.specFirst(ctx); err != nil {
			return "", err
		}
	}
	opened, err := d.d.open(ctx, &flow.OpenRequest{Collection: d.collectionSpec(), Version: version, Range: flow.WholeRange, State: d.state.JSON()})
	if err != nil {
		return "", err
	}
	d.remote = opened.RuntimeCheckpoint != nil
	if d.remote && d.result.Checkpoints == 0 && len(opened.RuntimeCheckpoint.Sources) > 0 {
		d.warnOnce("the connector has a checkpoint of its own: Flow would go on from there, connkit begins with the fixture")
	}
	d.d.handle, d.docs, d.waiting, d.late = d.take, d.nothing(), "", true
	return d.transactions(ctx, d.d, n, d.transaction, func(context.Context) error { return nil })
}

// nothing is a transaction without documents.
func (d *derive) nothing() *combined {
	return newCombined(func(int) *reduce.Reducer { return d.reducer })
}

func (d *derive) transaction(ctx context.Context) error {
	if err := d.send(ctx); err != nil {
		return err
	}
	for round := 1; ; round++ {
		d.waiting, d.more, d.late = "flushed", false, false
		if err := d.d.put(ctx, flow.Request{Flush: &flow.PatchesRequest{StatePatches: d.flushed.take(d.o)}}); err != nil {
			return err
		}
		if err := d.d.await(ctx, "flushed"); err != nil {
			return err
		}
		if !d.more {
			break
		}
		if round == mostRounds {
			return fmt.Errorf("it has answered %d flushes of one transaction with more: true", round)
		}
	}
	d.flushed = nil
	if err := d.commitRemote(ctx); err != nil {
		return err
	}
	for _, e := range d.docs.sorted() {
		d.printPair(d.task.Name, e.doc)
	}
	d.docs = d.nothing()
	for d.d.session.Ready() { // what comes now comes late
		m, err := d.d.recv(ctx)
		if err == nil {
			err = d.take(m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// commitRemote asks for a commit: the older runtime always does, the newer one
// where the connector keeps the checkpoint.
func (d *derive) commitRemote(ctx context.Context) error {
	if d.o.Runtime != "v1" && !d.remote {
		return nil
	}
	d.waiting = "startedCommit"
	if err := d.d.put(ctx, flow.Request{StartCommit: &flow.CommitRequest{RuntimeCheckpoint: d.read.checkpoint()}}); err != nil {
		return err
	}
	return d.d.await(ctx, "startedCommit")
}

// send sends the source documents of a transaction, each to every transform that reads it.
func (d *derive) send(ctx context.Context) error {
	for {
		line, more, err := d.fixture.next()
		if err != nil || !more {
			return err
		}
		d.checkRead(line.collection)
		uuid := d.clock.Next()
		for i, s := range d.sources {
			if s.Collection != line.collection {
				continue
			}
			line.doc.Put(uuidPath, quote(uuid.Text))
			if bad := s.schema.Validate(line.doc); len(bad) > 0 && !d.o.Unchecked {
				return errDocument(d.fixture.line, d.fixture.name, fmt.Sprintf("transform %q: the document is not as %s says: %s", s.Name, s.Collection, bad[0]))
			}
			s.stats.Documents++
			s.stats.Bytes += len(line.doc.Raw())
			d.read[s.name]++
			r := flow.ReadRequest{Transform: i, Doc: withUUID(line.doc, uuid.Text)}
			r.UUID.Node, r.UUID.Clock = uuid.Node, uuid.Clock
			r.Shuffle.Key, r.Shuffle.Packed = keyOf(line.doc, s.keys)
			d.late = false
			if err := d.d.put(ctx, flow.Request{Read: &r}); err != nil {
				return err
			}
		}
	}
}
