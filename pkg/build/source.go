package build

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/build/dockerfile"
	"github.com/connkit/connkit/pkg/build/inputs"
	"github.com/connkit/connkit/pkg/build/recipe"
	"github.com/connkit/connkit/pkg/workspace"
)

// source is the Dockerfile of a target with its context.
type source struct {
	name    string         // as [Target.Dockerfile]
	path    string         // absolute; "" for a template
	recipe  *recipe.Recipe // of a template
	text    []byte         // what is summed up; of a template the form with mounts
	file    *dockerfile.File
	context *inputs.Context
	files   []inputs.File // that go in

	language string
}

// python tells whether the connector speaks JSON alone, as those in Python do.
func (s source) python() bool { return s.language == "python" }

// catalogName is the catalog file of a connector. It tells how to run the
// connector and goes into no image, so that --use leaves the image fresh.
const catalogName = "test.flow.yaml"

// source chooses the Dockerfile: the one that is given, else the connector's
// own, else that of its language in the settings, else the template.
func (o *Options) source(c workspace.Connector, connectorType string) (source, error) {
	for _, file := range []string{o.Dockerfile, o.own(c), o.ofLanguage(c)} {
		if file != "" {
			s, err := o.fromFile(file)
			s.language = c.Language
			return s, err
		}
	}
	r, err := recipe.For(o.Root, c, connectorType)
	if err != nil {
		return source{}, err
	}
	text, err := r.Dockerfile(true)
	if err != nil {
		return source{}, err
	}
	context, err := inputs.Open(o.Root, "")
	return source{name: embedded, recipe: r, text: text, file: dockerfile.Parse(text), context: context, language: c.Language}, err
}

func (o *Options) own(c workspace.Connector) string {
	file := filepath.Join(c.Dir, "Dockerfile")
	if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
		return file
	}
	return ""
}

func (o *Options) ofLanguage(c workspace.Connector) string {
	if file := o.Language[c.Language]; file != "" {
		return filepath.Join(o.Root, filepath.FromSlash(file))
	}
	return ""
}

func (o *Options) fromFile(file string) (source, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return source{}, fault.Usagef("reading the Dockerfile: %q is not there", o.display(file))
	}
	if err != nil {
		return source{}, &fault.Error{Kind: fault.Usage, Err: fmt.Errorf("reading the Dockerfile: %w", err)}
	}
	context, err := inputs.Open(o.Root, file)
	return source{name: o.display(file), path: file, text: text, file: dockerfile.Parse(text), context: context}, err
}

// display spells a file from the root, when it is in it.
func (o *Options) display(file string) string {
	if rel, err := filepath.Rel(o.Root, file); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return file
}

// want says which files go in: those that the Dockerfile takes and those of the
// connector itself. Of a template that is what is sent, and test credentials are not.
func (s source) want(t *Target) inputs.Want {
	taken := s.file.Taken(t.Args)
	dir := t.Connector
	w := inputs.Want{Paths: taken.Paths, All: taken.All, Skip: func(name string) bool { return name == path.Join(dir, catalogName) }}
	if s.recipe == nil {
		w.Paths = append(w.Paths, dir)
		return w
	}
	w.Skip = func(name string) bool {
		rel, ok := strings.CutPrefix(name, dir+"/")
		return ok && slices.ContainsFunc(credentials, func(glob string) bool {
			match, _ := path.Match(glob, rel) // our own globs are right
			return match
		})
	}
	return w
}

// credentials are files of a connector that no image needs: what it is tried
// out with, and what the SQLite of the materialize template has stored then.
var credentials = []string{catalogName, "config.yaml", "config.json", "*.decrypted.*", ".env", "acmeCo", "fixture.jsonl", "store.db*"}
