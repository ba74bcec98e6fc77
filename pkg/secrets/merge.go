package secrets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/internal/textedit"
	"github.com/connkit/connkit/internal/yamltext"
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

// seal merges the plain texts and encrypts what comes out: once, or, with a
// conflict, as each side would have it.
func (m *Merged) seal(ctx context.Context, v *versions, opts MergeOptions) error {
	texts := v.plain.merge()
	t := trio{ours: v.plain.ours.root, theirs: v.plain.theirs.root}
	if v.plain.base != nil {
		t.base = v.plain.base.root
	}
	s, err := v.sealer(ctx, opts.OpenOptions)
	if err != nil {
		return err
	}
	s.allow = opts.Allow
	if side := s.unchanged(texts); side != nil {
		m.Text = side.document.text
		return nil
	}
	ours, block, err := s.seal(texts.ours, t, true, "")
	if err != nil {
		return err
	}
	m.Text, m.Notes = ours, s.notes
	if texts.ours == texts.theirs {
		return nil
	}
	m.Conflicts = v.plain.conflicts
	theirs, _, err := s.seal(texts.theirs, t, false, block)
	if err != nil {
		return err
	}
	m.Text = marked(ours, theirs, opts.Marker)
	return nil
}

// sealer encrypts merged texts with one data key.
type sealer struct {
	*versions
	meta   sops.Metadata
	lead   *opened // the side whose data key it is
	notes  []string
	allow  []string
	cipher *tracked
	same   *opened // the side whose sops block stays, or nil
}

// seal encrypts one text after it has made sure that it is what the rules of the
// merge give. With a block given, that is put in the place of its own.
func (s *sealer) seal(text string, t trio, oursWins bool, block string) (sealed []byte, own string, err error) {
	d, err := parse(s.ours.file, s.format, []byte(text))
	if err != nil {
		return nil, "", fault.Failedf("the merged text could not be read back")
	}
	if !t.agrees(d.root, oursWins) {
		return nil, "", fault.Failedf("the texts could not be merged key by key")
	}
	if _, err := d.checkAgain(s.meta.EncryptedSuffix, EncryptOptions{Allow: s.allow}); err != nil && oursWins {
		s.notes = append(s.notes, err.Error())
	}
	if err := d.checkFree(); err != nil {
		return nil, "", err
	}
	c := newCipher()
	c.kept = maps.Clone(s.cipher.kept)
	w, err := d.weave(s.meta, s.lead.key, c)
	if err != nil {
		return nil, "", err
	}
	own, err = w.blockFor(s.same)
	if err != nil {
		return nil, "", err
	}
	sealed = yamltext.Apply(w.text, append(w.splices, w.insertBlock(own)))
	if err := w.prove(sealed, w.before, w.key); err != nil {
		return nil, "", err
	}
	if block != "" {
		sealed = yamltext.Apply(w.text, append(w.splices, w.insertBlock(block)))
	}
	return sealed, own, nil
}

// unchanged gives the side that the merge comes out as, if it is one.
func (s *sealer) unchanged(texts sides) *opened {
	for _, side := range []*opened{s.ours, s.theirs} {
		if texts.ours == texts.theirs && texts.ours == string(side.text) && s.lead == side && s.same == side {
			return side
		}
	}
	return nil
}

// byLines merges the files as they are, as git does by itself.
func (m *Merged) byLines(ctx context.Context, base, ours, theirs string, marker int) error {
	if marker <= 0 {
		marker = 7
	}
	out, err := proc.Run(ctx, proc.Cmd{
		Argv: []string{"git", "merge-file", "-p", fmt.Sprintf("--marker-size=%d", marker), "-L", "ours", "-L", "base", "-L", "theirs", ours, base, theirs},
		Env:  []string{"LC_ALL=C"},
	})
	var failed *proc.Error
	if errors.As(err, &failed) && failed.Status > 0 && failed.Status < 128 {
		m.Conflicts, err = []string{""}, nil
	}
	m.Text = out.Stdout
	return err
}

// marked puts the lines in which two texts differ between conflict markers.
func marked(ours, theirs []byte, size int) []byte {
	if size <= 0 {
		size = 7
	}
	a, b := splitLines(ours), splitLines(theirs)
	var out bytes.Buffer
	marker := func(sign, label string) {
		if n := out.Len(); n > 0 && out.Bytes()[n-1] != '\n' {
			out.WriteByte('\n')
		}
		out.WriteString(strings.TrimRight(strings.Repeat(sign, size)+" "+label, " ") + "\n")
	}
	at := 0
	for _, h := range hunks(a, b) {
		out.WriteString(strings.Join(a[at:h.a1], ""))
		marker("<", "ours")
		out.WriteString(strings.Join(a[h.a1:h.a2], ""))
		marker("=", "")
		out.WriteString(strings.Join(b[h.b1:h.b2], ""))
		marker(">", "theirs")
		at = h.a2
	}
	out.WriteString(strings.Join(a[at:], ""))
	return out.Bytes()
}

func splitLines(text []byte) []string { return strings.SplitAfter(string(text), "\n") }
