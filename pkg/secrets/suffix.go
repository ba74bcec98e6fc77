package secrets

import (
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// withSuffix gives the text with the suffix put behind the names of the keys at
// some pointers; no other byte changes. A name that is taken, and a key that
// stands behind an alias, are [fault.Blocked] errors.
func (d *document) withSuffix(pointers []string, suffix string) ([]byte, error) {
	var splices []yamltext.Splice
	renamed := map[*node]bool{}
	for _, p := range pointers {
		in, key, err := d.keyAt(p)
		if err != nil {
			return nil, err
		}
		if renamed[key] || strings.HasSuffix(key.value, suffix) {
			continue
		}
		if _, taken := in.member(key.value + suffix); taken {
			return nil, d.at(key, fault.Blockedf("%q cannot be renamed: %q stands beside it", key.value, key.value+suffix)).WithHint("remove one of the two")
		}
		renamed[key] = true
		at := key.span.End
		if key.quote != plain {
			at-- // before the closing quote
		}
		splices = append(splices, yamltext.Splice{Span: yamltext.Span{Start: at, End: at}, Text: suffix})
	}
	text := yamltext.Apply(d.text, splices)
	next, err := parse(d.file, d.format, text)
	if err != nil || !sameNodes(d.root, next.root, renamed, suffix) {
		return nil, fault.Blockedf("its keys cannot be renamed safely").At(d.file, 0, 0).WithHint("rename them by hand: %s", strings.Join(pointers, ", "))
	}
	return text, nil
}

// keyAt follows a pointer to a key, and gives the map that it stands in too.
func (d *document) keyAt(p string) (in, key *node, err error) {
	at := d.root
	for _, part := range strings.Split(strings.TrimPrefix(p, "/"), "/") {
		part = unescaper.Replace(part)
		switch at.kind {
		case alias:
			return nil, nil, d.at(at, fault.Blockedf("the key at %s stands behind an alias", p)).WithHint("rename it where the anchor is")
		case mapping:
			i, found := at.member(part)
			if !found {
				return nil, nil, fault.Usagef("there is no key at %s", p).At(d.file, 0, 0)
			}
			in, key, at = at, at.members[i].key, at.members[i].value
		case list:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(at.items) {
				return nil, nil, fault.Usagef("there is no item at %s", p).At(d.file, 0, 0)
			}
			at = at.items[i]
		default:
			return nil, nil, fault.Usagef("there is no key at %s", p).At(d.file, 0, 0)
		}
	}
	if key == nil {
		return nil, nil, fault.Usagef("%q names no key", p).At(d.file, 0, 0)
	}
	return in, key, nil
}

// sameNodes tells that two trees differ in nothing but the suffix of the renamed keys.
func sameNodes(a, b *node, renamed map[*node]bool, suffix string) bool {
	if a.kind != b.kind || a.tag != b.tag || a.value != b.value || len(a.members) != len(b.members) || len(a.items) != len(b.items) {
		return false
	}
	for i, m := range a.members {
		want := m.key.value
		if renamed[m.key] {
			want += suffix
		}
		if b.members[i].key.value != want || !sameNodes(m.value, b.members[i].value, renamed, suffix) {
			return false
		}
	}
	for i, item := range a.items {
		if !sameNodes(item, b.items[i], renamed, suffix) {
			return false
		}
	}
	return true
}
