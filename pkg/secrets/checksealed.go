package secrets

import (
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/connkit/connkit/internal/yamltext"
)

// document looks into a file: what is sealed, also as a part of it, and what is not.
func (i *inspection) document(d *document) {
	if !d.isPlain() {
		i.sealedTree(d, d.root)
		if _, err := d.sealedTree(); err != nil && len(i.found) == 0 {
			i.refused(err)
		}
		return
	}
	i.plainTree(d, d.root)
}

// sealedTree checks a map that has a sops block.
func (i *inspection) sealedTree(d *document, root *node) {
	i.sealed = true
	at, _ := root.member(sopsKey)
	block := root.members[at]
	reg, ok := i.block(block)
	if !ok {
		return
	}
	part := d.part(root)
	var plain []spot
	hidden := 0
	for _, s := range part.spots() {
		switch {
		case reg.byComment || s.kind != scalar:
		case !reg.hides(s.keys):
			plain = append(plain, s)
			if isCipher(s.value) {
				i.at(s.node, "error", fmt.Sprintf("the value of %s is encrypted, and its key says that it is not: sops leaves it as it is", s.place), "")
			}
		case s.value == "" || s.tag == "!!null":
		case !isCipher(s.value):
			i.at(s.node, "error", fmt.Sprintf("the value of %s is not encrypted", s.place), "connkit secrets fix-mac "+i.name)
		case !soundCipher(s.value):
			i.at(s.node, "error", fmt.Sprintf("the value of %s is a damaged ciphertext", s.place), "take it from git")
		default:
			hidden++
		}
	}
	if hidden == 0 && !reg.byComment {
		i.at(block.key, "warning", "nothing in it is encrypted", "")
	}
	i.clear(part, reg.suffix, plain)
}

// part is a document for one map of another, with the comments that stand in there.
func (d *document) part(root *node) *document {
	p := *d
	if p.root = root; root != d.root {
		p.comments = slices.DeleteFunc(slices.Clone(d.comments), func(c yamltext.Span) bool { return c.Start < root.start() || c.Start > root.end() })
	}
	return &p
}

// soundCipher tells whether a ciphertext has all its parts.
func soundCipher(text string) bool {
	m := cipherForm().FindStringSubmatch(text)
	if m == nil {
		return false
	}
	data, err1 := base64.StdEncoding.DecodeString(m[1])
	iv, err2 := base64.StdEncoding.DecodeString(m[2])
	tag, err3 := base64.StdEncoding.DecodeString(m[3])
	return err1 == nil && err2 == nil && err3 == nil && len(data) > 0 && len(iv) >= 12 && len(tag) == 16
}

// at reports something at the place of a node. A list item in block style has
// the place of its first key.
func (i *inspection) at(n *node, level, message, fix string) {
	i.add(n.line, n.col, level, message, fix)
}
