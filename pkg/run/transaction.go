package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/flow/reduce"
)

// patches are the state changes of a phase, to be told in the next one, as
// Flow's newer runtime does. A replacement travels as null and the new state.
type patches []json.RawMessage

func (p *patches) add(holder jsonschema.Value, updated json.RawMessage) {
	if updated == nil {
		return
	}
	state := holder.Get("state")
	if !state.Get("mergePatch").True() && !state.Get("merge_patch").True() {
		*p = append(*p, json.RawMessage("null"))
	}
	*p = append(*p, updated)
}

// take gives the patches for a request, which the older runtime does not send.
func (p *patches) take(o *PreviewOptions) []json.RawMessage {
	list := *p
	*p = nil
	if o.Runtime == "v1" {
		return nil
	}
	return list
}

// read is how far the sources were read.
type read map[string]int

func (r read) checkpoint() flow.Checkpoint {
	c := flow.Checkpoint{Sources: map[string]flow.ReadThrough{}}
	for source, n := range r {
		c.Sources[source] = flow.ReadThrough{ReadThrough: strconv.Itoa(n)}
	}
	return c
}

// transactions runs up to n of them, and ends the session between two, when
// all answers have come.
func (p *preview) transactions(ctx context.Context, d *dialogue, n int, one, settle func(ctx context.Context) error) (string, error) {
	ended := byCheckpoints
	for left := n; left != 0; left-- {
		more, err := p.fixture.more()
		if err != nil {
			return "", err
		}
		if !more {
			ended = byFixture
			break
		}
		if err := one(ctx); err != nil {
			return "", err
		}
		if err := errors.Join(p.checkpoint(), p.commitState()); err != nil {
			return "", err
		}
		p.tell(false)
	}
	if err := settle(ctx); err != nil {
		return "", err
	}
	if err := p.commitState(); err != nil {
		return "", err
	}
	return ended, d.farewell(ctx)
}

// more tells whether another transaction follows. Only the first may be the
// nothing of an empty file.
func (f *fixture) more() (bool, error) {
	for {
		c, err := f.in.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			f.ended = true
			first := !f.begun
			f.begun = true
			return first, nil
		case err != nil:
			return false, fmt.Errorf("reading the fixture: %w", err)
		case c == '\n':
			f.line++
		case c != ' ' && c != '\t' && c != '\r':
			f.begun = true
			return true, f.in.UnreadByte()
		}
	}
}

// farewell closes the connector's input, upon which it is to end well and to
// say nothing more.
func (d *dialogue) farewell(ctx context.Context) error {
	if err := d.flush(ctx); err != nil {
		return err
	}
	timed, cancel := d.within(ctx, d.t.timeout(""))
	defer cancel()
	if err := d.session.CloseSend(); err != nil {
		return fmt.Errorf("ending its input: %w", err)
	}
	line, err := d.session.Recv(timed)
	switch {
	case err == nil || errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("it printed more after its input had ended: %s", d.t.excerpt(line))
	case timed.Err() != nil && ctx.Err() == nil:
		return &silence{what: "the end", after: d.t.timeout("")}
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return d.session.Wait(timed)
}

// reducer makes what joins documents of one key as the schema says.
func (p *preview) reducer(collection string, schema *jsonschema.Schema) *reduce.Reducer {
	r, warnings := reduce.New(schema)
	for _, w := range warnings {
		p.warnOnce(fmt.Sprintf("the schema of %s, %s", collection, w))
	}
	return r
}

func errDocument(line int, name, text string) error {
	return fault.Usagef("%s", text).At(name, line, 0)
}
