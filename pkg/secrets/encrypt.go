package secrets

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/version"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/textedit"
)

// DefaultSuffix marks the keys whose values are encrypted, where nothing else is said.
const DefaultSuffix = "_sops"

// EncryptOptions say what is encrypted, and for whom.
type EncryptOptions struct {
	Suffix   string        // of the keys; "" is that of the rule, else [DefaultSuffix]
	Format   Format        // "" is told by the file's name
	Keys     Keys          // given for this run
	KeysFrom string        // where Keys come from, for the report
	Defaults Keys          // of the settings
	RuleFile string        // "" is the nearest .sops.yaml above each file
	Dir      string        // the folder that paths in reports are spelled from
	Timeout  time.Duration // of a key service; 0 is [DefaultTimeout]
	Reformat bool          // let sops write anew what cannot be edited in place
	Allow    []string      // keys that may stay in clear

	Schema json.RawMessage // of the connector's config: what it marks as secret must carry the suffix
	Fix    bool            // rename what does not
}

// Encrypted is one file that was encrypted, or the reason why it was not.
type Encrypted struct {
	File   string   `json:"file"`
	Suffix string   `json:"suffix,omitempty"`
	Values int      `json:"values"`           // how many were encrypted
	Source string   `json:"source,omitempty"` // where the keys come from
	Keys   []string `json:"keys,omitempty"`
	Anew   bool     `json:"reformatted,omitempty"`
	Notes  []string `json:"notes,omitempty"`

	Allowed []string `json:"allowed,omitempty"` // of [EncryptOptions.Allow], what the file needed

	Before, After []byte `json:"-"` // Before has *** for each secret
	Err           error  `json:"-"`

	path string
	read []byte
}

// Encrypt plans the encryption of files, each on its own: what is wrong with
// one is its Err and does not keep the others. Nothing is written.
func Encrypt(ctx context.Context, files []string, opts EncryptOptions) []*Encrypted {
	var list []*Encrypted
	eachFile(files, opts.Dir, func(path, name string, err error) {
		list = append(list, &Encrypted{File: name, path: path, Err: err})
	})
	each(list, runtime.GOMAXPROCS(0), func(e *Encrypted) {
		if e.Err == nil {
			e.Err = e.plan(ctx, opts)
		}
	})
	return list
}

// Apply writes the file.
func (e *Encrypted) Apply() error { return textedit.Replace(e.path, e.read, e.After) }

// ApplyAll writes the files that have no error yet; what goes wrong is the Err of
// each. An interrupt that comes later than the first write does not stop the others.
func ApplyAll(ctx context.Context, list []*Encrypted) {
	writeAll(ctx, list, func(e *Encrypted) *error { return &e.Err }, (*Encrypted).Apply)
}

func (e *Encrypted) plan(ctx context.Context, opts EncryptOptions) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if info, err := os.Stat(e.path); err == nil && !info.IsDir() && !info.Mode().IsRegular() { // reading a pipe would wait
		return fault.Usagef("reading %q: it is not a regular file", e.File)
	}
	d, err := readFile(e.path, e.File, opts.Format)
	if err != nil {
		return err
	}
	e.read = d.text
	if _, has := d.root.member(sopsKey); has { // before any rule is looked for
		_, err := d.checkPlain(DefaultSuffix, opts)
		return err
	}
	r, err := opts.recipe(ctx, e.path, e.File)
	e.Suffix = suffixOf(opts, r)
	d, renamed, wrong := d.bySchema(e.Suffix, opts)
	if wrong != nil {
		return wrong
	}
	// What is wrong with the file comes before what is wrong with the keys.
	checked, wrong := d.checkPlain(e.Suffix, opts)
	if wrong != nil {
		return wrong
	}
	if err != nil {
		return err
	}
	e.Source, e.Keys, e.Notes = r.source, names(r.groups), slices.Concat(renamed, slices.Sorted(slices.Values(r.notes)), checked.notes)
	e.Allowed = checked.used
	if err := r.checkRegex(d, e.Suffix); err != nil {
		return err
	}
	return e.seal(ctx, d, r, opts)
}

// SuffixOr gives the suffix that was asked for, else [DefaultSuffix].
func (o EncryptOptions) SuffixOr() string { return cmp.Or(o.Suffix, DefaultSuffix) }

func suffixOf(opts EncryptOptions, r *recipe) string {
	switch {
	case opts.Suffix != "":
		return opts.Suffix
	case r != nil && r.suffix != "":
		return r.suffix
	}
	return DefaultSuffix
}

func (e *Encrypted) seal(ctx context.Context, d *document, r *recipe, opts EncryptOptions) error {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	meta := sops.Metadata{
		KeyGroups: r.groups, ShamirThreshold: r.threshold, EncryptedSuffix: e.Suffix, MACOnlyEncrypted: r.macOnly, Version: version.Version,
	}
	w, err := d.weave(meta, key, newCipher())
	var no *unfitError
	if errors.As(err, &no) && opts.Reformat {
		return e.sealAnew(ctx, d, meta, key, opts)
	}
	if err == nil {
		err = w.checkComments()
	}
	if err == nil {
		err = e.wrap(ctx, opts, &w.tree.Metadata, key)
	}
	if err != nil {
		return err
	}
	e.Values, e.Before = w.values, w.masked()
	e.After, err = w.finish(nil)
	if errors.As(err, &no) && opts.Reformat {
		return e.sealAnew(ctx, d, meta, key, opts)
	}
	return err
}

// sealAnew lets sops lay out the file.
func (e *Encrypted) sealAnew(ctx context.Context, d *document, meta sops.Metadata, key []byte, opts EncryptOptions) error {
	a, err := d.weaveAnew(meta, key, newCipher())
	if err != nil {
		return err
	}
	if err := e.wrap(ctx, opts, &a.tree.Metadata, key); err != nil {
		return err
	}
	e.Anew, e.Values, e.Before = true, count(a.before, a.tree.Branches[0]), a.masked()
	e.After, err = a.finish()
	return err
}

func (e *Encrypted) wrap(ctx context.Context, opts EncryptOptions, meta *sops.Metadata, key []byte) error {
	err := wrap(ctx, opts.Timeout, meta, key)
	var f *fault.Error
	if errors.As(err, &f) && f.File == "" {
		return fmt.Errorf("%s: %w", e.File, err)
	}
	return err
}
