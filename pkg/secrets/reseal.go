package secrets

import (
	"context"
	"path/filepath"
	"time"

	"github.com/connkit/connkit/internal/textedit"
	"github.com/connkit/connkit/internal/yamltext"
)

// Rewrite is a sealed file and what a verb makes of it.
type Rewrite struct {
	File    string   `json:"file"`
	Done    string   `json:"done"`              // what has happened, or would: "edited", "rotated" …, or "" for nothing
	Values  []Value  `json:"values,omitempty"`  // that change
	Added   []string `json:"added,omitempty"`   // keys that can open it from now on
	Removed []string `json:"removed,omitempty"` // keys that were taken out
	Source  string   `json:"source,omitempty"`  // where new keys come from
	Allowed []string `json:"allowed,omitempty"` // keys that look secret and were allowed to stay in clear
	Notes   []string `json:"notes,omitempty"`

	Before, After []byte `json:"-"` // sealed
	Err           error  `json:"-"`

	path string
	made bool // the file is new
}

// Value is a value that changes. Secrets are named and not shown.
type Value struct {
	Pointer string `json:"pointer"`
	Change  string `json:"change"` // added, removed, changed
	Secret  bool   `json:"secret"`
	Before  string `json:"before,omitempty"` // of one that is none
	After   string `json:"after,omitempty"`
}

// Apply writes the file, when something changes.
func (r *Rewrite) Apply() error {
	switch {
	case r.Done == "":
		return nil
	case r.made:
		return textedit.Create(r.path, r.After, 0o644)
	}
	return textedit.Replace(r.path, r.Before, r.After)
}

// reseal encrypts a new plain text of an opened file. What was there keeps its
// ciphertext, and the sops block its text but for the date and the signature.
func (o *opened) reseal(d *document, opts EncryptOptions) (text []byte, checked *checker, err error) {
	suffix := o.meta.EncryptedSuffix
	if checked, err = d.checkAgain(suffix, opts); err != nil {
		return nil, nil, err
	}
	w, err := d.weave(o.meta, o.key, o.cipher.keeping())
	if err != nil {
		return nil, nil, err
	}
	if suffix != "" {
		if err := w.checkComments(); err != nil {
			return nil, nil, err
		}
	}
	text, err = w.finishLike(o)
	return text, checked, err
}

// checkAgain is [document.checkPlain] for a file that may be encrypted whole, or by a pattern.
func (d *document) checkAgain(suffix string, opts EncryptOptions) (*checker, error) {
	if suffix != "" {
		return d.checkPlain(suffix, opts)
	}
	return &checker{}, d.checkFree()
}

// finishLike gives the sealed text with the sops block that an opened file has.
func (w *weaver) finishLike(o *opened) ([]byte, error) {
	block, err := w.blockFor(o)
	if err != nil {
		return nil, err
	}
	sealed := yamltext.Apply(w.text, append(w.splices, w.insertBlock(block)))
	return sealed, w.prove(sealed, w.before, w.key)
}

// blockFor gives the text of the sops block: that of an opened file, which may be
// nil, with the new date, signature and layout in it, else one that sops writes.
func (w *weaver) blockFor(o *opened) (string, error) {
	notes, err := w.sealedNotes()
	if err != nil {
		return "", err
	}
	if o != nil {
		if text, ok := o.blockAgain(w, notes); ok {
			return text, nil
		}
	}
	branch, err := metadataBranch(w.tree.Metadata, notes)
	if err != nil {
		return "", w.unfit(err)
	}
	text, err := w.blockText(branch)
	if err != nil {
		return "", w.unfit(err)
	}
	return text, nil
}

// blockAgain is [weaver.blockFor] a file, or false when the new text is laid out in another way.
func (o *opened) blockAgain(w *weaver, notes string) (string, bool) {
	at, _ := o.root.member(sopsKey)
	m := o.root.members[at]
	switch {
	case o.anew, w.root.flow != o.root.flow, w.eol != o.eol, w.format != o.format:
		return "", false
	case !w.root.flow && w.root.members[0].key.col != m.key.col, !m.value.flow && m.value.end() < m.key.span.End:
		return "", false
	}
	splices, ok := o.stamp(m.value, w.tree.Metadata.LastModified, w.tree.Metadata.MessageAuthenticationCode, notes)
	if !ok {
		return "", false
	}
	span := yamltext.Span{Start: m.key.span.Start, End: m.value.end()}
	if !w.root.flow {
		span = o.linesOf(m)
	}
	for i := range splices {
		splices[i].Start -= span.Start
		splices[i].End -= span.Start
	}
	text := string(yamltext.Apply(o.document.text[span.Start:span.End], splices))
	if !w.root.flow && o.eolBefore(span.End) == "" {
		text += w.eol
	}
	return text, true
}

// stamp makes the splices that put a date, a signature and a layout into a sops block.
func (d *document) stamp(block *node, date time.Time, mac, notes string) ([]yamltext.Splice, bool) {
	var splices []yamltext.Splice
	for key, text := range map[string]string{"lastmodified": date.Format(time.RFC3339), "mac": mac, layoutKey: notes} {
		at, found := block.member(key)
		switch {
		case !found && key == layoutKey && notes == "":
		case !found || block.members[at].value.kind != scalar || text == "":
			return nil, false
		case block.members[at].value.value != text:
			v := block.members[at].value
			like := *v
			if key == "lastmodified" && v.quote == plain {
				like.quote = double // without quotes it would be read as a date
			}
			splices = append(splices, d.replace(v, written{inline: d.sealedText(&like, text)})...)
		}
	}
	return splices, true
}

// openAt reads and decrypts a file, one with a broken signature too.
func openAt(ctx context.Context, file string, opts OpenOptions) (o *opened, path string, err error) {
	path, name, err := place(file, opts.Dir)
	if err != nil {
		return nil, path, err
	}
	d, err := readFile(path, name, opts.Format)
	if err != nil {
		return nil, path, err
	}
	o, err = d.unlock(ctx, opts)
	return o, path, err
}

// place gives the absolute path of a file and its name for messages.
func place(file, dir string) (path, name string, err error) {
	path, err = filepath.Abs(file)
	return path, shown(path, dir), err
}
