package secrets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
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

// large is the size of a YAML text above which it is worth the trouble to go
// round sops's own look for double keys.
const large = 8 << 10

// load gives the tree of a plain text.
func load(f Format, text []byte) (sops.TreeBranch, error) {
	return loadBehind(f, text, f == YAML && len(text) > large)
}

// loadBehind can put a text behind an empty document. sops reads the first document
// twice, once into maps to find double keys, and compares every key of a map with every
// other: seconds where a map is wide, and as much memory as all the rest. What that
// would find, [document.parse] has refused by then.
func loadBehind(f Format, text []byte, behind bool) (branch sops.TreeBranch, err error) {
	defer guard(&err)
	skip := 0
	if behind {
		text, skip = secondDocument(text), 1
	}
	branches, err := store(f).LoadPlainFile(text)
	if err != nil || len(branches) != skip+1 {
		return nil, errSops
	}
	return branches[skip], nil
}

// secondDocument puts an empty document before a text. The blank lines keep the
// parser from giving comments at the top to what stands before them.
func secondDocument(text []byte) []byte {
	const empty = "{}\n...\n\n"
	text = bytes.TrimPrefix(text, bom)
	at := 0
	for line := range bytes.Lines(text) {
		at += len(line)
		word := bytes.TrimSpace(line)
		switch {
		case len(word) == 0 || word[0] == '#' || line[0] == '%':
		case string(word) == "---" && at == len(line):
			return slices.Concat([]byte(empty+"---\n\n"), text[at:])
		case bytes.HasPrefix(line, []byte("---")):
			return slices.Concat([]byte(empty), text)
		default:
			return slices.Concat([]byte(empty+"---\n\n"), text)
		}
	}
	return text
}

// loadSealed gives the tree of an encrypted text, without its sops block.
func loadSealed(f Format, text []byte) (tree sops.Tree, err error) {
	defer guard(&err)
	branch, err := load(f, text)
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
