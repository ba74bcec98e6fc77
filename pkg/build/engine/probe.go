package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/proc"
)

const (
	// impatience is how long an engine may stay silent before its socket is tried.
	impatience = 500 * time.Millisecond
	// dialling is how long a socket may take to be opened.
	dialling = 300 * time.Millisecond
	// answering is how long an engine whose socket opens may take to answer.
	answering = 20 * time.Second
)

// probe asks a program whether its engine answers.
func (c candidate) probe(ctx context.Context, getenv func(string) string) (Engine, error) {
	if _, err := proc.Look(c.program); err != nil {
		return Engine{}, errNotThere
	}
	ctx, cancel := context.WithTimeout(ctx, answering)
	defer cancel()
	e := Engine{Name: c.name, Program: c.program, asked: c.asked}
	switch c.name {
	case Podman:
		return e.podman(ctx, getenv)
	case Buildah:
		return e.versioned(ctx, "version")
	case Nerdctl:
		return e.nerdctl(ctx)
	}
	return e.docker(ctx, getenv)
}

var (
	errNotThere  = errors.New("not in PATH")
	errNoEngine  = errors.New("no engine answers")
	errNoMachine = errors.New("its machine does not run")
)

// docker asks the client for both versions, which takes the way to the engine.
// A host that swallows what is sent to it is given up when its socket does not
// open; what answers slowly, as one behind ssh does, is waited for.
func (e Engine) docker(ctx context.Context, getenv func(string) string) (Engine, error) {
	asking, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	asked := e // the timer may still look at it when the answer is put into e
	timer := time.AfterFunc(impatience, func() {
		if err := asked.dial(asking, getenv); err != nil {
			giveUp(err)
		}
	})
	defer timer.Stop()
	out, err := proc.Run(asking, proc.Cmd{
		Argv: []string{e.Program, "version", "--format", "{{.Client.Version}}|{{.Server.Version}}|{{.Server.Os}}/{{.Server.Arch}}"},
	})
	parts := strings.Split(out.Text(), "|")
	if err == nil && len(parts) == 3 && parts[1] != "" {
		e.Version, e.Platform = parts[1], parts[2]
		if old(parts[0], 23) && !old(parts[1], 19) {
			e.Builder = BuildKit // clients before 23 drive it themselves
		}
		return e, nil
	}
	if asking.Err() != nil {
		return e, fmt.Errorf("%w: %w", errNoEngine, context.Cause(asking))
	}
	if podman, ok := e.inDisguise(ctx, getenv); ok {
		return podman, nil
	}
	if err == nil {
		return e, errNoEngine
	}
	var exit *proc.Error
	if errors.As(err, &exit) {
		return e, fmt.Errorf("%w: %s", errNoEngine, lastLine(exit.Stderr))
	}
	return e, fmt.Errorf("%w: %w", errNoEngine, err)
}

// inDisguise tells whether a docker is really podman, as the package podman-docker has it.
func (e Engine) inDisguise(ctx context.Context, getenv func(string) string) (Engine, bool) {
	if ctx.Err() != nil || e.Name != Docker {
		return e, false
	}
	out, err := proc.Run(ctx, proc.Cmd{Argv: []string{e.Program, "--version"}})
	if err != nil || !strings.Contains(out.Text(), Podman) {
		return e, false
	}
	e.Name = Podman
	podman, err := e.podman(ctx, getenv)
	return podman, err == nil
}

// nerdctl tells of its containerd, which runs on this machine.
func (e Engine) nerdctl(ctx context.Context) (Engine, error) {
	out, err := proc.Run(ctx, proc.Cmd{Argv: []string{e.Program, "info", "--format", "{{.ServerVersion}}"}})
	if err != nil {
		return e, fmt.Errorf("%w: %w", errNoEngine, err)
	}
	e.Version, e.Platform = out.Text(), native()
	return e, nil
}

// podman has no engine on Linux but itself; elsewhere, and with
// CONTAINER_HOST, it has one to be asked.
func (e Engine) podman(ctx context.Context, getenv func(string) string) (Engine, error) {
	if runtime.GOOS == "linux" && getenv("CONTAINER_HOST") == "" {
		return e.versioned(ctx, "--version")
	}
	if !e.asked {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, impatience+dialling) // its machine is behind ssh, and does not answer when it is down
		defer cancel()
	}
	out, err := proc.Run(ctx, proc.Cmd{Argv: []string{e.Program, "info", "--format", "{{.Version.Version}}|{{.Host.OS}}/{{.Host.Arch}}"}})
	version, platform, ok := strings.Cut(out.Text(), "|")
	if err != nil || !ok {
		return e, errNoMachine
	}
	e.Version, e.Platform = version, platform
	return e, nil
}

// versioned takes the version out of what a program without an engine prints.
func (e Engine) versioned(ctx context.Context, arg string) (Engine, error) {
	out, err := proc.Run(ctx, e.cmd(arg))
	if err != nil {
		return e, err
	}
	for _, word := range strings.Fields(out.Text()) {
		if word[0] >= '0' && word[0] <= '9' {
			e.Version = strings.TrimSuffix(word, ",")
			break
		}
	}
	e.Platform = native()
	return e, nil
}

func native() string { return "linux/" + runtime.GOARCH }

// old tells whether a version is before a major one.
func old(version string, major int) bool {
	first, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(first)
	return err == nil && n < major
}

// dial tries to open the socket of the engine. What is reached in another way
// than by a socket counts as opened.
func (e Engine) dial(ctx context.Context, getenv func(string) string) error {
	host := getenv("DOCKER_HOST")
	if host == "" {
		out, err := proc.Run(ctx, proc.Cmd{Argv: []string{e.Program, "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"}})
		if err != nil {
			return nil //nolint:nilerr // a client without contexts: then it is the engine's turn to answer
		}
		host = out.Text()
	}
	u, err := url.Parse(host)
	if err != nil {
		return nil //nolint:nilerr // the client says what is wrong with it
	}
	network, address := "tcp", u.Host
	switch u.Scheme {
	case "unix":
		network, address = "unix", u.Path
	case "tcp", "http", "https":
	default:
		return nil
	}
	conn, err := (&net.Dialer{Timeout: dialling}).DialContext(ctx, network, address)
	if err != nil {
		return err
	}
	return conn.Close()
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return strings.TrimSpace(s[strings.LastIndexByte(s, '\n')+1:])
}
