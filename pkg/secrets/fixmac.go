package secrets

import (
	"context"
	"strings"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/yamltext"
)

// FixMAC plans to sign a sealed file as it stands, and to encrypt what was typed
// in clear where a secret belongs. Values tells what has changed since the latest
// commit whose signature holds; without one, Notes says so. Nothing is written.
func FixMAC(ctx context.Context, file string, opts OpenOptions) (*Rewrite, error) {
	path, name, err := place(file, opts.Dir)
	if err != nil {
		return nil, err
	}
	d, err := readFile(path, name, opts.Format)
	if err != nil {
		return nil, err
	}
	r := &Rewrite{File: name, Before: d.text, path: path}
	o, err := d.unlockStray(ctx, opts)
	if err != nil || !o.spoilt && o.document == d {
		return r, err
	}
	r.Done = "signed"
	if err := r.compare(ctx, o, opts); err != nil {
		return nil, err
	}
	r.After, err = o.sign()
	return r, err
}

// unlockStray opens a document after it has encrypted, in memory, what stands in
// clear where sops expects a ciphertext.
func (d *document) unlockStray(ctx context.Context, opts OpenOptions) (*opened, error) {
	t, err := d.sealedTree()
	if err != nil {
		return nil, err
	}
	r, err := regimeOf(t.Metadata)
	if err != nil {
		return nil, d.unfit(err)
	}
	stray := d.strays(r)
	if len(stray) == 0 {
		return d.unlock(ctx, opts)
	}
	key, err := unwrap(ctx, opts, &t.Metadata)
	if err != nil {
		return nil, naming(d.file, err)
	}
	text, err := d.sealStrays(t, key, stray)
	if err != nil {
		return nil, err
	}
	sealed, err := parse(d.file, d.format, text)
	if err != nil {
		return nil, d.unfit(err)
	}
	return sealed.unlock(ctx, opts)
}

// strays finds the values in clear where a secret belongs, by their places.
func (d *document) strays(r regime) map[string]spot {
	found := map[string]spot{}
	for _, s := range d.spots() {
		if s.kind == scalar && r.hides(s.keys) && !r.byComment && s.value != "" && s.tag != "!!null" && !isCipher(s.value) {
			found[s.place.String()] = s
		}
	}
	return found
}

func (d *document) sealStrays(t sops.Tree, key []byte, stray map[string]spot) ([]byte, error) {
	var splices []yamltext.Splice
	c := newCipher()
	err := eachLeaf(d.bare(), nil, t.Branches[0], t.Branches[0], func(l leaf) error {
		s, is := stray[l.place.String()]
		if !is {
			return nil
		}
		if err := d.checkKept(l.node, l.place); err != nil {
			return err
		}
		text, err := c.Encrypt(l.before, key, strings.Join(s.keys, ":")+":")
		if err != nil {
			return errSops
		}
		splices = append(splices, d.replace(l.node, written{inline: d.sealedText(l.node, text)})...)
		return nil
	})
	if err != nil {
		return nil, d.unfit(err)
	}
	return yamltext.Apply(d.text, splices), nil
}

// sign puts the date and the signature of the values as they are into the sops block.
func (o *opened) sign() ([]byte, error) {
	t := sops.Tree{Branches: sops.TreeBranches{clone(o.tree).(sops.TreeBranch)}, Metadata: o.meta, FilePath: o.file}
	if err := encryptTree(&t, o.key, o.cipher.keeping()); err != nil {
		return nil, o.unfit(err)
	}
	at, _ := o.root.member(sopsKey)
	splices, ok := o.stamp(o.root.members[at].value, t.Metadata.LastModified, t.Metadata.MessageAuthenticationCode, o.sealedLayout())
	if !ok {
		return nil, o.unfit(errShape)
	}
	text := yamltext.Apply(o.document.text, splices)
	return text, o.prove(text, o.tree, o.key)
}

// compare tells how an opened file differs from its latest sound version in git.
func (r *Rewrite) compare(ctx context.Context, o *opened, opts OpenOptions) error {
	now, err := parse(o.file, o.format, o.text)
	if err != nil {
		return err
	}
	reg, err := regimeOf(o.meta)
	if err != nil {
		return o.unfit(err)
	}
	base, commit := o.lastSound(ctx, r.path, opts)
	if base == nil {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.Notes = append(r.Notes, "git has no version of it whose signature holds: what has changed cannot be told")
		return nil
	}
	r.Source = "commit " + commit[:min(len(commit), 12)]
	was, err := parse(o.file, o.format, base.text)
	if err != nil {
		return err
	}
	r.Values = changes(was, now, reg)
	return nil
}
