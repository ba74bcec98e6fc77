package secrets

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/pattern"
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

// clear checks what stands in clear: values, names of keys, and comments.
func (i *inspection) clear(d *document, suffix string, plain []spot) {
	byPlace := map[string]*node{}
	var leaves []plainLeaf
	for _, s := range plain {
		if s.tag != "!!null" && !isCipher(s.value) {
			byPlace[s.place.String()] = s.node
			leaves = append(leaves, plainLeaf{Pointer: s.place.String(), Value: s.value, Text: s.tag == "!!str"})
		}
	}
	for _, f := range findPlain(leaves) {
		if slices.Contains(i.Allow, f.Pointer) || slices.Contains(i.Allow, keyAt(f.Pointer)) {
			continue
		}
		level, fix := "error", ""
		if f.Why == whyName && !isRandom(byPlace[f.Pointer].value) {
			level = "warning" // a password may be that of a test's own database
		}
		if suffix != "" {
			fix = fmt.Sprintf("rename it to %s%s and encrypt it, or list it under secrets.allow_plaintext of connkit.yaml", keyAt(f.Pointer), suffix)
		}
		i.at(byPlace[f.Pointer], level, fmt.Sprintf("%s looks like %s, and stands in clear", f.Pointer, f.What), fix)
	}
	if suffix != "" {
		i.names(d.root, suffix)
	}
	i.remarks(d)
}

// names checks for keys that almost carry the suffix, and those that Flow cannot tell apart.
func (i *inspection) names(n *node, suffix string) {
	all := map[string]bool{}
	for _, key := range n.inherited() {
		all[key.value] = true
	}
	for _, m := range n.members {
		all[m.key.value] = true
	}
	for _, m := range n.members {
		key := m.key.value
		switch bare, is := strings.CutSuffix(key, suffix); {
		case is && bare != "":
			if all[bare] {
				i.at(m.key, "error", fmt.Sprintf("%q stands beside %q: Flow takes %s off, and one of them is lost", key, bare, suffix), "remove one of the two, or rename it")
			}
			continue // below it everything is encrypted
		case nearMiss(key, suffix) && !slices.Contains(i.Allow, key):
			i.at(m.key, "error", fmt.Sprintf("%q almost ends in %s, and stands in clear", key, suffix), "")
		}
		if key != sopsKey {
			i.names(m.value, suffix)
		}
	}
	for _, item := range n.items {
		i.names(item, suffix)
	}
}

// remarks checks comments in clear.
func (i *inspection) remarks(d *document) {
	near := map[int]bool{}
	for _, s := range d.spots() {
		if isCipher(s.value) {
			for l := s.line - 1; l <= s.line+1; l++ {
				near[l] = true
			}
		}
	}
	for _, c := range d.comments {
		text := strings.TrimSpace(strings.TrimLeft(d.bytes(c), "#"))
		if isCipher(text) {
			continue
		}
		line, col := d.position(c.Start)
		if what := commentLooks(text, near[line]); what != "" {
			i.add(line, col, "error", fmt.Sprintf("a comment looks like %s, and stands in clear", what), "take the value out of the comment")
		}
	}
}

var (
	cipherForm = pattern.Lazy(`^ENC\[AES256_GCM,data:([A-Za-z0-9+/=]*),iv:([A-Za-z0-9+/=]+),tag:([A-Za-z0-9+/=]+),type:(str|int|float|bool|bytes|time|comment)\]$`)
	recipients = []string{"age", "pgp", "kms", "gcp_kms", "azure_kv", "hc_vault", "hckms"}
)

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

// block checks the metadata, and gives which values they want encrypted.
func (i *inspection) block(block member) (regime, bool) {
	n := block.value
	wrong := func(at *node, message, fix string) { i.at(at, "error", "the sops block "+message, fix) }
	text := func(key string) string {
		if at, found := n.member(key); found {
			return n.members[at].value.value
		}
		return ""
	}
	if mac := text("mac"); !soundCipher(mac) || !strings.HasSuffix(mac, "type:str]") {
		wrong(block.key, "has no sound signature (mac)", "connkit secrets fix-mac "+i.name)
	}
	if _, err := time.Parse(time.RFC3339, text("lastmodified")); err != nil {
		wrong(block.key, "has no date (lastmodified), without which the signature cannot be read", "take the block from git")
	}
	if text("version") == "" {
		wrong(block.key, "names no version of sops", "")
	}
	if i.recipients(n, wrong) == 0 {
		wrong(block.key, "names no key that could open the file", "take the block from git")
	}
	m := sops.Metadata{
		EncryptedSuffix: text("encrypted_suffix"), UnencryptedSuffix: text("unencrypted_suffix"), EncryptedRegex: text("encrypted_regex"), UnencryptedRegex: text("unencrypted_regex"),
		EncryptedCommentRegex: text("encrypted_comment_regex"), UnencryptedCommentRegex: text("unencrypted_comment_regex"),
	}
	stated := 0
	for _, s := range []string{m.EncryptedSuffix, m.UnencryptedSuffix, m.EncryptedRegex, m.UnencryptedRegex, m.EncryptedCommentRegex, m.UnencryptedCommentRegex} {
		stated += tally(s != "")
	}
	switch {
	case stated == 0:
		i.at(block.key, "warning", "the sops block does not say which keys are encrypted: sops takes all", "")
	case stated > 1:
		wrong(block.key, "has more than one rule for which keys are encrypted", "keep one")
	}
	reg, err := regimeOf(m)
	if err != nil {
		wrong(block.key, "has a pattern that is none", "")
	}
	return reg, err == nil
}

// recipients counts the keys that can open a file.
func (i *inspection) recipients(block *node, wrong func(at *node, message, fix string)) int {
	groups := []*node{block}
	if at, found := block.member("key_groups"); found {
		groups = append(groups, block.members[at].value.items...)
	}
	total := 0
	for _, group := range groups {
		for _, name := range recipients {
			at, found := group.member(name)
			if !found {
				continue
			}
			for _, key := range group.members[at].value.items {
				total++
				if enc, has := key.member("enc"); !has || key.members[enc].value.value == "" {
					wrong(key, "has a key without the data key encrypted for it (enc)", "connkit secrets updatekeys "+i.name)
				}
			}
		}
	}
	return total
}

// at reports something at the place of a node. A list item in block style has
// the place of its first key.
func (i *inspection) at(n *node, level, message, fix string) {
	i.add(n.line, n.col, level, message, fix)
}
