package secrets

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/config"
	"github.com/getsops/sops/v3/kms"

	"github.com/connkit/connkit/internal/fault"
)

// recipe is how a file is to be encrypted.
type recipe struct {
	groups    []sops.KeyGroup
	threshold int    // of Shamir's shares, 0 for all
	source    string // where the keys come from
	suffix    string // that the rule names, or ""
	macOnly   bool
	regex     *regexp.Regexp // of keys that the rule wants encrypted
	notes     []string
}

// recipe finds the keys for a file: those that were given, else those of the
// creation rule in the nearest .sops.yaml above the file, else the defaults.
func (o EncryptOptions) recipe(ctx context.Context, path, file string) (*recipe, error) {
	limit := o.Timeout
	if limit <= 0 {
		limit = DefaultTimeout
	}
	r, err := aside(ctx, limit, func() (*recipe, error) { return o.findRecipe(path, file) })
	if err == errLate { //nolint:errorlint // it is ours, and bare
		return nil, fault.Environmentf("reading the keys: no answer within %s", limit).WithHint("--timeout gives a service longer to answer")
	}
	return r, err
}

func (o EncryptOptions) findRecipe(path, file string) (*recipe, error) {
	if err := o.Keys.check(); err != nil { // of no keys, the context
		return nil, err
	}
	if !o.Keys.empty() {
		return fromKeys(o.Keys, o.KeysFrom)
	}
	rule, err := o.rule(path)
	if err != nil {
		return nil, err
	}
	if rule != nil && len(rule.groups) > 0 {
		return rule, nil
	}
	if !o.Defaults.empty() {
		r, err := fromKeys(o.Defaults, "connkit.yaml")
		if r != nil && rule != nil {
			r.notes = rule.notes
		}
		return r, err
	}
	e := fault.Environmentf("no key is configured to encrypt it with").At(file, 0, 0)
	if rule != nil {
		e = fault.Environmentf("no key is configured to encrypt it with: %s", rule.source).At(file, 0, 0)
	}
	return nil, e.WithHint("connkit secrets init")
}

func fromKeys(k Keys, source string) (*recipe, error) {
	if err := k.check(); err != nil {
		return nil, err
	}
	group, err := k.group()
	if err != nil {
		return nil, err
	}
	return &recipe{groups: []sops.KeyGroup{group}, source: source}, nil
}

// rule reads the creation rule for a file. No rule file is no recipe; one
// without a rule or keys for the file is a recipe without groups, whose source says so.
func (o EncryptOptions) rule(file string) (r *recipe, err error) {
	defer guard(&err)
	path, note := o.RuleFile, ""
	if path == "" {
		found, err := config.LookupConfigFile(file)
		if found.Warning != "" {
			note = "sops reads rules from .sops.yaml alone, and passes over .sops.yml"
		}
		if err != nil {
			if note != "" {
				return &recipe{source: note, notes: []string{note}}, nil
			}
			return nil, nil
		}
		path = found.Path
	}
	if err := noPrivateKeys(path); err != nil {
		return nil, err
	}
	conf, err := config.LoadCreationRuleForFile(path, file, kms.ParseKMSContext(o.Keys.Context))
	name := shown(path, o.Dir)
	switch {
	case err != nil && strings.Contains(err.Error(), "no matching creation rules"):
		return &recipe{source: fmt.Sprintf("no rule of %q is for this file", name)}, nil
	case err != nil:
		return nil, fault.Usagef("its rules cannot be read: %s", quotedText().ReplaceAllString(safe(err), "…")).At(path, 0, 0)
	case conf == nil:
		return &recipe{source: fmt.Sprintf("%q has no creation rules", name)}, nil
	}
	return fromRule(conf, name, note)
}

func fromRule(conf *config.Config, name, note string) (*recipe, error) {
	r := &recipe{threshold: conf.ShamirThreshold, suffix: conf.EncryptedSuffix, macOnly: conf.MACOnlyEncrypted, source: name}
	if note != "" {
		r.notes = append(r.notes, note)
	}
	for _, group := range conf.KeyGroups {
		if len(group) > 0 {
			r.groups = append(r.groups, group)
		}
	}
	if len(r.groups) == 0 {
		r.source = fmt.Sprintf("the rule of %q for this file has no key", name)
		return r, nil
	}
	if len(r.groups) < len(conf.KeyGroups) {
		return nil, fault.Usagef("a group of keys of the rule for this file is empty").At(name, 0, 0)
	}
	if n := len(r.groups); r.threshold > n || n > 1 && r.threshold == 1 {
		return nil, fault.Usagef("shamir_threshold is %d, and there are %d groups of keys: from 2 on that many are needed to decrypt", r.threshold, n).At(name, 0, 0)
	}
	if conf.EncryptedRegex != "" {
		var err error
		if r.regex, err = regexp.Compile(conf.EncryptedRegex); err != nil {
			return nil, fault.Usagef("encrypted_regex is no regular expression").At(name, 0, 0)
		}
	}
	for option, value := range map[string]string{
		"encrypted_regex": conf.EncryptedRegex, "unencrypted_regex": conf.UnencryptedRegex, "unencrypted_suffix": conf.UnencryptedSuffix,
		"encrypted_comment_regex": conf.EncryptedCommentRegex, "unencrypted_comment_regex": conf.UnencryptedCommentRegex,
	} {
		if value != "" {
			r.notes = append(r.notes, fmt.Sprintf("%s of %s is passed over: connkit encrypts the keys that carry the suffix", option, name))
		}
	}
	return r, nil
}
