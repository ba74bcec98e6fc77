package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/proc"
)

// Image is what an engine tells of an image.
type Image struct {
	ID       string            `json:"id"` // without sha256:
	Created  time.Time         `json:"created"`
	Size     int64             `json:"size"`     // bytes
	Platform string            `json:"platform"` // os/architecture
	User     string            `json:"user"`
	Labels   map[string]string `json:"labels"`
	Command  []string          `json:"command"` // entry point and its arguments
}

// config is what an image says of how it is run.
type config struct {
	User       string
	Labels     map[string]string
	Entrypoint []string
	Cmd        []string
}

func (c config) command() []string { return slices.Concat(c.Entrypoint, c.Cmd) }

// inspected is what docker, podman and nerdctl print.
type inspected struct {
	ID           string `json:"Id"`
	Created      time.Time
	Size         int64
	Os           string
	Architecture string
	RepoTags     []string
	Config       config
}

func (i inspected) image() Image {
	return Image{
		ID: strings.TrimPrefix(i.ID, "sha256:"), Created: i.Created, Size: i.Size, Platform: i.Os + "/" + i.Architecture,
		User: i.Config.User, Labels: i.Config.Labels, Command: i.Config.command(),
	}
}

// ofBuildah is what buildah prints. The size of an image stands in its manifest alone.
type ofBuildah struct {
	FromImageID string
	Manifest    string
	OCIv1       struct {
		Created      time.Time `json:"created"`
		Os           string    `json:"os"`
		Architecture string    `json:"architecture"`
		Config       config    `json:"config"`
	}
}

// Inspect tells of an image; ok is false when it is not there.
func (e Engine) Inspect(ctx context.Context, image string) (found Image, ok bool, err error) {
	c := e.cmd("image", "inspect", image)
	if e.Name == Buildah {
		c = e.cmd("inspect", "--type", "image", image)
	}
	out, err := proc.Run(ctx, c)
	if saysAbsent(err) {
		return Image{}, false, nil
	}
	if err != nil {
		return Image{}, false, fmt.Errorf("looking at the image %q: %w", image, err)
	}
	found, err = readImage(e.Name, out.Stdout)
	if err != nil {
		return Image{}, false, fmt.Errorf("looking at the image %q: %w", image, err)
	}
	return found, true, nil
}

// atOnce is how many images are asked for by one command.
const atOnce = 64

// InspectAll tells of those of the named images that are there, by their names.
// It starts the engine once for many.
func (e Engine) InspectAll(ctx context.Context, names []string) (map[string]Image, error) {
	found := map[string]Image{}
	for some := range slices.Chunk(names, atOnce) {
		list, ok, err := e.inspectMany(ctx, some)
		if err == nil && !ok {
			list, err = e.inspectEach(ctx, some)
		}
		if err != nil {
			return nil, err
		}
		maps.Copy(found, list)
	}
	return found, nil
}

// inspectMany asks for some images by one command; ok is false when the engine
// does not answer to it: buildah takes one name, and others may say nothing of
// the images that are there when one is not.
func (e Engine) inspectMany(ctx context.Context, names []string) (found map[string]Image, ok bool, err error) {
	if e.Name == Buildah {
		return nil, false, nil
	}
	out, missing := proc.Run(ctx, e.cmd(append([]string{"image", "inspect"}, names...)...))
	if missing != nil && !saysAbsent(missing) {
		return nil, false, fmt.Errorf("looking at the images of %s: %w", e.Name, missing)
	}
	found, err = readMany(out.Stdout, names)
	if err != nil && missing == nil {
		return nil, false, fmt.Errorf("looking at the images of %s: %w", e.Name, err)
	}
	return found, err == nil, nil
}

func readMany(text []byte, names []string) (map[string]Image, error) {
	var list []inspected
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, err
	}
	found := map[string]Image{}
	for _, i := range list {
		for _, name := range names {
			if slices.ContainsFunc(i.RepoTags, func(tag string) bool { return ShortName(tag) == ShortName(name) }) {
				found[name] = i.image()
			}
		}
	}
	return found, nil
}

func (e Engine) inspectEach(ctx context.Context, names []string) (map[string]Image, error) {
	found := map[string]Image{}
	for _, name := range names {
		image, ok, err := e.Inspect(ctx, name)
		if err != nil {
			return nil, err
		}
		if ok {
			found[name] = image
		}
	}
	return found, nil
}

// saysAbsent tells whether that is why a command of an engine has failed.
func saysAbsent(err error) bool {
	var exit *proc.Error
	return errors.As(err, &exit) && absent(exit.Stderr)
}

// absent tells whether an engine says that an image is not there.
func absent(message string) bool {
	message = strings.ToLower(message)
	for _, text := range []string{"no such image", "image not known", "no such object", "not found", "does not exist"} {
		if strings.Contains(message, text) {
			return true
		}
	}
	return false
}

func readImage(engine string, text []byte) (Image, error) {
	if engine == Buildah {
		return readBuildah(text)
	}
	var list []inspected
	if err := json.Unmarshal(text, &list); err != nil {
		return Image{}, fmt.Errorf("reading what %s says: %w", engine, err)
	}
	if len(list) == 0 {
		return Image{}, fmt.Errorf("reading what %s says: it is empty", engine)
	}
	return list[0].image(), nil
}

func readBuildah(text []byte) (Image, error) {
	var i ofBuildah
	if err := json.Unmarshal(text, &i); err != nil {
		return Image{}, fmt.Errorf("reading what buildah says: %w", err)
	}
	var manifest struct {
		Layers []struct {
			Size int64 `json:"size"`
		} `json:"layers"`
	}
	_ = json.Unmarshal([]byte(i.Manifest), &manifest) // without one the size stays 0
	c := i.OCIv1
	image := Image{
		ID: i.FromImageID, Created: c.Created, Platform: c.Os + "/" + c.Architecture,
		User: c.Config.User, Labels: c.Config.Labels, Command: c.Config.command(),
	}
	for _, l := range manifest.Layers {
		image.Size += l.Size
	}
	return image, nil
}

// List gives the names, with tags, of all images of the engine, without the
// registry that an engine puts before names that have none.
func (e Engine) List(ctx context.Context) ([]string, error) {
	c := e.cmd("image", "ls", "--format", "{{.Repository}}:{{.Tag}}")
	if e.Name == Buildah {
		c = e.cmd("images", "--format", "{{.Name}}:{{.Tag}}")
	}
	out, err := proc.Run(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("listing the images of %s: %w", e.Name, err)
	}
	var names []string
	for line := range strings.Lines(string(out.Stdout)) {
		names = append(names, ShortName(strings.TrimSpace(line)))
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// ShortName is an image's name without the registry that engines put before
// names that have none.
func ShortName(name string) string {
	for _, prefix := range []string{"localhost/", "docker.io/library/", "docker.io/"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			return rest
		}
	}
	return name
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
