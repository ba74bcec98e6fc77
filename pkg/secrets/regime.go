package secrets

import (
	"regexp"
	"strings"

	"github.com/getsops/sops/v3"
)

// regime tells which values of a file sops encrypts, by their keys.
type regime struct {
	suffix, plainSuffix string
	regex, plainRegex   *regexp.Regexp
	byComment           bool // and by comments, which are not looked at here
}

// regimeOf reads what the metadata say; a bad pattern is an error, as it is to sops.
func regimeOf(m sops.Metadata) (regime, error) {
	r := regime{suffix: m.EncryptedSuffix, plainSuffix: m.UnencryptedSuffix, byComment: m.EncryptedCommentRegex != "" || m.UnencryptedCommentRegex != ""}
	for pattern, to := range map[string]**regexp.Regexp{m.EncryptedRegex: &r.regex, m.UnencryptedRegex: &r.plainRegex} {
		if pattern == "" {
			continue
		}
		var err error
		if *to, err = regexp.Compile(pattern); err != nil {
			return r, errSops
		}
	}
	return r, nil
}

// hides tells whether sops encrypts the values at a place. The keys on the way
// there count, the numbers of list items do not.
func (r regime) hides(keys []string) bool {
	hidden := true
	some := func(is func(string) bool) bool {
		for _, key := range keys {
			if is(key) {
				return true
			}
		}
		return false
	}
	if r.plainSuffix != "" {
		hidden = !some(func(key string) bool { return strings.HasSuffix(key, r.plainSuffix) })
	}
	if r.suffix != "" {
		hidden = some(func(key string) bool { return strings.HasSuffix(key, r.suffix) })
	}
	if r.plainRegex != nil && some(r.plainRegex.MatchString) {
		hidden = false
	}
	if r.regex != nil {
		hidden = some(r.regex.MatchString)
	}
	return hidden
}
