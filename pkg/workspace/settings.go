package workspace

import "time"

// Settings are the values that hold for a run: flags, else CONNKIT_*
// variables, else connkit.yaml, else the user's file, else defaults.
type Settings struct {
	Connectors struct {
		Patterns []string // globs of folder names
		Ignore   []string // globs of folder names
		Kinds    []struct{ Name, Kind string }
	}
	New struct {
		Template string
		Prefix   string
		Author   string
	}
	Templates []struct{ Name, From string }
	Env       struct{ Manager, Python string }
	Run       struct{ Timeout time.Duration }
	Image     struct{ Registry, Tag string }
	Build     struct {
		Engine, Builder, Platform string
		Dockerfile                []struct{ Language, File string }
		Secrets                   []struct{ ID, Src string }
	}
	CI struct {
		Workflow, Job, Axis string
		Unrelated           []string // globs of paths from the root
		Ignore              []struct{ Name, Reason string }
	}
	Upstream struct {
		Commit   string
		Licenses struct{ Allow, Ask, Deny []string }
	}
	Secrets Secrets
	Output  string

	values []Value
}

// Secrets are the settings of encrypting. Keys are spelled as sops spells them.
type Secrets struct {
	Suffix     string
	Age        []string
	PGP        []string
	GCPKMS     []string `mapstructure:"gcp_kms"`
	KMS        []string
	AWSProfile string   `mapstructure:"aws_profile"`
	AzureKV    []string `mapstructure:"azure_kv"`
	Vault      []string `mapstructure:"hc_vault_transit"`
	Allow      []string `mapstructure:"allow_plaintext"`
	Timeout    time.Duration
}

const (
	text     valueType = iota
	textList           // YAML list, or words with commas between in a variable
	duration           // 90s, 5m
	mapList            // list of maps with the fields of the setting
	listMap            // map of the fields of the setting, each a list of texts
)
