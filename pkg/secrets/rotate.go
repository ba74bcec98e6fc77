package secrets

import (
	"context"
	"crypto/rand"
	"runtime"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/yamltext"
)

// Rotate plans to give sealed files new data keys: every value is encrypted anew
// for the keys that the file names, and nothing else of the text changes. What
// is wrong with one file is its Err. Nothing is written.
func Rotate(ctx context.Context, files []string, opts OpenOptions) []*Rewrite {
	return rewriteAll(ctx, files, opts.Dir, func(r *Rewrite) error {
		o, _, err := openAt(ctx, r.path, opts)
		if err != nil {
			return err
		}
		if err := o.sound(); err != nil {
			return err
		}
		r.Before = o.document.text
		if r.After, err = o.rotate(ctx, opts); err != nil {
			return err
		}
		r.Done = "rotated"
		return nil
	})
}

// rewriteAll plans each file on its own, several at a time.
func rewriteAll(ctx context.Context, files []string, dir string, plan func(*Rewrite) error) []*Rewrite {
	var list []*Rewrite
	eachFile(files, dir, func(path, name string, err error) {
		list = append(list, &Rewrite{File: name, path: path, Err: err})
	})
	each(list, runtime.GOMAXPROCS(0), func(r *Rewrite) {
		if r.Err == nil {
			r.Err = ctx.Err()
		}
		if r.Err == nil {
			r.Err = plan(r)
		}
	})
	return list
}

// WriteAll writes the files that have no error yet; what goes wrong is the Err of
// each. An interrupt that comes later than the first write does not stop the others.
func WriteAll(ctx context.Context, list []*Rewrite) {
	writeAll(ctx, list, func(r *Rewrite) *error { return &r.Err }, (*Rewrite).Apply)
}

// rotate encrypts all values with a new data key, in the places where they stand.
func (o *opened) rotate(ctx context.Context, opts OpenOptions) ([]byte, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	fresh := newCipher()
	t := sops.Tree{Branches: sops.TreeBranches{clone(o.tree).(sops.TreeBranch)}, Metadata: o.meta, FilePath: o.file}
	if err := encryptTree(&t, key, fresh); err != nil {
		return nil, o.unfit(err)
	}
	if err := wrap(ctx, opts.Timeout, &t.Metadata, key); err != nil {
		return nil, naming(o.file, err)
	}
	notes := o.notes(o).encode()
	if notes != "" {
		var err error
		if notes, err = fresh.Encrypt(notes, key, layoutPlace); err != nil {
			return nil, errSops
		}
	}
	splices, err := o.exchange(t)
	if err != nil {
		return nil, o.unfit(err)
	}
	block, err := o.swapBlock(t.Metadata, notes)
	if err != nil {
		return nil, o.unfit(err)
	}
	text := yamltext.Apply(o.document.text, append(splices, block))
	return text, o.prove(text, o.tree, key)
}
