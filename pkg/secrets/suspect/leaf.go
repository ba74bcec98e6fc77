// Package suspect tells what in a config looks like a secret and stands in clear: by the
// format of a service's tokens, by the name of its key, by its disorder, the surest sign
// first. It knows neither YAML nor sops, and gives no value away. Start reading at [Find].
package suspect

import "strings"

// Leaf is a scalar of a config that is not encrypted.
type Leaf struct {
	Pointer string // RFC 6901, from the config's root
	Value   string // as a connector would get it; of a number or boolean its text
	Text    bool   // it is a text
}

// Finding is a leaf that looks secret. It never holds the value.
type Finding struct {
	Pointer string
	Why     string // [ByName], [ByToken] or [ByEntropy]
	What    string // what it seems to be: "a password", "a GitHub token"
}

// The reasons: what the key is called, the format of the value, its disorder.
const (
	ByName    = "name"
	ByToken   = "token"
	ByEntropy = "entropy"
)

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// LooksLike tells what a text seems to be by its format or by the name of its
// key, such as "a GitHub token", or "" when it does not look secret.
func LooksLike(key, text string) string {
	why, what := Leaf{Pointer: "/" + escaper.Replace(key), Value: text, Text: true}.look(0)
	if why == ByEntropy {
		return ""
	}
	return what
}

// Find gives the leaves that look secret: by the format of the value, by
// the name of the key, by the value's disorder, in this order of certainty.
// Leaves that are encrypted, or refer to where a secret is kept, do not.
func Find(leaves []Leaf) []Finding {
	var found []Finding
	for _, l := range leaves {
		if why, what := l.look(0); why != "" {
			found = append(found, Finding{l.Pointer, why, what})
		}
	}
	return found
}

// look gives why a leaf looks secret, or "". A value can hold a text that
// holds a text; deeper than two it is not followed.
func (l Leaf) look(depth int) (why, what string) {
	value, key := strings.TrimSpace(l.Value), keyOf(l.Pointer)
	named := key.secret()
	if !l.Text && named == "" || isHollow(value) {
		return "", ""
	}
	if l.Text {
		if what := tokenIn(value); what != "" {
			return ByToken, what
		}
		if what := credentialsIn(value); what != "" {
			return ByToken, what
		}
		if depth < 2 {
			if why, what := lookWithin(value, depth); why != "" {
				return why, what
			}
		}
	}
	if named != "" && key.holds(value, l.Text) {
		return ByName, named
	}
	if l.Text && !key.isIdentity() && Random(value) {
		return ByEntropy, "a random text"
	}
	return "", ""
}
