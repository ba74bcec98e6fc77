package scaffold

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/templates"
)

// Named is a template that connkit.yaml adds under a name of its own.
type Named struct {
	Name string
	From string // folder, relative to the workspace root, or git URL
}

// Template is a template that can be chosen.
type Template struct {
	Name string `json:"name"`
	From string `json:"from"` // "connkit", a folder or a URL
	Manifest

	Commit string `json:"commit,omitempty"` // of a template from git
	files  fs.FS  // rooted at the template's folder
	shared fs.FS  // rooted at the folder of shared parts, nil for templates from elsewhere
}

// embeddedFrom is the origin of the templates in the binary.
const embeddedFrom = "connkit"

// sharedDir holds what several embedded templates have in common.
const sharedDir = "shared"

// Templates lists the templates in the binary and those that connkit.yaml
// names, sorted by name. A named template from git is listed by its origin
// alone, since reading it needs the network.
func Templates(root string, named []Named) ([]Template, error) {
	var list []Template
	entries, err := fs.ReadDir(templates.FS, ".")
	if err != nil {
		return nil, fmt.Errorf("reading the templates: %w", err)
	}
	for _, e := range entries {
		if e.Name() == sharedDir {
			continue
		}
		t, err := embedded(e.Name())
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	for _, n := range named {
		t := Template{Name: n.Name, From: redact(n.From)}
		if !isGit(n.From) {
			if t, err = fromFolder(n.Name, rooted(root, n.From)); err != nil {
				return nil, err
			}
		}
		list = append(list, t)
	}
	slices.SortStableFunc(list, func(a, b Template) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// openTemplate finds a template by the name of connkit.yaml or of the binary,
// or takes ref as a folder or git URL. The function it gives cleans up.
func openTemplate(ctx context.Context, ref string, o *Options) (Template, func(), error) {
	nothing := func() {}
	if i := slices.IndexFunc(o.Templates, func(n Named) bool { return n.Name == ref }); i >= 0 {
		from := o.Templates[i].From
		if isGit(from) {
			return fromGit(ctx, ref, from, o.Step)
		}
		t, err := fromFolder(ref, rooted(o.Root, from))
		return t, nothing, err
	}
	switch {
	case isGit(ref):
		return fromGit(ctx, redact(ref), ref, o.Step)
	case strings.ContainsAny(ref, `/\`) || ref == "." || ref == "..":
		t, err := fromFolder(ref, rooted(o.WorkDir, ref))
		return t, nothing, err
	case ref != sharedDir && isDir(templates.FS, ref):
		t, err := embedded(ref)
		return t, nothing, err
	}
	var known []string
	if list, err := Templates(o.Root, o.Templates); err == nil {
		for _, t := range list {
			known = append(known, t.Name)
		}
	}
	return Template{}, nothing, fault.Usagef("choosing template %q: there is none of that name; known: %s", ref, strings.Join(known, ", ")).
		WithHint("connkit new --list, or --template ./FOLDER for one of your own")
}

func embedded(name string) (Template, error) {
	dir, err := fs.Sub(templates.FS, name)
	if err != nil {
		return Template{}, fmt.Errorf("reading template %q: %w", name, err)
	}
	shared, err := fs.Sub(templates.FS, sharedDir)
	if err != nil {
		return Template{}, fmt.Errorf("reading the shared templates: %w", err)
	}
	m, err := readManifest(dir, name)
	return Template{Name: name, From: embeddedFrom, Manifest: m, files: dir, shared: shared}, err
}

func fromFolder(name, dir string) (Template, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return Template{}, fault.Usagef("choosing template %q: %q is no folder", name, dir)
	}
	root := os.DirFS(dir)
	m, err := readManifest(root, dir)
	if err == nil && len(m.Shared) > 0 {
		err = fault.Usagef("shared: only connkit's own templates have shared parts").At(filepath.Join(dir, manifestName), 0, 0)
	}
	return Template{Name: name, From: dir, Manifest: m, files: root}, err
}

func isGit(ref string) bool {
	scheme := strings.Contains(ref, "://")
	scp := !strings.HasPrefix(ref, ".") && !strings.HasPrefix(ref, "/") && strings.Contains(ref, "@") && strings.Contains(ref, ":")
	return scheme || scp
}

func isDir(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.IsDir()
}

func rooted(root, p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(root, p)
}
