package engine

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/proc"
)

// Request is one image to build.
type Request struct {
	Image      string            // name and tag
	Context    string            // folder, or "-" for a tar on stdin
	Dockerfile string            // path; in a tar that in the tar
	Inline     []byte            // of a bake file: the text, in place of a path
	Args       map[string]string // build args
	Labels     map[string]string
	Secrets    []Secret
	Platform   string // "" is the engine's own
	NoCache    bool
	Pull       bool // look for a newer base image

	Builder    string   // of buildx
	CacheFrom  []string // where the builder can
	CacheTo    []string // where the builder can
	IgnoreFile string   // what the context leaves out, where it is not .dockerignore
}

// Secret is a file or a variable that a build step can read and that stays out of the image.
type Secret struct {
	ID  string `json:"id"`
	Src string `json:"src,omitempty"` // file
	Env string `json:"env,omitempty"` // variable
}

func (s Secret) String() string {
	if s.Env != "" {
		return "id=" + s.ID + ",env=" + s.Env
	}
	return "id=" + s.ID + ",src=" + s.Src
}

// fromEnvironment are the build args that every builder knows, that leave no
// trace in an image and whose value may hold a password: the engine reads it.
var fromEnvironment = []string{"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"}

// IsProxy tells whether a build arg is one of those for proxies, in either case.
func IsProxy(name string) bool { return slices.Contains(fromEnvironment, strings.ToUpper(name)) }

// windDown is how long an engine may take to end a build.
const windDown = 15 * time.Second

// Build is the command that builds an image.
func (e Engine) Build(r Request) proc.Cmd {
	c := e.cmd(e.verb()...)
	c.Grace = windDown
	if e.Name == Podman || e.Name == Buildah {
		// Of a build whose step fails they remove what it worked in, of one that is ended they leave it.
		c.Inner = "buildah-"
	}
	add := func(args ...string) { c.Argv = append(c.Argv, args...) }
	if e.Builder == Buildx && r.Builder != "" {
		add("--builder", r.Builder)
	}
	e.options(r, add)
	for _, key := range slices.Sorted(maps.Keys(r.Args)) {
		if IsProxy(key) {
			c.Env = append(c.Env, key+"="+r.Args[key])
			add("--build-arg", key)
			continue
		}
		add("--build-arg", key+"="+r.Args[key])
	}
	if !e.LabelsInDockerfile() {
		for _, key := range slices.Sorted(maps.Keys(r.Labels)) {
			add("--label", key+"="+r.Labels[key])
		}
	}
	for _, s := range r.Secrets {
		add("--secret", s.String())
	}
	add("--tag", r.Image, "--file", r.Dockerfile, r.Context)
	return c
}

// LabelsInDockerfile tells that labels belong into the Dockerfile: of each
// --label the classic builder makes a step, which takes as long as the rest of a
// cached build.
func (e Engine) LabelsInDockerfile() bool { return e.Name == Docker && e.Builder == Classic }

// LabelLine is the instruction that sets labels. Their values hold nothing that
// a Dockerfile takes for more than text: [IsLabel].
func LabelLine(labels map[string]string) string {
	words := []string{"LABEL"}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		words = append(words, key+`="`+labels[key]+`"`)
	}
	return strings.Join(words, " ")
}

var labelForm = pattern.Lazy(`^[A-Za-z0-9 ._~:/?#@!&()*+,;=%-]+$`)

// IsLabel tells whether a text can be the value of a label in every engine.
func IsLabel(value string) bool { return labelForm().MatchString(value) }

func (e Engine) verb() []string {
	switch {
	case e.Builder == Buildx:
		return []string{"buildx", "build", "--progress", "plain", "--load"}
	case e.Name == Nerdctl || e.Builder == BuildKit:
		return []string{"build", "--progress", "plain"}
	case e.Name == Docker:
		return []string{"build", "--force-rm"} // a failed build leaves its container otherwise
	case e.Name == Buildah:
		return []string{"build", "--layers", "--force-rm"} // without layers nothing is cached
	}
	return []string{"build", "--layers", "--force-rm"}
}

// options are those that not every builder has, or has in another form.
func (e Engine) options(r Request, add func(...string)) {
	if r.IgnoreFile != "" && (e.Name == Podman || e.Name == Buildah) {
		add("--ignorefile", r.IgnoreFile) // BuildKit finds it beside the Dockerfile by itself
	}
	if r.Platform != "" {
		add("--platform", r.Platform)
	}
	if r.NoCache {
		add("--no-cache")
	}
	switch {
	case r.Pull && (e.Name == Podman || e.Name == Buildah):
		add("--pull=always")
	case r.Pull:
		add("--pull")
	}
	if e.Builder != Classic {
		for _, from := range r.CacheFrom {
			add("--cache-from", from)
		}
	}
	if e.caches() {
		for _, to := range r.CacheTo {
			add("--cache-to", to)
		}
	}
}

// caches tells whether the builder may be able to write a cache elsewhere.
// Whether the driver of a buildx builder can, [Engine.Driver] tells.
func (e Engine) caches() bool { return e.Name != Docker || e.Builder == Buildx }

// Unfit lists what a request asks for and this engine cannot do, for the
// engine's name: the first are those that a build cannot do without.
func (e Engine) Unfit(r Request, driver string) (fatal, dropped []string) {
	if len(r.Secrets) > 0 && !e.Mounts() {
		fatal = append(fatal, "--secret")
	}
	if len(r.CacheFrom) > 0 && e.Builder == Classic {
		dropped = append(dropped, "--cache-from")
	}
	if len(r.CacheTo) > 0 && (!e.caches() || e.Builder == Buildx && driver == Docker && slices.ContainsFunc(r.CacheTo, isExported)) {
		dropped = append(dropped, "--cache-to")
	}
	return fatal, dropped
}

func isExported(cache string) bool { return !IsInline(cache) }

// IsInline tells whether a cache goes into the image, which every driver can do.
func IsInline(to string) bool { return strings.Contains(to, "type=inline") }
