package workspace

import (
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/license"
)

// valueType is what a setting holds.
type valueType int

// setting is one row of the table that the check, the schema, the template and
// the explanation are made from.
type setting struct {
	key     string
	kind    valueType
	def     any
	doc     string
	example string             // YAML of the value
	choices []string           // closed list
	fields  []string           // of a mapList, all needed; of a listMap, none
	check   func(string) error // of each text
}

// settingsTable is the table. A key has at most two parts, none with a dot in it.
func settingsTable() []setting {
	kinds := []string{"capture", "materialization", "derivation"}
	return []setting{
		{key: "connectors.patterns", kind: textList, def: []string{"source-*", "materialize-*", "derive-*"}, check: checkGlob,
			doc: "Names of the top-level folders that are connectors.", example: "[source-*, materialize-*, derive-*]"},
		{key: "connectors.ignore", kind: textList, def: []string{}, check: checkGlob,
			doc: "Names of folders that match and are none.", example: "[source-boilerplate]"},
		{key: "connectors.kinds", kind: mapList, fields: []string{"name", "kind"}, choices: kinds,
			doc: "Kind of connectors whose name does not tell it.", example: "[{name: ingest-events, kind: capture}]"},
		{key: "new.template", kind: text, def: "python",
			doc: "Template of a new capture when --template is not given.", example: "go"},
		{key: "new.prefix", kind: text, def: "acmeCo", check: checkPrefix,
			doc: "Prefix of the catalog names in a new connector.", example: "acmeCo"},
		{key: "new.author", kind: text, def: "",
			doc: "Author of new connectors; else the one that git is configured with.", example: `"Ann Example <ann@example.com>"`},
		{key: "templates", kind: mapList, fields: []string{"name", "from"}, check: nil,
			doc: "Templates of your own: a folder, from the root, or a git URL#SUBDIR@REF.", example: "[{name: ours, from: tools/template}]"},
		{key: "env.manager", kind: text, def: "auto", choices: []string{"auto", "uv", "poetry", "pip"},
			doc: "What makes Python environments when no lock file decides.", example: "uv"},
		{key: "env.python", kind: text, def: "", check: checkPython,
			doc: "Version of Python for environments, of projects that take it; else the user's own where it fits.", example: `"3.12"`},
		{key: "run.timeout", kind: duration, def: "60s",
			doc: "How long a connector may take to answer; unless set, three minutes where it may ask its source.", example: "5m"},
		{key: "image.registry", kind: text, def: "ghcr.io/estuary",
			doc: "Registry and folder of the connectors' images.", example: "ghcr.io/acmeCo"},
		{key: "image.tag", kind: text, def: "local",
			doc: "Tag of the images that are built here.", example: "local"},
		{key: "build.engine", kind: text, def: "auto", choices: []string{"auto", "docker", "podman", "nerdctl", "buildah"},
			doc: "What builds images; auto is the first that answers.", example: "podman"},
		{key: "build.builder", kind: text, def: "",
			doc: "Builder of docker buildx, such as one on Kubernetes.", example: "cluster"},
		{key: "build.platform", kind: text, def: "",
			doc: "Platform of images, where the Dockerfile asks for none; else the engine's own.", example: "linux/amd64"},
		{key: "build.dockerfile", kind: mapList, fields: []string{"language", "file"},
			doc: "Dockerfiles, from the root, of connectors without one, by language.", example: "[{language: python, file: estuary-cdk/common.Dockerfile}]"},
		{key: "build.secrets", kind: mapList, fields: []string{"id", "src"},
			doc: "Files that steps of a build can read and that stay out of the image.", example: "[{id: ca, src: /etc/ssl/certs/ca-certificates.crt}]"},
		{key: "ci.workflow", kind: text, def: "",
			doc: "Workflow that connectors are added to when --workflow is not given.", example: "ci.yaml"},
		{key: "ci.job", kind: text, def: "",
			doc: "Job of that workflow when --job is not given.", example: "build_connectors"},
		{key: "ci.axis", kind: text, def: "",
			doc: "Key of the job's matrix when --axis is not given.", example: "connector"},
		{key: "ci.ignore", kind: mapList, fields: []string{"name", "reason"},
			doc: "Connectors that are not in CI, each with the reason.", example: "[{name: source-old, reason: retired}]"},
		{key: "ci.unrelated", kind: textList, check: checkPathGlob,
			def: []string{"**/*.md", "docs/**", ".github/**", "**/.gitignore", ".editorconfig", ".vscode/**", ".idea/**", "LICENSE*"},
			doc: "Paths whose changes concern no connector; ** crosses folders, and at the beginning stands for those that are no connector's.", example: `["**/*.md", "docs/**", ".github/**"]`},
		{key: "upstream.commit", kind: text, def: "merge", choices: []string{"merge", "single"},
			doc: "Commits that connkit pull-upstream makes: merge commits, or single ones for repositories that rebase.", example: "single"},
		{key: "upstream.licenses", kind: listMap, fields: []string{"allow", "ask", "deny"}, check: license.CheckEntry,
			doc: "SPDX ids and categories that an import may have, is asked about, or may not have.", example: "{allow: [permissive], ask: [copyleft], deny: [source-available]}"},
		{key: "secrets.suffix", kind: text, def: "", check: checkSuffix,
			doc: "Suffix of the keys whose values are encrypted; else that of the rule in .sops.yaml, else _sops.", example: "_sops"},
		{key: "secrets.age", kind: textList, def: []string{}, check: checkPublic,
			doc: "age recipients to encrypt for, where no .sops.yaml names keys.", example: "[age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]"},
		{key: "secrets.pgp", kind: textList, def: []string{}, check: checkPublic,
			doc: "Fingerprints of PGP keys to encrypt for.", example: "[85D77543B3D624B63CEA9E6DBC17301B491B3F21]"},
		{key: "secrets.gcp_kms", kind: textList, def: []string{}, check: checkPublic,
			doc: "Keys of Google Cloud KMS to encrypt for.", example: "[projects/acme/locations/us-central1/keyRings/dev/cryptoKeys/ci]"},
		{key: "secrets.kms", kind: textList, def: []string{}, check: checkPublic,
			doc: "ARNs of AWS KMS keys to encrypt for.", example: `["arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"]`},
		{key: "secrets.aws_profile", kind: text, def: "",
			doc: "AWS profile that the KMS keys are used with.", example: "dev"},
		{key: "secrets.azure_kv", kind: textList, def: []string{}, check: checkPublic,
			doc: "URLs of Azure Key Vault keys to encrypt for.", example: `["https://acme.vault.azure.net/keys/ci/0123456789abcdef0123456789abcdef"]`},
		{key: "secrets.hc_vault_transit", kind: textList, def: []string{}, check: checkPublic,
			doc: "URIs of Vault transit keys to encrypt for.", example: `["https://vault.example.com:8200/v1/transit/keys/ci"]`},
		{key: "secrets.allow_plaintext", kind: textList, def: []string{},
			doc: "Keys that look secret and may stay in clear.", example: "[token_endpoint]"},
		{key: "secrets.timeout", kind: duration, def: "15s",
			doc: "How long a key service may take to answer.", example: "1m"},
		{key: "output", kind: text, def: "text", choices: []string{"text", "json"},
			doc: "Format of results.", example: "json"},
	}
}

// sections are the keys that hold others.
func sections() []string {
	var list []string
	for _, s := range settingsTable() {
		if section, _, ok := strings.Cut(s.key, "."); ok && !slices.Contains(list, section) {
			list = append(list, section)
		}
	}
	return list
}

func findSetting(key string) (setting, bool) {
	all := settingsTable()
	i := slices.IndexFunc(all, func(s setting) bool { return s.key == key })
	if i < 0 {
		return setting{}, false
	}
	return all[i], true
}

// envName is the variable of a key: new.template is CONNKIT_NEW_TEMPLATE.
func envName(key string) string {
	return "CONNKIT_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}
