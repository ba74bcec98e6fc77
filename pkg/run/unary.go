package run

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"
	"unicode/utf8"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/flow"
)

// How long an answer may take where nobody says: a spec asks nobody, the
// others may ask the connector's source, which can be slow or try again.
const (
	specTimeout = time.Minute
	askTimeout  = 3 * time.Minute
	stopGrace   = 5 * time.Second
)

// call starts the command, sends one request, reads the one answer of the
// wanted kind, and waits for the end: the life of every request but open. The
// session has ended when it returns, and every log line was handed on.
func (t *target) call(ctx context.Context, request flow.Request, kind string) (json.RawMessage, error) {
	line, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("writing the request: %w", err)
	}
	timeout := t.timeout(kind)
	d, err := t.start(ctx, calls[kind])
	if err != nil {
		return nil, err
	}
	timed, cancel := d.within(ctx, timeout)
	defer cancel()
	e := exchange{t: t, session: d.session}
	answer, err := e.run(timed, line, kind)
	d.stop()
	logs := d.logs
	switch {
	case err == nil:
		return answer, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case timed.Err() != nil:
		return nil, t.timeoutError(kind, e.answered, timeout, logs)
	}
	if err = d.explain(err); isFault(err) {
		return nil, err
	}
	return nil, t.failure(err, logs)
}

// calls are the names of the calls by those of their answers.
var calls = map[string]string{"spec": "spec", "discovered": "discover", "validated": "validate", "applied": "apply"}

// timeout is how long an answer of a kind may take, or anything else in a dialogue.
func (t *target) timeout(kind string) time.Duration {
	if kind == "spec" {
		return cmp.Or(t.options.Timeout, specTimeout)
	}
	return cmp.Or(t.options.Timeout, askTimeout)
}

// exchange is the talk itself.
type exchange struct {
	t        *target
	session  *proc.Session
	answered bool
}

func (e *exchange) run(ctx context.Context, request []byte, kind string) (json.RawMessage, error) {
	s := e.session
	if err := s.Send(ctx, request); err != nil {
		return nil, ended(ctx, s, err)
	}
	line, err := s.Recv(ctx)
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("its answer ends in the middle of a line: %s", e.t.excerpt(line))
		} else if errors.Is(err, io.EOF) {
			err = errNoAnswer
		}
		return nil, ended(ctx, s, err)
	}
	response, err := flow.ParseResponse(line)
	if err != nil || !utf8.Valid(line) {
		return nil, fmt.Errorf("%w: %s", errStdout, e.t.excerpt(line))
	}
	if response.Kind != kind {
		return nil, fmt.Errorf("it answered with %q, %q is wanted", response.Kind, kind)
	}
	e.answered = true
	if err := s.CloseSend(); err != nil {
		return nil, fmt.Errorf("ending its input: %w", err)
	}
	if line, err = s.Recv(ctx); err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("it printed more than its answer: %s", e.t.excerpt(line))
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return response.Message, s.Wait(ctx)
}

// excerpt quotes a line of the connector. Secrets are hidden before it is cut,
// which could leave half of one.
func (t *target) excerpt(line []byte) string {
	return flow.Excerpt([]byte(t.mask.Text(string(line))))
}

var (
	errNoAnswer = errors.New("it ended without an answer")
	errStdout   = errors.New("it printed a line that is no response")
)

// ended gives the program's own end as the reason where there is one; one that
// has closed its output is about to end.
func ended(ctx context.Context, s *proc.Session, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, proc.ErrLongLine):
		return err
	}
	short, cancel := context.WithTimeout(ctx, stopGrace)
	defer cancel()
	var exit *proc.Error
	if waitErr := s.Wait(short); errors.As(waitErr, &exit) {
		return exit
	}
	return err
}

func (t *target) startError(err error) error {
	if fault.KindOf(err) != fault.Environment || fault.HintOf(err) != "" {
		return err
	}
	e := fault.Environmentf("starting the connector: %w", err)
	if t.options.Language == "python" {
		return e.WithHint("connkit env %s", filepath.Base(t.options.Dir))
	}
	return e.WithHint("connkit doctor --for run")
}

// timeoutError tells what the connector was last heard of.
func (t *target) timeoutError(kind string, answered bool, after time.Duration, logs *logs) error {
	text := fmt.Sprintf("waiting for %q: no answer after %s", kind, after)
	if answered {
		text = fmt.Sprintf("waiting for the connector to end: it answered with %q, but still ran after %s", kind, after)
	}
	if last := logs.tail(); last != "" {
		text += "; the last it logged:\n" + last
	}
	return fault.Failedf("%s", text).WithHint("%s%s, or --log-level debug to see more", cmp.Or(t.options.Longer, "--timeout "), 2*after)
}

// failure makes an error of the connector's own last words, as Flow does.
func (t *target) failure(err error, logs *logs) error {
	words := logs.lastWords(t.options.Language)
	hint := hintFor(words, t.options)
	var exit *proc.Error
	switch {
	case errors.Is(err, errNoAnswer) && words != "":
		return fault.Failedf("the connector broke the protocol: %w; it logged last: %s", err, words).WithHint("%s", hint)
	case errors.Is(err, errStdout):
		return fault.Failedf("the connector broke the protocol: %w", err).WithHint("stdout is for responses: print and log to stderr")
	case !errors.As(err, &exit):
		return fault.Failedf("the connector broke the protocol: %w", err).WithHint("%s", hint)
	}
	if c, ok := t.endpoint.(*container); ok {
		if engineSaid := logs.engineWords(c.engine, exit.Status); engineSaid != "" {
			return fault.Environmentf("starting the image %s: %s", c.ref, engineSaid).WithHint("connkit doctor --for run")
		}
	}
	how := fmt.Sprintf("exit status %d", exit.Status)
	if exit.Status < 0 {
		how = exit.Err.Error()
	}
	if words == "" {
		return fault.Failedf("the connector ended with %s and said nothing", how)
	}
	return fault.Failedf("the connector ended with %s: %s", how, words).WithHint("%s", hint)
}
