package secrets

import (
	"bytes"
	"errors"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/stores"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/secrets/suspect"
)

// unfitError says that a document cannot be spliced, only laid out anew by sops.
type unfitError struct{ why *fault.Error }

func (e *unfitError) Error() string { return e.why.Error() }
func (e *unfitError) Unwrap() error { return e.why }

const anewHint = "write it plainly, or --reformat to let sops lay the file out anew"

// cannot says why a node keeps a document from being spliced.
func (d *document) cannot(n *node, format string, args ...any) error {
	return &unfitError{d.at(n, fault.Blockedf(format, args...)).WithHint(anewHint)}
}

// cannotAlias is for an alias: the ciphertexts that it stands for hold at one place only.
func (d *document) cannotAlias(n *node, place *pointer) error {
	return d.cannot(n, "an alias at %s stands for a map or list with secrets in it", place)
}

// unfit says so of a whole document, unless err says more already.
func (d *document) unfit(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return &unfitError{fault.Blockedf("it cannot be edited in place: %w", err).At(d.file, 0, 0).WithHint(anewHint)}
}

// anew is a plain document that sops lays out anew as it encrypts it.
type anew struct {
	*document
	tree   sops.Tree // encrypted
	before sops.TreeBranch
	key    []byte
}

// weaveAnew encrypts the tree of a document without regard to its text.
func (d *document) weaveAnew(meta sops.Metadata, key []byte, c *tracked) (*anew, error) {
	before, err := load(d.format, d.text)
	if err != nil {
		return nil, fault.Usagef("%w", err).At(d.file, 0, 0)
	}
	a := &anew{document: d, before: before, key: key}
	a.tree = sops.Tree{Branches: sops.TreeBranches{clone(before).(sops.TreeBranch)}, Metadata: meta, FilePath: d.file}
	if err := encryptTree(&a.tree, key, c); err != nil {
		return nil, fault.Usagef("%w", err).At(d.file, 0, 0)
	}
	was, is := remarks(before, before), remarks(a.tree.Branches[0], before)
	for i := range was {
		if was[i].text != is[i].text {
			continue
		}
		if what := suspect.Comment(was[i].text, true); what != "" {
			return nil, fault.Blockedf("a comment looks like %s, and would stay in clear", what).At(d.file, 0, 0).WithHint("take the value out of the comment")
		}
	}
	return a, nil
}

// finish gives the sealed text, which has been decrypted again.
func (a *anew) finish() ([]byte, error) {
	branches, err := stores.SerializeMetadata(a.tree, stores.MetadataOpts{})
	if err != nil || len(branches) != 1 {
		return nil, fault.Usagef("%w", errSops).At(a.file, 0, 0)
	}
	text, err := emit(a.format, branches[0])
	if err != nil {
		return nil, fault.Usagef("%w", errSops).At(a.file, 0, 0)
	}
	t, err := loadSealed(a.format, text)
	if err == nil {
		err = decryptTree(&t, a.key, newCipher())
	}
	if err != nil || !same(a.before, t.Branches[0], false) {
		return nil, fault.Usagef("sops does not give back what it was given").At(a.file, 0, 0)
	}
	return text, nil
}

// masked is the plain document laid out anew, with *** for each secret.
func (a *anew) masked() []byte {
	text, _ := emit(a.format, maskTree(a.before, a.tree.Branches[0]).(sops.TreeBranch)) // to look at
	return bytes.ReplaceAll(text, []byte(`"***"`), []byte(mask))
}

func maskTree(before, after any) any {
	switch b := before.(type) {
	case sops.TreeBranch:
		a := after.(sops.TreeBranch)
		out := make(sops.TreeBranch, len(b))
		for i := range b {
			out[i] = sops.TreeItem{Key: b[i].Key, Value: maskTree(b[i].Value, a[i].Value)}
			if c, is := b[i].Key.(sops.Comment); is && !same(c, a[i].Key, true) {
				out[i].Key = sops.Comment{Value: mask, Inline: c.Inline}
			}
		}
		return out
	case []any:
		a := after.([]any)
		out := make([]any, len(b))
		for i := range b {
			out[i] = maskTree(b[i], a[i])
		}
		return out
	}
	if !same(before, after, true) {
		return mask
	}
	return before
}

// count gives the number of values that differ between two trees of one shape.
func count(before, after any) int {
	n := 0
	switch b := before.(type) {
	case sops.TreeBranch:
		for i, item := range b {
			n += count(item.Value, after.(sops.TreeBranch)[i].Value)
		}
		return n
	case []any:
		for i, item := range b {
			n += count(item, after.([]any)[i])
		}
		return n
	case sops.Comment:
		return 0
	}
	if !same(before, after, false) {
		n = 1
	}
	return n
}
