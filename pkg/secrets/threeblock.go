package secrets

import (
	"bytes"
	"strings"
)

// part is a member or item in block style: what stands above it, comments and
// blank lines, and its lines, without the end of the last.
type part struct {
	lead, body string
	value      *node
	start      int // of the body
	below      int // where the lines of its value begin
	stop       int // of the body
}

// starts tells where the lines of a map or list in block style begin.
type starts struct{ base, ours, theirs int }

// members merges maps in block style. What comes out has no line ending at its end.
func (m *threeway) members(t trio, at *pointer, from starts) sides {
	b, o, th := m.base.parts(t.base, from.base), m.ours.parts(t.ours, from.ours), m.theirs.parts(t.theirs, from.theirs)
	var ours, theirs row
	above := "" // comments that were given to a member that goes
	for _, key := range order(t) {
		e := m.part(b[key], o[key], th[key], at.to(key))
		if e.ours == "" && e.theirs == "" {
			above += orphan(b[key], o[key], th[key])
			continue
		}
		ours.put(m.ours.eol, prefixed(above, e.ours))
		theirs.put(m.ours.eol, prefixed(above, e.theirs))
		above = ""
	}
	if above = strings.TrimRight(above, "\r\n"); above != "" {
		ours.put(m.ours.eol, above)
		theirs.put(m.ours.eol, above)
	}
	return sides{ours.text.String(), theirs.text.String()}
}

func prefixed(above, entry string) string {
	if entry == "" {
		return ""
	}
	return above + entry
}

// orphan gives what one side has put above a member that the other has removed:
// as a rule what stood above a member that it has removed itself.
func orphan(b, o, t *part) string {
	if b == nil {
		return ""
	}
	lead := o.above() + t.above() // one of them is not there
	if lead == b.lead {
		return ""
	}
	lead = strings.TrimSuffix(lead, b.lead)
	return lead[:strings.LastIndexByte(lead, '\n')+1] // without the indentation of the key
}

// parts splits a map in block style by its keys.
func (d *document) parts(n *node, from int) map[string]*part {
	out := map[string]*part{}
	if n == nil {
		return out
	}
	for _, pair := range n.members {
		start, stop := pair.key.span.Start, d.lineEnd(max(pair.key.span.End, pair.value.end()))
		out[pair.key.value] = &part{
			lead: string(d.text[from:start]), body: string(d.text[start:stop]), value: pair.value,
			start: start, below: d.nextLine(pair.key.span.End), stop: stop,
		}
		from = d.nextLine(stop)
	}
	return out
}

// nextLine gives where the line behind that of an offset begins.
func (d *document) nextLine(at int) int {
	if next := bytes.IndexByte(d.text[at:], '\n'); next >= 0 {
		return at + next + 1
	}
	return len(d.text)
}

// part merges one member of maps in block style, with what stands above it.
func (m *threeway) part(b, o, t *part, at *pointer) sides {
	switch {
	case o == nil || t == nil: // one side has added it, or the other removed it
		body := m.pick(b.text(), o.text(), t.text(), at)
		if body.ours != "" {
			body.ours = o.above() + t.above() + body.ours
		}
		if body.theirs != "" {
			body.theirs = o.above() + t.above() + body.theirs
		}
		return body
	case b == nil && o.body == t.body:
		return both(o.lead + o.body)
	}
	out := m.pick(b.above(), o.lead, t.lead, at)
	out.add(m.body(b, o, t, at))
	return out
}

func (p *part) text() string {
	if p == nil {
		return ""
	}
	return p.body
}

func (p *part) above() string {
	if p == nil {
		return ""
	}
	return p.lead
}

// body merges the lines of a member that both sides have.
func (m *threeway) body(b, o, t *part, at *pointer) sides {
	v := trio{ours: o.value, theirs: t.value}
	from := starts{ours: o.below, theirs: t.below}
	bb := b.text()
	if b != nil {
		v.base, from.base = b.value, b.below
	}
	head := func(d *document, p *part) string { return string(d.text[p.start:p.below]) }
	switch {
	case o.body == t.body, bb == o.body, bb == t.body:
	case v.all(mapping, false):
		out := m.pickPart(b, o, t, at, head)
		out.add(m.members(v, at, from))
		return out
	case v.all(list, false) && v.paired():
		out := m.pickPart(b, o, t, at, head)
		out.add(m.items(v, at, from))
		return out
	case v.all(mapping, true), v.all(list, true):
		out := m.pickPart(b, o, t, at, func(d *document, p *part) string { return string(d.text[p.start:p.value.span.Start]) })
		out.add(m.value(v, at))
		out.add(m.pickPart(b, o, t, at, func(d *document, p *part) string { return string(d.text[p.value.span.End:p.stop]) }))
		return out
	}
	return m.pick(bb, o.body, t.body, at)
}

// pickPart merges a text of a member; a member that the base does not have is like ours.
func (m *threeway) pickPart(b, o, t *part, at *pointer, text func(*document, *part) string) sides {
	ours, theirs := text(m.ours, o), text(m.theirs, t)
	base := ours
	if b != nil {
		base = text(m.base, b)
	}
	return m.pick(base, ours, theirs, at)
}

// items merges lists in block style of one length, item by item.
func (m *threeway) items(t trio, at *pointer, from starts) sides {
	b, o, th := m.base.itemParts(t.base, from.base), m.ours.itemParts(t.ours, from.ours), m.theirs.itemParts(t.theirs, from.theirs)
	var out sides
	for i := range o {
		if i > 0 {
			out.add(both(m.ours.eol))
		}
		v := trio{b[i].value, o[i].value, th[i].value}
		here := at.at(i)
		out.add(m.pick(b[i].lead, o[i].lead, th[i].lead, here))
		if v.all(mapping, false) {
			out.add(m.members(v, here, starts{b[i].start, o[i].start, th[i].start}))
			continue
		}
		out.add(m.pick(b[i].body, o[i].body, th[i].body, here))
	}
	return out
}

// itemParts splits a list in block style; what stands above an item includes its dash.
func (d *document) itemParts(n *node, from int) []part {
	var out []part
	for _, item := range n.items {
		start, stop := item.start(), d.lineEnd(item.end())
		out = append(out, part{lead: string(d.text[from:start]), body: string(d.text[start:stop]), value: item, start: start, stop: stop})
		from = d.nextLine(stop)
	}
	return out
}
