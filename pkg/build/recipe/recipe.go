package recipe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/workspace"
	"github.com/connkit/connkit/templates"
)

// Recipe makes a Dockerfile.
type Recipe struct {
	language string
	facts    any
	of       *common
}

// common is what the templates of both languages are given.
type common struct {
	Name    string
	Type    string
	Mounts  bool // RUN --mount can be used
	Ejected bool // it is to stand in the connector
}

// For looks at a connector and gives the way to build it. connectorType is
// what CONNECTOR_TYPE is when nobody says otherwise. A connector that the
// templates cannot build is a [fault.Usage] error.
func For(root string, c workspace.Connector, connectorType string) (*Recipe, error) {
	r := &Recipe{language: c.Language, of: &common{Name: c.Name, Type: connectorType}}
	var err error
	switch c.Language {
	case "python":
		r.facts, err = lookAtPython(root, c, r.of)
	case "go":
		r.facts, err = lookAtGo(root, c, r.of)
	default:
		err = fault.Usagef("there is no template for connectors in %s", language(c.Language)).WithHint("write %s/Dockerfile, or name one as the last argument", c.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("making a Dockerfile for %s: %w", c.Name, err)
	}
	return r, nil
}

func language(name string) string {
	if name == "" {
		return "a language that connkit does not know"
	}
	return name
}

// Dockerfile is the text. With mounts, steps keep caches and take secrets,
// which needs BuildKit, podman or buildah.
func (r *Recipe) Dockerfile(mounts bool) ([]byte, error) { return r.render(mounts, false) }

// Eject is the text that is put into the connector.
func (r *Recipe) Eject(mounts bool) ([]byte, error) { return r.render(mounts, true) }

func (r *Recipe) render(mounts, ejected bool) ([]byte, error) {
	name := r.language + ".Dockerfile.tmpl"
	t, err := template.ParseFS(templates.Dockerfiles, path.Join("dockerfiles", name))
	if err != nil {
		return nil, fmt.Errorf("reading the template of the Dockerfile: %w", err)
	}
	r.of.Mounts, r.of.Ejected = mounts, ejected
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, r.facts); err != nil {
		return nil, fmt.Errorf("filling in the template of the Dockerfile: %w", err)
	}
	return b.Bytes(), nil
}

// inRoot gives the slash path of a file from the root; words of a Dockerfile
// are cut at blanks, so that a path with one is refused.
func inRoot(root, file string) (string, error) {
	rel, err := filepath.Rel(root, file)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fault.Usagef("it depends on %q, which is outside of the repository", file)
	}
	rel = filepath.ToSlash(rel)
	if strings.ContainsAny(rel, " \t\n\"'$\\[]*?#") {
		return "", fault.Usagef("it depends on %q, a path with characters that a Dockerfile takes for more", rel)
	}
	return rel, nil
}

// outermost drops paths that stand in another of them, and sorts.
func outermost(paths []string) []string {
	slices.Sort(paths)
	var list []string
	for _, p := range slices.Compact(paths) {
		inside := func(d string) bool { return strings.HasPrefix(p, d+"/") || d == "." }
		if !slices.ContainsFunc(list, inside) {
			list = append(list, p)
		}
	}
	return list
}

func exec(words ...string) string {
	text, err := json.Marshal(words)
	if err != nil {
		panic(err) // strings always encode
	}
	return string(text)
}

var errNoMain = errors.New("nothing tells what to start")
