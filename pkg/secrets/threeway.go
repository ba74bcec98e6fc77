package secrets

import (
	"cmp"
	"slices"
	"strings"

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
		out = m.members(t, nil, starts{})
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

// gap gives what stands before an entry in brackets, or behind the last one.
func (d *document) gap(n *node, i int) string {
	all := n.spans()
	from, to := n.span.Start, n.span.End
	if i > 0 {
		from = all[i-1].End
	}
	if i < len(all) {
		to = all[i].Start
	}
	return string(d.text[from:to])
}

// brackets merges the members of maps in brackets. Between them stands what does in ours.
func (m *threeway) brackets(t trio, at *pointer) sides {
	all := t.ours.spans()
	usual := ", "
	if open := m.ours.gap(t.ours, 0); strings.Contains(open, "\n") {
		usual = "," + open[1:]
	} else if len(all) > 1 {
		usual = m.ours.gap(t.ours, 1)
	}
	before := map[string]string{} // what stands before a member of ours
	for i := 1; i < len(all); i++ {
		before[t.ours.members[i].key.value] = string(m.ours.text[all[i-1].End:all[i].Start])
	}
	base, ours, theirs := byKey(t.base), byKey(t.ours), byKey(t.theirs)
	var o, th row
	for _, key := range order(t) {
		gap := cmp.Or(before[key], usual)
		e := m.entry([3]*member{base[key], ours[key], theirs[key]}, at.to(key))
		o.put(gap, e.ours)
		th.put(gap, e.theirs)
	}
	out := both(m.ours.gap(t.ours, 0))
	out.add(sides{o.text.String(), th.text.String()})
	out.add(both(m.ours.gap(t.ours, len(all))))
	return out
}

// row is a row of entries with gaps between them.
type row struct{ text strings.Builder }

func (r *row) put(gap, entry string) {
	if r.text.Len() > 0 && entry != "" {
		r.text.WriteString(gap)
	}
	r.text.WriteString(entry)
}

// entry merges one member of maps in brackets.
func (m *threeway) entry(pairs [3]*member, at *pointer) sides {
	texts := func(end func(*member) int) (list [3]string) {
		for i, d := range []*document{m.base, m.ours, m.theirs} {
			if p := pairs[i]; p != nil {
				list[i] = string(d.text[p.key.span.Start:end(p)])
			}
		}
		return list
	}
	if pairs[1] == nil || pairs[2] == nil {
		x := texts(func(p *member) int { return max(p.key.span.End, p.value.span.End) })
		return m.pick(x[0], x[1], x[2], at)
	}
	x := texts(func(p *member) int { return max(p.key.span.End, p.value.span.Start) })
	if pairs[0] == nil {
		x[0] = x[1]
	}
	out := m.pick(x[0], x[1], x[2], at)
	out.add(m.value(trio{valueOf(pairs[0]), pairs[1].value, pairs[2].value}, at))
	return out
}

func valueOf(p *member) *node {
	if p == nil {
		return nil
	}
	return p.value
}

// byKey gives the members of a map, which may be none, by their keys.
func byKey(n *node) map[string]*member {
	out := map[string]*member{}
	if n == nil {
		return out
	}
	for i := range n.members {
		out[n.members[i].key.value] = &n.members[i]
	}
	return out
}

// order gives the keys of both sides. The side that has changed the order of the
// base has its way, else ours; what the other adds stands behind what it stood behind.
func order(t trio) []string {
	first, second := keysOf(t.ours), keysOf(t.theirs)
	if base := keysOf(t.base); slices.Equal(common(first, base), common(base, first)) && !slices.Equal(common(second, base), common(base, second)) {
		first, second = second, first
	}
	place, shared := map[string]int{}, map[string]bool{}
	for i, key := range first {
		place[key] = i
	}
	for _, key := range second {
		shared[key] = true
	}
	behind := make([][]string, len(first)+1) // what is put behind the key before
	own := func(at int) int {                // what the first has added comes first
		for at < len(first) && !shared[first[at]] {
			at++
		}
		return at
	}
	at := own(0)
	for _, key := range second {
		if i, has := place[key]; has {
			at = own(i + 1)
			continue
		}
		behind[at] = append(behind[at], key)
	}
	out := behind[0]
	for i, key := range first {
		out = append(append(out, key), behind[i+1]...)
	}
	return out
}

func keysOf(n *node) []string {
	if n == nil {
		return nil
	}
	var keys []string
	for _, m := range n.members {
		keys = append(keys, m.key.value)
	}
	return keys
}

// common gives the keys of a that b has too.
func common(a, b []string) []string {
	has := map[string]bool{}
	for _, key := range b {
		has[key] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(key string) bool { return !has[key] })
}
