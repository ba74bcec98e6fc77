package cli

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/secrets"
	"github.com/connkit/connkit/pkg/workspace"
)

// decryptFlags are what of a file is printed, and where to.
type decryptFlags struct {
	strip, inPlace, dryRun bool
	extract                string
}

func newDecryptCmd(a *app) *cobra.Command {
	var opts secrets.OpenOptions
	var how decryptFlags
	cmd := &cobra.Command{
		Use:   "decrypt FILE",
		Short: "Print an encrypted config in clear",
		Long: `Print an encrypted config in clear: the text that connkit encrypted, byte for byte, or as
close to it as sops has kept it. The signature of the file is checked first.

--strip-suffix prints what Flow hands the connector: JSON, with the suffix taken off every
key. --extract prints one value. --in-place puts the plain text in the place of the file.`,
		Example: `  connkit decrypt source-bigdata/config.yaml
  connkit decrypt source-bigdata/config.yaml --strip-suffix | jq .
  connkit decrypt source-bigdata/config.yaml --extract /credentials/token_sops`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := how.check(cmd); err != nil {
				return err
			}
			files, err := a.files(args)
			if err != nil {
				return err
			}
			o, err := a.openFile(cmd.Context(), files[0], opts)
			if err != nil {
				return err
			}
			if o.Anew {
				a.ui.Warn("%s: it is laid out anew: its text could not be edited in place", o.File)
			}
			return a.sayDecrypted(o, how)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&how.strip, "strip-suffix", false, "print the JSON that Flow hands the connector")
	f.StringVar(&how.extract, "extract", "", "print the value at a JSON `pointer`, such as /token_sops")
	f.BoolVarP(&how.inPlace, "in-place", "i", false, "put the plain text in the place of the file")
	a.sealedFlags(cmd, &opts.Format)
	f.BoolVarP(&how.dryRun, "dry-run", "n", false, "with --in-place: print the diff with *** for secrets, write nothing")
	return cmd
}

func (h decryptFlags) check(cmd *cobra.Command) error {
	switch {
	case h.inPlace && (h.strip || cmd.Flags().Changed("extract")):
		return fault.Usagef("reading the flags: --in-place keeps the whole text: it goes with neither --strip-suffix nor --extract")
	case h.dryRun && !h.inPlace:
		return fault.Usagef("reading the flags: --dry-run goes with --in-place")
	case h.extract != "" && !strings.HasPrefix(h.extract, "/"):
		return fault.Usagef("reading the flags: --extract %q is no JSON pointer", h.extract).WithHint("for example --extract /%s", strings.TrimLeft(h.extract, "/."))
	}
	return nil
}

func (a *app) openFile(ctx context.Context, file string, opts secrets.OpenOptions) (*secrets.Opened, error) {
	set, err := a.settings()
	if err != nil {
		return nil, err
	}
	a.fillOpen(&opts, set)
	a.ui.Step("decrypting %s", a.relative(file))
	return secrets.Open(ctx, file, opts)
}

// decryptConfig opens the configs of connectors that run: in memory, as Flow's
// runtime does, which has sops read JSON.
func (a *app) decryptConfig(set *workspace.Settings) flow.Decrypt {
	return func(ctx context.Context, doc []byte) ([]byte, error) {
		var opts secrets.OpenOptions
		a.fillOpen(&opts, set)
		o, err := secrets.OpenText(ctx, "the config", secrets.JSON, doc, opts)
		if err != nil {
			return nil, err
		}
		return o.Text, nil
	}
}

func (a *app) fillOpen(opts *secrets.OpenOptions, set *workspace.Settings) {
	opts.Timeout, opts.Dir = set.Secrets.Timeout, a.dir
	if order := a.getenv("SOPS_DECRYPTION_ORDER"); order != "" {
		opts.Order = strings.Split(order, ",")
	}
}

func (a *app) sayDecrypted(o *secrets.Opened, how decryptFlags) error {
	result := struct {
		File   string          `json:"file"`
		Suffix string          `json:"suffix,omitempty"`
		Text   string          `json:"text,omitempty"`
		Config json.RawMessage `json:"config,omitempty"`
		Value  any             `json:"value,omitempty"`
		DryRun bool            `json:"dryRun,omitempty"`
	}{File: o.File, Suffix: o.Suffix, DryRun: how.dryRun}
	text := ""
	var err error
	switch {
	case how.inPlace:
		return a.decryptInPlace(o, how.dryRun)
	case how.strip:
		if result.Config, err = flow.Strip(o.File, o.Text, o.Suffix); err != nil {
			return err
		}
		text = indented(result.Config)
		if how.extract != "" {
			return fault.Usagef("reading the flags: --strip-suffix and --extract do not go together")
		}
	case how.extract != "":
		var raw []byte
		if result.Value, raw, err = o.Extract(how.extract); err != nil {
			return err
		}
		text = string(raw)
	default:
		text, result.Text = string(o.Text), string(o.Text)
	}
	return a.ui.Result("decrypt", result, nil, func(p *ui.Page) { p.Raw(text) })
}

func (a *app) decryptInPlace(o *secrets.Opened, dryRun bool) error {
	if !dryRun {
		if err := o.Apply(); err != nil {
			return err
		}
	}
	result := struct {
		File   string `json:"file"`
		DryRun bool   `json:"dryRun"`
	}{o.File, dryRun}
	return a.ui.Result("decrypt", result, nil, func(p *ui.Page) {
		if dryRun {
			p.Diff(unified(o.File, o.Sealed(), o.Masked()))
			p.Headline("would decrypt", o.File, "")
			return
		}
		p.Headline("decrypted", o.File, "its secrets are in clear now")
		p.Next("connkit encrypt " + o.File)
	})
}
