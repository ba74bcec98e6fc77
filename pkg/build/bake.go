package build

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

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

// bake builds all that is left in one go.
func (p *Plan) bake(ctx context.Context, o RunOptions, results []Result, left []int) {
	start := time.Now()
	counted, err := p.bakeAll(ctx, o, results, left)
	for _, i := range left {
		r := &results[i]
		r.Seconds = time.Since(start).Seconds()
		if counted != nil {
			r.Steps, r.Cached = counted.Done[r.Connector], counted.Cached[r.Connector]
		}
		if r.err = err; err == nil {
			o.examine(ctx, r)
		}
		if o.Done != nil && ctx.Err() == nil {
			o.Done(*r)
		}
	}
}

func (p *Plan) bakeAll(ctx context.Context, o RunOptions, results []Result, left []int) (*engine.Steps, error) {
	tmp, err := os.MkdirTemp("", "connkit-bake-*")
	if err != nil {
		return nil, fmt.Errorf("creating a temporary folder: %w", err)
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
		return nil, err
	}
	file := filepath.Join(tmp, "bake.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, fmt.Errorf("writing the bake file: %w", err)
	}
	log, err := newLog(o.LogDir, "bake")
	if err != nil {
		return nil, err
	}
	defer log.close()
	c := o.Engine.Bake(file, o.Builder, env)
	out := io.MultiWriter(log, steps)
	if o.Output != nil {
		out = io.MultiWriter(log, steps, o.Output)
	}
	c.Dir, c.Stdout, c.Stderr = p.root, out, out
	if _, err := proc.Run(ctx, c); err != nil {
		return steps, o.explain(ctx, &results[left[0]], err, log)
	}
	return steps, nil
}
