package debug

import (
	"context"
	"errors"
	"net"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/run"
)

// What lies in a container of a connector under a debugger.
const (
	inImage    = "/connkit"
	libFolder  = inImage + "/lib"      // debugpy
	bootFile   = inImage + "/boot.py"  // the bootstrap
	reportsDir = inImage + "/debugger" // its reports
	dlvFile    = inImage + "/dlv"
	pythonPort = 5678
	delvePort  = 2345
)

// published gives the flags with which a port of the container is one of this
// machine's own loopback, which is all that protects it.
func published(c *run.Container, port int) ([]string, error) {
	switch {
	case c.Network == "none":
		return nil, fault.Usagef("debugging the image %s: without a network no debugger gets to it", c.Ref).WithHint("leave --network none out")
	case c.Network == "host" || strings.HasPrefix(c.Network, "container:"):
		return nil, nil
	}
	return []string{"--publish", loopback + "::" + strconv.Itoa(port)}, nil
}

// outside gives the address on this machine of a container's port.
func outside(ctx context.Context, c *run.Container, port int) (string, error) {
	if c.Network == "host" || strings.HasPrefix(c.Network, "container:") {
		return net.JoinHostPort(loopback, strconv.Itoa(port)), nil
	}
	out, err := proc.Run(ctx, proc.Cmd{Argv: []string{c.Engine, "port", c.Name, strconv.Itoa(port)}})
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(out.Stdout)) {
		if host, port, err := net.SplitHostPort(strings.TrimSpace(line)); err == nil && host == loopback {
			return net.JoinHostPort(host, port), nil
		}
	}
	return "", fault.Failedf("looking for the debugger's port: %s tells none: %q", c.Engine, out.Text())
}

func mount(from, to, how string) []string {
	return []string{"--mount", "type=bind,source=" + from + ",target=" + to + how}
}

const readOnly = ",readonly"

// checkImage wants a copy of debugpy, which is mounted into the container.
func (p *python) checkImage() error {
	if !isCopy(p.o.Copy) {
		return fault.Environmentf("looking for debugpy: connkit has no copy to lend to an image").WithHint("connkit debug --install")
	}
	return nil
}

// wrapImage starts the image's own program under debugpy, which listens in the
// container. The folder of the reports is for whoever the image runs as; the
// folder that it lies in is not.
func (p *python) wrapImage(ctx context.Context, process run.Process, script string) (proc.Cmd, error) {
	c := p.image
	c2, err := parsePython(c.Entrypoint, func(name string) (string, string) { return headInImage(ctx, c, name) })
	if err != nil {
		var f *fault.Error
		if errors.As(err, &f) {
			return proc.Cmd{}, f.WithHint("an ENTRYPOINT that starts with python, as a list: [\"python\", \"-m\", …]; or debug the code: --local")
		}
		return proc.Cmd{}, err
	}
	flags, err := published(c, pythonPort)
	if err != nil {
		return proc.Cmd{}, err
	}
	host := "0.0.0.0" // of the container
	if flags == nil {
		host = loopback
	}
	if err := open(p.folder); err != nil {
		return proc.Cmd{}, err
	}
	flags = slices.Concat(flags, mount(p.o.Copy, libFolder, readOnly), mount(script, bootFile, readOnly), mount(p.folder, reportsDir, ""))
	cmd := process.Cmd
	cmd.Argv = c.Argv(flags, c2.argv(bootFile, reportsDir, libFolder, host, strconv.Itoa(pythonPort), flag(p.o.Wait > 0), flag(p.o.Subprocess)))
	return p.quiet(cmd), nil
}

func (p *python) published(ctx context.Context) (string, error) {
	return outside(ctx, p.image, pythonPort)
}

// headScript prints where a program of the image is, and its first lines.
const headScript = `p=$(command -v -- "$0") && echo "$p" && head -n 2 "$p"`

// headInImage reads the beginning of a program in an image, where that has a shell.
func headInImage(ctx context.Context, c *run.Container, name string) (found, text string) {
	argv := []string{c.Engine, "run", "--rm", "--network", "none", "--pull", "never", "--entrypoint", "sh", c.Ref, "-c", headScript, name}
	out, err := proc.Run(ctx, proc.Cmd{Argv: argv})
	if err != nil {
		return "", ""
	}
	found, text, _ = strings.Cut(string(out.Stdout), "\n")
	if !path.IsAbs(found) {
		return "", ""
	}
	return found, text
}

// open lets everybody write into a folder, which lies in one that is its owner's alone.
func open(dir string) error { return os.Chmod(dir, 0o777) }

// wrapImage starts the image's own program under a dlv that is mounted. Its
// output follows dlv's first line.
func (d *delve) wrapImage(ctx context.Context, process run.Process) (proc.Cmd, error) {
	c := d.image
	flags, err := published(c, delvePort)
	if err != nil {
		return proc.Cmd{}, err
	}
	listen := "0.0.0.0:" + strconv.Itoa(delvePort) // of the container
	if flags == nil {
		listen = net.JoinHostPort(loopback, strconv.Itoa(delvePort))
	}
	program, err := filepath.EvalSymlinks(d.program)
	if err != nil {
		return proc.Cmd{}, err
	}
	flags = append(flags, mount(program, dlvFile, readOnly)...)
	cmd := process.Cmd
	cmd.Argv = c.Argv(flags, append(append([]string{dlvFile}, d.headless(c.Entrypoint[0], listen)...), c.Entrypoint[1:]...))
	cmd.Status = d.end
	cmd.Output = func(own *os.File) (*os.File, error) {
		_, err := banner(ctx, own)
		return own, err
	}
	return cmd, nil
}
