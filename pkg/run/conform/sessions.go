package conform

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/connkit/connkit/pkg/run"
)

// session previews the task and gathers its documents.
func (c *conformance) session(ctx context.Context, change func(*run.PreviewOptions)) (*documents, run.PreviewResult, error) {
	docs, err := c.newDocuments()
	if err != nil {
		return nil, run.PreviewResult{}, err
	}
	o := run.PreviewOptions{Options: c.o.Options, Duration: c.o.Duration, Out: docs, Commit: docs.commit, Fixture: c.o.Fixture}
	change(&o)
	r, err := run.Preview(ctx, o)
	return docs, r, err
}

func (c *conformance) checkDocuments(ctx context.Context) (Check, error) {
	docs, r, err := c.session(ctx, func(*run.PreviewOptions) {})
	if err != nil {
		return Check{}, err
	}
	c.whole, c.wholeEnd = docs, r
	var wrong []string
	for _, b := range r.Bindings {
		if b.Violations > 0 {
			wrong = append(wrong, fmt.Sprintf("%s: %d of %d are not as the collection says", b.Collection, b.Violations, b.Documents))
			for _, v := range b.Samples {
				wrong = append(wrong, v.String())
			}
		}
	}
	if err := c.snapshot("capture.jsonl", docs.text()); err != nil {
		return Check{}, err
	}
	if len(wrong) == 0 && docs.count == 0 {
		return Check{State: Unsure, Text: fmt.Sprintf("there were none in %.0f s", r.Seconds)}, nil
	}
	if len(wrong) == 0 && r.Checkpoints == 0 {
		return Check{State: Failed, Text: fmt.Sprintf("%d documents and no checkpoint in %.0f s", docs.count, r.Seconds)}, nil
	}
	return verdict(fmt.Sprintf("%s in %s, all as their schemas say, with their keys", some(docs.count, "document"), some(r.Checkpoints, "checkpoint")), wrong), nil
}

// checkResume kills the connector in the middle, goes on from its last
// checkpoint, and looks whether every key of the first run was delivered.
func (c *conformance) checkResume(ctx context.Context) (Check, error) {
	if c.whole.count < 2 {
		return Check{State: Unsure, Text: "too few documents to stop in the middle of them"}, nil
	}
	half := c.whole.count / 2
	before, cut, err := c.session(ctx, func(o *run.PreviewOptions) { o.KillAfter = half })
	if err != nil {
		return Check{}, fmt.Errorf("the run that is cut: %w", err)
	}
	after, _, err := c.session(ctx, func(o *run.PreviewOptions) { o.InitialState = string(cut.State) })
	if err != nil {
		return Check{}, fmt.Errorf("going on from the state: %w", err)
	}
	text := fmt.Sprintf("killed at document %d, checkpoint %d", half, cut.Checkpoints)
	if !before.within(c.whole) {
		return Check{State: Unsure, Text: text + ", went on; the keys differ from run to run, so that nothing tells what is missing"}, nil
	}
	missing := c.whole.missing(before, after)
	switch {
	case len(missing) == 0:
		return Check{State: Passed, Text: text + ", went on, nothing lost"}, nil
	case c.wholeEnd.Ended != "connector":
		return Check{State: Unsure, Text: fmt.Sprintf("%s, went on; %d keys had not come again when the time was up", text, len(missing))}, nil
	}
	return Check{State: Failed, Text: fmt.Sprintf("%s, went on, and %d keys never came", text, len(missing)), Details: missing[:min(5, len(missing))]}, nil
}

// stopWait is how long the first document is waited for, to stop there.
const stopWait = 10 * time.Second

// checkStop ends the connector after its first document.
func (c *conformance) checkStop(ctx context.Context) (Check, error) {
	_, r, err := c.session(ctx, func(o *run.PreviewOptions) { o.StopAfter = 1; o.Duration = min(o.Duration, stopWait) })
	if err != nil {
		return Check{}, err
	}
	switch {
	case r.Stop.Killed:
		return Check{State: Failed, Text: fmt.Sprintf("it still ran %.0f s after SIGTERM", r.Stop.Seconds)}, nil
	case r.Ended == "connector":
		return Check{State: Passed, Text: "it ends by itself"}, nil
	}
	return Check{State: Passed, Text: fmt.Sprintf("ended %.1f s after SIGTERM", r.Stop.Seconds)}, nil
}

// checkTransactions gives a materialization or derivation its documents.
func (c *conformance) checkTransactions(ctx context.Context) (Check, error) {
	docs, r, err := c.session(ctx, func(*run.PreviewOptions) {})
	if err != nil {
		return Check{}, err
	}
	c.whole, c.wholeEnd = docs, r
	var wrong []string
	for _, b := range r.Bindings {
		for _, v := range b.Samples {
			wrong = append(wrong, b.Collection+": "+v.String())
		}
	}
	if c.kind() == "derivation" {
		if err := c.snapshot("derive.jsonl", docs.text()); err != nil {
			return Check{}, err
		}
	}
	return verdict(some(r.Checkpoints, "transaction"), wrong), nil
}

// checkRestart does the same in two sessions.
func (c *conformance) checkRestart(ctx context.Context) (Check, error) {
	docs, r, err := c.session(ctx, func(o *run.PreviewOptions) { o.Sessions = []int{1, -1} })
	if err != nil {
		return Check{}, err
	}
	if c.kind() == "derivation" && !slices.Equal(docs.text(), c.whole.text()) {
		return Check{State: Failed, Text: "restarted behind the first transaction, it published other documents"}, nil
	}
	return Check{State: Passed, Text: fmt.Sprintf("restarted behind the first transaction, %d sessions", r.Sessions)}, nil
}
