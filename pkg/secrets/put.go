package secrets

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/yamltext"
)

// fromJSON reads a value that is JSON; its keys keep their order.
func fromJSON(text []byte) (*node, error) {
	text = bytes.TrimSpace(text)
	if !json.Valid(text) {
		return nil, fault.Usagef("reading the value: it is no JSON").WithHint("leave --json out to take it as a text")
	}
	r := &jsonReader{document: &document{file: "the value", format: JSON, text: text}, line: 1}
	return r.value(0)
}

// fromText makes the value of a text.
func fromText(text string) *node { return &node{tag: "!!str", value: text, quote: double} }

// asFlow writes a value in brackets, as JSON; YAML reads that too.
func (d *document) asFlow(n *node) string {
	text := doubleQuoted
	if d.format == JSON {
		text = jsonText
	}
	var parts []string
	switch {
	case n.kind == mapping:
		for _, m := range n.members {
			parts = append(parts, text(m.key.value)+": "+d.asFlow(m.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case n.kind == list:
		for _, item := range n.items {
			parts = append(parts, d.asFlow(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case n.tag == "!!str":
		return text(n.value)
	}
	return n.value
}

// put gives the text with a value at a place: in the stead of what is there, or
// behind the last of its parent.
func (d *document) put(p *pointed, v *node) ([]byte, error) {
	var splices []yamltext.Splice
	var err error
	switch {
	case p.node == nil:
		splices, err = d.add(p, v)
	case p.node.kind != mapping && p.node.kind != list && v.kind == scalar:
		splices = d.putScalar(p, v)
	default:
		splices, err = d.putOver(p, v)
	}
	if err != nil {
		return nil, err
	}
	return d.edited(splices, p, v)
}

func (d *document) putScalar(p *pointed, v *node) []yamltext.Splice {
	old := *p.node
	if old.kind == alias {
		old.kind = scalar
	}
	if n := p.node; n.span.Start == n.span.End && n.quote == plain { // nothing stands there
		at := d.behindColon(p)
		w := d.written(v, &node{flow: n.flow, depth: n.depth})
		below := d.lineEnd(at)
		return []yamltext.Splice{{Span: yamltext.Span{Start: at, End: at}, Text: " " + w.inline}, {Span: yamltext.Span{Start: below, End: below}, Text: w.below}}
	}
	return d.replace(&old, d.written(v, &old))
}

// written writes a value where n stands.
func (d *document) written(v, n *node) written {
	if v.kind == scalar && v.tag == "!!str" {
		return d.render(v.value, n)
	}
	return written{inline: d.asFlow(v)}
}

// behindColon is the end of the colon or dash that a value stands behind.
func (d *document) behindColon(p *pointed) int {
	if p.parent.kind == mapping {
		at := p.parent.members[p.at].key.span.End
		return at + bytes.IndexByte(d.text[at:], ':') + 1
	}
	return p.node.span.End
}

// putOver replaces a map or list, or something by one: it is written on one line.
func (d *document) putOver(p *pointed, v *node) ([]yamltext.Splice, error) {
	n := p.node
	span, gap := n.span, ""
	if n.kind == scalar || n.flow {
		if n.span.Start == n.span.End {
			at := d.behindColon(p)
			span, gap = yamltext.Span{Start: at, End: at}, " "
		} else if n.quote == literal {
			_, inline, _ := d.source(n)
			span.Start = inline.Start
		}
	} else if p.parent.kind == mapping {
		span, gap = yamltext.Span{Start: d.behindColon(p), End: n.end()}, " "
	} else {
		span = yamltext.Span{Start: n.start(), End: n.end()}
	}
	for _, c := range d.comments {
		if c.Start >= span.Start && c.End <= span.End {
			return nil, d.at(n, fault.Blockedf("comments stand in what %s holds, and would be lost", p.pointer)).WithHint("connkit edit %s", d.file)
		}
	}
	return []yamltext.Splice{{Span: span, Text: gap + d.asFlow(v)}}, nil
}

// start gives where the first scalar of a node begins.
func (n *node) start() int {
	switch {
	case n.kind == mapping && !n.flow && len(n.members) > 0:
		return n.members[0].key.span.Start
	case n.kind == list && !n.flow && len(n.items) > 0:
		return n.items[0].start()
	}
	return n.span.Start
}

// add puts a value behind the last one of its parent.
func (d *document) add(p *pointed, v *node) ([]yamltext.Splice, error) {
	if p.parent.flow {
		return d.addInBrackets(p, v), nil
	}
	var prefix string
	var depth int
	if p.parent.kind == mapping {
		first := p.parent.members[0].key
		depth = first.col + 1
		prefix = strings.Repeat(" ", first.col-1) + d.keyText(p.name) + ": "
	} else {
		start := p.parent.items[0].start()
		line := dash().FindStringSubmatch(string(d.text[bytes.LastIndexByte(d.text[:start], '\n')+1 : start]))
		if line == nil {
			return nil, d.at(p.parent, fault.Blockedf("the list at %s cannot be edited in place", p.holder.pointer)).WithHint("connkit edit %s", d.file)
		}
		prefix, depth = line[1], len(line[1])
	}
	at := d.lineEnd(p.parent.end())
	text := d.eol + prefix + d.written(v, &node{depth: depth}).String()
	return []yamltext.Splice{{Span: yamltext.Span{Start: at, End: at}, Text: text}}, nil
}

// dash is what stands before an item of a list, the anchor and tag of the item included.
var dash = pattern.Lazy(`^( *- +)(?:[&!]\S* +)*$`)
