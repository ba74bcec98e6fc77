package secrets

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// noPrivateKeys refuses a rule file with a private key in it, without showing it.
func noPrivateKeys(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fault.Usagef("reading the rules: %w", err)
	}
	at := privateKey().FindIndex(text)
	if at == nil {
		return nil
	}
	line := strings.Count(string(text[:at[0]]), "\n") + 1
	return fault.Usagef("a private key stands here, where a recipient belongs").At(path, line, 0).
		WithHint("put the public key here, and replace the private one: who can read this file has it")
}

// shown spells a path from a folder when it lies in there.
func shown(path, dir string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && dir != "" && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// checkRegex refuses a file with a value that the rule's encrypted_regex would encrypt
// and the suffix does not: who wrote the rule counts on it.
func (r *recipe) checkRegex(d *document, suffix string) error {
	if r.regex == nil {
		return nil
	}
	var look func(n *node) error
	look = func(n *node) error {
		for _, m := range n.members {
			if strings.HasSuffix(m.key.value, suffix) {
				continue
			}
			if r.regex.MatchString(m.key.value) {
				return d.at(m.key, fault.Blockedf("encrypted_regex of %s wants %q encrypted, and it does not end in %s", r.source, m.key.value, suffix)).
					WithHint("rename it to %s%s", m.key.value, suffix)
			}
			if err := look(m.value); err != nil {
				return err
			}
		}
		for _, item := range n.items {
			if err := look(item); err != nil {
				return err
			}
		}
		return nil
	}
	return look(d.root)
}
