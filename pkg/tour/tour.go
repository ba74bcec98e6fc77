package tour

import (
	"context"
	"fmt"
	"time"

	"github.com/connkit/connkit/internal/fault"
)

// Options say how the tour is made.
type Options struct {
	Program   string   // the connkit program, to be started for each command
	Keep      string   // folder that the tour is made in and that stays; "" is a temporary one
	UseEngine string   // engine that the build is told to use; "" is the one that is found
	BaseImage string   // image with Python for the build; "" is that of the Dockerfile
	Width     int      // of the terminal that the output is for; 0 is none
	Colour    bool     // let the commands colour what they print
	Environ   []string // the user's environment
	Engine    func(context.Context) (Engine, error)
	Watch     Watch
}

// Engine is a container engine that answers.
type Engine struct {
	Program string `json:"program"`
	Kind    string `json:"kind"` // docker, podman, nerdctl
	Name    string `json:"name"` // with its version
}

// Watch is told what happens while it happens. Each function may be nil.
type Watch struct {
	Stage   func(*Result)
	Step    func(*Step)
	Command func(*Command) // it begins
	Ran     func(*Command) // it has ended
	Ended   func(*Step)
}

// Result is a tour that was made, or with DryRun what it would be.
type Result struct {
	Folder   string  `json:"folder,omitempty"`   // that stays
	Monorepo string  `json:"monorepo,omitempty"` // where the commands were run
	Engine   *Engine `json:"engine,omitempty"`
	NoEngine string  `json:"noEngine,omitempty"` // why nothing is built
	Steps    []*Step `json:"steps"`
	Seconds  float64 `json:"seconds"`
	DryRun   bool    `json:"dryRun"`
}

// Step is one part of the connector's life.
type Step struct {
	Number   int        `json:"number"`
	Name     string     `json:"name"`
	Title    string     `json:"title"`
	Commands []*Command `json:"commands"`
	Skipped  string     `json:"skipped,omitempty"` // why its commands were not run
	Effect   *Effect    `json:"effect,omitempty"`
	Seconds  float64    `json:"seconds"`

	engine bool // it needs a container engine
}

// Plan gives the steps without making anything.
func Plan(o Options) *Result { return &Result{Steps: script(o), DryRun: true} }

// Run makes the tour. A command that ends otherwise than it should ends the
// tour with an error of its kind, and the result up to there. Nothing is left
// behind, but with Keep when the tour came to its end.
func Run(ctx context.Context, o Options) (*Result, error) {
	o.Watch = o.Watch.filled()
	began := time.Now()
	if err := check(ctx); err != nil {
		return nil, err
	}
	st, err := newStage(ctx, o)
	if err != nil {
		return nil, err
	}
	defer st.close()
	r := &Result{Monorepo: st.monorepo, Steps: []*Step{}}
	r.lookForEngine(ctx, o)
	st.engine = r.Engine
	o.Watch.Stage(r)
	for _, s := range script(o) {
		r.Steps = append(r.Steps, s)
		if err := st.play(ctx, s, r); err != nil {
			return r, err
		}
	}
	r.Seconds = time.Since(began).Seconds()
	if o.Keep != "" {
		r.Folder = st.folder
		return r, st.keep()
	}
	return r, nil
}

func (r *Result) lookForEngine(ctx context.Context, o Options) {
	if o.Engine == nil {
		r.NoEngine = "nobody looked for one"
		return
	}
	e, err := o.Engine(ctx)
	if err != nil {
		r.NoEngine = err.Error()
		return
	}
	r.Engine = &e
}

// play runs a step's commands and finds out what they changed.
func (st *stage) play(ctx context.Context, s *Step, r *Result) error {
	began := time.Now()
	st.o.Watch.Step(s)
	defer func() { s.Seconds = time.Since(began).Seconds() }()
	if s.engine {
		if s.Skipped = st.unbuildable(ctx, r); s.Skipped != "" {
			st.o.Watch.Ended(s)
			return ctx.Err()
		}
		st.image = r.Engine
	}
	before, err := st.head(ctx)
	if err != nil {
		return err
	}
	for _, c := range s.Commands {
		if err := st.run(ctx, c, s); err != nil {
			return err
		}
	}
	if s.Effect, err = st.effect(ctx, s, before); err != nil {
		return err
	}
	st.o.Watch.Ended(s)
	return nil
}

// ended is the error of a command that ended otherwise than it should, of the
// kind that its exit code says.
func (c *Command) ended(s *Step) error {
	kind := map[int]fault.Kind{2: fault.Usage, 3: fault.Environment, 4: fault.Blocked, 130: fault.Interrupted}[c.Exit]
	if kind == "" {
		kind = fault.Failed
	}
	err := fmt.Errorf("the tour's step %q: %s ended with exit code %d, and %d was expected", s.Name, c.Line, c.Exit, c.Expected)
	return &fault.Error{Kind: kind, Err: err, Hint: "what it said stands above; nothing of the tour is left"}
}

func (w Watch) filled() Watch {
	if w.Stage == nil {
		w.Stage = func(*Result) {}
	}
	for _, f := range []*func(*Step){&w.Step, &w.Ended} {
		if *f == nil {
			*f = func(*Step) {}
		}
	}
	for _, f := range []*func(*Command){&w.Command, &w.Ran} {
		if *f == nil {
			*f = func(*Command) {}
		}
	}
	return w
}
