package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/flow"
)

const (
	defaultTimeout = time.Minute
	stopGrace      = 5 * time.Second
	keptLogs       = 20 // entries that an error of time shows
)

// call starts the command, sends one request, reads the one answer of the
// wanted kind, and waits for the end: the life of every request but open. The
// session has ended when it returns, and every log line was handed on.
func (t *target) call(ctx context.Context, request flow.Request, kind string, mask flow.Masker) (json.RawMessage, error) {
	line, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("writing the request: %w", err)
	}
	timeout := t.options.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	timed, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	logs := newLogs(t.options.log, mask)
	session, err := proc.Start(proc.Cmd{Argv: t.argv(), Dir: t.dir, Env: t.env, Unset: []string{"PYTHONHOME", "PYTHONPATH"}, Stderr: logs})
	if err != nil {
		return nil, t.startError(err)
	}
	answer, err := exchange(timed, session, line, kind)
	session.Stop(stopGrace)
	logs.flush()
	switch {
	case err == nil:
		return answer, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case timed.Err() != nil:
		return nil, t.timeoutError(kind, timeout, logs)
	}
	return nil, t.failure(err, logs, mask)
}

// argv looks the program up in the connector's own environment first: the
// system looks in ours.
func (t *target) argv() []string {
	argv := append([]string{}, t.task.Command...)
	if t.options.BinDir == "" || strings.Contains(argv[0], "/") {
		return argv
	}
	if own, err := proc.Look(filepath.Join(t.options.BinDir, argv[0])); err == nil {
		argv[0] = own
	}
	return argv
}

// exchange is the talk itself.
func exchange(ctx context.Context, s *proc.Session, request []byte, kind string) (json.RawMessage, error) {
	if err := s.Send(ctx, request); err != nil {
		return nil, ended(ctx, s, err)
	}
	line, err := s.Recv(ctx)
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("its answer ends in the middle of a line: %s", flow.Excerpt(line))
		} else if errors.Is(err, io.EOF) {
			err = errors.New("it ended without an answer")
		}
		return nil, ended(ctx, s, err)
	}
	response, err := flow.ParseResponse(line)
	if err != nil {
		return nil, err
	}
	if response.Kind != kind {
		return nil, fmt.Errorf("it answered with %q, %q is wanted", response.Kind, kind)
	}
	if err := s.CloseSend(); err != nil {
		return nil, fmt.Errorf("ending its input: %w", err)
	}
	if line, err = s.Recv(ctx); err == nil {
		return nil, fmt.Errorf("it printed more than its answer: %s", flow.Excerpt(line))
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return response.Message, s.Wait(ctx)
}

// ended gives the program's own end as the reason where there is one; one that
// has closed its output is about to end.
func ended(ctx context.Context, s *proc.Session, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
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
	if fault.KindOf(err) != fault.Environment {
		return err
	}
	e := fault.Environmentf("starting the connector: %w", err)
	if t.options.Language == "python" {
		return e.WithHint("connkit env %s", filepath.Base(t.options.Dir))
	}
	return e.WithHint("connkit doctor --for run")
}

// timeoutError tells what the connector was last heard of.
func (t *target) timeoutError(kind string, after time.Duration, logs *logs) error {
	text := fmt.Sprintf("waiting for %q: no answer after %s", kind, after)
	if last := logs.tail(); last != "" {
		text += "; the last it logged:\n" + last
	}
	return fault.Failedf("%s", text).WithHint("--timeout %s, or --log-level debug to see more", 2*after)
}

// failure makes an error of the connector's own last words, as Flow does.
func (t *target) failure(err error, logs *logs, mask flow.Masker) error {
	var exit *proc.Error
	words := logs.lastWords()
	if !errors.As(err, &exit) {
		return fault.Failedf("the connector broke the protocol: %s", mask.Text(err.Error())).WithHint("%s", hintFor(words, t.options))
	}
	how := fmt.Sprintf("exit status %d", exit.Status)
	if exit.Status < 0 {
		how = exit.Err.Error()
	}
	if words == "" {
		return fault.Failedf("the connector ended with %s and said nothing", how)
	}
	return fault.Failedf("the connector ended with %s: %s", how, words).WithHint("%s", hintFor(words, t.options))
}

// hintFor knows the ends that have one cure.
func hintFor(words string, o *Options) string {
	name := filepath.Base(o.Dir)
	switch {
	case strings.Contains(words, "No module named"), o.Language == "python" && o.BinDir == "" && strings.Contains(words, "ImportError"):
		return "connkit env " + name
	case strings.Contains(words, "unexpected EOF"):
		return "the connector may read protobuf in spite of FLOW_RUNTIME_CODEC=json"
	}
	return ""
}

// logs decodes stderr, hides secrets, hands entries on, and remembers the last.
type logs struct {
	decoder *flow.LogDecoder
	rest    bytes.Buffer
	last    []flow.Log
}

func newLogs(emit func(flow.Log), mask flow.Masker) *logs {
	l := &logs{}
	l.decoder = flow.NewLogDecoder(func(entry flow.Log) {
		entry.Message = mask.Text(entry.Message)
		entry.Fields = mask.Fields(entry.Fields)
		if l.last = append(l.last, entry); len(l.last) > keptLogs {
			l.last = l.last[1:]
		}
		emit(entry)
	})
	return l
}

// maxLogLine is where a log line is cut, so that one without an end cannot fill the memory.
const maxLogLine = 1 << 20

// Write takes stderr as it comes.
func (l *logs) Write(p []byte) (int, error) {
	l.rest.Write(p)
	for {
		i := bytes.IndexByte(l.rest.Bytes(), '\n')
		if i < 0 {
			if l.rest.Len() > maxLogLine {
				l.decoder.Line(string(l.rest.Next(maxLogLine)))
			}
			return len(p), nil
		}
		l.decoder.Line(string(l.rest.Next(i + 1)[:i]))
	}
}

func (l *logs) flush() {
	if l.rest.Len() > 0 {
		l.decoder.Line(l.rest.String())
		l.rest.Reset()
	}
	l.decoder.Flush()
}

// lastWords gives what the connector said last: its last error, else its last entry.
func (l *logs) lastWords() string {
	for i := len(l.last) - 1; i >= 0; i-- {
		if words := l.last[i].LastWords(); l.last[i].Level == "error" && words != "" {
			return words
		}
	}
	for i := len(l.last) - 1; i >= 0; i-- {
		if words := l.last[i].LastWords(); words != "" {
			return words
		}
	}
	return ""
}

func (l *logs) tail() string {
	var lines []string
	for _, entry := range l.last {
		lines = append(lines, "  "+entry.Level+" "+entry.LastWords())
	}
	return strings.Join(lines, "\n")
}
