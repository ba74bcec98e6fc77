package cli

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/build"
	"github.com/connkit/connkit/pkg/workspace"
)

// fileEdit is a file as it is and as it is to be.
type fileEdit struct {
	path          string
	before, after []byte
}

// readEdit begins the edit of a file, which need not be there.
func readEdit(path string) (fileEdit, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileEdit{}, err
	}
	return fileEdit{path: path, before: text, after: text}, nil
}

func (e fileEdit) changed() bool { return !bytes.Equal(e.before, e.after) }

// writeEdits writes those that change something, all or none.
func writeEdits(edits ...fileEdit) error {
	var changes []textedit.Change
	for _, e := range edits {
		if e.changed() {
			changes = append(changes, textedit.Change{Path: e.path, Before: e.before, After: e.after})
		}
	}
	return textedit.Apply(changes...)
}

// eject writes the template's Dockerfile into the connector. Which form it has
// follows the builder at hand; without one it is that of BuildKit.
func (a *app) eject(ctx context.Context, b *buildFlags, set *workspace.Settings) error {
	mounts := true
	if f := <-a.lookForEngine(ctx, set); f.err == nil {
		mounts = f.engine.Mounts()
	} else if ctx.Err() != nil {
		return f.err
	}
	var edits []fileEdit
	for _, c := range b.Connectors {
		files, err := b.Eject(c, mounts)
		if err != nil {
			return err
		}
		for _, f := range files {
			e, err := readEdit(f.Path)
			if err != nil {
				return err
			}
			if e.after = f.Text; e.before != nil && e.changed() && !b.force {
				return fault.Blockedf("writing %q: it exists already", a.relative(f.Path)).WithHint("--force writes another in its place; --dry-run shows the difference")
			}
			edits = append(edits, e)
		}
	}
	return a.applyEdits("build", "wrote", edits, b.dryRun)
}

// applyEdits writes files, or shows what it would write.
func (a *app) applyEdits(command, verb string, edits []fileEdit, dryRun bool) error {
	r := struct {
		Files  []string `json:"files"`
		DryRun bool     `json:"dryRun"`
	}{[]string{}, dryRun}
	for _, e := range edits {
		if e.changed() {
			r.Files = append(r.Files, a.relative(e.path))
		}
	}
	if !dryRun {
		if err := writeEdits(edits...); err != nil {
			return err
		}
	}
	return a.ui.Result(command, r, nil, func(p *ui.Page) {
		for _, e := range edits {
			name := a.relative(e.path)
			switch {
			case !e.changed():
				p.Line(name + " is so already")
			case dryRun:
				p.Diff(unified(filepath.ToSlash(name), e.before, e.after))
			default:
				p.Headline(verb, name, "")
			}
		}
	})
}

// addIgnores makes the edit that adds to .dockerignore what it lacks.
func (a *app) addIgnores(targets []*build.Target) (fileEdit, error) {
	e, err := readEdit(filepath.Join(a.ws.Root, ".dockerignore"))
	if err != nil {
		return e, err
	}
	eol := "\n"
	if bytes.Contains(e.before, []byte("\r\n")) {
		eol = "\r\n"
	}
	var have []string
	for line := range strings.Lines(string(e.before)) {
		have = append(have, strings.TrimSpace(line))
	}
	var lines []string
	for _, t := range targets {
		for _, line := range t.Ignore {
			if !slices.Contains(have, line) && !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	if len(lines) == 0 {
		return e, nil
	}
	e.after = bytes.Clone(e.before)
	if len(e.after) > 0 && !bytes.HasSuffix(e.after, []byte("\n")) {
		e.after = append(e.after, eol...)
	}
	e.after = append(e.after, strings.Join(lines, eol)+eol...)
	return e, nil
}
