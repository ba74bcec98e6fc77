package suspect

import (
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// hollow are values that stand where a secret would and are none.
var hollow = pattern.Lazy(`(?i)^(?:` + strings.Join([]string{
	`<[^<>]*>`, `\{\s*\}`, `\[\s*\]`, `\$\{\{.*\}\}`, `\$\{[^{}]*\}`, `\$\([^()]*\)`, `\{\{.*\}\}`, `\{%.*%\}`, `\{[\w .-]+\}`, `\[[\w .-]+\]`, `%[A-Z_]\w*%`, `\$[A-Z_][A-Z0-9_]*`, `__\w+__`, `@\w+@`,
	`[x*.•_\-?#0]+`, `changeme!?`, `change[-_ ]?me.*`, `change[-_ ]?it`, `replace[-_ ]?(?:me|this|with).*`, `fill[-_ ]?me.*`, `to[-_ ]?do`, `tbd`, `n/?a`, `none`, `null`, `nil`, `undefined`, `unset`, `empty`,
	`redacted`, `\[?redacted\]?`, `\(?hidden\)?`, `masked`, `[\w -]*placeholder[\w -]*`, `dummy`, `(?:an? |the |my[-_ ]?)?(?:example|sample|fake)(?:[-_ ]?(?:password|secret|token|key|api[-_ ]?key|value))?`,
	`(?:your|insert|enter|put|paste|add)[-_ ][\w' -]+`, `your(?:password|secret|token|key|api|client|access|user)\w*`,
}, "|") + `)$`)

// sealed are values that are encrypted already.
var sealed = pattern.Lazy(`^(?:ENC\[|vault:v\d+:|\$ANSIBLE_VAULT|-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED FILE)|Ag[A-Za-z0-9+/=]{200,}$)`)

// isHollow tells that there is nothing to hide: nothing at all, a placeholder, a ciphertext.
func isHollow(value string) bool {
	return value == "" || sealed().MatchString(value) || len(value) < 100 && hollow().MatchString(value)
}

// reference is what tells where a secret is kept, or names a public thing.
var reference = pattern.Lazy(`(?i)^(?:` + strings.Join([]string{
	`arn:aws[\w-]*:(?:secretsmanager|ssm|kms|iam|s3|sts):.*`, `projects/[\w.:-]+/(?:secrets|locations|serviceAccounts)/.*`, `(?:op|vault|secrets?|awssm|ssm|gcpsm|gcp-sm|akv|env|file|keyring|sops|ref|doppler|infisical|bws)://?.*`,
	`(?:env|file|vault|ssm|awssm|secretref|keyvault):[\w/.#:@-]+`, `(?:os\.environ|process\.env)\.\w+`, `@Microsoft\.KeyVault\(.*\)`, `!?\{?(?:ref|env)[+:].*`,
	`ssh-(?:rsa|ed25519|dss) .*`, `ecdsa-sha2-\S+ .*`, `-----BEGIN (?:CERTIFICATE|TRUSTED CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY|SSH2 PUBLIC KEY|PGP PUBLIC KEY BLOCK|X509 CRL|CERTIFICATE REQUEST|DH PARAMETERS)-----(?s:.*)`,
	`(?:~|\.{1,2})(?:/[\w@%.+ -]{1,40})+/?`, `(?:/[\w@%.+ -]{1,40}){2,}/?`, `[\w.-]{1,40}(?:/[\w.-]{1,40})*\.(?:pem|key|json|ya?ml|crt|cer|p12|pfx|jks|txt|env|pub|asc|gpg)`, `[A-Za-z]:\\[\w\\ .-]+`, `#?/[a-z_]+`, `#/[\w$/ .-]+`,
	`(?:https?|ftp|sftp|gs|s3|abfss?|wasbs?|adl|hdfs|tcp|grpc|wss?)://\S*`,
}, "|") + `)$`)

func isReference(value string) bool {
	return strings.HasPrefix(value, "age1") && plainKinds().MatchString(value) || reference().MatchString(value) && !Random(strings.Trim(value, "/"))
}

// kindsOfToken are values that say which kind of secret is meant.
var kindsOfToken = []string{"access_token", "accesstoken", "id_token", "refresh_token", "token", "bearer", "basic", "api_key", "apikey", "oauth", "oauth2", "oauth2.0", "password", "none", "required", "optional", "string", "header", "query", "secret", "client_secret", "client_secret_basic", "client_secret_post", "private_key", "private_key_jwt", "jwt", "env", "environment", "auto"}

// isKindOfToken tells of "token: access_token". For a password it is none.
func isKindOfToken(value string) bool {
	return value != "password" && value != "secret" && value != "token" && slices.Contains(kindsOfToken, strings.ToLower(value))
}

// looksChosen tells that a value may be a secret: one word of eight
// characters at least, with letters and figures or of great disorder.
func looksChosen(value string) bool {
	if len(value) < 8 || strings.ContainsAny(value, " \t\n") || plainKinds().MatchString(value) {
		return false
	}
	digits, letters := strings.ContainsAny(value, "0123456789"), strings.IndexFunc(value, isASCIILetter) >= 0
	return digits && letters || Random(value)
}

// isName tells of words and figures as they are put together to names:
// source-x-2, v1.table, us-east-1.
func isName(value string) bool {
	return strings.ContainsAny(value, "-_./:") && nameLike().MatchString(value)
}

var nameLike = pattern.Lazy(`^(?:[A-Za-z]+|[/$.]+[A-Za-z]+)[0-9]{0,4}(?:[-_./:~ ]+[0-9]{0,4}[A-Za-z]*[0-9]{0,4})*$`)

func isASCIILetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// plainKinds are kinds of values that are long and full of figures, and no secrets.
var plainKinds = pattern.Lazy(`(?i)^(?:` + strings.Join([]string{
	`\d{4}-\d\d?-\d\d?(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?`, `[\d.,:/ +-]+`, `[^@\s]+@[\w-]+(?:\.[\w-]+)+`, `(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?`, `[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}`,
	`[a-z][a-z\d+.-]*://\S*`, `arn:\S+`, `(?:sha\d+|md5)[-:=]\S+`, `\S+@sha256:[\da-f]{64}`, `[\w-]+(?:\.[\w-]+)+(?::\d+)?`, `data:[\w/+.-]+[;,]\S*`, `\$?\d[abxy]?\$\S*`, `P(?:\d+[YMWD])*(?:T(?:\d+[HMS])+)?`,
	`projects/\S+`, `urn:\S+`, `age1[a-z0-9]{50,}`, `pk_(?:live|test)_\w+`, `AC[\da-f]{32}`, `(?:acct|price|prod|plan|cus|sub|si|pi|pm|cn|card|txn|in|ch|evt|we|tr|po|re|src|seti|cs|dp|ba|file|link)_\w+`, `[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}`,
}, "|") + `)$`)
