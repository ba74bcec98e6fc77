package run

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/flow"
)

// engine runs containers by its command line.
type engine struct {
	program string
	podman  bool
	init    bool // it can put an init before the connector
}

// catatonit are the places where podman keeps its init.
var catatonit = []string{"/usr/libexec/podman/catatonit", "/usr/lib/podman/catatonit", "/usr/local/libexec/podman/catatonit", "/usr/bin/catatonit", "/usr/libexec/catatonit/catatonit"}

// findEngine takes the one that is named, else docker, else podman.
func findEngine(name string) (engine, error) {
	names := []string{"docker", "podman"}
	if name != "" {
		names = []string{name}
	}
	var err error
	for _, n := range names {
		if _, err = proc.Look(n); err == nil {
			e := engine{program: n, podman: strings.HasPrefix(filepath.Base(n), "podman"), init: true}
			if e.podman {
				e.init = false
				for _, p := range catatonit {
					e.init = e.init || exists(p)
				}
			}
			return e, nil
		}
	}
	if name == "" {
		err = fault.Environmentf("looking for docker or podman in PATH: not found")
	}
	return engine{}, fault.Environmentf("starting the image: %w", err).WithHint("connkit doctor --for run")
}

// unset are variables that the engine cannot take: podman refuses a
// DOCKER_CONFIG folder without a config.json.
func (e engine) unset() []string {
	if !e.podman {
		return nil
	}
	if dir := os.Getenv("DOCKER_CONFIG"); dir == "" || exists(filepath.Join(dir, "config.json")) {
		return nil
	}
	return []string{"DOCKER_CONFIG"}
}

// container finds the image and what runs it.
func (o *Options) container(ctx context.Context, ref string, task flow.Task) (*container, error) {
	e, err := findEngine(o.Engine)
	if err != nil {
		return nil, err
	}
	found, err := e.find(ctx, ref, o)
	if err != nil {
		return nil, err
	}
	if o.Found != nil {
		if err := o.Found(ctx, ref); err != nil {
			return nil, err
		}
	}
	found.check(o, ref, task.Kind)
	return &container{engine: e, image: found, ref: ref, network: o.Network, env: o.wanted(task)}, nil
}

// container starts a connector in an image.
type container struct {
	engine  engine
	image   image
	ref     string
	network string
	env     []string
	flags   []string // more of them
}

func (c *container) connectorType() string { return "IMAGE" }

// command gives a container a random name, by which it can be ended when the
// client that started it is gone. Its config comes on stdin, so that no secret
// is on an argv.
func (c *container) command() proc.Cmd {
	name := "connkit-" + strings.ToLower(rand.Text())
	return proc.Cmd{Argv: c.argv(name), Unset: c.engine.unset(), Reap: c.engine.remove(name)}
}

func (c *container) argv(name string) []string {
	argv := []string{c.engine.program, "run", "--rm", "-i", "--name", name, "--log-driver", "none", "--pull", "never"}
	if c.engine.init {
		argv = append(argv, "--init") // a process without signal handlers would ignore SIGTERM as the first one
	}
	if c.network != "" {
		argv = append(argv, "--network", c.network)
	}
	for _, kv := range c.env {
		argv = append(argv, "--env", kv)
	}
	argv = append(argv, c.flags...)
	if entry := c.image.Config.Entrypoint; len(entry) > 0 && len(c.image.Config.Cmd) > 0 {
		return append(append(argv, "--entrypoint", entry[0], c.ref), entry[1:]...)
	}
	return append(argv, c.ref)
}

// remove ends a container at once and removes it.
func (e engine) remove(name string) []string {
	if e.podman {
		return []string{e.program, "rm", "--force", "--time", "0", name} // else it waits 10 s for who ignores SIGTERM
	}
	return []string{e.program, "rm", "--force", name}
}
