package secrets

import (
	"errors"
	"fmt"
	"strings"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// opened is an encrypted document that was decrypted.
type opened struct {
	*document
	meta   sops.Metadata
	key    []byte
	cipher *tracked
	tree   sops.TreeBranch // the plain values
	text   []byte          // the plain text
	spoilt bool            // the signature does not hold
	anew   bool            // sops wrote the text, since it could not be spliced
}

// open decrypts a sealed document with the given data key.
func (d *document) open(t sops.Tree, key []byte) (*opened, error) {
	o := &opened{document: d, meta: t.Metadata, key: key, cipher: newCipher()}
	closed := clone(t.Branches[0]).(sops.TreeBranch)
	err := decryptTree(&t, key, o.cipher)
	if err != nil && !errors.Is(err, errMAC) {
		return nil, err
	}
	o.spoilt = err != nil
	o.tree = t.Branches[0]
	for _, notes := range []layout{d.notes(o), {}} {
		if o.text, err = o.unseal(closed, notes); err != nil {
			break
		}
		if got, loadErr := load(d.format, o.text); loadErr == nil && same(got, o.tree, false) {
			return o, nil
		}
	}
	o.anew = true
	if o.text, err = emit(d.format, o.tree); err != nil {
		return nil, errSops
	}
	return o, nil
}

// notes gives what the sops block remembers of how values were written.
func (d *document) notes(o *opened) layout {
	at, _ := d.root.member(sopsKey)
	block := d.root.members[at].value
	if at, found := block.member(layoutKey); found {
		v, err := o.cipher.Decrypt(block.members[at].value.value, o.key, layoutPlace)
		if text, ok := v.(string); err == nil && ok {
			return decodeLayout(text)
		}
	}
	return nil
}

// unseal splices the plain values into the text and takes the sops block away.
func (o *opened) unseal(closed sops.TreeBranch, notes layout) ([]byte, error) {
	block, found := o.cutBlock()
	if !found {
		return nil, errShape
	}
	var splices []yamltext.Splice
	bare := *o.root
	bare.members = nil
	for _, m := range o.root.members {
		if m.key.value != sopsKey {
			bare.members = append(bare.members, m)
		}
	}
	err := eachLeaf(&bare, nil, closed, o.tree, func(l leaf) error {
		if same(l.before, l.after, false) {
			return nil
		}
		if l.expanded {
			return errShape
		}
		n := sealedNode(l.node)
		splices = append(splices, o.replace(l.node, o.restore(notes[l.place.String()], l.after, n))...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	splices = append(splices, o.unsealComments(closed)...)
	return yamltext.Apply(o.document.text, append(splices, block)), nil // the block last: a text may end where it begins
}

func (o *opened) unsealComments(closed sops.TreeBranch) []yamltext.Splice {
	was, is := comments(closed, closed), comments(o.tree, closed)
	if len(was) != len(is) {
		return nil
	}
	open := map[string]string{}
	for i := range was {
		if was[i] != is[i] {
			open[was[i]] = is[i]
		}
	}
	var splices []yamltext.Splice
	for _, at := range o.comments {
		if text, ok := open[o.bytes(at)[1:]]; ok {
			splices = append(splices, yamltext.Splice{Span: yamltext.Span{Start: at.Start + 1, End: at.End}, Text: text})
		}
	}
	return splices
}

// sealedTree gives sops's tree of an encrypted document.
func (d *document) sealedTree() (sops.Tree, error) {
	at, found := d.root.member(sopsKey)
	if !found || d.root.members[at].value.kind != mapping {
		return sops.Tree{}, fault.Usagef("it is not encrypted: it has no sops block").At(d.file, 0, 0)
	}
	t, err := loadSealed(d.format, d.text)
	if err != nil {
		return t, d.at(d.root.members[at].key, fault.Usagef("sops cannot read its block"))
	}
	t.FilePath = d.file
	return t, nil
}

// within says which file an error is about.
func within(file string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) && f.File == "" {
		return fmt.Errorf("decrypting %q: %w", file, err)
	}
	return err
}

// placeOf turns sops's name of a place, keys with colons behind them, into a pointer.
func placeOf(keys string) string {
	var p *pointer
	for _, key := range strings.Split(strings.TrimSuffix(keys, ":"), ":") {
		p = p.to(key)
	}
	return p.String()
}
