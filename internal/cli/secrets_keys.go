package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/pkg/secrets"
)

func newSecretsRotateCmd(a *app) *cobra.Command {
	var opts secrets.OpenOptions
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "rotate FILE...",
		Short: "Give encrypted configs a new data key",
		Long: `Encrypt every value anew, with a new data key for the keys that the file names. The rest of
the text stays. Rotate after somebody was taken out of the keys: who could open the file
before may have kept its data key. What was secret before is to be changed all the same.`,
		Example: "  connkit secrets rotate source-bigdata/config.yaml\n  connkit secrets rotate source-*/config.yaml",
		Args:    someArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := a.settings()
			if err != nil {
				return err
			}
			a.fillOpen(&opts, set)
			files, err := a.files(args)
			if err != nil {
				return err
			}
			a.ui.Step("rotating the data keys of %s", count(len(files), "file"))
			list := secrets.Rotate(cmd.Context(), files, opts)
			return a.finish(cmd.Context(), rewrites{command: "secrets rotate", verb: "rotated", dryRun: dryRun, list: list})
		},
	}
	a.sealedFlags(cmd, &opts.Format)
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "print the diff, write nothing")
	return cmd
}

func newSecretsUpdateKeysCmd(a *app) *cobra.Command {
	var opts secrets.EncryptOptions
	var yes, dryRun bool
	cmd := &cobra.Command{
		Use:   "updatekeys FILE...",
		Short: "Bring the keys of encrypted configs in line with the rules",
		Long: `Give encrypted configs the keys that connkit encrypt would take for them now: from the flags,
else the nearest .sops.yaml, else connkit.yaml. Only the sops block changes, and the keys
that stay keep their part of it. What comes and goes is shown and asked for first.`,
		Example: `  connkit secrets updatekeys source-*/config.yaml
  connkit secrets updatekeys source-bigdata/config.yaml --yes`,
		Args: someArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := a.settings()
			if err != nil {
				return err
			}
			if err := a.fillEncrypt(&opts); err != nil {
				return err
			}
			var open secrets.OpenOptions
			a.fillOpen(&open, set)
			files, err := a.files(args)
			if err != nil {
				return err
			}
			a.ui.Step("comparing the keys of %s", count(len(files), "file"))
			r := rewrites{command: "secrets updatekeys", verb: "updated", idle: "it has these keys already", dryRun: dryRun, list: secrets.UpdateKeys(cmd.Context(), files, open, opts)}
			if ok, err := a.agreed(cmd.Context(), r, yes, "Change the keys of "+count(changing(r.list), "file")); !ok || err != nil {
				return a.declined(err)
			}
			if err := a.finish(cmd.Context(), r); err != nil {
				return err
			}
			a.hintRotate(r)
			return nil
		},
	}
	f := cmd.Flags()
	bindKeys(cmd, &opts.Keys)
	a.sealedFlags(cmd, &opts.Format)
	f.BoolVarP(&yes, "yes", "y", false, "do not ask")
	f.BoolVarP(&dryRun, "dry-run", "n", false, "print the diff, write nothing")
	return cmd
}

// changing counts the files that a verb would write.
func changing(list []*secrets.Rewrite) int {
	n := 0
	for _, one := range list {
		if one.Err == nil && one.Done != "" {
			n++
		}
	}
	return n
}

// declined ends a command whose question was answered with no.
func (a *app) declined(err error) error {
	if err == nil {
		a.ui.Warn("nothing is written")
	}
	return err
}

// hintRotate reminds that keys which were taken out had the data key.
func (a *app) hintRotate(r rewrites) {
	var files []string
	for _, one := range r.list {
		if len(one.Removed) > 0 && one.Err == nil && !r.dryRun {
			files = append(files, one.File)
		}
	}
	switch {
	case len(files) > 3:
		a.ui.Warn("who was taken out may have kept the data keys: connkit secrets rotate, for %d files", len(files))
	case len(files) > 0:
		a.ui.Warn("who was taken out may have kept the data key: connkit secrets rotate %s", strings.Join(files, " "))
	}
}

func newSecretsFixMACCmd(a *app) *cobra.Command {
	var opts secrets.OpenOptions
	var yes, dryRun bool
	cmd := &cobra.Command{
		Use:   "fix-mac FILE",
		Short: "Sign a config again that was changed without sops",
		Long: `Sign an encrypted config as it stands, after a value in clear was changed by hand, or a
conflict was resolved. It shows first what has changed since the latest commit whose
signature holds, and asks. A secret that was typed in clear is encrypted.

A signature that does not hold can also mean that somebody tampered with the file: look at
what is shown.`,
		Example: "  connkit secrets fix-mac source-bigdata/config.yaml",
		Args:    exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := a.settings()
			if err != nil {
				return err
			}
			a.fillOpen(&opts, set)
			files, err := a.files(args)
			if err != nil {
				return err
			}
			a.ui.Step("looking for the latest version whose signature holds")
			one, err := secrets.FixMAC(cmd.Context(), files[0], opts)
			if err != nil {
				return err
			}
			r := rewrites{command: "secrets fix-mac", verb: "signed", idle: "its signature holds", dryRun: dryRun, list: []*secrets.Rewrite{one}}
			if ok, err := a.agreed(cmd.Context(), r, yes, "Sign it as it stands"); !ok || err != nil {
				return a.declined(err)
			}
			return a.finish(cmd.Context(), r)
		},
	}
	a.sealedFlags(cmd, &opts.Format)
	f := cmd.Flags()
	f.BoolVarP(&yes, "yes", "y", false, "do not ask")
	f.BoolVarP(&dryRun, "dry-run", "n", false, "print the diff, write nothing")
	return cmd
}
