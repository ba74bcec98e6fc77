package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
)

// Main runs connkit with the given arguments (without the program's name) and
// gives the exit code: see docs/reference/exit-codes.md.
func Main(args []string, streams ui.Streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	a := newApp(streams, os.Environ())
	return a.execute(ctx, args)
}

// NewCommand gives the command tree without a run, for what is generated from it.
func NewCommand() *cobra.Command {
	return newRoot(newApp(ui.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}, nil))
}

func (a *app) execute(ctx context.Context, args []string) int {
	a.ui.JSON = wantsJSON(args, a.getenv)
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(a.streams.In)
	root.SetOut(a.streams.Out)
	root.SetErr(a.streams.Err)
	cmd, err := root.ExecuteContextC(ctx)
	a.ui.Done()
	if err == nil {
		return 0
	}
	if ctx.Err() != nil {
		err = &fault.Error{Kind: fault.Interrupted, Err: err}
	}
	var said *saidError
	if !errors.As(err, &said) {
		a.ui.Error(commandName(cmd), err)
	}
	return fault.Code(err)
}

// saidError is an error that a result has told already, such as a report with
// something missing in it: it sets the exit code and is not printed again.
type saidError struct{ error }

func (s *saidError) Unwrap() error { return s.error }

func commandName(cmd *cobra.Command) string {
	if name, ok := strings.CutPrefix(cmd.CommandPath(), "connkit "); ok {
		return name
	}
	return cmd.Name()
}

// wantsJSON looks for --output json before the flags are parsed, so that an
// error in the flags themselves is told in JSON too.
func wantsJSON(args []string, getenv func(string) string) bool {
	format := getenv("CONNKIT_OUTPUT")
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if v, ok := strings.CutPrefix(arg, "--output="); ok {
			format = v
		} else if (arg == "--output" || arg == "-o") && i+1 < len(args) {
			format = args[i+1]
		}
	}
	return format == "json"
}
