package secrets

import (
	"context"
	"path/filepath"

	"github.com/connkit/connkit/internal/textedit"
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
	text, err = w.finish(o)
	return text, checked, err
}

// checkAgain is [document.checkPlain] for a file that may be encrypted whole, or by a pattern.
func (d *document) checkAgain(suffix string, opts EncryptOptions) (*checker, error) {
	if suffix != "" {
		return d.checkPlain(suffix, opts)
	}
	return &checker{}, d.checkFree()
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
