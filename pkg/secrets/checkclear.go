package secrets

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/secrets/suspect"
)

// clear checks what stands in clear: values, names of keys, and comments.
func (i *inspection) clear(d *document, suffix string, plain []spot) {
	byPlace := map[string]*node{}
	var leaves []suspect.Leaf
	for _, s := range plain {
		if s.tag != "!!null" && !isCipher(s.value) {
			byPlace[s.place.String()] = s.node
			leaves = append(leaves, suspect.Leaf{Pointer: s.place.String(), Value: s.value, Text: s.tag == "!!str"})
		}
	}
	for _, f := range suspect.Find(leaves) {
		if slices.Contains(i.Allow, f.Pointer) || slices.Contains(i.Allow, keyAt(f.Pointer)) {
			continue
		}
		level, fix := "error", ""
		if f.Why == suspect.ByName && !suspect.Random(byPlace[f.Pointer].value) {
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
		if what := suspect.Comment(text, near[line]); what != "" {
			i.add(line, col, "error", fmt.Sprintf("a comment looks like %s, and stands in clear", what), "take the value out of the comment")
		}
	}
}
