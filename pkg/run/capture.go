package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/flow"
)

// capture runs the sessions of a capture.
type capture struct {
	*preview
	checkers []*checker // by binding
	names    [][]byte   // of collections, as JSON

	d         *dialogue
	acks      bool // the connector wants to be told of commits
	open      int  // checkpoints that are not committed
	committed time.Time
}

func newCapture(p *preview) (*capture, error) {
	c := &capture{preview: p}
	p.result.Bindings = make([]BindingStats, len(p.bindings))
	for i, b := range p.bindings {
		p.result.Bindings[i].Collection = b.Collection
		k, err := newChecker(b.collection, &p.result.Bindings[i], p.o.Unchecked)
		if err != nil {
			return nil, err
		}
		c.checkers = append(c.checkers, k)
		c.names = append(c.names, quote(b.Collection))
	}
	return c, nil
}

func (c *capture) session(ctx context.Context, n int) (ended string, err error) {
	if c.d, err = c.start(ctx, "open"); err != nil {
		return "", err
	}
	ended, err = c.talk(ctx, n)
	c.end(c.d)
	return ended, c.d.failure(ctx, err)
}

func (c *capture) talk(ctx context.Context, n int) (string, error) {
	opened, err := c.d.open(ctx, &flow.OpenRequest{Capture: c.taskSpec(c.flags()...), Version: version, Range: flow.WholeRange, State: c.state.JSON()})
	if err != nil {
		return "", err
	}
	c.acks, c.open, c.committed, c.result.Uncommitted = opened.ExplicitAcknowledgements, 0, time.Now(), 0
	for left := n; left != 0; {
		if ended := c.cut(); ended != "" {
			return ended, nil
		}
		if !c.d.session.Ready() {
			c.tell(true)
			if err := c.commit(ctx); err != nil {
				return "", err
			}
		}
		m, err := c.d.recv(ctx)
		if errors.Is(err, io.EOF) {
			return byConnector, c.atEnd(ctx)
		}
		if err != nil {
			return "", err
		}
		isCheckpoint, err := c.take(m)
		if err != nil {
			return "", err
		}
		if !isCheckpoint {
			continue
		}
		left--
		c.open++
		if err := c.checkpoint(); err != nil {
			return "", err
		}
		if time.Since(c.committed) > often || left == 0 {
			if err := c.commit(ctx); err != nil {
				return "", err
			}
		}
	}
	return byCheckpoints, nil
}

// cut ends the session at a number of documents, where that is wished.
func (c *capture) cut() string {
	if c.o.KillAfter == 0 && c.o.StopAfter == 0 {
		return ""
	}
	all := 0
	for _, b := range c.result.Bindings {
		all += b.Documents
	}
	switch {
	case c.o.KillAfter > 0 && all >= c.o.KillAfter:
		c.d.session.Kill()
		return byKill
	case c.o.StopAfter > 0 && all >= c.o.StopAfter:
		return byStop
	}
	return ""
}

// take deals with one response. A checkpoint commits all documents before it.
func (c *capture) take(m message) (isCheckpoint bool, err error) {
	switch m.kind {
	case "captured":
		return false, c.captured(m)
	case "checkpoint":
		state := m.value.Get("state")
		if !state.Exists() || state.Kind() != jsonschema.Object {
			return false, fmt.Errorf("it sent a checkpoint without a state: %s", c.excerpt(m.line))
		}
		c.result.Uncommitted = 0
		_, err := c.update(m.value)
		return true, err
	case "sourcedSchema":
		return false, c.sourced(m)
	case "backfillBegin", "backfillComplete":
		_, err := c.binding(m)
		return false, err
	}
	return false, c.d.unexpected(m, "a document or checkpoint")
}

// binding gives the index of the binding that a response is about; 0 is left out.
func (c *capture) binding(m message) (int, error) {
	v := m.value.Get("binding")
	if !v.Exists() || v.Kind() == jsonschema.Null {
		if len(c.checkers) == 0 {
			return 0, fmt.Errorf("it sent %q, and there is no binding", m.kind)
		}
		return 0, nil
	}
	i, ok := v.Int()
	if !ok || i < 0 || i >= len(c.checkers) {
		return 0, fmt.Errorf("it sent %q for the binding %s, and there are %d: %s", m.kind, v.Raw(), len(c.checkers), c.excerpt(m.line))
	}
	return i, nil
}

func (c *capture) captured(m message) error {
	i, err := c.binding(m)
	if err != nil {
		return err
	}
	doc := m.value.Get("doc")
	if !doc.Exists() || doc.Kind() != jsonschema.Object {
		return fmt.Errorf("it captured what is no JSON object: %s", c.excerpt(m.line))
	}
	_ = c.out.WriteByte('[') // the writer keeps its first error for Flush
	_, _ = c.out.Write(c.names[i])
	_ = c.out.WriteByte(',')
	_, _ = c.out.Write(doc.Raw())
	_, _ = c.out.WriteString("]\n")
	c.checkers[i].count(doc)
	if c.result.Uncommitted++; c.result.Uncommitted%256 == 0 {
		c.tell(false)
	}
	return nil
}

// sourced looks at a schema that the source is known to have: Flow takes only
// one that allows nothing else.
func (c *capture) sourced(m message) error {
	i, err := c.binding(m)
	if err != nil {
		return err
	}
	schema := m.value.Get("documentSchema")
	for _, older := range []string{"document_schema", "schema_json", "documentSchemaJson"} {
		if !schema.Exists() {
			schema = m.value.Get(older)
		}
	}
	if !schema.Exists() {
		return fmt.Errorf("it sent a sourcedSchema without a schema: %s", c.excerpt(m.line))
	}
	if closed := schema.Get("additionalProperties"); !closed.Exists() || closed.True() || closed.Kind() != jsonschema.Bool {
		c.warnOnce(fmt.Sprintf("the sourcedSchema of %s is not closed: additionalProperties: false is wanted", c.bindings[i].Collection))
	}
	return nil
}
