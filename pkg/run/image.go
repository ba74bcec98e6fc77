package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/proc"
)

// image is what an engine tells of an image.
type image struct {
	ID           string `json:"Id"`
	OS           string `json:"Os"`
	Architecture string
	Config       struct {
		Entrypoint, Cmd []string
		WorkingDir      string
		Labels          map[string]string
	}
}

// localTag ends the name of an image that is built here and never pulled.
const localTag = ":local"

var imageRef = pattern.Lazy(`^[A-Za-z0-9][\w.\-/:@]*$`)

// imageName completes a reference that is a tag alone: the repository is that
// of the catalog's image, else the connector's own.
func (o *Options) imageName(ref, catalogImage string) (string, error) {
	if strings.HasPrefix(ref, ":") {
		repository := o.Repository
		if repository == "" {
			repository = "ghcr.io/estuary/" + filepath.Base(o.Dir)
		}
		if catalogImage != "" {
			repository = withoutTag(catalogImage)
		}
		ref = repository + ref
	}
	if !imageRef().MatchString(ref) {
		return "", fault.Usagef("reading the image %q: it is no name of an image", ref)
	}
	return ref, nil
}

func withoutTag(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	if i := strings.LastIndexByte(ref, ':'); i > strings.LastIndexByte(ref, '/') { // a colon before a slash is a port's
		ref = ref[:i]
	}
	return ref
}

// find looks an image up, and pulls one that is not here unless it is tagged local.
func (e engine) find(ctx context.Context, ref string, o *Options) (image, error) {
	found, err := e.inspect(ctx, ref)
	if !isAbsent(err) {
		return found, e.fault(err, "looking at", ref)
	}
	if strings.HasSuffix(ref, localTag) {
		return image{}, fault.Environmentf("looking for the image %s: it is not there", ref).WithHint("connkit build %s", filepath.Base(o.Dir))
	}
	o.note("pulling %s", ref)
	if _, err := proc.Run(ctx, proc.Cmd{Argv: []string{e.program, "pull", "--quiet", ref}, Unset: e.unset()}); err != nil {
		return image{}, e.fault(err, "pulling", ref)
	}
	found, err = e.inspect(ctx, ref)
	return found, e.fault(err, "looking at", ref)
}

func (e engine) inspect(ctx context.Context, ref string) (image, error) {
	out, err := proc.Run(ctx, proc.Cmd{Argv: []string{e.program, "image", "inspect", "--format", "{{json .}}", ref}, Unset: e.unset()})
	if err != nil {
		return image{}, err
	}
	var found image
	text := bytes.TrimSpace(out.Stdout)
	if bytes.HasPrefix(text, []byte("[")) { // podman 4 prints a list of one
		text = bytes.TrimSuffix(text[1:], []byte("]"))
	}
	if err := json.Unmarshal(text, &found); err != nil {
		return image{}, fault.Failedf("reading what %s says of %s: %w", e.program, ref, err)
	}
	return found, nil
}

// isAbsent tells an image that is not there (docker: No such image; podman:
// image not known) from an engine that does not answer.
func isAbsent(err error) bool {
	var exit *proc.Error
	if !errors.As(err, &exit) {
		return false
	}
	text := strings.ToLower(exit.Stderr)
	return strings.Contains(text, "no such image") || strings.Contains(text, "image not known") || strings.Contains(text, "no such object")
}

func (e engine) fault(err error, doing, ref string) error {
	var exit *proc.Error
	if errors.As(err, &exit) {
		return fault.Environmentf("%s the image %s: %w", doing, ref, err).WithHint("connkit doctor --for run")
	}
	return err
}

// protocolOf gives the kind of task that an image's label names.
var protocolOf = map[string]string{"capture": "capture", "materialize": "materialization", "derive": "derivation"}

// check notes what Flow would stumble over in an image.
func (i image) check(o *Options, ref, kind string) {
	label := i.Config.Labels["FLOW_RUNTIME_PROTOCOL"]
	switch {
	case label == "":
		o.note("the image %s has no label FLOW_RUNTIME_PROTOCOL, which Flow needs", ref)
	case protocolOf[label] != kind && kind != "":
		o.note("the image %s says FLOW_RUNTIME_PROTOCOL=%s, and the task is a %s", ref, label, kind)
	}
	if i.OS != "linux" || i.Architecture != "amd64" {
		o.note("the image %s is for %s/%s; Flow runs linux/amd64", ref, i.OS, i.Architecture)
	}
}
