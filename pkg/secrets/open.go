package secrets

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
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
	closed sops.TreeBranch // the encrypted values
}

// open decrypts a sealed document with the given data key.
func (d *document) open(t sops.Tree, key []byte) (*opened, error) {
	o := &opened{document: d, meta: t.Metadata, key: key, cipher: recording()}
	o.closed = clone(t.Branches[0]).(sops.TreeBranch)
	err := decryptTree(&t, key, o.cipher)
	if err != nil && !errors.Is(err, errMAC) {
		return nil, err
	}
	o.spoilt = err != nil
	o.tree = t.Branches[0]
	for _, notes := range []layout{d.notes(o), {}} {
		if d.lost != nil {
			break
		}
		if o.text, err = o.unseal(func(l leaf) written { return o.restore(notes[l.place.String()], l.after, sealedNode(l.node)) }); err != nil {
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

// unseal splices what write gives for each secret into the text, and takes the sops block away.
func (o *opened) unseal(write func(leaf) written) ([]byte, error) {
	block, found := o.cutBlock()
	if !found {
		return nil, errShape
	}
	bare := *o.root
	at, _ := bare.member(sopsKey)
	bare.members = slices.Delete(slices.Clone(bare.members), at, at+1)
	var splices []yamltext.Splice
	err := eachLeaf(&bare, nil, o.closed, o.tree, func(l leaf) error {
		switch c, isComment := l.after.(sops.Comment); {
		case same(l.before, l.after, false):
		case l.expanded:
			return errShape
		case isComment:
			s, err := o.itemToComment(l.node, c.Value)
			splices = append(splices, s)
			return err
		default:
			splices = append(splices, o.replace(l.node, write(l))...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	splices = append(splices, o.unsealComments()...)
	return yamltext.Apply(o.document.text, append(splices, block)), nil // the block last: a text may end where it begins
}

// itemToComment puts a comment where sops has left it as an item of a list.
func (o *opened) itemToComment(n *node, text string) (yamltext.Splice, error) {
	line := bytes.LastIndexByte(o.document.text[:n.span.Start], '\n') + 1
	before := string(o.document.text[line:n.span.Start])
	if dash := strings.TrimLeft(before, " "); n.flow || strings.TrimSpace(dash) != "-" || n.quote == literal {
		return yamltext.Splice{}, errShape
	}
	start := line + strings.IndexByte(before, '-')
	return yamltext.Splice{Span: yamltext.Span{Start: start, End: n.span.End}, Text: "#" + text}, nil
}

func (o *opened) unsealComments() []yamltext.Splice {
	was, is := remarks(o.closed, o.closed), remarks(o.tree, o.closed)
	if len(was) != len(is) {
		return nil
	}
	open := map[string]string{}
	for i := range was {
		if was[i].text != is[i].text {
			open[was[i].text] = is[i].text
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

// naming says which file an error is about.
func naming(file string, err error) error {
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
