package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"unicode/utf8"

	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/flow"
)

// dialogue is a connector that runs, with what is said to it and by it.
type dialogue struct {
	t       *target
	session *proc.Session
	logs    *logs
	doc     jsonschema.Doc

	debugger Debugger // nil for none
	silent   bool     // its output has ended, and so well

	out []byte // requests that were not written yet

	// handle gets what comes while requests are written or an answer is awaited.
	handle func(message) error
	done   bool   // what is awaited has come
	due    string // the answer that is awaited
}

// message is one response: its only field. It holds until the next one.
type message struct {
	kind  string
	value jsonschema.Value
	line  []byte
}

// start starts the connector for a call: spec, discover, validate, apply or open.
func (t *target) start(ctx context.Context, call string) (*dialogue, error) {
	d := &dialogue{t: t, logs: newLogs(t.options.shown(t.task), t.options.log, t.options.Leak, t.mask)}
	if err := d.begin(ctx, call); err != nil {
		d.logs.close()
		return nil, t.startError(err)
	}
	return d, nil
}

// stop ends the connector, whatever it does, and hands on its last log lines.
func (d *dialogue) stop() (gently bool) {
	if d.debugger != nil {
		d.debugger.Ending()
	}
	gently = d.session.Stop(stopGrace)
	d.logs.close()
	return gently
}

// put adds a request, and writes what has gathered when it is much.
func (d *dialogue) put(ctx context.Context, r flow.Request) error {
	text, err := encode(r)
	if err != nil {
		return err
	}
	if d.out = append(append(d.out, text...), '\n'); len(d.out) < 64<<10 {
		return nil
	}
	return d.flush(ctx)
}

func encode(r flow.Request) ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("writing the request: %w", err)
	}
	return text, nil
}

// flush writes the requests that have gathered.
func (d *dialogue) flush(ctx context.Context) error {
	if len(d.out) == 0 {
		return nil
	}
	timeout := d.t.timeout("")
	timed, cancel := d.within(ctx, timeout)
	defer cancel()
	err := d.session.Pump(timed, d.out, d.line)
	d.out = d.out[:0]
	if err != nil && ctx.Err() == nil && timed.Err() != nil {
		return &silence{what: "the connector to read its input", after: timeout}
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("its output ends in the middle of a line")
	case errors.Is(err, os.ErrClosed) || errors.Is(err, syscall.EPIPE):
		err = io.EOF // it has ended, and the pipe's own words tell nobody that
	}
	return d.told(ctx, err)
}

func (d *dialogue) line(line []byte) error {
	m, err := d.parse(line)
	if err != nil {
		return err
	}
	return d.handle(m)
}

// await writes what has gathered and handles what comes until the handler says
// that it is done. A wait for longer than the timeout is an error that names
// what was awaited.
func (d *dialogue) await(ctx context.Context, what string) error {
	timeout := d.t.timeout("")
	timed, cancel := d.within(ctx, timeout)
	defer cancel()
	d.done, d.due = false, what // it may end while what has gathered is still written
	err := d.flush(timed)
	for err == nil && !d.done {
		var m message
		if m, err = d.recv(timed); err == nil {
			err = d.handle(m)
		}
	}
	if err != nil && ctx.Err() == nil && timed.Err() != nil {
		return &silence{what: what, after: timeout}
	}
	if err == nil {
		d.due = ""
	}
	return err
}

// recv reads one response.
func (d *dialogue) recv(ctx context.Context) (message, error) {
	line, err := d.session.Recv(ctx)
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("its output ends in the middle of a line: %s", d.t.excerpt(line))
		}
		err = d.told(ctx, err)
		d.silent = errors.Is(err, io.EOF)
		return message{}, err
	}
	return d.parse(line)
}

// parse finds the only field of a response that is not null.
func (d *dialogue) parse(line []byte) (message, error) {
	v, err := d.doc.Parse(line)
	if err != nil || v.Kind() != jsonschema.Object || !utf8.Valid(line) {
		return message{}, fmt.Errorf("%w: %s", errStdout, d.t.excerpt(line))
	}
	m := message{line: line}
	for f := v.First(); f.Exists(); f = f.Next() {
		if f.Kind() == jsonschema.Null || string(f.Key()) == "$internal" {
			continue
		}
		if m.value.Exists() {
			return m, fmt.Errorf("a response has one field, and this one has several: %s", d.t.excerpt(line))
		}
		m.kind, m.value = flow.FieldName(string(f.Key())), f
	}
	if !m.value.Exists() {
		return m, fmt.Errorf("a response has one field, and this one has none: %s", d.t.excerpt(line))
	}
	return m, nil
}

// open sends the request that begins a session and reads the answer.
func (d *dialogue) open(ctx context.Context, r *flow.OpenRequest) (flow.Opened, error) {
	var opened flow.Opened
	d.handle = func(m message) error {
		if m.kind != "opened" {
			return d.unexpected(m, `"opened"`)
		}
		d.done = true
		_, err := d.t.decode(m.value.Raw(), &opened)
		return err
	}
	err := d.ask(ctx, flow.Request{Open: r}, "opened")
	return opened, err
}

// ask writes a request and only then looks at what comes: behind the answer
// documents may follow at once, which are for another handler.
func (d *dialogue) ask(ctx context.Context, r flow.Request, what string) error {
	text, err := encode(r)
	if err != nil {
		return err
	}
	timed, cancel := d.within(ctx, d.t.timeout(""))
	defer cancel()
	if err := d.session.Send(timed, text); err != nil && timed.Err() != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return &silence{what: "the connector to read its input", after: d.t.timeout("")}
	}
	return d.await(ctx, what) // also where it no longer reads: what it said tells why
}

// specFirst asks for the spec before the session, as Flow's newer runtime does.
func (d *dialogue) specFirst(ctx context.Context) error {
	d.handle = func(m message) error {
		if m.kind != "spec" {
			return d.unexpected(m, `"spec"`)
		}
		d.done = true
		return nil
	}
	request := flow.SpecRequest{ConnectorType: d.t.endpoint.connectorType(), Config: json.RawMessage("{}")}
	return d.ask(ctx, flow.Request{Spec: &request}, "spec")
}
