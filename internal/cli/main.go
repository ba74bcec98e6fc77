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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
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
		value, attached, ok := outputIn(arg)
		switch {
		case ok && attached:
			format = value
		case ok && i+1 < len(args):
			format = args[i+1]
		}
	}
	return format == "json"
}

// outputIn tells whether an argument is --output or -o, which other short flags
// without values may precede, and the value if that is attached.
func outputIn(arg string) (value string, attached, ok bool) {
	if value, ok := strings.CutPrefix(arg, "--output="); ok {
		return value, true, true
	}
	letters, short := strings.CutPrefix(arg, "-")
	switch before, rest, found := strings.Cut(letters, "o"); {
	case arg == "--output":
		return "", false, true
	case short && found && strings.Trim(before, "hinqy") == "":
		return strings.TrimPrefix(rest, "="), rest != "", true
	}
	return "", false, false
}
