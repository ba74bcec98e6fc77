package secrets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/config"
	"github.com/getsops/sops/v3/logging"
	"github.com/getsops/sops/v3/stores"
	sopsjson "github.com/getsops/sops/v3/stores/json"
	sopsyaml "github.com/getsops/sops/v3/stores/yaml"
)

// layoutKey is the member of the sops block that remembers, encrypted, how
// values were written. sops passes over members that it does not know.
const layoutKey = "connkit_layout"

var mute = sync.OnceFunc(func() {
	for _, l := range logging.Loggers {
		l.SetOutput(io.Discard)
	}
})

func store(f Format) sops.Store {
	mute()
	c := config.NewStoresConfig()
	if f == JSON {
		return sopsjson.NewStore(&c.JSON)
	}
	return sopsyaml.NewStore(&c.YAML)
}

// errSops stands for the library's errors, whose texts may hold values.
var errSops = errors.New("sops cannot read it")

// guard turns a panic of the library, whose code asserts types, into an error.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = errSops
	}
}

// load gives the tree of a plain text. Before it reads YAML, sops compares every
// key of the first document with every other of its map, which takes seconds where
// a map is wide. Such a text goes in as the second document: [document.checkKeys]
// has done the same in one pass.
func load(f Format, text []byte, wide bool) (branch sops.TreeBranch, err error) {
	defer guard(&err)
	skip := 0
	if wide && f == YAML {
		text = append([]byte(firstDocument(text)), bytes.TrimPrefix(text, bom)...)
		skip = 1
	}
	branches, err := store(f).LoadPlainFile(text)
	if err != nil || len(branches) != skip+1 {
		return nil, errSops
	}
	return branches[skip], nil
}

// firstDocument is an empty document that may stand before a text.
func firstDocument(text []byte) string {
	for line := range bytes.Lines(bytes.TrimPrefix(text, bom)) {
		switch {
		case bytes.HasPrefix(line, []byte("---")):
			return "{}\n\n"
		case bytes.HasPrefix(line, []byte("%")):
			return "{}\n...\n"
		case line[0] != '#' && len(bytes.TrimSpace(line)) > 0:
			return "{}\n\n---\n\n" // the blank lines keep a comment at the top from going to the empty one
		}
	}
	return ""
}

// loadSealed gives the tree of an encrypted text, without its sops block.
func loadSealed(f Format, text []byte, wide bool) (tree sops.Tree, err error) {
	defer guard(&err)
	branch, err := load(f, text, wide)
	if err != nil {
		return tree, err
	}
	if tree.Branches, tree.Metadata, err = stores.ExtractMetadata(sops.TreeBranches{branch}, stores.MetadataOpts{}); err != nil {
		return tree, errSops
	}
	return tree, nil
}

// encryptTree encrypts the values of a tree in place and signs it.
func encryptTree(t *sops.Tree, key []byte, c sops.Cipher) (err error) {
	defer guard(&err)
	mac, err := t.Encrypt(key, c)
	if err != nil {
		return errSops
	}
	t.Metadata.LastModified = time.Now().UTC()
	t.Metadata.MessageAuthenticationCode, err = c.Encrypt(mac, key, t.Metadata.LastModified.Format(time.RFC3339))
	return err
}

// errMAC says that values were changed without sops.
var errMAC = errors.New("its values are not those that were signed")

// errValue says that a value under the keys could not be decrypted.
type errValue struct{ place string }

func (e *errValue) Error() string { return fmt.Sprintf("the value at %q cannot be decrypted", e.place) }

// decryptTree decrypts the values of a tree in place. With [errMAC] the tree is decrypted all the same.
func decryptTree(t *sops.Tree, key []byte, c *tracked) (err error) {
	defer guard(&err)
	got, err := t.Decrypt(key, c)
	if err != nil {
		return &errValue{c.failed}
	}
	want, err := c.Decrypt(t.Metadata.MessageAuthenticationCode, key, t.Metadata.LastModified.Format(time.RFC3339))
	if err != nil || want != any(got) {
		return errMAC
	}
	return nil
}
