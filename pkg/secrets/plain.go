package secrets

import "strings"

// plainLeaf is a scalar of a config that is not encrypted.
type plainLeaf struct {
	Pointer string // RFC 6901, from the config's root
	Value   string // as a connector would get it; of a number or boolean its text
	Text    bool   // it is a text
}

// plainFinding is a leaf that looks secret. It never holds the value.
type plainFinding struct {
	Pointer string
	Why     string // name | token | entropy
	What    string // what it seems to be: "a password", "a GitHub token"
}

// The reasons.
const (
	whyName    = "name"
	whyToken   = "token"
	whyEntropy = "entropy"
)

// LooksLike tells what a text seems to be by its format or by the name of its
// key, such as "a GitHub token", or "" when it does not look secret.
func LooksLike(key, text string) string {
	why, what := plainLeaf{Pointer: "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key), Value: text, Text: true}.look(0)
	if why == whyEntropy {
		return ""
	}
	return what
}

// findPlain gives the leaves that look secret: by the format of the value, by
// the name of the key, by the value's disorder, in this order of certainty.
// Leaves that are encrypted, or refer to where a secret is kept, do not.
func findPlain(leaves []plainLeaf) []plainFinding {
	var found []plainFinding
	for _, l := range leaves {
		if why, what := l.look(0); why != "" {
			found = append(found, plainFinding{l.Pointer, why, what})
		}
	}
	return found
}

// look gives why a leaf looks secret, or "". A value can hold a text that
// holds a text; deeper than two it is not followed.
func (l plainLeaf) look(depth int) (why, what string) {
	value, key := strings.TrimSpace(l.Value), keyOf(l.Pointer)
	named := key.secret()
	if !l.Text && named == "" || isHollow(value) {
		return "", ""
	}
	if l.Text {
		if what := tokenIn(value); what != "" {
			return whyToken, what
		}
		if what := credentialsIn(value); what != "" {
			return whyToken, what
		}
		if depth < 2 {
			if why, what := lookWithin(value, depth); why != "" {
				return why, what
			}
		}
	}
	if named != "" && key.holds(value, l.Text) {
		return whyName, named
	}
	if l.Text && !key.isIdentity() && isRandom(value) {
		return whyEntropy, "a random text"
	}
	return "", ""
}
