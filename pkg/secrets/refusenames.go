package secrets

import (
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// bareName is a key as Flow hands it on: without the suffix, unless it is nothing else.
func bareName(key, suffix string) string {
	if rest, ok := strings.CutSuffix(key, suffix); ok && rest != "" {
		return rest
	}
	return key
}

// names refuses keys of one map that are the same to Flow, which takes the suffix
// off, and keys that were meant to carry it.
func (c *checker) names(n *node) error {
	bare := make(map[string]string, len(n.members))
	for _, key := range n.inherited() {
		bare[bareName(key.value, c.suffix)] = key.value
	}
	for _, m := range n.members {
		key := m.key.value
		name := bareName(key, c.suffix)
		if other, twice := bare[name]; twice && other != key {
			return c.at(m.key, fault.Blockedf("%q stands beside %q: Flow takes %s off, and one of them is lost", key, other, c.suffix)).
				WithHint("remove one of the two, or rename it")
		}
		bare[name] = key
		if c.suffix != DefaultSuffix && strings.HasSuffix(key, DefaultSuffix) && !strings.HasSuffix(key, c.suffix) {
			return c.at(m.key, fault.Blockedf("%q ends in %s, and the suffix here is %s: it would stay in clear", key, DefaultSuffix, c.suffix)).
				WithHint("rename it, or --encrypted-suffix %s", DefaultSuffix)
		}
		if nearMiss(key, c.suffix) && !c.allows("/"+escaper.Replace(key)) {
			return c.at(m.key, fault.Blockedf("%q almost ends in %s, and would stay in clear", key, c.suffix)).
				WithHint("rename it, or --allow-plaintext %s", key)
		}
	}
	return nil
}
