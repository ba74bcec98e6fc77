package build

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/connkit/connkit/pkg/build/inputs"
	"github.com/connkit/connkit/pkg/workspace"
)

// Plan is what is to be built, in the order of the options' connectors.
type Plan struct {
	Targets []*Target

	root string
}

// NewPlan reads and checks everything that a build needs but the engine. Names,
// args and Dockerfiles that cannot be used are [fault.Usage] errors.
func NewPlan(ctx context.Context, o Options) (*Plan, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	state, err := readGit(ctx, o.Root)
	if err != nil {
		return nil, err
	}
	p := &Plan{root: o.Root}
	var shared *inputs.Context
	for _, c := range o.Connectors {
		t, err := o.target(ctx, c, &shared)
		if err != nil {
			return nil, err
		}
		o.label(t, c, state)
		p.Targets = append(p.Targets, t)
	}
	return p, nil
}

// target decides what one connector is built of, and sums it up.
func (o *Options) target(ctx context.Context, c workspace.Connector, shared **inputs.Context) (*Target, error) {
	t := &Target{Connector: c.Name, dir: c.Dir, secrets: o.Secrets}
	var err error
	if t.Image, err = o.imageName(c.Name); err != nil {
		return nil, err
	}
	if t.Args, err = o.args(c, t); err != nil {
		return nil, err
	}
	if t.source, err = o.source(c, t.Args["CONNECTOR_TYPE"]); err != nil {
		return nil, err
	}
	t.Dockerfile = t.source.name
	t.Platform = cmp.Or(o.Platform, t.source.file.Platform(t.Args))
	if *shared != nil {
		t.source.context.Share(*shared)
	}
	*shared = t.source.context
	if err := t.sum(ctx); err != nil {
		return nil, err
	}
	o.warn(t)
	return t, nil
}

// sum makes the hash of what goes in: the Dockerfile, the args, the platform
// that is asked for, and the files. Proxies are a way, not a thing that goes in.
func (t *Target) sum(ctx context.Context) error {
	files, err := t.source.context.Files(ctx, t.source.want(t))
	if err != nil {
		return fmt.Errorf("looking at what goes into %s: %w", t.Connector, err)
	}
	digest, err := t.source.context.Digest(ctx, files)
	if err != nil {
		return fmt.Errorf("looking at what goes into %s: %w", t.Connector, err)
	}
	h := sha256.New()
	fmt.Fprintf(h, "connkit inputs 1\ndockerfile %x\nplatform %q\n", sha256.Sum256(t.source.text), t.Platform)
	for _, key := range slices.Sorted(maps.Keys(t.Args)) {
		fmt.Fprintf(h, "arg %q %q\n", key, t.Args[key])
	}
	fmt.Fprintf(h, "files %s\n", digest)
	t.Inputs, t.Files, t.source.files = "sha256:"+hex.EncodeToString(h.Sum(nil)), len(files), files
	return nil
}

func (o *Options) now() time.Time {
	if o.Now.IsZero() {
		return time.Now()
	}
	return o.Now
}
