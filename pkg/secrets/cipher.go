package secrets

import (
	"maps"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/aes"
)

// tracked is sops's cipher; it remembers the place of the value that it could
// not decrypt, which the library's error does not tell, and what it decrypted.
type tracked struct {
	failed string // keys with colons behind them
	seen   map[sealedValue][]string
	kept   map[sealedValue][]string // ciphertexts to use again, in their order
}

// sealedValue is a value in its place. The items of a list share theirs.
type sealedValue struct {
	place string
	value any
}

func newCipher() *tracked {
	return &tracked{}
}

// recording gives a cipher that remembers what it decrypts.
func recording() *tracked { return &tracked{seen: map[sealedValue][]string{}} }

// keeping gives a cipher that encrypts what c has decrypted into the text that it was.
func (c *tracked) keeping() *tracked {
	k := newCipher()
	k.kept = maps.Clone(c.seen)
	return k
}

// Decrypt is sops's own.
func (c *tracked) Decrypt(text string, key []byte, place string) (any, error) {
	v, err := aes.NewCipher().Decrypt(text, key, place) // a new one: it keeps the nonce of each value
	if err != nil {
		c.failed = place
		return v, err
	}
	if c.seen != nil {
		at := sealedValue{place, v}
		c.seen[at] = append(c.seen[at], text)
	}
	return v, nil
}

// Encrypt is sops's own, but for what is kept. Of a comment sops knows no more than
// the text when it is decrypted, so it must not when it is encrypted again.
func (c *tracked) Encrypt(v any, key []byte, place string) (string, error) {
	if comment, is := v.(sops.Comment); is {
		v = sops.Comment{Value: comment.Value}
	}
	at := sealedValue{place, v}
	if kept := c.kept[at]; len(kept) > 0 {
		c.kept[at] = kept[1:]
		return kept[0], nil
	}
	return aes.NewCipher().Encrypt(v, key, place) // a new one: it would take the nonce of an equal value
}
