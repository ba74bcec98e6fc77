package secrets

import (
	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// weaver turns a plain document into a sealed one: it gathers the splices.
type weaver struct {
	*document
	tree    sops.Tree // encrypted
	before  sops.TreeBranch
	key     []byte
	cipher  *tracked
	layout  layout
	splices []yamltext.Splice
	masks   []yamltext.Splice // those that hide the secrets in the plain text
	values  int
	clear   []yamltext.Span // comments that stay as they are
	secrets map[string]bool // the texts that were encrypted
}

// weave encrypts the secrets of a plain document in memory: those values that
// sops encrypts by the metadata. No key but the data key is needed yet.
func (d *document) weave(meta sops.Metadata, key []byte, c *tracked) (*weaver, error) {
	if d.lost != nil {
		return nil, d.cannot(d.lost, "this way of writing YAML is not one that can be edited in place")
	}
	before, slots, err := d.load()
	if err != nil {
		return nil, err
	}
	w := &weaver{document: d, before: before, key: key, cipher: c, layout: layout{}, secrets: map[string]bool{}}
	w.tree = sops.Tree{Branches: sops.TreeBranches{clone(before).(sops.TreeBranch)}, Metadata: meta, FilePath: d.file}
	if err := encryptTree(&w.tree, key, c); err != nil {
		return nil, d.unfit(err)
	}
	if err := eachLeaf(d.root, nil, before, w.tree.Branches[0], w.seal); err != nil {
		return nil, d.unfit(err)
	}
	return w, w.sealComments(slots)
}

// masked is the plain text with *** for each secret.
func (w *weaver) masked() []byte { return yamltext.Apply(w.text, w.masks) }

// finish gives the sealed text, with the sops block of an opened file, which may be
// nil, or a new one. The master keys hold the data key by now. What comes out is
// loaded and decrypted as sops does, and must be what went in.
func (w *weaver) finish(o *opened) ([]byte, error) {
	block, err := w.blockFor(o)
	if err != nil {
		return nil, err
	}
	text := yamltext.Apply(w.text, append(w.splices, w.insertBlock(block)))
	w.root, w.splices, w.masks, w.tree.Branches = nil, nil, nil, nil // reading the text takes as much memory again
	return text, w.prove(text, w.before, w.key)
}

const mask = "***"

func (w *weaver) seal(l leaf) error {
	cipher, isText := l.after.(string)
	if same(l.before, l.after, false) {
		return nil
	}
	if l.expanded || !isText || !isCipher(cipher) {
		return w.cannotAlias(l.node, l.place)
	}
	if err := w.checkKept(l.node, l.place); err != nil {
		return err
	}
	source, _, _ := w.source(l.node)
	if note := w.note(l.before, source, l.node, sealedNode(l.node)); note != "" {
		w.layout[l.place.String()] = note
	}
	w.splices = append(w.splices, w.replace(l.node, written{inline: w.sealedText(l.node, cipher)})...)
	w.masks = append(w.masks, w.replace(l.node, written{inline: mask})...)
	if s, ok := l.before.(string); ok {
		w.secrets[s] = true
	}
	w.values++
	return nil
}

// sealComments splices the comments that sops has encrypted; slots tells which comment
// of the text each of the tree is.
func (w *weaver) sealComments(slots []int) error {
	was, is := remarks(w.before, w.before), remarks(w.tree.Branches[0], w.before)
	if len(was) != len(slots) || len(is) != len(slots) {
		return w.unfit(errShape)
	}
	hidden := map[int]bool{}
	for i, slot := range slots {
		at := yamltext.Span{Start: w.comments[slot].Start + 1, End: w.comments[slot].End}
		if was[i].text == is[i].text {
			if is[i].item { // of an empty comment it would make an empty item, for good
				line, col := w.position(at.Start - 1)
				return fault.Blockedf("an empty comment stands in a list of secrets: sops would make an item of it").At(w.file, line, col).WithHint("take it out, or write something behind the #")
			}
			continue
		}
		hidden[slot] = true
		w.splices = append(w.splices, yamltext.Splice{Span: at, Text: is[i].text})
		w.masks = append(w.masks, yamltext.Splice{Span: at, Text: " " + mask})
	}
	for i, at := range w.comments {
		if !hidden[i] {
			w.clear = append(w.clear, at)
		}
	}
	return nil
}

// sealedNotes gives the encrypted layout, or "" when there is nothing to remember.
func (w *weaver) sealedNotes() (string, error) {
	notes := w.layout.encode()
	if notes == "" {
		return "", nil
	}
	sealed, err := w.cipher.Encrypt(notes, w.key, layoutPlace)
	if err != nil {
		return "", errSops
	}
	return sealed, nil
}

// prove loads a sealed text as sops does and decrypts it: it must be the tree that was encrypted.
func (d *document) prove(text []byte, want sops.TreeBranch, key []byte) error {
	t, err := loadSealed(d.format, text)
	if err != nil {
		return d.unfit(err)
	}
	if err := decryptTree(&t, key, newCipher()); err != nil || !same(want, t.Branches[0], true) {
		return d.unfit(errShape)
	}
	return nil
}
