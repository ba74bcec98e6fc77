package secrets

import (
	"bytes"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// keyText writes a key, with quotes when it needs some.
func (d *document) keyText(key string) string {
	switch {
	case d.format == JSON:
		return jsonText(key)
	case plainText(key) && !strings.ContainsAny(key, ":#{}[],&*!|>'\"%@`"):
		return key
	}
	return doubleQuoted(key)
}

func (d *document) addInBrackets(p *pointed, v *node) []yamltext.Splice {
	entry := d.asFlow(v)
	if p.parent.kind == mapping {
		key := d.keyText(p.name)
		if d.format == YAML && len(p.parent.members) > 0 && p.parent.members[0].key.quote == double {
			key = doubleQuoted(p.name)
		}
		entry = key + ": " + entry
	}
	all := p.parent.spans()
	if len(all) == 0 {
		at := p.parent.span.Start + 1
		return []yamltext.Splice{{Span: yamltext.Span{Start: at, End: at}, Text: entry}}
	}
	last := all[len(all)-1]
	gap := " "
	before := d.text[:all[0].Start]
	if line := string(before[bytes.LastIndexByte(before, '\n')+1:]); strings.TrimSpace(line) == "" && len(line) < len(before) {
		gap = d.eol + line
	}
	if comma, ok := d.trailingComma(last.End); ok {
		return []yamltext.Splice{{Span: yamltext.Span{Start: comma + 1, End: comma + 1}, Text: gap + entry + ","}}
	}
	return []yamltext.Splice{{Span: yamltext.Span{Start: last.End, End: last.End}, Text: "," + gap + entry}}
}

// edited gives the text with an edit, once it is proved. Where the text had no last line
// ending and now ends in a block scalar that needs one, it gets one.
func (d *document) edited(splices []yamltext.Splice, p *pointed, v *node) ([]byte, error) {
	text := yamltext.Apply(d.text, splices)
	err := d.proveEdit(text, p, v)
	if err != nil && !bytes.HasSuffix(text, []byte("\n")) {
		text = append(text, d.eol...)
		err = d.proveEdit(text, p, v)
	}
	return text, err
}

// proveEdit reads an edited text: it must hold what it held, and at the place v,
// or nothing when v is nil.
func (d *document) proveEdit(text []byte, p *pointed, v *node) error {
	cannot := fault.Blockedf("the value at %s cannot be edited in place", p.pointer).At(d.file, 0, 0).WithHint("connkit edit %s", d.file)
	now, err := parse(d.file, d.format, text)
	if err != nil {
		return cannot
	}
	want, got := outside(d, p.pointer), outside(now, p.pointer)
	if v == nil {
		if p.parent.kind == list { // those behind it have moved up
			got = notAbove(now.spots(), p.pointer)
		}
	} else {
		at, err := now.find(p.pointer)
		if err != nil || at.node == nil {
			return cannot
		}
		want, got = append(want, spotsOf(v)...), append(got, spotsOf(at.node)...)
	}
	if !slices.EqualFunc(want, got, spot.is) {
		return cannot
	}
	return nil
}

func spotsOf(n *node) []spot {
	return (&document{root: &node{kind: mapping, members: []member{{fromText("value"), n}}}}).spots()
}

// outside gives the spots of a document but those at a place, and an empty map or list around it.
func outside(d *document, pointer string) []spot {
	return slices.DeleteFunc(notAbove(d.spots(), pointer), func(s spot) bool {
		return strings.HasPrefix(s.place.String()+"/", pointer+"/")
	})
}

func notAbove(all []spot, pointer string) []spot {
	return slices.DeleteFunc(all, func(s spot) bool {
		at := s.place.String()
		return at != pointer && strings.HasPrefix(pointer, at+"/")
	})
}
