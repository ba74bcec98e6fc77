package secrets

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

// blank are names that say nothing of what they hold.
var blank = []string{"value", "data", "text", "plain", "plaintext", "content", "contents", "string", "raw", "literal", "default", "current"}

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

// sureNames end the names of secrets, whatever the value is. They are written
// without marks, so that "client secret", "clientsecret" and "clientSecret" are one.
var sureNames = map[string]string{ //nolint:gosec // names, not values
	"password": "a password", "passwd": "a password", "passphrase": "a passphrase", "passcode": "a passcode", "pwd": "a password", "pass": "a password",
	"passwort": "a password", "kennwort": "a password", "senha": "a password", "contrasena": "a password", "contraseña": "a password", "motdepasse": "a password",
	"wachtwoord": "a password", "losenord": "a password", "lösenord": "a password", "haslo": "a password", "hasło": "a password", "parola": "a password",
	"пароль": "a password", "密码": "a password", "パスワード": "a password", "비밀번호": "a password", "pw": "a password",
	"secret": "a secret", "token": "a token", "apikey": "an API key", "apitoken": "an API token",
	"secretkey": "a secret key", "secretaccesskey": "a secret key", "privatekey": "a private key", "authkey": "a key", "accesskey": "an access key", "accountkey": "an account key",
	"storagekey": "a storage key", "sharedkey": "a shared key", "sharedaccesskey": "a shared key", "presharedkey": "a shared key", "encryptionkey": "an encryption key", "signingkey": "a signing key", "masterkey": "a master key",
	"adminkey": "an admin key", "servicekey": "a service key", "servicerolekey": "a service key", "sshkey": "a private key", "deploykey": "a private key", "hmackey": "a signing key", "webhookkey": "a signing key", "sessionkey": "a key",
	"sastoken": "a token", "jwt": "a token", "bearer": "a token", "secrettext": "a secret", "credentialsjson": "credentials", "credentialjson": "credentials",
	"serviceaccountjson": "credentials", "serviceaccountkey": "credentials", "serviceaccountinfo": "credentials", "keyfilejson": "credentials", "googlecredentials": "credentials",
	"sharedsecret": "a secret", "clientsecret": "a secret", "consumersecret": "a secret", "appsecret": "a secret",
}

// likelyNames end the names of what is often secret: the value decides.
var likelyNames = map[string]string{
	"auth": "credentials", "authorization": "credentials", "credential": "credentials", "credentials": "credentials", "creds": "credentials", "key": "a key", "keys": "a key",
	"appkey": "a key", "applicationkey": "a key", "consumerkey": "a key", "licensekey": "a licence key", "licencekey": "a licence key", "subscriptionkey": "a key", "integrationkey": "a key", "routingkey": "a key",
	"writekey": "a key", "hostkey": "a key", "cookie": "a cookie", "sessionid": "a session", "pin": "a PIN", "pat": "a token", "otp": "a code", "seed": "a seed", "mnemonic": "a seed", "pem": "a key", "login": "credentials",
	"clave": "a password",
}

// connectionNames hold an address, which is secret when there are credentials in it.
var connectionNames = []string{"dsn", "connectionstring", "connectionuri", "connectionurl", "connstr", "connstring", "conn", "databaseurl", "dburl", "jdbcurl", "sasurl"}

// harmless are words that make of a key or a token one that is not secret.
var harmless = []string{"public", "publishable", "primary", "foreign", "partition", "sort", "object", "cache", "dedup", "row", "group", "natural", "surrogate", "composite", "page", "continuation", "pagination", "next", "cursor", "sync", "csrf", "csr", "site", "range", "hash", "merge", "message", "record", "join", "cluster", "clustering", "distribution", "shard", "index", "unique", "max", "min", "num", "total", "count", "limit", "delta", "resume", "replication", "bookmark"}

// flags begin the names of switches.
var flags = []string{"use", "uses", "has", "is", "enable", "enabled", "require", "requires", "required", "allow", "persist", "include", "skip", "validate", "store", "save", "send", "with", "no", "show", "hide", "rotate", "reset", "force", "disable", "need", "needs", "supports", "airbyte"}

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
