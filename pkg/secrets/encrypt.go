package secrets

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
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

// eachFile visits files by their absolute paths and names for messages, each
// once: a link to one that came before would be written a second time.
func eachFile(files []string, dir string, visit func(path, name string, err error)) {
	seen := map[string]bool{}
	for _, file := range files {
		path, name, err := place(file, dir)
		target, linkErr := filepath.EvalSymlinks(path)
		if linkErr != nil {
			target = path
		}
		if !seen[target] {
			visit(path, name, err)
		}
		seen[target] = true
	}
}

// Apply writes the file.
func (e *Encrypted) Apply() error { return textedit.Replace(e.path, e.read, e.After) }

// writers is how many files are written at a time: they wait for the disk most of it.
const writers = 16

// ApplyAll writes the files that have no error yet; what goes wrong is the Err of
// each. An interrupt that comes later than the first write does not stop the others.
func ApplyAll(ctx context.Context, list []*Encrypted) {
	writeAll(ctx, list, func(e *Encrypted) *error { return &e.Err }, (*Encrypted).Apply)
}

func writeAll[T any](ctx context.Context, list []T, errOf func(T) *error, write func(T) error) {
	interrupted := ctx.Err()
	each(list, writers, func(one T) {
		err := errOf(one)
		if *err == nil {
			*err = interrupted
		}
		if *err == nil {
			*err = write(one)
		}
	})
}

// each runs do for every entry, so many at a time.
func each[T any](list []T, workers int, do func(T)) {
	var wg sync.WaitGroup
	next := make(chan T)
	for range min(workers, len(list)) {
		wg.Go(func() {
			for one := range next {
				do(one)
			}
		})
	}
	for _, one := range list {
		next <- one
	}
	close(next)
	wg.Wait()
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
	e.After, err = w.finish()
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

// readFile reads and parses a file; file is its name for messages.
func readFile(path, file string, format Format) (*document, error) {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.Usagef("reading %q: there is no such file", file)
	case err != nil:
		if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
			return nil, fault.Usagef("reading %q: it is a folder", file)
		}
		return nil, fmt.Errorf("reading %q: %w", file, cause(err))
	}
	if format, err = formatOf(file, format); err != nil {
		return nil, err
	}
	return parse(file, format, text)
}

// cause is an error of the file system without the path, which is said already.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
