package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
	"github.com/connkit/connkit/pkg/run"
	"github.com/connkit/connkit/pkg/secrets"
	"github.com/connkit/connkit/pkg/workspace"
)

// newEncryptCmd's flags for keys are those of sops.
func newEncryptCmd(a *app) *cobra.Command {
	var opts secrets.EncryptOptions
	var schema string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "encrypt FILE...",
		Short: "Encrypt the secrets of connector configs in place",
		Long: `Encrypt the values of the keys that end in _sops, at any depth, in YAML and JSON files.
Every other byte of a file stays as it is: the ciphertexts and the sops block are put into
the text. Flow and the sops program read the result.

The keys to encrypt for come from the flags, else from the variables of sops, else from the
nearest .sops.yaml above the file, else from secrets: in connkit.yaml. Without any,
connkit secrets init makes one that needs no cloud.

What would leave a secret in clear or change a value is refused, and nothing is written.`,
		Example: `  connkit encrypt source-bigdata/config.yaml
  connkit encrypt source-*/config.yaml --dry-run
  connkit encrypt config.json --gcp-kms projects/acme/locations/us-central1/keyRings/dev/cryptoKeys/ci
  connkit encrypt config.yaml --age age1… --age age1…`,
		Args: someArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			given := opts.Allow
			if err := a.fillEncrypt(&opts); err != nil {
				return err
			}
			files, err := a.files(args)
			if err != nil {
				return err
			}
			if opts.Schema, err = a.configSchema(cmd.Context(), schema, opts.Fix); err != nil {
				return err
			}
			a.ui.Step("encrypting %s", count(len(files), "file"))
			list := secrets.Encrypt(cmd.Context(), files, opts)
			if !dryRun {
				secrets.ApplyAll(cmd.Context(), list)
			}
			record, err := a.recordAllowed(list, given, dryRun)
			if err != nil {
				return err
			}
			return a.sayEncrypted(cmd.Context(), list, record, dryRun)
		},
	}
	f := cmd.Flags()
	bindKeys(cmd, &opts.Keys)
	f.String("encrypted-suffix", "", "`suffix` of the keys whose values are encrypted; _sops when nothing else is said")
	a.sealedFlags(cmd, &opts.Format)
	f.StringArrayVar(&opts.Allow, "allow-plaintext", nil, "`key` that looks secret and may stay in clear; repeat for more")
	f.StringVar(&schema, "schema", "", "`file` or connector with the schema of the config: what it marks as secret must carry the suffix")
	f.BoolVar(&opts.Fix, "fix", false, "with --schema: rename the keys of secrets that do not carry the suffix")
	f.BoolVar(&opts.Reformat, "reformat", false, "let sops lay a file out anew when it cannot be edited in place")
	f.BoolVarP(&dryRun, "dry-run", "n", false, "print the diff, write nothing")
	a.bind(cmd, "encrypted-suffix", "secrets.suffix")
	return cmd
}

func bindKeys(cmd *cobra.Command, k *secrets.Keys) {
	f := cmd.Flags()
	f.StringArrayVar(&k.Age, "age", nil, "age `recipients`; repeat or put commas between")
	f.StringArrayVar(&k.PGP, "pgp", nil, "PGP `fingerprints`")
	f.StringArrayVar(&k.GCPKMS, "gcp-kms", nil, "Google Cloud KMS `keys`, by resource id")
	f.StringArrayVar(&k.KMS, "kms", nil, "AWS KMS `keys`, by ARN")
	f.StringVar(&k.AWSProfile, "aws-profile", "", "AWS `profile` that the KMS keys are used with")
	f.StringVar(&k.Context, "encryption-context", "", "`context` of the AWS KMS keys: key:value, with commas between")
	f.StringArrayVar(&k.AzureKV, "azure-kv", nil, "Azure Key Vault `keys`, by URL")
	f.StringArrayVar(&k.Vault, "hc-vault-transit", nil, "Vault transit `keys`, by URI")
}

// fillEncrypt adds what the variables and the settings say to the flags.
func (a *app) fillEncrypt(o *secrets.EncryptOptions) error {
	set, err := a.settings()
	if err != nil {
		return err
	}
	s := set.Secrets
	o.KeysFrom = "the flags"
	if taken := o.Keys.FromEnvironment(a.getenv); len(taken) > 0 {
		o.KeysFrom = strings.TrimPrefix(fmt.Sprintf("%s, $%s", flagsUsed(o.Keys, len(taken)), strings.Join(taken, ", $")), ", ")
	}
	o.Defaults = secrets.Keys{Age: s.Age, PGP: s.PGP, GCPKMS: s.GCPKMS, KMS: s.KMS, AWSProfile: s.AWSProfile, AzureKV: s.AzureKV, Vault: s.Vault}
	o.Suffix, o.Timeout, o.Dir = s.Suffix, s.Timeout, a.dir
	o.Allow = append(o.Allow, s.Allow...)
	if o.RuleFile = a.getenv("SOPS_CONFIG"); o.RuleFile != "" {
		o.RuleFile = a.absolute(o.RuleFile)
	}
	return nil
}

// configSchema gives the schema of a config: out of a file, or by asking a connector for its spec.
func (a *app) configSchema(ctx context.Context, from string, fix bool) (json.RawMessage, error) {
	if from == "" {
		if fix {
			return nil, fault.Usagef("reading the flags: --fix goes with --schema")
		}
		return nil, nil
	}
	if info, err := os.Stat(a.absolute(from)); err == nil && info.Mode().IsRegular() {
		text, err := os.ReadFile(a.absolute(from))
		if err != nil {
			return nil, fmt.Errorf("reading the schema: %w", err)
		}
		return flow.ConfigSchema(from, text)
	}
	opts := run.Options{LogLevel: "info"}
	if err := a.fillRun(ctx, &opts, from); err != nil {
		return nil, err
	}
	a.ui.Step("asking %s for its spec", from)
	r, err := run.Spec(ctx, opts)
	if err != nil {
		return nil, err
	}
	return flow.ConfigSchema(from, r.Spec)
}

// recordAllowed adds keys that stay in clear, and that a flag allowed, to connkit.yaml.
func (a *app) recordAllowed(list []*secrets.Encrypted, given []string, dryRun bool) (workspace.Record, error) {
	var used []string
	for _, e := range list {
		if e.Err == nil {
			used = append(used, e.Allowed...)
		}
	}
	return a.recordKeys(used, given, dryRun)
}

// recordKeys adds those of the keys that a flag allowed, each once.
func (a *app) recordKeys(used, given []string, dryRun bool) (workspace.Record, error) {
	var keys []string
	for _, key := range used {
		if slices.Contains(given, key) && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	record, err := a.ws.AllowPlaintext(keys)
	if err == nil && !dryRun {
		err = record.Apply()
	}
	return record, err
}

// flagsUsed is "the flags" when more types of keys are there than the variables gave.
func flagsUsed(k secrets.Keys, fromVariables int) string {
	n := 0
	for _, list := range [][]string{k.Age, k.PGP, k.GCPKMS, k.KMS, k.AzureKV, k.Vault} {
		if len(list) > 0 {
			n++
		}
	}
	if n > fromVariables {
		return "the flags"
	}
	return ""
}

// files gives the paths of arguments. A key pasted in the place of a file is not repeated.
func (a *app) files(args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		if secrets.IsPrivateKey(arg) {
			return nil, fault.Usagef("reading the arguments: a private key stands where a file is wanted").WithHint("replace the key: shells and logs remember it")
		}
		files = append(files, a.absolute(arg))
	}
	saveMemory(files)
	return files, nil
}

// saveMemory lets garbage be collected as often as Go does by itself where a file is large: what cmd/connkit sets is for what is small and ends soon.
func saveMemory(files []string) {
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.Size() > 1<<20 && os.Getenv("GOGC") == "" {
			debug.SetGCPercent(100)
			return
		}
	}
}
