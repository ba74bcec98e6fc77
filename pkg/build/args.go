package build

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/workspace"
)

// types are the values of CONNECTOR_TYPE by the kind of a connector: what
// Flow's runtime reads from the label FLOW_RUNTIME_PROTOCOL.
var types = map[string]string{"capture": "capture", "materialization": "materialize", "derivation": "derive"}

func isType(s string) bool { return s == "capture" || s == "materialize" || s == "derive" }

func isProxy(name string) bool { return engine.IsProxy(name) }

// component is one part of an image's name: https://pkg.go.dev/github.com/distribution/reference.
const component = `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`

var (
	argName = pattern.Lazy(`^[A-Za-z_][A-Za-z0-9_]*$`)
	tagForm = pattern.Lazy(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)
	// A host, which has a dot or a port or is localhost, or a path component, and more of these.
	registryForm = pattern.Lazy(`^([a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+(:[0-9]{1,5})?|\[[0-9a-fA-F:]+\](:[0-9]{1,5})?|[a-zA-Z0-9-]+:[0-9]{1,5}|` + component + `)(/` + component + `)*$`)
	nameForm     = pattern.Lazy(`^` + component + `$`)
	platformForm = pattern.Lazy(`^[a-z0-9]+/[a-z0-9_]+(/[a-z0-9]+)?$`)
	secretID     = pattern.Lazy(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)
)

// check looks at what the user has given.
func (o *Options) check() error {
	switch {
	case o.Registry != "" && !registryForm().MatchString(o.Registry):
		return fault.Usagef("reading the registry: %q is none such as ghcr.io/estuary", o.Registry)
	case o.Tag != "" && !tagForm().MatchString(o.Tag):
		return fault.Usagef("reading the tag: %q is none: letters, digits, - _ . and no slash or colon", o.Tag)
	case strings.Contains(o.Platform, ","):
		return fault.Usagef("reading the platform: %q are several, and an engine keeps one image for a name", o.Platform)
	case o.Platform != "" && !platformForm().MatchString(o.Platform):
		return fault.Usagef("reading the platform: %q is none such as linux/amd64", o.Platform)
	}
	for _, s := range o.Secrets {
		if !secretID().MatchString(s.ID) || (s.Src == "") == (s.Env == "") || strings.Contains(s.Src+s.Env, ",") {
			return fault.Usagef("reading the secret %q: it must be id=NAME,src=FILE or id=NAME,env=VARIABLE", s)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(o.Args)) {
		if err := o.checkArg(key, o.Args[key]); err != nil {
			return err
		}
	}
	return nil
}

var (
	secretWord = pattern.Lazy(`(?i)(^|_)(token|secret|password|passwd|passphrase|credentials?|(api|private|access|secret|signing|encryption)_?key)(_|$)|(^|_)(pass|pwd|pat)$`)
	// What can be spelled in words that look so, and is none.
	notSecret = pattern.Lazy(`(?i)(_(url|file|path|dir|name|id|type|title|version|enabled))$`)
)

// checkArg refuses what cannot be a build arg, and what should be none: the
// history of an image keeps the args of its build.
func (o *Options) checkArg(key, value string) error {
	switch {
	case !argName().MatchString(key):
		return fault.Usagef("reading the build arg %q: its name must be letters, digits and _", key)
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		return fault.Usagef("reading the build arg %s: its value has control characters in it", key)
	case isProxy(key):
		return nil // not kept, and passed by the environment
	case secretWord().MatchString(key) && !notSecret().MatchString(key):
		return fault.Usagef("reading the build arg %s: it looks secret, and an image keeps its build args", key).
			WithHint("--secret id=%s,env=%s, and RUN --mount=type=secret,id=%s in the Dockerfile", strings.ToLower(key), key, strings.ToLower(key))
	}
	if what := o.seems(key, value); what != "" {
		return fault.Usagef("reading the build arg %s: it looks like %s, and an image keeps its build args", key, what).
			WithHint("--secret id=%s,env=%s, and RUN --mount=type=secret,id=%s in the Dockerfile", strings.ToLower(key), key, strings.ToLower(key))
	}
	for _, word := range strings.Fields(value) {
		if u, err := url.Parse(word); strings.Contains(word, "://") && (err != nil || u.User != nil) {
			return fault.Usagef("reading the build arg %s: its URL holds a user or a password, and an image keeps its build args", key).
				WithHint("--secret id=pip_conf,src=FILE keeps them out of the image")
		}
	}
	if key == "CONNECTOR_TYPE" && !isType(value) {
		return fault.Usagef("reading the build arg CONNECTOR_TYPE: %q is none of capture, materialize, derive", value)
	}
	if key == "USAGE_RATE" && !isRate(value) {
		return fault.Usagef("reading the build arg USAGE_RATE: %q is no rate such as 1.0", value)
	}
	return nil
}

// seems asks what a value seems to be.
func (o *Options) seems(key, value string) string {
	switch {
	case privateKey().MatchString(value):
		return "a private key"
	case o.Secret == nil:
		return ""
	}
	return o.Secret(key, value)
}

func isRate(s string) bool {
	rate, err := strconv.ParseFloat(s, 64)
	return err == nil && rate >= 0 && rate < 1e6 && !strings.ContainsAny(s, "xXpPeE_+iInN")
}

// ImageName is the name of a connector's image: ghcr.io/estuary/NAME:local,
// where registry and tag say nothing else.
func ImageName(connector, registry, tag string) (string, error) {
	if !nameForm().MatchString(connector) {
		return "", fault.Usagef("naming the image of %q: an image's name is small letters and digits with - _ . between", connector)
	}
	o := Options{Registry: registry, Tag: tag}
	return cmp.Or(registry, defaultRegistry) + "/" + connector + ":" + cmp.Or(tag, defaultTag), o.check()
}

func (o *Options) imageName(connector string) (string, error) {
	return ImageName(connector, o.Registry, o.Tag)
}

// args are the build args: those that the old script gives, then what CI gives
// to this connector, then the user's. CONNECTOR_TYPE is always one of Flow's words.
func (o *Options) args(c workspace.Connector, t *Target) (map[string]string, error) {
	args := map[string]string{"CONNECTOR_NAME": c.Name, "USAGE_RATE": "1.0"}
	if kind := types[c.Kind]; kind != "" {
		args["CONNECTOR_TYPE"] = kind
	}
	if o.CI != nil {
		ci, err := o.CI(c.Name)
		if err != nil {
			return nil, err
		}
		t.Notes = ci.Notes
		o.takeCI(t, args, ci.Args)
	}
	maps.Copy(args, o.Args)
	if _, err := typeOf(c, args["CONNECTOR_TYPE"]); err != nil {
		return nil, fmt.Errorf("building %s: %w", c.Name, err)
	}
	if given := args["CONNECTOR_NAME"]; given != c.Name {
		return nil, fault.Usagef("building %s: CONNECTOR_NAME is %q", c.Name, given).WithHint("leave the build arg out")
	}
	t.proxies = map[string]string{}
	for key, value := range args {
		if isProxy(key) {
			t.proxies[key] = value
			delete(args, key)
		}
	}
	return args, nil
}

// typeOf is the CONNECTOR_TYPE of a connector, of which its name or a build arg
// has to tell; both must say the same.
func typeOf(c workspace.Connector, given string) (string, error) {
	switch kind := types[c.Kind]; {
	case kind == "" && given == "":
		return "", fault.Usagef("its name does not tell whether it is a capture, a materialization or a derivation").
			WithHint("connectors.kinds in %s, or --build-arg CONNECTOR_TYPE=capture", workspace.FileName)
	case kind == "", given == kind:
		return given, nil
	case given == "":
		return kind, nil
	default:
		return "", fault.Usagef("CONNECTOR_TYPE is %q, and it is a %s", given, c.Kind).WithHint("leave the build arg out: it is %s by itself", kind)
	}
}

// takeCI takes what CI gives. What would be wrong in a label is said and not taken.
func (o *Options) takeCI(t *Target, args, ci map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(ci)) {
		value := ci[key]
		if key == "CONNECTOR_TYPE" && args[key] != "" && value != args[key] {
			t.Warnings = append(t.Warnings, "CI builds it with CONNECTOR_TYPE="+value+", which Flow does not take for a "+args[key]+": connkit builds with "+args[key])
			continue
		}
		if err := o.checkArg(key, value); err != nil {
			t.Warnings = append(t.Warnings, "CI gives it a build arg that is left out: "+err.Error())
			continue
		}
		args[key] = value
	}
}
