package secrets

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
)

// OpenOptions say how a file is decrypted.
type OpenOptions struct {
	Format  Format        // "" is told by the file's name
	Dir     string        // the folder that paths in reports are spelled from
	Timeout time.Duration // of a key service; 0 is [DefaultTimeout]
	Order   []string      // types of keys, the one to try first first; nil is sops's order
}

// Opened is a file that was decrypted.
type Opened struct {
	File   string
	Format Format
	Text   []byte // the plain text, as it was before connkit encrypted it
	Suffix string // that the keys of secrets carry, or ""
	Anew   bool   // the text is laid out by sops: it could not be spliced

	opened *opened
	path   string
	read   []byte
}

// Open decrypts a file and checks its signature. Nothing is written.
func Open(ctx context.Context, file string, opts OpenOptions) (*Opened, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	name := shown(path, opts.Dir)
	d, err := readFile(path, name, opts.Format)
	if err != nil {
		return nil, err
	}
	o, err := d.openSigned(ctx, opts)
	if o != nil {
		o.path = path
	}
	return o, err
}

// OpenText decrypts a text that is in no file, or was read already; name is for messages.
func OpenText(ctx context.Context, name string, format Format, text []byte, opts OpenOptions) (*Opened, error) {
	d, err := parse(name, format, text)
	if err != nil {
		return nil, err
	}
	return d.openSigned(ctx, opts)
}

func (d *document) openSigned(ctx context.Context, opts OpenOptions) (*Opened, error) {
	o, err := d.unlock(ctx, opts)
	if err != nil {
		return nil, err
	}
	if err := o.sound(); err != nil {
		return nil, err
	}
	return &Opened{File: d.file, Format: d.format, Text: o.text, Suffix: o.meta.EncryptedSuffix, Anew: o.anew, opened: o, read: d.text}, nil
}

// Sealed gives the text of the file as it was read.
func (o *Opened) Sealed() []byte { return o.read }

// Masked gives the plain text with *** for each secret.
func (o *Opened) Masked() []byte {
	text, err := o.opened.unseal(func(leaf) written { return written{inline: mask} })
	if err != nil {
		return nil
	}
	return text
}

// Apply puts the plain text in the place of the file.
func (o *Opened) Apply() error { return textedit.Replace(o.path, o.read, o.Text) }

// unlock gets the data key of a sealed document and decrypts it.
func (d *document) unlock(ctx context.Context, opts OpenOptions) (*opened, error) {
	t, err := d.sealedTree()
	if err != nil {
		return nil, err
	}
	key, err := unwrap(ctx, opts, &t.Metadata)
	if err != nil {
		return nil, naming(d.file, err)
	}
	o, err := d.open(t, key)
	var bad *errValue
	if errors.As(err, &bad) {
		return nil, fault.Failedf("decrypting %q: the value at %s is not what sops wrote: it was changed, moved or put there in clear", d.file, placeOf(bad.place)).
			WithHint("git log -p %s shows when; take the value from there", d.file)
	}
	return o, err
}
