package build

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/build/inputs"
	"github.com/connkit/connkit/pkg/workspace"
)

// Age tells how old an image is against its sources.
type Age string

// The ages.
const (
	IsFresh Age = "fresh"
	IsStale Age = "stale"
	Unknown Age = "unknown" // connkit did not build it, or its sources cannot be read
)

// Image is an image of a connector, and how it stands to its sources.
type Image struct {
	Connector string    `json:"connector"`
	Image     string    `json:"image"`
	ID        string    `json:"id"`
	Created   time.Time `json:"created"`
	Size      int64     `json:"size"` // bytes
	Platform  string    `json:"platform"`
	Revision  string    `json:"revision,omitempty"` // commit that it was built at
	Dirty     bool      `json:"dirty"`              // with changes that were not committed
	Age       Age       `json:"state"`
	Why       string    `json:"why,omitempty"`
}

// Images lists the images of the options' connectors that the engine has, in
// the connectors' order. Each is compared with what the command that built it
// would build now.
func Images(ctx context.Context, e engine.Engine, o Options) ([]Image, error) {
	there, err := e.List(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{} // by connector
	var wanted []string
	for _, c := range o.Connectors {
		name, err := o.imageName(c.Name)
		if err != nil || !slices.Contains(there, engine.ShortName(name)) {
			continue // a folder that no image can be named after has none
		}
		names[c.Name], wanted = name, append(wanted, name)
	}
	found, err := e.InspectAll(ctx, wanted)
	if err != nil {
		return nil, err
	}
	list := []Image{}
	m := memory{}
	for _, c := range o.Connectors {
		image, ok := found[names[c.Name]]
		if !ok {
			continue
		}
		i, err := o.compare(ctx, c, names[c.Name], image, &m)
		if err != nil {
			return nil, err
		}
		list = append(list, i)
	}
	return list, nil
}

// Freshness compares one image of a connector, by its name, with its sources; ok
// is false when the engine does not have it.
func Freshness(ctx context.Context, e engine.Engine, o Options, c workspace.Connector, name string) (i Image, ok bool, err error) {
	found, ok, err := e.Inspect(ctx, name)
	if err != nil || !ok {
		return Image{}, false, err
	}
	i, err = o.compare(ctx, c, name, found, &memory{})
	return i, err == nil, err
}

// memory is what comparisons have in common.
type memory struct {
	context *inputs.Context
	state   *gitState
	diffs   map[string][]string // paths that differ, by the commit that HEAD is compared with
}

func (o Options) compare(ctx context.Context, c workspace.Connector, name string, found engine.Image, m *memory) (Image, error) {
	i := Image{
		Connector: c.Name, Image: name, ID: found.ID, Created: found.Created, Size: found.Size, Platform: found.Platform,
		Revision: found.Labels[oci+"revision"], Dirty: found.Labels[labelDirty] == "true", Age: Unknown,
	}
	was := found.Labels[LabelInputs]
	if was == "" {
		i.Why = "it was not built by connkit"
		return i, nil
	}
	o.repeat(found.Labels, func(file string) string {
		if filepath.IsAbs(file) {
			return file
		}
		return filepath.Join(o.Root, filepath.FromSlash(file))
	})
	t, err := o.target(ctx, c, &m.context)
	switch {
	case ctx.Err() != nil:
		return i, context.Cause(ctx)
	case err != nil:
		i.Why = err.Error()
	case t.Inputs == was:
		i.Age = IsFresh
	default:
		i.Age, i.Why = IsStale, t.since(ctx, o.Root, i, m)
	}
	return i, nil
}

// since tells what has changed since a commit, as far as git knows: an image
// that was built with changes that nobody committed differs in more.
func (t *Target) since(ctx context.Context, root string, i Image, m *memory) string {
	all, ok := m.changedSince(ctx, root, i.Revision)
	if i.Revision == "" || i.Dirty || !ok {
		return "its sources have changed since"
	}
	n := 0
	for _, name := range all {
		if t.concerned([]string{name}) {
			n++
		}
	}
	switch n {
	case 0:
		return "it would be built with other arguments now"
	case 1:
		return "1 file has changed since"
	}
	return fmt.Sprintf("%d files have changed since", n)
}

// changedSince gives the paths that differ from a commit, those that are new
// included, and asks git once for each commit.
func (m *memory) changedSince(ctx context.Context, root, revision string) ([]string, bool) {
	if all, known := m.diffs[revision]; known || revision == "" {
		return all, known
	}
	diff, err := git(ctx, root, "diff", "--name-only", "-z", "--no-renames", "--relative", "--end-of-options", revision, "--", ".")
	if err != nil {
		return nil, false
	}
	if m.state == nil {
		state, err := readGit(ctx, root)
		if err != nil {
			return nil, false
		}
		m.state, m.diffs = &state, map[string][]string{}
	}
	all := append(strings.Split(diff, "\x00"), m.state.changed...)
	slices.Sort(all)
	m.diffs[revision] = slices.Compact(all)
	return m.diffs[revision], true
}
