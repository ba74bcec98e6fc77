package build

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/pkg/build/inputs"
	"github.com/connkit/connkit/pkg/build/recipe"
	"github.com/connkit/connkit/pkg/workspace"
)

// Ejected is a file that takes the place of the template.
type Ejected struct {
	Path string // absolute
	Text []byte
}

// Eject gives the files with which a connector is built as the template builds
// it: a Dockerfile, and what its context leaves out. With mounts its steps keep
// caches and take secrets, which the classic builder of docker refuses.
func (o Options) Eject(c workspace.Connector, mounts bool) ([]Ejected, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	kind, err := typeOf(c, o.Args["CONNECTOR_TYPE"])
	if err != nil {
		return nil, fmt.Errorf("writing the Dockerfile of %s: %w", c.Name, err)
	}
	r, err := recipe.For(o.Root, c, kind)
	if err != nil {
		return nil, err
	}
	text, err := r.Eject(mounts)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(c.Dir, "Dockerfile")
	ignore, err := o.ejectedIgnore(c)
	return []Ejected{{file, text}, {file + inputs.IgnoreFile, ignore}}, err
}

// ejectedIgnore is the Dockerfile's own .dockerignore, which stands in for the
// root's: what that one says, what tools leave behind, and test credentials.
func (o Options) ejectedIgnore(c workspace.Connector) ([]byte, error) {
	root, err := os.ReadFile(filepath.Join(o.Root, inputs.IgnoreFile))
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("reading %s: %w", inputs.IgnoreFile, err)
	}
	text := strings.TrimRight(strings.ReplaceAll(string(root), "\r\n", "\n"), "\n")
	if text != "" {
		text = "# As in " + inputs.IgnoreFile + " of the root, which this file stands in for:\n" + text + "\n\n"
	}
	lines := append(inputs.Junk(), "# Test credentials and the catalog:")
	for _, name := range credentials {
		lines = append(lines, path.Join(c.Name, name))
	}
	return []byte(text + strings.Join(lines, "\n") + "\n"), nil
}
