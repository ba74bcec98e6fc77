package secrets

import (
	"regexp"
	"strings"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/age"
	"github.com/getsops/sops/v3/azkv"
	"github.com/getsops/sops/v3/gcpkms"
	"github.com/getsops/sops/v3/hcvault"
	"github.com/getsops/sops/v3/keys"
	"github.com/getsops/sops/v3/kms"
	"github.com/getsops/sops/v3/pgp"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// Keys are the master keys that a data key is encrypted for, as sops spells them.
// An entry may hold several with commas between.
type Keys struct {
	Age     []string // recipients: age1…, ssh-…
	PGP     []string // fingerprints
	GCPKMS  []string // projects/…/cryptoKeys/…
	KMS     []string // ARNs, each with +ROLE behind it or none
	AzureKV []string // https://….vault.azure.net/keys/NAME/VERSION
	Vault   []string // https://HOST/v1/ENGINE/keys/NAME

	AWSProfile string
	Context    string // encryption context of AWS KMS: key:value,key:value
}

// keySpelling is what is known of one type of key.
type keySpelling struct {
	flag, variable string
	list           func(*Keys) *[]string
	form           func() *regexp.Regexp
	example        string
}

func spellings() []keySpelling {
	return []keySpelling{
		{"kms", "SOPS_KMS_ARN", func(k *Keys) *[]string { return &k.KMS }, pattern.Lazy(`^arn:aws[\w-]*:kms:[^:]+:[0-9]+:(key|alias)/[^+]+(\+arn:.+)?$`), "arn:aws:kms:REGION:ACCOUNT:key/ID"},
		{"gcp-kms", "SOPS_GCP_KMS_IDS", func(k *Keys) *[]string { return &k.GCPKMS }, pattern.Lazy(`^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$`), "projects/P/locations/L/keyRings/R/cryptoKeys/K"},
		{"azure-kv", "SOPS_AZURE_KEYVAULT_URLS", func(k *Keys) *[]string { return &k.AzureKV }, pattern.Lazy(`^https://[^/]+/keys/[^/]+(/[^/]*)?$`), "https://NAME.vault.azure.net/keys/KEY/VERSION"},
		{"pgp", "SOPS_PGP_FP", func(k *Keys) *[]string { return &k.PGP }, pattern.Lazy(`^[0-9A-Fa-f]{8,64}!?$`), "a fingerprint of 40 hexadecimal digits"},
		{"hc-vault-transit", "SOPS_VAULT_URIS", func(k *Keys) *[]string { return &k.Vault }, pattern.Lazy(`^https?://[^/]+/.+/keys/[^/]+$`), "https://HOST/v1/transit/keys/KEY"},
		{"age", "SOPS_AGE_RECIPIENTS", func(k *Keys) *[]string { return &k.Age }, pattern.Lazy(`^(age1[a-z0-9]+|ssh-(rsa|ed25519) \S+( .*)?)$`), "age1…, as age-keygen -y prints it"},
	}
}

// FromEnvironment fills the types of keys that k has none of from the variables of
// sops, and gives the names of those that it took.
func (k *Keys) FromEnvironment(getenv func(string) string) []string {
	var taken []string
	for _, s := range spellings() {
		if text := getenv(s.variable); text != "" && len(*s.list(k)) == 0 {
			*s.list(k) = []string{text}
			taken = append(taken, s.variable)
		}
	}
	return taken
}

func (k Keys) empty() bool {
	for _, s := range spellings() {
		if len(*s.list(&k)) > 0 {
			return false
		}
	}
	return true
}

var privateKey = pattern.Lazy(`(?i)AGE-SECRET-KEY-|AGE-PLUGIN-|-----BEGIN [A-Z ]*PRIVATE KEY|PRIVATE KEY BLOCK`)

// IsPrivateKey tells whether a text has a private key of age, PGP or PEM in it.
func IsPrivateKey(text string) bool { return privateKey().MatchString(text) }

// check refuses keys that are none, and private ones without showing them.
func (k Keys) check() error {
	for _, s := range spellings() {
		for _, one := range split(*s.list(&k)) {
			bare := one
			if s.flag == "pgp" { // people write fingerprints in groups
				bare = strings.ReplaceAll(one, " ", "")
			}
			switch {
			case IsPrivateKey(one):
				return fault.Usagef("reading the keys: --%s was given a private key", s.flag).
					WithHint("give the public one: %s; and replace the private key, which shells and logs remember", s.example)
			case !s.form().MatchString(bare):
				return fault.Usagef("reading the keys: --%s: %q is no such key", s.flag, beginning(one)).WithHint("for example %s", s.example)
			}
		}
	}
	if k.Context != "" && kms.ParseKMSContext(k.Context) == nil {
		return fault.Usagef("reading the keys: --encryption-context is no list of key:value with commas between")
	}
	return nil
}

// beginning shows enough of a bad key to find it, and not all: it may be a secret in the wrong place.
func beginning(s string) string {
	if r := []rune(s); len(r) > 8 {
		return string(r[:8]) + "…"
	}
	return s
}

// split takes lists with commas apart. Fingerprints may have blanks in them.
func split(list []string) []string {
	var out []string
	for _, entry := range list {
		for _, one := range strings.Split(entry, ",") {
			if one = strings.TrimSpace(one); one != "" {
				out = append(out, one)
			}
		}
	}
	return out
}

// group gives the keys as sops holds them, in the order of its command line.
// It may ask Azure for the version of a key.
func (k Keys) group() (group sops.KeyGroup, err error) {
	defer guard(&err)
	joined := func(list []string) string { return strings.Join(split(list), ",") }
	for _, key := range kms.MasterKeysFromArnString(joined(k.KMS), kms.ParseKMSContext(k.Context), k.AWSProfile) {
		group = append(group, key)
	}
	for _, key := range gcpkms.MasterKeysFromResourceIDString(joined(k.GCPKMS)) {
		group = append(group, key)
	}
	azure, err := azkv.MasterKeysFromURLs(joined(k.AzureKV))
	if err != nil {
		return nil, fault.Environmentf("asking Azure for the version of a key: %s", safe(err))
	}
	for _, key := range azure {
		group = append(group, key)
	}
	for _, key := range pgp.MasterKeysFromFingerprintString(joined(k.PGP)) {
		group = append(group, key)
	}
	vault, err := hcvault.NewMasterKeysFromURIs(joined(k.Vault))
	if err != nil {
		return nil, fault.Usagef("reading the keys: --hc-vault-transit is no such key").WithHint("for example https://HOST/v1/transit/keys/KEY")
	}
	for _, key := range vault {
		group = append(group, key)
	}
	recipients, err := age.MasterKeysFromRecipients(joined(k.Age))
	if err != nil {
		return nil, fault.Usagef("reading the keys: one of the age recipients is none").WithHint("for example age1…, as age-keygen -y prints it")
	}
	for _, key := range recipients {
		group = append(group, key)
	}
	return unique(group), nil
}

func unique(group sops.KeyGroup) sops.KeyGroup {
	seen := map[string]bool{}
	var out sops.KeyGroup
	for _, key := range group {
		if name := masterName(key); !seen[name] {
			seen[name] = true
			out = append(out, key)
		}
	}
	return out
}

// masterName tells keys apart.
func masterName(key keys.MasterKey) string { return key.TypeToIdentifier() + " " + key.ToString() }
