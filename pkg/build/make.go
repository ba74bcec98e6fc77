package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/build/engine"
)

// fit drops what the builder cannot do, and refuses a build that cannot do without it.
func (p *Plan) fit(ctx context.Context, o *RunOptions) error {
	driver := ""
	if o.Engine.Builder == engine.Buildx && len(o.CacheTo) > 0 {
		var err error
		if driver, err = o.Engine.Driver(ctx, o.Builder); err != nil {
			return err
		}
	}
	for _, t := range p.Targets {
		r := o.request(t)
		if t.source.recipe != nil && !o.Engine.Mounts() {
			r.Secrets = withoutCertificates(r.Secrets)
		}
		fatal, dropped := o.Engine.Unfit(r, driver)
		if len(fatal) > 0 {
			return fault.Usagef("building %s: %s cannot be used with %s, which does without BuildKit", t.Connector, strings.Join(fatal, ", "), o.Engine).
				WithHint("install buildx (https://docs.docker.com/go/buildx/), or --engine podman")
		}
		if t.source.file.Mounts() && t.source.recipe == nil && !o.Engine.Mounts() {
			return fault.Environmentf("building %s: %s has RUN --mount in it, and %s does without BuildKit", t.Connector, t.Dockerfile, o.Engine).
				WithHint("install buildx (https://docs.docker.com/go/buildx/), or --engine podman")
		}
		for _, flag := range dropped {
			t.Warnings = append(t.Warnings, fmt.Sprintf("%s is left out: %s cannot do it", flag, o.Engine))
		}
	}
	if driver == engine.Docker {
		o.CacheTo = slices.DeleteFunc(slices.Clone(o.CacheTo), func(to string) bool { return !engine.IsInline(to) })
	}
	return nil
}

// request is what the engine is asked for, but for the places of files.
func (o RunOptions) request(t *Target) engine.Request {
	return engine.Request{
		Image: t.Image, Args: t.allArgs(), Labels: t.Labels, Secrets: t.secrets, Platform: t.Platform,
		NoCache: o.NoCache, Pull: o.Pull, Builder: o.Builder, CacheFrom: o.CacheFrom, CacheTo: o.CacheTo,
	}
}

// allArgs are the build args with those that are shown to nobody.
func (t *Target) allArgs() map[string]string {
	all := maps.Clone(t.Args)
	maps.Copy(all, t.proxies)
	return all
}

// Commands are the commands that a run would start, for people to read.
func (p *Plan) Commands(o RunOptions) [][]string {
	var list [][]string
	for _, t := range p.Targets {
		c := o.Engine.Build(p.place(o, t))
		var words []string
		for _, kv := range c.Env {
			if key, _, _ := strings.Cut(kv, "="); !isProxy(key) {
				words = append(words, kv)
			}
		}
		list = append(list, append(words, c.Argv...))
	}
	return list
}

// place says where Dockerfile and context are. The files of a template are
// sent as a tar: what the template takes and nothing else.
func (p *Plan) place(o RunOptions, t *Target) engine.Request {
	r := o.request(t)
	r.Context, r.Dockerfile, r.IgnoreFile = p.root, t.source.path, t.ownIgnore()
	switch {
	case o.sends(t):
		r.Context, r.Dockerfile, r.IgnoreFile = "-", inTar, ""
	case o.Engine.LabelsInDockerfile():
		r.Dockerfile = "-"
	}
	if !o.Engine.Mounts() {
		r.Secrets = nil // what is left of them goes another way
	}
	return r
}

// make runs the engine's build. What it prints goes into a log, which is kept
// when the build fails.
func (p *Plan) make(ctx context.Context, o RunOptions, r *Result) error {
	log, err := newLog(o.LogDir, r.Connector)
	if err != nil {
		return err
	}
	defer log.close()
	request := p.place(o, r.Target)
	c := o.Engine.Build(request)
	steps := &engine.Steps{Step: func(_, text string) { o.step(r.Connector, text) }}
	o.listen(&c, log, steps)
	o.step(r.Connector, "sending the context")
	stop, err := p.send(ctx, o, r.Target, &c)
	if err != nil {
		return err
	}
	defer stop()
	_, err = proc.Run(ctx, c)
	r.Steps, r.Cached = steps.Done[""], steps.Cached[""]
	if err != nil {
		return o.explain(ctx, r, err, log)
	}
	return nil
}

// listen hands on what an engine prints, and keeps no more of it than the log does.
func (o RunOptions) listen(c *proc.Cmd, log *buildLog, steps *engine.Steps) {
	out := io.MultiWriter(log, steps)
	if o.Output != nil {
		out = io.MultiWriter(log, steps, o.Output)
	}
	c.Stdout, c.Stderr, c.Discard = out, out, true
}

// explain makes an error of a build that failed.
func (o RunOptions) explain(ctx context.Context, r *Result, err error, log *buildLog) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var exit *proc.Error
	if !errors.As(err, &exit) {
		return fmt.Errorf("building %s: %w", r.Image, err)
	}
	r.Log, r.Tail = log.keep(r.Connector)
	e := fault.Failedf("building %s: %s", r.Image, reason(r.Tail, exit.Status))
	where := "the whole log: " + r.Log
	if r.Log == "" {
		where = "the log could not be kept: " + log.lost()
	}
	return e.WithHint("%s%s", advice(r.Tail, r.Target), where)
}
