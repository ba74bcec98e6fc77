package suspect

// blank are names that say nothing of what they hold.
var blank = []string{"value", "data", "text", "plain", "plaintext", "content", "contents", "string", "raw", "literal", "default", "current"}

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
