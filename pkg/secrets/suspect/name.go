package suspect

import (
	"slices"
	"strings"
	"unicode"

	"github.com/connkit/connkit/internal/pattern"
)

// keyName is the name of a key in words, with what it belongs to.
type keyName struct {
	words  []string // lower case: apiKey, api-key and API_KEY are [api key]
	parent []string // of the map or list that it stands in
	index  bool     // it is an item of a list that bears the name
}

// keyOf gives the name that a leaf goes by. An item of a list goes by the
// list's name, and so does one of the names that say nothing.
func keyOf(pointer string) keyName {
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	var names [][]string
	index := false
	for i, part := range parts {
		if numeral().MatchString(part) && i > 0 {
			index = i == len(parts)-1
			continue
		}
		names = append(names, splitWords(unescaper.Replace(part)))
	}
	if n := len(names); n > 1 && len(names[n-1]) == 1 && slices.Contains(blank, names[n-1][0]) {
		names = names[:n-1]
	}
	if len(names) == 0 {
		return keyName{}
	}
	k := keyName{words: names[len(names)-1], index: index}
	if len(names) > 1 {
		k.parent = names[len(names)-2]
	}
	return k
}

var numeral = pattern.Lazy(`^\d+$`)

// splitWords parts a name at case, marks and digits.
func splitWords(name string) []string {
	var words []string
	var word []rune
	runes := []rune(name)
	flush := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
		}
		word = nil
	}
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) {
			flush()
			continue
		}
		if unicode.IsUpper(r) && i > 0 {
			nextLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if unicode.IsLower(runes[i-1]) || unicode.IsUpper(runes[i-1]) && nextLower {
				flush()
			}
		}
		word = append(word, r)
	}
	flush()
	return words
}

// secret says what the key's name makes of its value, or "".
func (k keyName) secret() string {
	if what := nameOf(k.words); what != "" {
		return what
	}
	if n := len(k.parent); n > 0 && len(k.words) > 0 && (k.parent[n-1] == "secrets" || k.parent[n-1] == "passwords" || k.parent[n-1] == "tokens") && !saysOf(k.words) {
		return "a secret"
	}
	return ""
}

func nameOf(words []string) string {
	if len(words) == 0 {
		return ""
	}
	last := words[len(words)-1]
	open := strings.HasPrefix(last, "key") || strings.HasPrefix(last, "token")
	if open && slices.ContainsFunc(words, func(w string) bool { return slices.Contains(harmless, w) }) {
		return ""
	}
	for n := min(4, len(words)); n > 0; n-- { // the longest ending says most
		end := strings.Join(words[len(words)-n:], "")
		for _, name := range []string{end, strings.TrimSuffix(end, "s")} {
			if what := sureNames[name]; what != "" {
				return what
			}
			if what := likelyNames[name]; what != "" {
				return what
			}
		}
		if slices.Contains(connectionNames, end) {
			return "a connection string"
		}
	}
	for _, end := range []string{"password", "passwd", "passphrase", "secret", "apikey", "accesstoken", "authtoken", "refreshtoken", "bearertoken", "idtoken", "bottoken", "sessiontoken", "accesskey", "secretkey", "privatekey", "passwort", "apitoken"} {
		if strings.HasSuffix(last, end) {
			return "a " + end
		}
	}
	return ""
}

// sure tells that the name alone is enough.
func (k keyName) sure() bool {
	if n := len(k.parent); nameOf(k.words) == "" && n > 0 {
		return true // below "secrets"
	}
	for n := min(4, len(k.words)); n > 0; n-- {
		end := strings.Join(k.words[len(k.words)-n:], "")
		if sureNames[end] != "" || sureNames[strings.TrimSuffix(end, "s")] != "" {
			return true
		}
		if likelyNames[end] != "" {
			return false
		}
	}
	return !slices.Contains(connectionNames, strings.Join(k.words, "")) && likelyNames[strings.Join(k.words, "")] == ""
}

// holds tells whether a value under a secret's name may be one: not what
// tells where a secret is kept, or how it is used.
func (k keyName) holds(value string, text bool) bool {
	if isReference(value) || slices.Contains(flags, k.words[0]) && (!text || value == "true" || value == "false") {
		return false
	}
	if !text {
		return k.sure() && !k.isSwitch(value) && !k.isAmount(value)
	}
	if slices.ContainsFunc(k.words, func(w string) bool { return slices.Contains(connectionNames, w) }) || k.isConnection() {
		return false // credentials in it were looked for
	}
	return k.sure() && !isKindOfToken(value) || looksChosen(value) && !isName(value) && !camelNumber().MatchString(value)
}

// isSwitch tells of "secret: true", by which schemas mark a field.
func (k keyName) isSwitch(value string) bool {
	return len(k.words) == 1 && k.words[0] == "secret" && (value == "true" || value == "false")
}

// isAmount tells of "tokens: 4096".
func (k keyName) isAmount(value string) bool {
	return k.words[len(k.words)-1] == "tokens" && numeral().MatchString(value)
}

func (k keyName) isConnection() bool {
	for n := min(3, len(k.words)); n > 0; n-- {
		if slices.Contains(connectionNames, strings.Join(k.words[len(k.words)-n:], "")) {
			return true
		}
	}
	return false
}

// saysOf tells that a name says something of a secret: these are the last words of what is said of a secret.
func saysOf(words []string) bool {
	return slices.Contains([]string{"id", "name", "type", "url", "uri", "path", "file", "ref", "arn", "version", "provider", "backend", "engine", "region", "enabled", "namespace", "mount"}, words[len(words)-1])
}
