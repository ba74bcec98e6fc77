package conform

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/run"
)

// Options say which connector is checked and how long.
type Options struct {
	run.Options

	Duration time.Duration // of a session; 0 is half a minute
	Fixture  string        // documents for a materialization or derivation
	Snapshot string        // folder of snapshots; "" is none
	Update   bool          // write the snapshots anew
	Redact   []string      // JSON pointers whose values differ from run to run; before one, a collection and a colon
	Progress func(check string)
}

// Report is what a conformance run has found.
type Report struct {
	Task    string  `json:"task"`
	Kind    string  `json:"kind"`
	Checks  []Check `json:"checks"`
	Failed  int     `json:"failed"`
	Seconds float64 `json:"seconds"`
}

// Check is one of its checks.
type Check struct {
	Name    string   `json:"name"`
	State   State    `json:"state"`
	Text    string   `json:"text"`
	Details []string `json:"details,omitempty"`
	Seconds float64  `json:"seconds"`
}

// State says how a check went.
type State string

// The states. Unsure is a check that could not tell; it does not fail a run.
const (
	Passed  State = "passed"
	Unsure  State = "unsure"
	Failed  State = "failed"
	Skipped State = "skipped" // an earlier check has failed that it builds on
)

const defaultDuration = 30 * time.Second

// Run makes the checks. What a check finds is in the report and is no error; a
// connector that cannot be started, or a wrong catalog, is one of [run.Spec].
func Run(ctx context.Context, o Options) (Report, error) {
	if o.Duration == 0 {
		o.Duration = defaultDuration
	}
	if err := o.check(); err != nil {
		return Report{}, err
	}
	c := &conformance{o: &o, began: time.Now()}
	c.watchLogs()
	for steps := c.steps(); len(steps) > 0; steps = steps[1:] {
		step := steps[0]
		if o.Progress != nil {
			o.Progress(step.name)
		}
		if err := c.run(ctx, step); err != nil {
			return c.report, err
		}
		if step.name == "spec" {
			steps = append(steps, c.rest()...) // which they are depends on the task
		}
	}
	c.report.Seconds = time.Since(c.began).Seconds()
	return c.report, nil
}

func (o *Options) check() error {
	if o.Update && o.Snapshot == "" {
		return fault.Usagef("reading the options: which snapshots are to be updated?").WithHint("--snapshot FOLDER")
	}
	for _, text := range o.Redact {
		if _, pointer := redaction(text); !strings.HasPrefix(pointer, "/") {
			return fault.Usagef("reading the options: %q is no JSON pointer to redact, such as /ts or acmeCo/users:/ts", text)
		}
	}
	return nil
}

// conformance is a run in work.
type conformance struct {
	o      *Options
	began  time.Time
	report Report

	spec     run.SpecResult
	whole    *documents // of the session that was let alone
	wholeEnd run.PreviewResult
	lines    int // of logs
	leaks    []string
	same     []string // snapshots that hold
	diffs    []string // from those that do not
}

// step is a check with those that must not have failed before. Its function
// gives the check without name and time; an error of the connector makes it fail.
type step struct {
	name  string
	needs []string
	run   func(ctx context.Context) (Check, error)
}

func (c *conformance) steps() []step { return []step{{"spec", nil, c.checkSpec}} }

func (c *conformance) rest() []step {
	var steps []step
	switch c.kind() {
	case "capture":
		steps = append(steps,
			step{"discover", []string{"spec"}, c.checkDiscover},
			step{"keys", []string{"spec"}, c.checkKeys},
			step{"validate", []string{"spec"}, c.checkValidate},
			step{"documents", []string{"validate"}, c.checkDocuments},
			step{"resume", []string{"documents"}, c.checkResume},
			step{"stop", []string{"validate"}, c.checkStop})
	default:
		steps = append(steps, step{"validate", []string{"spec"}, c.checkValidate})
		if c.o.Fixture != "" {
			steps = append(steps, step{"transactions", []string{"validate"}, c.checkTransactions}, step{"restart", []string{"transactions"}, c.checkRestart})
		}
	}
	if c.o.Snapshot != "" {
		steps = append(steps, step{"snapshots", nil, c.checkSnapshots})
	}
	return append(steps, step{"secrets", nil, c.checkSecrets})
}

func (c *conformance) kind() string {
	return cmp.Or(c.spec.Kind, c.o.Kind, "capture") // what the catalog says, what the name says
}

// run makes one check. Only what is wrong with the call itself ends the whole.
func (c *conformance) run(ctx context.Context, s step) error {
	began := time.Now()
	check := Check{State: Skipped, Text: "an earlier check has failed"}
	if c.passed(s.needs) {
		var err error
		if check, err = s.run(ctx); err != nil {
			if kind := fault.KindOf(err); kind != fault.Failed || ctx.Err() != nil {
				return err
			}
			check = Check{State: Failed, Text: err.Error()}
			if hint := fault.HintOf(err); hint != "" {
				check.Details = append(check.Details, hint)
			}
		}
	}
	check.Name, check.Seconds = s.name, time.Since(began).Seconds()
	if check.State == Failed {
		c.report.Failed++
	}
	c.report.Checks = append(c.report.Checks, check)
	return nil
}

func (c *conformance) passed(names []string) bool {
	return !slices.ContainsFunc(c.report.Checks, func(check Check) bool {
		return slices.Contains(names, check.Name) && (check.State == Failed || check.State == Skipped)
	})
}

// watchLogs counts the connector's log lines and keeps those that held a
// secret. What is noted on the way is noted once, though the task is read often.
func (c *conformance) watchLogs() {
	note, told := c.o.Note, map[string]bool{}
	c.o.Note = func(text string) {
		if note != nil && !told[text] {
			note(text)
		}
		told[text] = true
	}
	show := c.o.Log
	c.o.Log = func(l flow.Log) {
		c.lines++
		if show != nil {
			show(l)
		}
	}
	c.o.Leak = func(l flow.Log) { c.leaks = append(c.leaks, flow.Excerpt([]byte(l.Message))) } // also below the level that is shown
}
