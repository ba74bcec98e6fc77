package build

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/build/engine"
)

// RunOptions say how a plan is carried out. Engine is needed.
type RunOptions struct {
	Engine    engine.Engine
	Builder   string // of buildx
	Jobs      int    // images at a time; 0 is one
	Bake      bool   // all in one docker buildx bake
	IfStale   bool   // leave images alone that are made of what is there now
	NoCache   bool
	Pull      bool
	CacheFrom []string
	CacheTo   []string
	LogDir    string // where the log of a failed build is left

	Step   func(connector, text string)              // told of each step; connectors are built beside each other
	Output io.Writer                                 // gets what the engine prints; nil for none
	Probe  func(ctx context.Context, r Result) error // asks the connector in an image for its spec; nil asks nothing
	Done   func(r Result)                            // told of each image when it is done
}

// State says what became of an image.
type State string

// The states.
const (
	Built  State = "built"
	Fresh  State = "fresh" // it was made of what is there now, and is left alone
	Failed State = "failed"
)

// Result is what became of one target.
type Result struct {
	*Target
	State    State         `json:"state"`
	Engine   engine.Engine `json:"engine"`
	ID       string        `json:"id,omitempty"`
	Size     int64         `json:"size,omitempty"` // bytes
	Arch     string        `json:"arch,omitempty"` // os/architecture of the image
	Seconds  float64       `json:"seconds"`
	Steps    int           `json:"steps"`
	Cached   int           `json:"cached"`
	Probe    *Probe        `json:"probe,omitempty"`
	Findings []string      `json:"findings,omitempty"` // what is wrong with the image
	Log      string        `json:"log,omitempty"`      // file with all that was printed, of a failed build
	Tail     []string      `json:"tail,omitempty"`     // its last lines

	err error
}

// Err is why the target failed.
func (r Result) Err() error { return r.err }

// Probe is what came of asking the connector in an image for its spec.
type Probe struct {
	OK      bool    `json:"ok"`
	Seconds float64 `json:"seconds"`
	Error   string  `json:"error,omitempty"`
}

// Run builds the targets. Each result comes in the plan's order; when one has
// failed the error is that of the only one, or says how many have.
func (p *Plan) Run(ctx context.Context, o RunOptions) ([]Result, error) {
	if err := p.fit(ctx, &o); err != nil {
		return nil, err
	}
	there, err := o.there(ctx, p.Targets)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(p.Targets))
	var left []int
	for i, t := range p.Targets {
		results[i] = Result{Target: t, State: Failed, Engine: o.Engine}
		image, ok := there[t.Image]
		if !ok || !o.fresh(&results[i], image) {
			left = append(left, i)
		} else if o.Done != nil {
			o.Done(results[i])
		}
	}
	if o.Bake && len(left) > 0 {
		p.bake(ctx, o, results, left)
	} else {
		p.each(ctx, o, results, left)
	}
	if ctx.Err() != nil {
		return results, context.Cause(ctx)
	}
	return results, failed(results)
}

// each builds some at a time.
func (p *Plan) each(ctx context.Context, o RunOptions, results []Result, left []int) {
	slots := make(chan struct{}, max(o.Jobs, 1))
	var group sync.WaitGroup
	var told sync.Mutex
	for _, i := range left {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		group.Go(func() {
			defer func() { <-slots }()
			p.build(ctx, o, &results[i])
			told.Lock()
			defer told.Unlock()
			if o.Done != nil && ctx.Err() == nil {
				o.Done(results[i])
			}
		})
	}
	group.Wait()
}

// build makes one image and looks at what came out.
func (p *Plan) build(ctx context.Context, o RunOptions, r *Result) {
	start := time.Now()
	r.err = p.make(ctx, o, r)
	r.Seconds = time.Since(start).Seconds()
	if r.err == nil {
		o.examine(ctx, r)
	}
}

// examine checks the image and asks the connector in it.
func (o RunOptions) examine(ctx context.Context, r *Result) {
	if r.err = o.look(ctx, r); r.err != nil {
		return
	}
	if len(r.Findings) > 0 {
		r.err = fault.Failedf("checking the image %s: %s", r.Image, r.Findings[0]).WithHint("the labels stand in %s", dockerfileOf(r.Target))
		return
	}
	if o.Probe != nil {
		o.step(r.Connector, "asking for its spec")
		start := time.Now()
		err := o.Probe(ctx, *r)
		r.Probe = &Probe{OK: err == nil, Seconds: time.Since(start).Seconds()}
		if err != nil {
			r.Probe.Error = err.Error()
			r.err = &fault.Error{Kind: fault.Failed, Err: fmt.Errorf("asking the connector in %s for its spec: %w", r.Image, err), Hint: fault.HintOf(err)}
			return
		}
	}
	r.State = Built
}

func (o RunOptions) step(connector, text string) {
	if o.Step != nil {
		o.Step(connector, text)
	}
}

func dockerfileOf(t *Target) string {
	if t.source.recipe != nil {
		return "connkit's template: connkit build --eject " + t.Connector + " writes it down"
	}
	return t.Dockerfile
}

// there gives the images of the targets that the engine has, by their names; none
// where they make no difference.
func (o RunOptions) there(ctx context.Context, targets []*Target) (map[string]engine.Image, error) {
	if !o.IfStale && (o.NoCache || o.Pull) {
		return nil, nil //nolint:nilnil // nothing is asked, nothing is known
	}
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.Image
	}
	return o.Engine.InspectAll(ctx, names)
}

// fresh tells whether the image that is there is to be left alone. Of one that
// will come out of the cache as it is, the time is kept, so that the same image
// comes out and none is left without a name.
func (o RunOptions) fresh(r *Result, image engine.Image) bool {
	if image.Labels[LabelInputs] != r.Inputs || r.Platform != "" && !samePlatform(image.Platform, r.Platform) {
		return false
	}
	if o.IfStale {
		r.State, r.ID, r.Size, r.Arch = Fresh, image.ID, image.Size, image.Platform
		return true
	}
	const created = oci + "created"
	if when := image.Labels[created]; engine.IsLabel(when) && os.Getenv(sourceDate) == "" {
		r.Labels[created] = when
	}
	return false
}

func failed(results []Result) error {
	var errs []error
	for _, r := range results {
		if r.err != nil {
			errs = append(errs, r.err)
		}
	}
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	texts := make([]string, len(errs))
	for i, err := range errs {
		texts[i] = err.Error()
	}
	return fault.Failedf("%d of %d images failed: %s", len(errs), len(results), strings.Join(texts, "; "))
}
