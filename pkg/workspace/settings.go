package workspace

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/fault"
)

// Settings are the values that hold for a run: flags, else CONNKIT_*
// variables, else connkit.yaml, else the user's file, else defaults.
type Settings struct {
	Connectors struct {
		Patterns []string // globs of folder names
		Ignore   []string // globs of folder names
		Kinds    []struct{ Name, Kind string }
	}
	New struct {
		Template string
		Prefix   string
		Author   string
	}
	Templates []struct{ Name, From string }
	Env       struct{ Manager string }
	Run       struct{ Timeout time.Duration }
	Image     struct{ Registry, Tag string }
	Build     struct {
		Engine, Builder, Platform string
		Dockerfile                []struct{ Language, File string }
		Secrets                   []struct{ ID, Src string }
	}
	CI struct {
		Workflow, Job, Axis string
		Ignore              []struct{ Name, Reason string }
	}
	Output string

	values []Value
}

// valueType is what a setting holds.
type valueType int

const (
	text     valueType = iota
	textList           // YAML list, or words with commas between in a variable
	duration           // 90s, 5m
	mapList            // list of maps with the fields of the setting
)

// setting is one row of the table that the check, the schema, the template and
// the explanation are made from.
type setting struct {
	key     string
	kind    valueType
	def     any
	doc     string
	example string             // YAML of the value
	choices []string           // closed list
	fields  []string           // of a mapList, all needed
	check   func(string) error // of each text
}

// settings is the table. A key has at most two parts, none with a dot in it.
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
		{key: "run.timeout", kind: duration, def: "60s",
			doc: "How long a connector may take to answer.", example: "5m"},
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

// checkText tells whether one text is a value that the setting takes.
func (s setting) checkText(v string) error {
	switch {
	case s.kind == duration:
		if d, err := time.ParseDuration(v); err != nil || d <= 0 {
			return fault.Usagef("%s: %q is no duration such as 90s or 5m", s.key, v)
		}
	case s.kind != mapList && len(s.choices) > 0 && !slices.Contains(s.choices, v):
		return fault.Usagef("%s: %q is none of %s", s.key, v, strings.Join(s.choices, ", "))
	case s.check != nil:
		if err := s.check(v); err != nil {
			return fault.Usagef("%s: %w", s.key, err)
		}
	}
	return nil
}

func checkGlob(v string) error {
	if _, err := path.Match(v, ""); err != nil || v == "" || strings.Contains(v, "/") {
		return fault.Usagef("%q is no glob for a folder's name", v)
	}
	return nil
}

func checkPrefix(v string) error {
	for _, part := range strings.Split(v, "/") {
		if part == "" || strings.ContainsFunc(part, func(r rune) bool {
			return !strings.ContainsRune("-_.", r) && (r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a' || r > 'z' && r < 0x80)
		}) {
			return fault.Usagef("%q is no catalog prefix: letters, digits, - _ . with slashes between", v)
		}
	}
	return nil
}
