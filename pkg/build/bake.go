package build

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/build/inputs"
)

// BakeFile is the file of docker buildx bake that builds the plan, with the
// Dockerfiles of templates in it.
func (p *Plan) BakeFile(o RunOptions) ([]byte, error) { return p.bakeFile(o, "", p.Targets) }

// bakeFile puts the Dockerfiles of templates into dir, beside what they leave
// out of the context; without a dir they stand in the file itself.
func (p *Plan) bakeFile(o RunOptions, dir string, targets []*Target) ([]byte, error) {
	requests := map[string]engine.Request{}
	for _, t := range targets {
		r := o.request(t)
		r.Context, r.Dockerfile = p.root, t.source.path
		var err error
		switch {
		case t.source.recipe == nil:
		case dir == "":
			r.Dockerfile, r.Inline = "", t.source.text
		default:
			if r.Dockerfile, err = t.write(dir); err != nil {
				return nil, err
			}
		}
		requests[t.Connector] = r
	}
	return engine.BakeFile(requests)
}

// write puts a template's Dockerfile into dir, and a .dockerignore of its own
// that leaves out all but the files that go in.
func (t *Target) write(dir string) (string, error) {
	text, err := t.source.recipe.Dockerfile(true)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, t.Connector+".Dockerfile")
	lines := []string{"*"}
	for _, f := range t.source.files {
		lines = append(lines, "!"+f.Path)
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return "", fmt.Errorf("writing the Dockerfile of %s: %w", t.Connector, err)
	}
	if err := os.WriteFile(file+inputs.IgnoreFile, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		return "", fmt.Errorf("writing the Dockerfile of %s: %w", t.Connector, err)
	}
	return file, nil
}

// bake builds all that is left in one go. One that fails ends the others, which
// then go without it: what was done of them is in the builder's cache.
func (p *Plan) bake(ctx context.Context, o RunOptions, results []Result, left []int) {
	start := time.Now()
	for len(left) > 0 {
		counted, log, err := p.bakeOnce(ctx, o, results, left)
		ended, rest := left, []int(nil)
		if err != nil && ctx.Err() == nil {
			ended, rest = log.culprit(results, left)
		}
		for n, i := range ended {
			r := &results[i]
			r.Seconds = time.Since(start).Seconds()
			if counted != nil {
				r.Steps, r.Cached = counted.Done[r.Connector], counted.Cached[r.Connector]
			}
			switch {
			case err == nil:
				o.examine(ctx, r)
			case n == 0 || ctx.Err() != nil:
				r.err = o.explain(ctx, r, err, log)
			default:
				r.err = fault.Failedf("building %s: it was in the same bake", r.Image)
			}
			if o.Done != nil && ctx.Err() == nil {
				o.Done(*r)
			}
		}
		log.close()
		left = rest
	}
}

// bakeOnce starts docker buildx bake for some targets.
func (p *Plan) bakeOnce(ctx context.Context, o RunOptions, results []Result, left []int) (*engine.Steps, *buildLog, error) {
	tmp, err := os.MkdirTemp("", "connkit-bake-*")
	if err != nil {
		return nil, nil, fmt.Errorf("creating a temporary folder: %w", err)
	}
	defer os.RemoveAll(tmp) //nolint:errcheck // the system cleans its temp folder
	var targets []*Target
	steps := &engine.Steps{Step: o.step}
	var env []string
	for _, i := range left {
		t := results[i].Target
		targets = append(targets, t)
		steps.Targets = append(steps.Targets, t.Connector)
		for key, value := range t.proxies {
			env = append(env, key+"="+value)
		}
	}
	text, err := p.bakeFile(o, tmp, targets)
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(tmp, "bake.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, nil, fmt.Errorf("writing the bake file: %w", err)
	}
	log, err := newLog(o.LogDir, "bake")
	if err != nil {
		return nil, nil, err
	}
	c := o.Engine.Bake(file, o.Builder, env)
	c.Dir = p.root
	o.listen(&c, log, steps)
	_, err = proc.Run(ctx, c)
	return steps, log, err
}
