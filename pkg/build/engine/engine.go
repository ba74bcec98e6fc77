package engine

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// The engines, in the order in which they are tried.
const (
	Docker  = "docker"
	Podman  = "podman"
	Nerdctl = "nerdctl"
	Buildah = "buildah"
)

// The builders of docker.
const (
	Buildx   = "buildx"   // the plugin
	BuildKit = "buildkit" // the one in the engine, driven by the client itself
	Classic  = "classic"  // the one before BuildKit
)

// Names are the values that --engine takes.
func Names() []string { return []string{Docker, Podman, Nerdctl, Buildah} }

// Engine is an engine that answers.
type Engine struct {
	Name     string `json:"name"`
	Program  string `json:"program"`           // what is started: a name in PATH, or a path
	Builder  string `json:"builder,omitempty"` // of docker
	Version  string `json:"version,omitempty"` // of the engine, or of a program without one
	Platform string `json:"platform"`          // os/architecture it runs on

	asked bool // for by its name
}

// String tells the engine and its builder.
func (e Engine) String() string {
	text := strings.TrimSpace(e.Name + " " + e.Version)
	if e.Builder != "" {
		text += " (" + e.Builder + ")"
	}
	return text
}

// Mounts tells whether RUN --mount, and with it build secrets, can be used.
func (e Engine) Mounts() bool { return e.Name != Docker || e.Builder != Classic }

// cmd is a command of the engine's program.
func (e Engine) cmd(args ...string) proc.Cmd {
	c := proc.Cmd{Argv: append([]string{e.Program}, args...)}
	switch {
	case e.Name == Docker && e.Builder == Classic:
		c.Env = []string{"DOCKER_BUILDKIT=0"}
	case e.Name == Docker && e.Builder == BuildKit:
		c.Env = []string{"DOCKER_BUILDKIT=1"}
	case e.Name == Podman || e.Name == Buildah:
		// Both stop at a DOCKER_CONFIG without a config.json, which docker makes do with.
		if dir := os.Getenv("DOCKER_CONFIG"); dir != "" {
			if _, err := os.Stat(filepath.Join(dir, "config.json")); err != nil {
				c.Unset = []string{"DOCKER_CONFIG"}
			}
		}
	}
	return c
}

// FindOptions say where engines are looked for.
type FindOptions struct {
	Name    string              // one of [Names]; "" is the first that answers
	Getenv  func(string) string // DOCKER_CLI, DOCKER_HOST, DOCKER_BUILDKIT, CONTAINER_HOST
	Builder string              // buildx builder that is asked for
	Images  bool                // no build is to follow, so that the builder does not matter
}

// Find gives the engine that is asked for, else the first of [Names] that
// answers; DOCKER_CLI names another program that is used as docker is. When
// there is none it is a [fault.Environment] error that says what was tried.
func Find(ctx context.Context, o FindOptions) (Engine, error) {
	if o.Name != "" && !slices.Contains(Names(), o.Name) {
		return Engine{}, fault.Usagef("choosing an engine: %q is none of %s", o.Name, strings.Join(Names(), ", "))
	}
	candidates := o.candidates()
	found := make([]chan answer, len(candidates))
	probing, stop := context.WithCancel(ctx)
	defer stop()
	for i, c := range candidates {
		found[i] = make(chan answer, 1)
		go func() {
			plugin := o.hasBuildx(probing, c)
			e, err := c.probe(probing, o.Getenv)
			found[i] <- answer{e, err, plugin}
		}()
	}
	var tried []failure
	for i, c := range candidates {
		a := <-found[i]
		if ctx.Err() != nil {
			return Engine{}, context.Cause(ctx)
		}
		if a.err == nil {
			return o.settle(a.engine, a.buildx)
		}
		tried = append(tried, failure{c, a.err})
	}
	return Engine{}, missing(tried)
}

type answer struct {
	engine Engine
	err    error
	buildx <-chan bool
}

// candidate is a program that may be an engine.
type candidate struct {
	name, program string
	asked         bool // for by its name
}

func (o FindOptions) candidates() []candidate {
	cli := o.Getenv("DOCKER_CLI")
	if cli != "" && (o.Name == "" || o.Name == Docker) {
		name := filepath.Base(cli)
		if !slices.Contains(Names(), name) {
			name = Docker
		}
		return []candidate{{name, cli, true}}
	}
	if o.Name != "" {
		return []candidate{{o.Name, o.Name, true}}
	}
	var list []candidate
	for _, name := range Names() {
		list = append(list, candidate{name, name, false})
	}
	return list
}

// settle chooses the builder of a docker.
func (o FindOptions) settle(e Engine, buildx <-chan bool) (Engine, error) {
	switch {
	case e.Name != Docker && o.Builder != "":
		return e, fault.Usagef("choosing a builder: %s has none to choose: --builder is for docker with buildx", e.Name)
	case e.Name != Docker:
	case o.Images:
		e.Builder = ""
	case <-buildx:
		e.Builder = Buildx
	case o.Builder != "":
		return e, fault.Environmentf("choosing the builder %q: docker has no buildx", o.Builder).WithHint("https://docs.docker.com/go/buildx/")
	case o.refusesBuildKit() || e.Builder != BuildKit:
		e.Builder = Classic
	}
	return e, nil
}
