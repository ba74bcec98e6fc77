package secrets

import (
	"fmt"
	"strings"
)

// plainTree checks a map that has no sops block of its own; configs within a
// catalog file may have one.
func (i *inspection) plainTree(d *document, root *node) {
	var plain []spot
	i.plainNode(d, root, nil, nil, &plain)
	if i.named || i.isConfig() {
		i.clear(d.part(root), i.Suffix, plain)
	}
}

// plainNode gathers what stands in clear and reports keys with the suffix that do.
func (i *inspection) plainNode(d *document, n *node, place *pointer, keys []string, plain *[]spot) {
	if at, has := n.member(sopsKey); has && place != nil {
		if _, signed := n.members[at].value.member("mac"); signed {
			i.sealedTree(d, n)
			return
		}
	}
	for _, m := range n.members {
		here := place.to(m.key.value)
		if strings.HasSuffix(m.key.value, i.Suffix) && m.key.value != i.Suffix {
			i.unsealed(m, here)
			continue
		}
		i.plainNode(d, m.value, here, append(keys[:len(keys):len(keys)], m.key.value), plain)
	}
	for k, item := range n.items {
		i.plainNode(d, item, place.at(k), keys, plain)
	}
	if n.kind != scalar {
		return
	}
	if isCipher(n.value) {
		i.at(n, "error", fmt.Sprintf("the value of %s is a ciphertext, and no sops block is there to open it", place), "take the block from git")
		return
	}
	*plain = append(*plain, spot{n, place, keys})
}

// unsealed reports a key with the suffix whose value is not encrypted.
func (i *inspection) unsealed(m member, place *pointer) {
	values, ciphers := 0, 0
	for _, s := range spotsOf(m.value) {
		switch {
		case s.kind == scalar && isCipher(s.value):
			ciphers++
		case s.kind == alias || s.kind == scalar && s.value != "" && s.tag != "!!null":
			values++
		}
	}
	switch {
	case values > 0:
		fix := "connkit encrypt " + i.name
		if strings.Contains(place.String(), "/endpoint/") { // of a catalog
			fix = "put the config into a file of its own, and encrypt that"
		}
		i.at(m.key, "error", fmt.Sprintf("the value of %s is not encrypted", place), fix)
	case ciphers > 0:
		i.at(m.key, "error", fmt.Sprintf("the value of %s is a ciphertext, and no sops block is there to open it", place), "take the block from git")
	}
}
