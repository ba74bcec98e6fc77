package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
)

// exactArgs wants n arguments, named in the command's Use line.
func exactArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return argsError(cmd, args, n)
	}
}

func noArgs(cmd *cobra.Command, args []string) error { return exactArgs(0)(cmd, args) }

// someArgs wants at least one argument.
func someArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return nil
	}
	return argsError(cmd, args, 1)
}

func argsError(cmd *cobra.Command, args []string, want int) error {
	var err *fault.Error
	switch {
	case len(args) > want:
		err = fault.Usagef("reading the arguments: %q is one too many", args[want])
	default:
		err = fault.Usagef("reading the arguments: %s is missing", strings.Fields(cmd.Use)[1+len(args)])
	}
	return err.WithHint("usage: %s", cmd.UseLine())
}

// group makes a command that only holds others: without a verb, or with an
// unknown one, it is a usage error.
func group(cmd *cobra.Command, verbs ...*cobra.Command) *cobra.Command {
	cmd.AddCommand(verbs...)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return unknownVerb(cmd, args) }
	return cmd
}

func unknownVerb(cmd *cobra.Command, args []string) error {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	if len(args) == 0 {
		return fault.Usagef("running %q: a verb is missing: %s", cmd.CommandPath(), strings.Join(names, ", ")).
			WithHint("%s --help", cmd.CommandPath())
	}
	err := fault.Usagef("running %q: there is no %q: %s", cmd.CommandPath(), args[0], strings.Join(names, ", "))
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return err.WithHint("%s %s", cmd.CommandPath(), near[0])
	}
	return err.WithHint("%s --help", cmd.CommandPath())
}
