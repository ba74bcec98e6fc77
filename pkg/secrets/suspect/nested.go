package suspect

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/connkit/connkit/internal/pattern"
)

var (
	userInfo    = pattern.Lazy(`[A-Za-z][\w+.-]*://([^\s/?#@:"'<>]*):([^\s/?#@"'<>]+)@`)
	keyInURL    = pattern.Lazy(`https?://([0-9a-f]{20,}|[A-Za-z0-9_-]{32,})@`) // as Sentry has it
	queryPart   = pattern.Lazy(`[?&;]([A-Za-z_][\w.%-]*)=([^&\s"'<>;]+)`)
	pairs       = pattern.Lazy(`(?i)(?:^|[;\s,])((?:user )?(?:password|passwd|pwd)|accountkey|sharedaccesskey|sharedaccesssignature|sslpassword)\s*=\s*("[^"]*"|'[^']*'|[^;\s,]+)`)
	otherPairs  = pattern.Lazy(`(?i)(?:host|server|data source|dbname|database|uid|user id|user|endpoint|accountname|defaultendpointsprotocol|sharedaccesskeyname|driver|addr)\s*=`)
	header      = pattern.Lazy(`(?i)^(?:(?:proxy-)?authorization:\s*)?(?:bearer|basic|token|apikey|digest)\s+(\S{8,})$`)
	setting     = pattern.Lazy(`(?m)^\s*(?:export\s+|-\s+)?["']?([\w.-]{2,60})["']?\s*[:=]\s*["']?([^"'\s#,]{3,})["']?,?\s*$`)
	secretQuery = pattern.Lazy(`(?i)^(?:(?:access|auth|id|refresh|session|security)?[_-]?token|(?:api|access|auth|secret|subscription|account)[_-]?key|key|code|sig|signature|password|passwd|pwd|secret|client[_-]?secret|auth|x-amz-signature|x-amz-security-token|x-goog-signature)$`)
)

// credentialsIn finds credentials that are part of an address, a connection
// string or a header, and says what they are.
func credentialsIn(value string) string {
	if what := credentialsInAddress(value); what != "" {
		return what
	}
	if strings.Contains(value, "=") {
		if m := pairs().FindStringSubmatch(value); m != nil && otherPairs().MatchString(value) && !isHollow(strings.Trim(m[2], `"'`)) {
			return "a password in a connection string"
		}
	}
	if strings.Contains(value, " ") {
		if m := header().FindStringSubmatch(value); m != nil && !isHollow(m[1]) && (looksChosen(m[1]) || len(m[1]) >= 16) {
			return "an authorization header"
		}
	}
	return ""
}

func credentialsInAddress(value string) string {
	if !strings.Contains(value, "://") {
		return ""
	}
	for _, m := range userInfo().FindAllStringSubmatch(value, -1) {
		if password, err := url.PathUnescape(m[2]); err != nil || !isHollow(password) {
			return "a password in an address"
		}
	}
	if keyInURL().MatchString(value) {
		return "a key in an address"
	}
	for _, m := range queryPart().FindAllStringSubmatch(value, -1) {
		if secretQuery().MatchString(m[1]) && !isHollow(m[2]) && (looksChosen(m[2]) || strings.Contains(strings.ToLower(m[1]), "passw")) {
			return "a secret in an address"
		}
	}
	return ""
}

// lookWithin looks at what a text holds: JSON, base64 of a text or a key, lines of settings.
func lookWithin(value string, depth int) (why, what string) {
	if c := value[0]; c == '{' || c == '[' {
		var doc any
		dec := json.NewDecoder(strings.NewReader(value))
		dec.UseNumber()
		if dec.Decode(&doc) == nil {
			return lookInJSON(doc, "", depth)
		}
	}
	if raw := decodeBase64(value); raw != nil {
		if isPrivateKey(raw) {
			return ByToken, "a private key"
		}
		if text := bytes.TrimSpace(raw); len(text) > 7 && utf8.Valid(text) && isPrintable(text) {
			if why, what := (Leaf{Value: string(text), Text: true}).look(depth + 1); why == ByToken || why == ByName {
				return why, what
			}
		}
	}
	if strings.Contains(value, "\n") {
		for _, m := range setting().FindAllStringSubmatch(value, -1) {
			if l := (Leaf{Pointer: "/" + m[1], Value: m[2], Text: true}); keyOf(l.Pointer).secret() != "" && keyOf(l.Pointer).sure() {
				if why, what := l.look(depth + 1); why != "" {
					return why, what
				}
			}
		}
	}
	return "", ""
}

func isPrintable(text []byte) bool {
	return bytes.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f }) < 0
}

func isPrivateKey(der []byte) bool {
	if _, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return true
	}
	if _, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return true
	}
	_, err := x509.ParseECPrivateKey(der)
	return err == nil
}

func lookInJSON(v any, at string, depth int) (why, what string) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if why, what = lookInJSON(v[key], at+"/"+key, depth); why != "" {
				return why, what
			}
		}
	case []any:
		for i, inner := range v {
			if why, what = lookInJSON(inner, at+"/"+strconv.Itoa(i), depth); why != "" {
				return why, what
			}
		}
	case string:
		return Leaf{at, v, true}.look(depth + 1)
	case json.Number:
		return Leaf{at, v.String(), false}.look(depth + 1)
	}
	return "", ""
}
