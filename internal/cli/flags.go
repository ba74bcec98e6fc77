package cli

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/secrets"
)

// wrongFlag explains a flag that cannot be read. Behind a slip in a verb it is the
// verb that is wrong: its flags are not those of the group.
func wrongFlag(cmd *cobra.Command, err error) error {
	if args := cmd.Flags().Args(); cmd.HasAvailableSubCommands() && len(args) > 0 {
		return unknownVerb(cmd, args)
	}
	e := fault.Usagef("reading the flags: %w", err)
	if near := nearFlag(cmd, err); near != "" {
		return e.WithHint("did you mean --%s", near)
	}
	if cmd.HasAvailableSubCommands() && cmd.HasParent() {
		return e.WithHint("%s --help; flags of a verb stand behind it", cmd.CommandPath())
	}
	return e.WithHint("%s --help", cmd.CommandPath())
}

// nearFlag is the flag that an unknown one was probably meant to be, or "".
func nearFlag(cmd *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return ""
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return fault.Nearest(unknown.GetSpecifiedName(), names)
}

// offer makes a flag complete the values that it takes.
func offer(cmd *cobra.Command, flag string, values ...string) {
	offerBy(cmd, flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// offerBy makes a flag complete what a function finds.
func offerBy(cmd *cobra.Command, flag string, find cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, find); err != nil {
		panic(err) // a flag that is not there
	}
}

// imageFlags add what an image is called by.
func (a *app) imageFlags(cmd *cobra.Command) {
	cmd.Flags().String("registry", "", "`registry` and folder before the image's name")
	cmd.Flags().String("tag", "", "`tag` of the image")
	a.bind(cmd, "registry", "image.registry")
	a.bind(cmd, "tag", "image.tag")
}

// sealedFlags add what commands about encrypted files have in common.
func (a *app) sealedFlags(cmd *cobra.Command, format *secrets.Format) {
	f := cmd.Flags()
	f.StringVar((*string)(format), "input-type", "", "`format` of the file: yaml or json; else its name tells")
	f.String("timeout", "", "`duration` that a key service may take to answer")
	a.bind(cmd, "timeout", "secrets.timeout")
	offer(cmd, "input-type", "yaml", "json")
}
