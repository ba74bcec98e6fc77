package run

import (
	"context"
	"fmt"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
)

// often is how often checkpoints are committed at most, as long as more is at hand.
const often = 50 * time.Millisecond

// checkpoint counts one.
func (p *preview) checkpoint() error {
	p.result.Checkpoints++
	if p.o.Commit == nil {
		return nil
	}
	err := p.written()
	p.o.Commit()
	return err
}

// atEnd is the end of a connector that ended well. Documents without a
// checkpoint would be lost.
func (c *capture) atEnd(ctx context.Context) error {
	if n := c.result.Uncommitted; n > 0 {
		return fault.Failedf("the connector broke the protocol: it ended within a checkpoint, and %d documents are not committed", n).
			WithHint("a checkpoint has to follow the last document")
	}
	c.acks = false // it reads no more
	return c.commit(ctx)
}

// commit makes the checkpoints so far last, and tells the connector if it wants to know.
func (c *capture) commit(ctx context.Context) error {
	if c.open == 0 {
		return c.written()
	}
	if err := c.commitState(); err != nil {
		return err
	}
	n := c.open
	c.open, c.committed = 0, time.Now()
	if !c.acks {
		return nil
	}
	text, err := encode(flow.Request{Acknowledge: &flow.AckRequest{Checkpoints: n}})
	if err != nil {
		return err
	}
	short, cancel := c.d.within(ctx, ackTime)
	defer cancel()
	if err = c.d.session.Send(short, text); err != nil && ctx.Err() == nil && short.Err() != nil {
		return fmt.Errorf("it does not read acknowledgements, though it asked for them: %d wait since %s", n, ackTime)
	}
	return c.d.told(ctx, err)
}

// ackTime is how long Flow waits until a capture reads an acknowledgement.
const ackTime = 10 * time.Second
