package run

import (
	"bufio"
	"context"
	"errors"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
)

// Preview runs the sessions of a task: a capture prints its documents, a
// derivation those that it makes of a fixture, a materialization stores a
// fixture. The result holds what was done also where there is an error.
//
// Errors are those of [Validate]; a connector that breaks the protocol or ends
// within a checkpoint is [fault.Failed]. Violations are counted and no error.
func Preview(ctx context.Context, o PreviewOptions) (PreviewResult, error) {
	p, err := o.begin(ctx)
	if err != nil {
		return PreviewResult{}, err
	}
	err = p.prepareSessions(ctx)
	if err == nil {
		err = p.sessions(ctx)
	}
	if outErr := p.finish(); err == nil {
		err = outErr
	}
	return p.result, err
}

// preview is one in work.
type preview struct {
	*job
	o       *PreviewOptions
	state   flow.State
	result  PreviewResult
	out     *bufio.Writer
	began   time.Time
	told    time.Time // when the progress was told last
	fixture *fixture
	driver  driver
}

// driver is what differs between the kinds of tasks.
type driver interface {
	// session runs one: n checkpoints or transactions, or all of them when it is negative.
	session(ctx context.Context, n int) (ended string, err error)
}

var errTimeUp = errors.New("the time is up")

func (o *PreviewOptions) begin(ctx context.Context) (*preview, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := o.checkFixture(); err != nil {
		return nil, err
	}
	state, err := o.firstState()
	if err != nil {
		return nil, err
	}
	j, err := o.job(ctx)
	if err != nil {
		return nil, err
	}
	p := &preview{job: j, o: o, state: state, out: bufio.NewWriterSize(o.Out, 64<<10), began: time.Now()}
	p.result.Task, p.result.Kind, p.result.Bindings = j.task.Name, j.task.Kind, []BindingStats{}
	if err := o.Fits(j.task.Name, j.task.Kind); err != nil {
		return nil, err
	}
	if len(j.bindings) == 0 {
		text := "no binding is enabled"
		if j.task.Kind == "capture" {
			text += ": connkit run discover NAME --write writes them"
		}
		p.warn(text)
	}
	return p, nil
}

func (p *preview) warn(text string) { p.warnings = append(p.warnings, text) }

// prepareSessions validates and applies the task and chooses the driver.
func (p *preview) prepareSessions(ctx context.Context) error {
	if err := p.validate(ctx); err != nil {
		return err
	}
	if p.task.Kind != "derivation" {
		applied, err := p.apply(ctx, p.flags()...)
		if err != nil {
			return err
		}
		if applied.State != nil {
			if err := p.state.Update(*applied.State); err != nil {
				return fault.Failedf("the connector broke the protocol: %w", err)
			}
		}
		if p.result.Action = applied.ActionDescription; p.o.OutputApply {
			p.printPair("applied.actionDescription", quote(applied.ActionDescription))
		}
	}
	var err error
	if p.o.Fixture != "" {
		if p.fixture, err = openFixture(p.o.Fixture, p.o.Stdin); err != nil {
			return err
		}
		p.fixture.most = p.o.KillAfter
	}
	p.driver, err = p.newDriver()
	return err
}

func (p *preview) newDriver() (driver, error) {
	switch p.task.Kind {
	case "materialization":
		return newMaterialize(p)
	case "derivation":
		return newDerive(p)
	}
	return newCapture(p)
}

// flags are those of a task's shards that tell a connector the runtime.
func (p *preview) flags() []string {
	if p.o.Runtime == "v1" {
		return nil
	}
	return []string{"enable-runtime-v2"}
}

func (p *preview) sessions(ctx context.Context) error {
	if p.o.Duration > 0 {
		timed, cancel := context.WithTimeoutCause(ctx, p.o.Duration, errTimeUp)
		defer cancel()
		ctx = timed
	}
	list := p.o.Sessions
	if len(list) == 0 {
		list = []int{-1}
	}
	for _, n := range list {
		p.result.Sessions++
		ended, err := p.driver.session(ctx, n)
		if err != nil && errors.Is(context.Cause(ctx), errTimeUp) {
			ended, err = byTimeout, nil
		}
		if p.result.Ended = ended; err != nil {
			return err
		}
		if ended == byTimeout || ended == byFixture || ended == byKill || ended == byStop {
			break
		}
	}
	return nil
}

// end ends the connector of a session, and notes how that went.
func (p *preview) end(d *dialogue) {
	began := time.Now()
	p.result.Stop.Killed = !d.stop()
	p.result.Stop.Seconds = time.Since(began).Seconds()
}

// finish writes what was not written yet and closes the numbers.
func (p *preview) finish() error {
	var err error
	if p.task.Kind == "capture" { // the others commit transactions as a whole
		err = p.commitState()
	}
	if p.o.OutputState {
		p.printPair("connectorState", append(append([]byte(`{"updated":`), p.state.JSON()...), '}'))
	}
	if outErr := p.written(); err == nil {
		err = outErr
	}
	p.fixture.close()
	p.result.Seconds = time.Since(p.began).Seconds()
	p.result.State = p.state.JSON()
	p.result.Warnings = p.hidden(p.warnings)
	return err
}

// tell reports the numbers: ten times a second at most while they change, and
// when a pause begins.
func (p *preview) tell(pause bool) {
	if p.o.Progress == nil || !pause && time.Since(p.told) < 100*time.Millisecond {
		return
	}
	p.told = time.Now()
	p.result.Seconds = time.Since(p.began).Seconds()
	p.o.Progress(p.result)
}
