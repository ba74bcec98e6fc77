package suspect

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
)

// chance is a text as if drawn by chance, of a length, from an alphabet. It is the same in each run.
func chance(n int, alphabet string) string {
	var b strings.Builder
	x := uint64(n)*2654435761 + uint64(len(alphabet))*97
	for range n {
		x = x*6364136223846793005 + 1442695040888963407
		b.WriteByte(alphabet[(x>>33)%uint64(len(alphabet))])
	}
	return b.String()
}

const (
	hexes  = "0123456789abcdef"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	letter = upper + "abcdefghijklmnopqrstuvwxyz"
	base62 = letter + "0123456789"
)

func look(pointer, value string, text bool) (why, what string) {
	found := Find([]Leaf{{pointer, value, text}})
	if len(found) == 0 {
		return "", ""
	}
	return found[0].Why, found[0].What
}

func TestNamesOfSecrets(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		"password", "PASSWORD", "Password", "passwd", "pwd", "pass", "passphrase", "userPassword", "user_password", "db-password", "dbpassword", "DB_PASSWORD_2", "password1", "sshKeyPassphrase",
		"passwort", "kennwort", "contraseña", "contrasena", "mot_de_passe", "motDePasse", "senha", "пароль", "密码", "wachtwoord",
		"token", "access_token", "accessToken", "accesstoken", "refreshToken", "refresh-token", "authToken", "bearer_token", "bot_token", "botToken", "personal_access_token", "sas_token", "sasToken", "id_token", "session_token", "oauth.token",
		"apiKey", "api-key", "api_key", "APIKey", "apikey", "API Key", "x-api-key", "hapikey_api_key", "api_token", "apiToken", "client_secret", "clientSecret", "client-secret", "clientsecret", "consumer_secret", "app_secret", "secret", "webhook_secret",
		"secret_key", "secretKey", "aws_secret_access_key", "awsSecretAccessKey", "access_key", "storageAccountKey", "account_key", "private_key", "privateKey", "private-key", "signing_key", "encryption_key", "shared_key", "master_key", "service_account_key",
		"credentials_json", "credentialsJson", "service_account_json", "verify_token", "tokens/0", "api_keys/1", "secrets/db", "password/value", "auth/password", "list/3/password", "a~1b/client_secret",
	} {
		if why, _ := look("/"+key, "hunter2", true); why != ByName {
			t.Errorf("%s: hunter2: %q", key, why)
		}
	}
	for _, key := range []string{"password", "db_pwd", "token", "pin_secret"} {
		if why, _ := look("/"+key, "12345", false); why != ByName {
			t.Errorf("%s: 12345: %q", key, why)
		}
	}
	if why, _ := look("/password", "true", false); why != ByName {
		t.Error("password: true")
	}
	for key, value := range map[string]string{"key": "k8Jx02mQ41", "auth": "a1b2c3d4e5", "credentials": "root:s3cr3t!9", "cookie": "sid=a81Kx992jQ", "license_key": "ABCD1234EFGH5678", "pat": "q1w2e3r4t5y6", "routing_key": chance(32, hexes)} {
		if why, _ := look("/"+key, value, true); why != ByName {
			t.Errorf("%s: %q", key, why)
		}
	}
}

// What is about a secret, or points to it, is none.
func TestNamesThatAreNoSecrets(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		"client_id", "clientId", "username", "user", "token_url", "tokenUrl", "token_uri", "secret_name", "secretName", "secret_arn", "password_field", "passwordColumn", "credentials_title", "token_type", "token_expiry_date", "tokenExpiry", "key_id",
		"private_key_id", "access_key_id", "awsAccessKeyId", "public_key", "publicKey", "ssh_public_key", "publishable_key", "primary_key", "primaryKey", "foreign_key", "partition_key", "sort_key", "cursor_key", "key_field", "keyboard", "monkey", "next_page_token", "pageToken", "continuation_token", "sync_token", "max_tokens",
		"authentication", "auth_type", "authType", "auth_method", "password_policy", "password_length", "secret_version", "tokenizer", "secretary", "compass", "passenger", "bypass_mode", "key_prefix", "api_key_header", "api_key_name", "secret_manager", "token_endpoint", "account_id", "author", "authority", "keyspace", "key_path", "key_file",
	} {
		if why, _ := look("/"+key, "hunter2", true); why != "" {
			t.Errorf("%s: hunter2: %s", key, why)
		}
	}
	for _, key := range []string{"use_password", "has_token", "enable_secret", "require_api_key", "isSecret", "airbyte_secret", "secret", "persist-credentials"} {
		if why, _ := look("/"+key, "true", false); why != "" {
			t.Errorf("%s: true: %s", key, why)
		}
	}
	if why, _ := look("/tokens", "4096", false); why != "" {
		t.Error("tokens: 4096")
	}
}

// Values that hold no secret, whatever their key is called.
func TestValuesThatAreNoSecrets(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"", " ", "<token>", "<your API key>", "xxx", "XXXXXXXX", "****", "...", "changeme", "change-me", "CHANGE_ME_PLEASE", "replace_me", "your-api-key", "your_token_here", "<insert token here>", "TODO", "tbd", "none", "n/a", "null", "redacted", "[REDACTED]", "placeholder", "token-placeholder", "example", "dummy",
		"${TOKEN}", "$TOKEN", "${{ secrets.TOKEN }}", "{{ config['token'] }}", "%TOKEN%", "{token}", "{}", "[]", "{{ var.token }}",
		"ENC[AES256_GCM,data:aGVsbG8=,iv:AAAA,tag:AAAA,type:str]", "vault:v1:8SDd3WHDOjf7mq69CyCqYjBXAiQQAVZRkFM13ok481zoCmHnSeDX9vyf7w==",
		"arn:aws:secretsmanager:us-east-1:123456789012:secret:db-Ab12Cd", "projects/p/secrets/db/versions/latest", "projects/p/locations/global/keyRings/r/cryptoKeys/k", "op://vault/item/password", "vault://kv/db#password", "file:///run/secrets/token", "env:TOKEN", "/run/secrets/token", "~/.ssh/id_ed25519", "./keys/key.pem", "secrets/key.json", "https://example.com/oauth/token", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s/)",
		"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2mQ8 ann@example.com", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n",
	} {
		if why, what := look("/client_secret", value, true); why != "" {
			t.Errorf("%q: %s, %s", value, why, what)
		}
	}
}

// Values as configs have them under names that say nothing of secrets.
func TestOrdinaryValues(t *testing.T) {
	t.Parallel()
	cert := base64.StdEncoding.EncodeToString([]byte("\x89PNG\r\n\x1a\n" + chance(200, base62)))
	for pointer, value := range map[string]string{
		"/a": "https://api.example.com/v2/things?limit=100&cursor=abc", "/b": "postgres://db.example.com:5432/main?sslmode=require", "/c": "arn:aws:iam::123456789012:role/FlowRole2", "/d": "my-project-42", "/e": "6f1c2d34-9a8b-4c5d-8e7f-0123456789ab",
		"/f": "2026-01-01T00:00:00Z", "/g": "us-east-1", "/h": "0 */5 * * 1-5", "/i": "SELECT id, name FROM users WHERE password IS NOT NULL AND updated_at > :since", "/j": "/var/lib/data/2026/file_01.parquet", "/k": "ann.b2@example.com", "/l": "%Y-%m-%dT%H:%M:%S.%fZ", "/m": "^[A-Z0-9._%+-]+@[A-Za-z0-9.-]+$",
		"/n": "abc12345.us-east-1.snowflakecomputing.com", "/o": "pkc-4r087.us-west2.gcp.confluent.cloud:9092", "/p": "GoogleAnalyticsV4Source2Reports", "/q": "intStr129ToIntStr256", "/r": "ghcr.io/estuary/source-x@sha256:" + chance(64, hexes), "/s": "sha512-" + chance(80, base62), "/t": "$.data[0].Items1.value", "/u": "{{ config['start_date'] }}",
		"/commit": chance(40, hexes), "/file_sha": chance(64, hexes), "/spreadsheet_id": chance(44, base62), "/account_id": chance(32, hexes), "/icon": cert, "/x": cert, "/fingerprint": strings.ToUpper(chance(40, hexes)), "/version": chance(40, hexes), "/cursor": chance(40, base62),
		"/v": "data:image/svg+xml;base64," + chance(200, base62), "/w": base64.StdEncoding.EncodeToString([]byte("The quick brown fox jumps over the lazy dog")), "/y": "postgres://flow@localhost/db", "/z": "redis://:<password>@host:6379", "/aa": "Server=localhost;Database=x;Trusted_Connection=True", "/ab": "acmeCo/tests/source-hello-world", "/ac": "pk_test_" + chance(24, base62), "/ad": "AC" + chance(32, hexes),
		"/ae": "https://example.com/oauth?token=abc", "/af": "https://example.com/{{ token }}?key=<key>", "/ag": "user:password@host", "/ah": `{"name": "x", "list": [1, "two"]}`, "/ai": "Bearer", "/aj": "Basic auth", "/ak": "txn_" + chance(24, base62), "/al": "rabbitmq-cluster-nodes-01.internal.example.com", "/am": "10.0.0.1/16", "/an": "2001:db8:85a3::8a2e:370:7334", "/ao": "P1Y2M10DT2H30M",
	} {
		if why, what := look(pointer, value, true); why != "" {
			t.Errorf("%s: %q: %s, %s", pointer, value, why, what)
		}
	}
}

func TestTokenFormats(t *testing.T) {
	t.Parallel()
	b := func(n int) string { return chance(n, base62) }
	h := func(n int) string { return chance(n, hexes) }
	uuid := h(8) + "-" + h(4) + "-" + h(4) + "-" + h(4) + "-" + h(12)
	for _, value := range []string{
		"AKIAIOSFODNN7EXAMPLE", "ASIA" + chance(16, upper), "AIza" + b(35), "GOCSPX-" + b(28), "ya29." + b(60), "1//0" + b(40), "ghp_" + b(36), "gho_" + b(36), "github_pat_" + b(22) + "_" + b(59), "glpat-" + b(20), "gldt-" + b(20),
		"xoxb-123456789012-123456789012-" + b(24), "xoxp-1-2-" + b(20), "xapp-1-A1-2-" + h(40), "https://hooks.slack.com/services/T0000/B0000/" + b(24), "sk_live_" + b(24), "sk_test_" + b(24), "rk_live_" + b(24), "whsec_" + b(32), "SK" + h(32), "SG." + b(22) + "." + b(43), "key-" + h(32), h(32) + "-us12",
		"shpat_" + h(32), "shpss_" + h(32), "pat-na1-" + uuid, "pat" + b(14) + "." + h(64), "secret_" + b(43), "ntn_" + b(46), "sk-" + b(48), "sk-proj-" + b(60), "sk-ant-api03-" + b(80), "npm_" + b(36), "pypi-AgEI" + b(60), "dckr_pat_" + b(27), "hf_" + chance(34, letter), "ATATT3" + b(60), "dapi" + h(32), "glsa_" + b(32) + "_" + h(8),
		"hvs." + b(90), b(14) + ".atlasv1." + b(60), "sq0atp-" + b(22), "EAAB" + b(100), "dop_v1_" + h(64), "lin_api_" + b(40), "pk_" + h(34), "NRAK-" + chance(27, upper), "PMAK-" + h(24) + "-" + h(34), "sbp_" + h(40), "dp.pt." + b(40), "tfp_" + b(44), "access_token$production$" + h(16) + "$" + h(32), "1/1234567890123456:" + h(32), "123456789:AA" + b(33), "access-sandbox-" + uuid, "abc1Q~" + b(34),
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0." + b(43), "AGE-SECRET-KEY-1" + chance(58, upper), "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n", "-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----\\n",
		`{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\nMII\n"}`, `{"type": "service_account", "private_key": "` + b(60) + `"}`, "https://ann:" + b(10) + "@example.com/x", "postgres://flow:flow@localhost:5432/db", "mongodb+srv://u:p%40ss@c.example.net/?w=majority", "redis://:hunter2@host:6379/0", "https://" + h(32) + "@o1.ingest.sentry.io/2",
		"Server=tcp:x.example.com;Database=d;User ID=u;Password=hunter2;", "host=db user=u password=hunter2 dbname=x", "jdbc:postgresql://h/d?user=u&password=hunter2", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + b(86) + "==;EndpointSuffix=core.windows.net", "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=n;SharedAccessKey=" + b(43) + "=",
		"https://a.blob.core.windows.net/c?sv=2022-11-02&se=2026-01-01&sp=r&sig=" + b(43) + "%3D", "https://api.example.com/v1?api_key=" + b(24), "Bearer " + b(30), "Basic " + base64.StdEncoding.EncodeToString([]byte("ann:hunter2!")), "Authorization: Bearer " + b(30), "the token is ghp_" + b(36) + ", keep it",
	} {
		if why, _ := look("/x", value, true); why != ByToken {
			t.Errorf("%q: %q", value, why)
		}
	}
}

func TestSecretsWithinTexts(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"JSON":                 `{"a": [{"db": {"password": "hunter2"}}]}`,
		"JSON in JSON":         `{"a": "{\"client_secret\": \"hunter2\"}"}`,
		"base64 of JSON":       base64.StdEncoding.EncodeToString([]byte(`{"type": "x", "client_secret": "hunter2"}`)),
		"base64 of a key":      base64.StdEncoding.EncodeToString(der),
		"base64 of PEM":        base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"base64 of an address": base64.RawURLEncoding.EncodeToString([]byte("postgres://ann:hunter2@localhost/db")),
		"lines of settings":    "user = ann\npassword = hunter2\n",
		"lines of exports":     "export USER=ann\nexport API_TOKEN='a1b2c3'\n",
	} {
		if why, _ := look("/x", value, true); why == "" {
			t.Errorf("%s: nothing found", name)
		}
	}
}

func TestRandomTexts(t *testing.T) {
	t.Parallel()
	missed := 0
	for n := range 200 {
		for _, value := range []string{chance(20+n%40, base62), chance(32+n%33, hexes), base64.StdEncoding.EncodeToString([]byte(chance(24+n%30, base62+"\x00\x01\xfe\xff")))} {
			if why, _ := look("/x", value, true); why == "" {
				missed++
			}
		}
	}
	if missed > 12 { // two in a hundred
		t.Errorf("%d of 600 are not found", missed)
	}
	for _, value := range []string{"xK9#mP2$vL5n", "Tr0ub4dor&3xY", "p@SSw0rd!29zQ"} {
		if why, _ := look("/x", value, true); why != ByEntropy {
			t.Errorf("%q: %q", value, why)
		}
	}
	if why, _ := look("/account_id", chance(40, base62), true); why != "" {
		t.Error("an id is random and meant to be seen")
	}
}

// A finding can be printed: it has nothing of the value.
func TestFindingsHoldNoValue(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"hunter2", "ghp_" + chance(36, base62), chance(40, base62), "postgres://ann:hunter2@localhost", `{"password":"hunter2"}`} {
		for _, f := range Find([]Leaf{{"/password", value, true}, {"/x", value, true}}) {
			if text := fmt.Sprintf("%+v", f); strings.Contains(text, "hunter2") || strings.Contains(text, value) {
				t.Errorf("%s", text)
			}
		}
	}
}

func TestComments(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"# old: hunter2", "# password: abc", "# hunter2", "#hunter2", "# was hunter2", "# previously Sommer2024", "# old value = hunter2", "# api_key: abc123", "# password_sops: hunter2", "# old one was Tr0ub4dor&3", "# ghp_" + chance(36, base62), "# prod: k9Jx2mQ4", "# token=abc", `# "password": "abc",`, "# " + chance(32, base62), "# AKIAIOSFODNN7EXAMPLE", "# postgres://ann:hunter2@localhost/db", "// old: hunter2", "# backup hunter2!", "# key_sops: hunter2", `# "b_sops": "abc",`,
	} {
		if Comment(text, true) == "" {
			t.Errorf("%s: nothing", text)
		}
	}
	for _, text := range []string{
		"# rotate yearly", "# see the vault", "# the password of the test account", "# see: the vault", "# password: see the vault", "# token: optional", "# TODO: rotate", "# owner: ann", "# ask @ann2", "# JIRA-1234", "# PROJ-42: rotate", "# rotated 2026-01-01", "# expires: 2026-01-01", "# uses oauth2", "# sha256 of the key", "# in 1Password", "# 1password", "# since v2.3", "# https://example.com/docs/keys#rotate2", "# ann.b2@example.com", "# password: <your password>", "# password: ${PASSWORD}", "#", "# ----------", "# two keys, 90 days each", "# key for source-hubspot2", "# sandbox", "# client secret", "# from vault", "# base64", "# required", "# only for us-east-1", "# use the read-only user", "# copied from config.yaml", "# token_sops: optional", "# see token_sops: it is rotated", "# token_sops: <token>",
	} {
		if what := Comment(text, true); what != "" {
			t.Errorf("%s: %s", text, what)
		}
	}
	for text, want := range map[string]bool{"# old: hunter2": false, "# hunter2": false, "# ghp_" + chance(36, base62): true, "# password: hunter2": true, "# retries: 5": false, "# see rfc6749": false} {
		if got := Comment(text, false) != ""; got != want {
			t.Errorf("%s far from a secret: %t", text, got)
		}
	}
}

func TestSplitWords(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"apiKey": "api key", "APIKey": "api key", "api-key": "api key", "API_KEY_2": "api key", "awsSecretAccessKey": "aws secret access key", "X-API-Key": "x api key", "oauth2Token": "oauth token", "ünïCode": "ünï code", "": "", "42": "", "clientID": "client id"} {
		if got := strings.Join(splitWords(name), " "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func FuzzFindPlain(f *testing.F) {
	f.Add("/a/b", "x")
	f.Add("/password", `{"a":`)
	f.Add("", "-----BEGIN")
	f.Add("/0/~1", "eyJ.")
	f.Fuzz(func(_ *testing.T, pointer, value string) {
		Find([]Leaf{{pointer, value, true}, {pointer, value, false}})
		Comment(value, true)
	})
}

func TestLooksLike(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ key, text, want string }{
		{"GITHUB_PAT", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "a GitHub token"},
		{"DB_PASSWORD", "correct-horse", "a password"},
		{"REVISION", "0f3a9c1be27d4455a1b2c3d4e5f60718293a4b5c", ""},
		{"BASE_IMAGE", "python:3.12-slim", ""},
		{"a/b~c", "x", ""},
	} {
		if got := LooksLike(tt.key, tt.text); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.key, got, tt.want)
		}
	}
}
