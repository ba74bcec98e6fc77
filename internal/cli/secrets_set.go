package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/secrets"
)

func newSecretsSetCmd(a *app) *cobra.Command {
	var opts secrets.SetOptions
	var raw, dryRun bool
	cmd := &cobra.Command{
		Use:   "set FILE POINTER",
		Short: "Set one value of an encrypted config",
		Long: `Put a value at a JSON pointer of an encrypted config. The value is read from standard
input, never from the arguments, which other programs can see; on a terminal it is asked for
and not shown. It is a text, without the newline at its end, or with --json any JSON value.

The parent of the value must be there; /list/- adds to a list. Below a key with the suffix
the value is encrypted; elsewhere one that looks secret is refused.`,
		Example: `  connkit secrets set source-bigdata/config.yaml /credentials/token_sops
  pass show bigdata | connkit secrets set source-bigdata/config.yaml /credentials/token_sops
  echo 5432 | connkit secrets set source-bigdata/config.yaml /port --json`,
		Args: exactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			files, err := a.files(args[:1])
			if err != nil {
				return err
			}
			given := opts.Allow
			if err := a.fillSet(&opts); err != nil {
				return err
			}
			value, err := a.secretValue(cmd.Context(), args[1], raw)
			if err != nil {
				return err
			}
			a.ui.Step("opening %s", a.relative(files[0]))
			r, err := secrets.Set(cmd.Context(), files[0], args[1], value, opts)
			if err != nil {
				return err
			}
			return a.finish(cmd.Context(), rewrites{command: "secrets set", verb: "edited", idle: "it holds that already", given: given, dryRun: dryRun, list: []*secrets.Rewrite{r}})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&opts.JSON, "json", false, "the value is JSON: a number, true, null, a list or a map")
	f.BoolVar(&raw, "raw", false, "keep the newline at the end of the text")
	a.setFlags(cmd, &opts, &dryRun)
	return cmd
}

func newSecretsUnsetCmd(a *app) *cobra.Command {
	var opts secrets.SetOptions
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "unset FILE POINTER",
		Short: "Remove one value of an encrypted config",
		Long: `Remove the value at a JSON pointer of an encrypted config, with its key. Comments above it
stay. A value that is not there is no error.`,
		Example: "  connkit secrets unset source-bigdata/config.yaml /credentials/old_token_sops",
		Args:    exactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			files, err := a.files(args[:1])
			if err != nil {
				return err
			}
			given := opts.Allow
			if err := a.fillSet(&opts); err != nil {
				return err
			}
			a.ui.Step("opening %s", a.relative(files[0]))
			r, err := secrets.Unset(cmd.Context(), files[0], args[1], opts)
			if err != nil {
				return err
			}
			return a.finish(cmd.Context(), rewrites{command: "secrets unset", verb: "edited", idle: "nothing is there to remove", given: given, dryRun: dryRun, list: []*secrets.Rewrite{r}})
		},
	}
	a.setFlags(cmd, &opts, &dryRun)
	return cmd
}

func (a *app) setFlags(cmd *cobra.Command, o *secrets.SetOptions, dryRun *bool) {
	f := cmd.Flags()
	a.sealedFlags(cmd, &o.Format)
	f.StringArrayVar(&o.Allow, "allow-plaintext", nil, "`key` that looks secret and may stay in clear; repeat for more")
	f.BoolVarP(dryRun, "dry-run", "n", false, "print the diff of the encrypted file, write nothing")
}

func (a *app) fillSet(o *secrets.SetOptions) error {
	set, err := a.settings()
	if err != nil {
		return err
	}
	a.fillOpen(&o.OpenOptions, set)
	o.Allow = append(o.Allow, set.Secrets.Allow...)
	return nil
}

// secretValue reads a value from stdin; on a terminal it is asked for and not shown.
func (a *app) secretValue(ctx context.Context, pointer string, raw bool) ([]byte, error) {
	if a.ui.InIsTerminal() {
		if !a.ui.CanAsk() {
			return nil, fault.Usagef("reading the value: it is wanted on standard input").WithHint("printf %%s \"$TOKEN\" | connkit secrets set …")
		}
		value, err := a.ui.AskSecret(ctx, "Value of "+pointer)
		if err == nil && value == "" {
			err = fault.Usagef("reading the value: it is empty").WithHint(`connkit secrets unset removes it; echo '""' | … --json makes it empty`)
		}
		return []byte(value), err
	}
	text, err := io.ReadAll(a.streams.In)
	if err != nil {
		return nil, fmt.Errorf("reading the value: %w", err)
	}
	if !raw {
		text = []byte(strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"))
	}
	if len(text) == 0 {
		return nil, fault.Usagef("reading the value: standard input is empty").WithHint(`connkit secrets unset removes it; echo '""' | … --json makes it empty`)
	}
	return text, nil
}
