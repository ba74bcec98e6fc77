package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/connkit/connkit/internal/fault"
)

// silence is a connector that did not answer in time.
type silence struct {
	what  string
	after time.Duration
}

func (s *silence) Error() string {
	return fmt.Sprintf("waiting for %q: no answer after %s", s.what, s.after)
}

// told gives the program's own end as the reason of an error where there is one.
func (d *dialogue) told(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		if err != nil {
			return context.Cause(ctx)
		}
		return nil
	}
	return ended(ctx, d.session, err)
}

// wanted is an error for a response that is not of the kind that may come now.
func (d *dialogue) unexpected(m message, wanted string) error {
	return fmt.Errorf("it sent %q, %s is wanted: %s", m.kind, wanted, d.t.excerpt(m.line))
}

// failure makes the error that a person reads of what went wrong in a session,
// which must have been stopped before.
func (d *dialogue) failure(ctx context.Context, err error) error {
	if ctx.Err() == nil && (err != nil || d.silent) {
		err = d.explain(err)
	}
	var s *silence
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &s):
		return d.t.timeoutError(s.what, false, s.after, d.logs)
	case fault.KindOf(err) != fault.Failed || isFault(err):
		return err
	case errors.Is(err, io.EOF):
		err = errors.New("it closed its output")
		if d.due != "" {
			err = fmt.Errorf("it closed its output, and %q is due", d.due)
		}
	}
	return d.t.failure(err, d.logs)
}

func isFault(err error) bool {
	var f *fault.Error
	return errors.As(err, &f)
}
