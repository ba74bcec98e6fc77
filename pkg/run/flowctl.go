package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// Flowctl does a verb (spec, discover or preview) by Flow's own program, which
// reads the catalog file as it is, and copies what it prints to o.Out and, line
// by line, to logLine.
//
// A missing flowctl is [fault.Environment]; what flowctl cannot do is [fault.Usage].
func Flowctl(ctx context.Context, verb string, o PreviewOptions, logLine io.Writer) error {
	task, catalog, file, err := o.findTask()
	if err != nil {
		return err
	}
	if catalog == nil {
		return fault.Usagef("running flowctl: %q has no %s", filepath.Base(o.Dir), catalogName)
	}
	argv, err := o.flowctlArgv(verb, catalog.File, task.Name)
	if err != nil {
		return err
	}
	session, err := proc.Start(proc.Cmd{Argv: argv, Dir: o.workDir(task, file), Env: o.environment(task), Stderr: logLine})
	if err != nil {
		if fault.KindOf(err) == fault.Environment {
			return fault.Environmentf("starting flowctl: %w", err).WithHint("https://docs.estuary.dev/concepts/flowctl")
		}
		return err
	}
	defer session.Stop(stopGrace)
	if err := session.CloseSend(); err != nil {
		return fmt.Errorf("ending the input of flowctl: %w", err)
	}
	for {
		line, err := session.Recv(ctx)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			if errors.Is(err, io.EOF) {
				break
			}
			return err
		}
		if _, err := o.Out.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("writing what flowctl prints: %w", err)
		}
	}
	var exit *proc.Error
	if err := session.Wait(ctx); errors.As(err, &exit) {
		return fault.Failedf("flowctl ended with exit status %d", exit.Status)
	} else if err != nil {
		return err
	}
	return nil
}

func (o *PreviewOptions) flowctlArgv(verb, source, task string) ([]string, error) {
	switch {
	case o.Config != "" || len(o.Set) > 0 || o.Image != "" || o.Local || o.StateFile != "" || o.KillAfter > 0:
		return nil, fault.Usagef("running flowctl: it reads the catalog file as it is, and knows no --config, --set, --image, --local, --state and --kill-after")
	case verb == "spec":
		return o.network("flowctl", "raw", "spec", "--source", source, "--name", task), nil
	case verb == "discover":
		return o.network("flowctl", "raw", "discover", "--source", source, "-o", "json", "--emit-raw"), nil
	case verb != "preview":
		return nil, fault.Usagef("running flowctl: it has nothing like %s", verb)
	}
	argv := o.network("flowctl", "preview", "--source", source, "--name", task)
	if len(o.Sessions) > 0 {
		var list []string
		for _, n := range o.Sessions {
			list = append(list, strconv.Itoa(n))
		}
		argv = append(argv, "--sessions="+strings.Join(list, ","))
	}
	if o.Duration > 0 {
		argv = append(argv, "--timeout", o.Duration.String())
	}
	if o.InitialState != "" {
		argv = append(argv, "--initial-state", o.InitialState)
	}
	if o.Fixture != "" {
		argv = append(argv, "--fixture", o.Fixture)
	}
	if o.OutputState {
		argv = append(argv, "--output-state")
	}
	if o.OutputApply {
		argv = append(argv, "--output-apply")
	}
	return argv, nil
}

func (o *PreviewOptions) network(argv ...string) []string {
	if o.Network == "" {
		return argv
	}
	return append(argv, "--network", o.Network)
}
