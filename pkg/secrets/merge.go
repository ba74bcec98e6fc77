package secrets

import (
	"bytes"
	"context"
	"errors"
	"os"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
)

// MergeOptions say what is merged.
type MergeOptions struct {
	OpenOptions
	Allow  []string // keys that may stay in clear
	Name   string   // path of the file in the repository, for messages and the format
	Marker int      // length of conflict markers; 0 is 7
}

// Merged is what came out of a merge.
type Merged struct {
	File      string   `json:"file"`
	Conflicts []string `json:"conflicts"`        // JSON pointers that both sides have changed
	Lines     bool     `json:"lines,omitempty"`  // merged as lines: the files could not be opened, or are not encrypted
	Reason    string   `json:"reason,omitempty"` // why it was merged as lines
	Notes     []string `json:"notes,omitempty"`

	Text []byte `json:"-"` // with conflict markers where there is a conflict; sealed
	Err  error  `json:"-"` // why the files could not be opened

	path   string
	before []byte
}

// Apply writes the result to the file that was given as ours.
func (m *Merged) Apply() error { return textedit.Replace(m.path, m.before, m.Text) }

// Merge merges three versions of a sealed file, given by their paths, as git
// hands them to a merge driver: key by key, with a signature that holds. A
// conflict stands in the text as ciphertexts between markers. Files that cannot be
// opened are merged as lines, and Err says why. Nothing is written.
func Merge(ctx context.Context, base, ours, theirs string, opts MergeOptions) (*Merged, error) {
	var texts [3][]byte
	for i, path := range []string{base, ours, theirs} {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fault.Usagef("reading %q: %w", path, cause(err))
		}
		texts[i] = text
	}
	m := &Merged{File: opts.Name, path: ours, before: texts[1], Conflicts: []string{}}
	err := m.merge(ctx, texts, opts)
	if err == nil || ctx.Err() != nil {
		return m, ctx.Err()
	}
	m.Lines, m.Reason = true, err.Error()
	if !errors.Is(err, errPlain) {
		m.Err = err
	}
	return m, m.byLines(ctx, base, ours, theirs, opts.Marker)
}

// errPlain says that none of the versions is encrypted: connkit has no part in it.
var errPlain = errors.New("it is not encrypted")

func (m *Merged) merge(ctx context.Context, texts [3][]byte, opts MergeOptions) error {
	format, err := formatOf(opts.Name, opts.Format)
	if err != nil {
		return errPlain
	}
	var docs [3]*document
	for i, text := range texts {
		if !bytes.Contains(text, []byte(sopsKey)) {
			continue
		}
		d, err := parse(opts.Name, format, text)
		if err != nil && bytes.Contains(text, []byte("ENC[AES256_GCM,")) {
			return err
		}
		if err == nil {
			docs[i] = d
		}
	}
	if docs[1].isPlain() && docs[2].isPlain() {
		return errPlain
	}
	v := versions{format: format}
	if err := v.open(ctx, docs, texts[0], opts.OpenOptions); err != nil {
		return err
	}
	return m.seal(ctx, &v, opts)
}

// isPlain tells that a document, which may be none, is not encrypted.
func (d *document) isPlain() bool {
	if d == nil {
		return true
	}
	at, has := d.root.member(sopsKey)
	if !has {
		return true
	}
	_, signed := d.root.members[at].value.member("mac")
	return !signed
}

// versions are the three, opened. The base may be missing, or not encrypted.
type versions struct {
	format             Format
	base, ours, theirs *opened
	plain              threeway
}

func (v *versions) open(ctx context.Context, docs [3]*document, base []byte, opts OpenOptions) error {
	for i, to := range []**opened{&v.base, &v.ours, &v.theirs} {
		side := []string{"the base", "ours", "theirs"}[i]
		if docs[i].isPlain() {
			if i > 0 {
				return fault.Failedf("%s is not encrypted", side)
			}
			continue
		}
		o, err := docs[i].unlock(ctx, opts)
		if err != nil {
			return err
		}
		if o.spoilt && i > 0 {
			return fault.Failedf("the signature of %s does not hold", side).WithHint("connkit secrets fix-mac on that branch, then merge again")
		}
		*to = o
	}
	var err error
	name := v.ours.file
	switch {
	case v.base != nil:
		v.plain.base, err = parse(name, v.format, v.base.text)
	case len(bytes.TrimSpace(base)) > 0: // it was encrypted on both sides
		v.plain.base, err = parse(name, v.format, base)
	}
	if err != nil {
		return err
	}
	if v.plain.ours, err = parse(name, v.format, v.ours.text); err != nil {
		return err
	}
	v.plain.theirs, err = parse(name, v.format, v.theirs.text)
	return err
}
