package secrets

import (
	"bytes"
	"slices"

	"github.com/connkit/connkit/internal/yamltext"
)

// sides are two texts of one thing: as one would have it when ours wins what
// both have changed, and when theirs does. Without a conflict they are the same.
type sides struct{ ours, theirs string }

func both(text string) sides { return sides{text, text} }

func (s *sides) add(other sides) {
	s.ours += other.ours
	s.theirs += other.theirs
}

// threeway merges plain texts key by key: a member or item is the smallest thing
// that a branch changes. The texts are those of the documents, byte for byte.
type threeway struct {
	base, ours, theirs *document // base may be nil
	conflicts          []string  // JSON pointers
}

// trio is one node, as each document has it; nil where it has none.
type trio struct{ base, ours, theirs *node }

// all tells whether the nodes are of one kind, and none is empty.
func (t trio) all(k kind, flow bool) bool {
	is := func(n *node) bool { return n.kind == k && n.flow == flow && len(n.members)+len(n.items) > 0 }
	return t.ours != nil && t.theirs != nil && is(t.ours) && is(t.theirs) && (t.base == nil || is(t.base))
}

// paired tells whether lists can be merged item by item.
func (t trio) paired() bool {
	hollow := func(n *node) bool { return n.span.Start == n.span.End && n.start() == n.span.Start } // a dash alone
	for _, n := range []*node{t.base, t.ours, t.theirs} {
		if n == nil || slices.ContainsFunc(n.items, hollow) {
			return false
		}
	}
	return len(t.base.items) == len(t.ours.items) && len(t.ours.items) == len(t.theirs.items)
}

// pick merges one unit of text.
func (m *threeway) pick(base, ours, theirs string, at *pointer) sides {
	switch {
	case ours == theirs, base == theirs:
		return both(ours)
	case base == ours:
		return both(theirs)
	}
	if place := at.String(); !slices.Contains(m.conflicts, place) {
		m.conflicts = append(m.conflicts, place)
	}
	return sides{ours, theirs}
}

// pickOf merges the texts that a function finds in each document.
func (m *threeway) pickOf(t trio, at *pointer, text func(*document, *node) string) sides {
	base := ""
	if t.base != nil {
		base = text(m.base, t.base)
	}
	return m.pick(base, text(m.ours, t.ours), text(m.theirs, t.theirs), at)
}

// merge merges the documents.
func (m *threeway) merge() sides {
	t := trio{ours: m.ours.root, theirs: m.theirs.root}
	if m.base != nil {
		t.base = m.base.root
	}
	behind := func(d *document, n *node) string { return string(d.text[d.lineEnd(n.end()):]) }
	whole := func(d *document, _ *node) string { return string(d.text) }
	var out sides
	switch {
	case m.oneSided(t, whole):
		return m.pickOf(t, nil, whole)
	case t.all(mapping, false):
		from := starts{ours: m.ours.head(), theirs: m.theirs.head()}
		if m.base != nil {
			from.base = m.base.head()
		}
		out = m.pickOf(t, nil, func(d *document, _ *node) string { return string(d.text[:d.head()]) })
		out.add(m.members(t, nil, from))
	case t.all(mapping, true):
		behind = func(d *document, n *node) string { return string(d.text[n.span.End:]) }
		out = m.pickOf(t, nil, func(d *document, n *node) string { return string(d.text[:n.span.Start]) })
		out.add(m.value(t, nil))
	default:
		return m.pickOf(t, nil, whole)
	}
	out.add(m.pickOf(t, nil, behind))
	return out
}

// head gives where what stands above the first member begins: behind a byte order mark,
// and the line that begins the document.
func (d *document) head() int {
	at := 0
	if bytes.HasPrefix(d.text, bom) {
		at = len(bom)
	}
	end := at
	for line := range bytes.Lines(d.text[at:d.root.start()]) {
		if at += len(line); bytes.HasPrefix(line, []byte("---")) {
			end = at
		}
	}
	return end
}

// value merges a value whose text is one span: what stands in brackets goes by its
// parts, when no comment stands in there.
func (m *threeway) value(t trio, at *pointer) sides {
	text := func(d *document, n *node) string { return d.bytes(n.span) }
	switch {
	case m.commented(t), m.oneSided(t, text):
	case t.all(mapping, true):
		return m.brackets(t, at)
	case t.all(list, true) && t.paired():
		var out sides
		for i := range t.ours.items {
			out.add(m.pickOf(t, at, func(d *document, n *node) string { return d.gap(n, i) }))
			out.add(m.value(trio{t.base.items[i], t.ours.items[i], t.theirs.items[i]}, at.at(i)))
		}
		out.add(m.pickOf(t, at, func(d *document, n *node) string { return d.gap(n, len(n.items)) }))
		return out
	}
	return m.pickOf(t, at, text)
}

// oneSided tells whether a text is the same in two of the documents.
func (m *threeway) oneSided(t trio, text func(*document, *node) string) bool {
	ours, theirs := text(m.ours, t.ours), text(m.theirs, t.theirs)
	if ours == theirs || t.base == nil {
		return ours == theirs
	}
	base := text(m.base, t.base)
	return base == ours || base == theirs
}

func (m *threeway) commented(t trio) bool {
	has := func(d *document, n *node) bool {
		return n != nil && slices.ContainsFunc(d.comments, func(c yamltext.Span) bool { return n.span.Start <= c.Start && c.End <= n.span.End })
	}
	return has(m.base, t.base) || has(m.ours, t.ours) || has(m.theirs, t.theirs)
}
