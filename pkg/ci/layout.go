package ci

import (
	"bytes"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/yamltext"
)

// layout writes an entry out in the layout of a neighbour: its order of keys, its
// blanks behind the dash and the colons, block or braces.
type layout struct {
	doc   *yamltext.Doc
	model *yaml.Node // nil: one key a line
	dash  string     // what stands between the dash and the item; "" is a dash on a line of its own
	deep  int        // column of the keys below that of the dash
}

func newLayout(doc *yamltext.Doc, seq *yamltext.Seq, e *entry) layout {
	if e == nil {
		return layout{doc: doc, dash: " ", deep: 2}
	}
	l := layout{doc: doc, model: e.node, dash: " ", deep: 2}
	if !seq.Block {
		return l
	}
	span, err := doc.Span(e.node)
	if err != nil {
		return l
	}
	gap := string(doc.Text[seq.Items[e.at].Start+1 : span.Start])
	if e.node.Anchor != "" || e.node.Style&yaml.TaggedStyle != 0 {
		return l
	}
	if strings.ContainsAny(gap, "\n#") {
		l.dash = ""
		_, l.deep = doc.Position(span.Start)
		_, dash := doc.Position(seq.Items[e.at].Start)
		l.deep -= dash
		return l
	}
	l.dash, l.deep = gap, 1+len(gap)
	return l
}

func (l layout) inBraces() bool { return l.model != nil && l.model.Style&yaml.FlowStyle != 0 }

// item gives the lines of an entry: without dash for a list in brackets.
func (l layout) item(block bool, pairs []field) []string {
	if !block || l.inBraces() {
		text := l.braces(pairs)
		if block {
			text = "-" + l.dash + text
		}
		return []string{text}
	}
	var lines []string
	for _, f := range l.order(pairs) {
		for line := range strings.SplitSeq(l.pair(f), "\n") {
			if line != "" {
				line = strings.Repeat(" ", l.deep) + line
			}
			lines = append(lines, line)
		}
	}
	if l.dash == "" {
		return append([]string{"-"}, lines...)
	}
	lines[0] = "-" + l.dash + lines[0][l.deep:]
	return lines
}

// order sorts fields as the neighbour has them; others stay behind.
func (l layout) order(pairs []field) []field {
	rank := func(f field) int {
		if l.model != nil && l.model.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(l.model.Content); i += 2 {
				if l.model.Content[i].Value == f.key {
					return i
				}
			}
		}
		return 1 << 20
	}
	sorted := slices.Clone(pairs)
	slices.SortStableFunc(sorted, func(a, b field) int { return rank(a) - rank(b) })
	return sorted
}

// pair writes key and value with the key's quotes and the blanks of the neighbour.
func (l layout) pair(f field) string {
	key, sep := yamltext.Scalar(f.key, &yaml.Node{Tag: "!!str"}), ": "
	if k, v := yamltext.Pair(l.model, f.key); k != nil {
		ks, err := l.doc.Span(k)
		if err == nil && k.Anchor == "" {
			key = string(l.doc.Bytes(ks))
		}
		if vs, verr := l.doc.Span(v); err == nil && verr == nil && ks.End < vs.Start {
			if between := l.doc.Text[ks.End:vs.Start]; !bytes.ContainsAny(between, "\n#&!") {
				sep = string(between)
			}
		}
	}
	if f.block {
		return key + f.text // with its colon
	}
	return key + sep + f.text
}

func (l layout) braces(pairs []field) string {
	pad, comma := "", ", "
	if l.model != nil && l.model.Kind == yaml.MappingNode && l.model.Style&yaml.FlowStyle != 0 {
		if open, err := l.doc.Span(l.model); err == nil {
			text := string(l.doc.Bytes(open))
			if strings.HasPrefix(text, "{ ") {
				pad = " "
			}
		}
		if l.tight() {
			comma = ","
		}
	}
	var all []string
	for _, f := range l.order(pairs) {
		all = append(all, l.pair(f))
	}
	return "{" + pad + strings.Join(all, comma) + pad + "}"
}

// tight tells whether the neighbour's pairs stand in braces with nothing but a comma between them.
func (l layout) tight() bool {
	if len(l.model.Content) < 4 {
		return false
	}
	first, err := l.doc.Span(l.model.Content[1])
	second, err2 := l.doc.Span(l.model.Content[2])
	return err == nil && err2 == nil && first.End < second.Start && string(l.doc.Text[first.End:second.Start]) == ","
}
