package secrets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/connkit/connkit/internal/fault"
)

// session is one edit.
type session struct {
	EditOptions
	r      *Rewrite
	text   []byte // what the editor begins with
	format Format
	seal   func(ctx context.Context, d *document) error
}

// open prepares the edit of a sealed file.
func (s *session) open(ctx context.Context) error {
	o, _, err := openAt(ctx, s.r.path, s.OpenOptions)
	if err != nil {
		return err
	}
	if err := o.sound(); err != nil {
		return err
	}
	before, err := parse(o.file, o.format, o.text)
	if err != nil {
		return err
	}
	s.r.Before, s.text, s.format = o.document.text, o.text, o.format
	s.seal = func(_ context.Context, d *document) error {
		s.r.Done = "edited"
		return s.r.seal(o, before, d.text, s.Allow)
	}
	return nil
}

// begin prepares a new file. Whether there are keys for it is told before the
// user has typed anything.
func (s *session) begin(ctx context.Context) error {
	r := s.r
	format, err := formatOf(r.File, s.Format)
	if err != nil {
		return err
	}
	if info, err := os.Stat(filepath.Dir(r.path)); err != nil || !info.IsDir() {
		return fault.Usagef("creating %q: its folder is not there", r.File).WithHint("mkdir -p %s", filepath.Dir(r.File))
	}
	recipe, err := s.Create.recipe(ctx, r.path, r.File)
	if err != nil {
		return err
	}
	e := &Encrypted{File: r.File, path: r.path, Suffix: suffixOf(s.Create, recipe)}
	r.made, r.Source, r.Added, s.format = true, recipe.source, names(recipe.groups), format
	if format == JSON {
		s.text = []byte("{\n}\n")
	}
	if s.Start != nil {
		s.Start(r)
	}
	s.seal = func(ctx context.Context, d *document) error {
		checked, err := d.checkPlain(e.Suffix, s.Create)
		if err != nil {
			return err
		}
		if err := recipe.checkRegex(d, e.Suffix); err != nil {
			return err
		}
		if err := e.seal(ctx, d, recipe, s.Create); err != nil {
			return err
		}
		r.Done, r.After, r.Allowed, r.Notes = "created", e.After, checked.used, append(recipe.notes, checked.notes...)
		return nil
	}
	return nil
}

// run opens the editor until what comes out can be sealed, or the user gives up.
func (s *session) run(ctx context.Context) (err error) {
	f, err := newFolder(s.Getenv)
	if err != nil {
		return err
	}
	defer func() {
		if left := f.remove(); left != nil {
			err = errors.Join(err, fmt.Errorf("removing the plain text at %q: %w", f.path, left))
		}
	}()
	path, err := f.put(s.r.path, s.text)
	if err != nil {
		return fmt.Errorf("writing the plain text: %w", cause(err))
	}
	for {
		began := time.Now()
		if err := s.Editor(ctx, path); err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return fault.Failedf("reading what the editor wrote: %w", cause(err))
		}
		if bytes.Equal(text, s.text) || s.r.made && len(bytes.TrimSpace(text)) == 0 {
			s.unchanged(time.Since(began))
			return nil
		}
		err = s.take(ctx, text)
		if err == nil || ctx.Err() != nil || s.Again == nil || !s.Again(err) {
			return err
		}
	}
}

func (s *session) take(ctx context.Context, text []byte) error {
	d, err := parse(s.r.File, s.format, text)
	if err == nil {
		err = s.seal(ctx, d)
	}
	if err != nil {
		s.r.Done, s.r.After = "", nil
	}
	return err
}

// glance is how fast nobody edits: an editor that is back by then did not wait.
const glance = time.Second

func (s *session) unchanged(took time.Duration) {
	s.r.Done, s.r.Values = "", nil
	if took < glance {
		s.r.Notes = append(s.r.Notes, "the editor came back at once: one with windows of its own must be told to wait, such as EDITOR='code --wait'")
	}
}
