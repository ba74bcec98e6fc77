package secrets

import (
	"cmp"
	"strings"
)

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
