package suspect

import (
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// Comment says why a comment looks as if it held a secret, or "". text is
// the comment with or without its mark. A comment that touches a secret key is
// read with suspicion: "old: hunter2" beside a password is one. Of others only
// what no reader could take for prose counts.
func Comment(text string, touches bool) (what string) {
	text = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(text), "#/"))
	if isHollow(text) {
		return ""
	}
	if what := tokenIn(text); what != "" {
		return what
	}
	if what := credentialsIn(text); what != "" {
		return what
	}
	if m := labelled().FindStringSubmatch(text); m != nil {
		if what := labelledValue(m[1], m[2], touches); what != "" {
			return what
		}
	}
	if !touches {
		return ""
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t,;()[]{}\"'`<>=", r) })
	for i, w := range words {
		w = strings.TrimRight(w, ".:!?")
		after := i > 0 && slices.Contains(formerly, strings.ToLower(strings.TrimRight(words[i-1], ":")))
		if isValueLike(w, len(words) == 1 || after) {
			return "a value"
		}
	}
	return ""
}

// labelled is "name: value" or "name = value" with one word for a value.
var labelled = pattern.Lazy(`^(?:- )?["']?([\w. -]{1,60}?)["']?\s*(?::=|[:=]|->|=>)\s*["'` + "`" + `]?([^\s"'` + "`" + `]+)["'` + "`" + `]?,?$`)

// formerly are words that come before a value that was or is in use.
var formerly = []string{"old", "was", "were", "previous", "previously", "prev", "formerly", "former", "before", "current", "currently", "new", "now", "prod", "production", "dev", "staging", "test", "local", "real", "actual", "backup", "value", "is", "used", "default", "rotated", "from", "to", "with", "plain", "plaintext", "clear", "decrypted", "orig", "original"}

// plainWords are single words that are said of secrets.
var plainWords = []string{"required", "optional", "vault", "rotated", "encrypted", "sops", "string", "none", "unset", "todo", "secret", "yes", "no", "true", "false", "see", "ask", "never", "monthly", "yearly", "quarterly", "daily", "weekly", "deprecated", "unused", "revoked", "expired", "generated", "below", "above", "here", "1password", "lastpass", "bitwarden", "keychain", "aws", "gcp", "azure", "infra", "ops", "admin", "me", "read-only", "readonly", "sandbox", "production", "staging"}

func labelledValue(label, value string, touches bool) string {
	if isHollow(value) || isReference(value) || slices.Contains(plainWords, strings.ToLower(value)) || proseToken().MatchString(value) {
		return ""
	}
	label, marked := strings.CutSuffix(label, "_sops")
	if marked { // it was a secret's key, whatever it is called
		return "a secret"
	}
	words := splitWords(label)
	if len(words) == 0 {
		return ""
	}
	if what := nameOf(words); what != "" && (keyName{words: words}).sure() {
		return what
	}
	if touches && (slices.Contains(formerly, words[len(words)-1]) || slices.Contains(formerly, words[0])) {
		return "a value"
	}
	return ""
}

// isValueLike tells of a word that is a password more likely than a word: of
// letters and figures where a value is expected, of three kinds of characters elsewhere.
func isValueLike(w string, expected bool) bool {
	if len(w) < 5 || proseToken().MatchString(w) || plainKinds().MatchString(w) || isHollow(w) || slices.Contains(plainWords, strings.ToLower(w)) {
		return false
	}
	upper, lower, digits, changes := classes(w)
	if Random(w) || len(w) >= 32 && digits > 0 && changes > 6 {
		return true
	}
	marks := len(w) - upper - lower - digits
	if expected {
		return digits > 0 && upper+lower > 1 && (marks == 0 || !isName(w))
	}
	kinds := 0
	for _, n := range []int{upper, lower, digits, marks} {
		if n > 0 {
			kinds++
		}
	}
	return len(w) >= 8 && kinds >= 3 && digits > 0 && !isName(w) && !camelNumber().MatchString(w)
}

// proseToken are words with figures that people write in prose.
var proseToken = pattern.Lazy(`(?i)^(?:` + strings.Join([]string{
	`[A-Z]{2,10}-\d{1,6}`, `#\d+`, `@[\w-]+`, `v\d[\w.-]*`, `\d[\d.,:/%-]*[a-z]{0,5}`, `(?:oauth|sha|aes|rsa|md|utf|base|http|ipv|ec|s|k8s|x|rfc|rs|hs|es|ed|p|tls|ssl|iso|win|log|http/|arm|amd|x86_|web|python|py|go|java|node|postgres|mysql|oracle|q|fy|h|w)-?_?\d[\d._-]*[a-z]{0,4}`,
	`\w+\.(?:ya?ml|json|md|py|go|sh|txt|toml|env)`, `\w+\([^)]*\)`, `20\d\d\w{0,3}`,
}, "|") + `)$`)

// camelNumber are identifiers: sourceHubspot2, GoogleAnalytics4.
var camelNumber = pattern.Lazy(`^[A-Za-z]+\d{1,4}$`)
