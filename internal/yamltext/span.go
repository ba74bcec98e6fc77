package yamltext

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"
)

// Span is a range of bytes: [Start, End).
type Span struct{ Start, End int }

// Bytes gives the text of a span.
func (d *Doc) Bytes(s Span) []byte { return d.Text[s.Start:s.End] }

// Span gives the bytes of a node, its anchor and tag included, up to its last
// character. The parser tells where a node begins; where it ends is found by
// following the text along the tree, so a text that does not match is an error.
func (d *Doc) Span(n *yaml.Node) (Span, error) {
	start := d.offset(n)
	end, err := d.endOf(n)
	if err != nil {
		return Span{}, err
	}
	return Span{start, end}, nil
}

// Body gives the bytes of a node without its anchor and tag.
func (d *Doc) Body(n *yaml.Node) (Span, error) {
	end, err := d.endOf(n)
	if err != nil {
		return Span{}, err
	}
	if empty(n) {
		return Span{end, end}, nil
	}
	return Span{d.body(n), end}, nil
}

// body gives where a node begins behind its anchor and tag.
func (d *Doc) body(n *yaml.Node) int {
	i := d.offset(n)
	if n.Kind == yaml.AliasNode {
		return i
	}
	for i < len(d.Text) && (d.Text[i] == '&' || d.Text[i] == '!') {
		for i < len(d.Text) && !isSpace(d.Text[i]) && !isFlowMark(d.Text[i]) {
			i++
		}
		i = d.skip(i)
	}
	return i
}

func (d *Doc) endOf(n *yaml.Node) (int, error) {
	if empty(n) {
		at := d.offset(n)
		if n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 || at == 0 || d.Text[at-1] == '?' {
			return 0, d.lost(n)
		}
		return at, nil
	}
	i := d.body(n)
	switch n.Kind {
	case yaml.AliasNode:
		end := i + len("*") + len(n.Value)
		if end > len(d.Text) || string(d.Text[i:end]) != "*"+n.Value {
			return 0, d.lost(n)
		}
		return end, nil
	case yaml.ScalarNode:
		return d.scalarEnd(n, i)
	case yaml.SequenceNode, yaml.MappingNode:
		if n.Style&yaml.FlowStyle != 0 {
			b, err := d.brackets(n)
			return b.close + 1, err
		}
		return d.blockEnd(n)
	}
	return 0, d.lost(n)
}

// lost says that the text at a node is not what the parser made of it.
func (d *Doc) lost(n *yaml.Node) error {
	return d.Errorf(n, "this way of writing YAML is not one that can be edited")
}

func (d *Doc) scalarEnd(n *yaml.Node, i int) (int, error) {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		if end := d.stringEnd(i); end > 0 {
			return end, nil
		}
	case n.Style&yaml.SingleQuotedStyle != 0:
		for j := i + 1; j < len(d.Text); j++ {
			if d.Text[j] != '\'' {
				continue
			}
			if j+1 == len(d.Text) || d.Text[j+1] != '\'' {
				return j + 1, nil
			}
			j++
		}
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return d.literalEnd(n, i)
	default:
		return d.plainEnd(n, i)
	}
	return 0, d.lost(n)
}

// plainEnd follows the words of a plain scalar, which may go on over lines.
func (d *Doc) plainEnd(n *yaml.Node, i int) (int, error) {
	if bytes.HasPrefix(d.Text[i:], []byte(n.Value)) {
		return i + len(n.Value), nil
	}
	for k, word := range strings.FieldsFunc(n.Value, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' }) {
		if k > 0 {
			for i < len(d.Text) && isSpace(d.Text[i]) {
				i++
			}
		}
		if !bytes.HasPrefix(d.Text[i:], []byte(word)) {
			return 0, d.lost(n)
		}
		i += len(word)
	}
	return i, nil
}

// lineEnd gives the offset behind a line and its line ending.
func (d *Doc) lineEnd(line int) int {
	if line < len(d.lines) {
		return d.lines[line]
	}
	return len(d.Text)
}

// empty tells that nothing stands where a value could.
func empty(n *yaml.Node) bool {
	const written = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&written == 0
}

// skip passes over white space, line ends and comments.
func (d *Doc) skip(i int) int {
	for i < len(d.Text) {
		switch {
		case isSpace(d.Text[i]):
			i++
		case d.Text[i] == '#':
			for i < len(d.Text) && d.Text[i] != '\n' {
				i++
			}
		default:
			return i
		}
	}
	return i
}

func isSpace(c byte) bool    { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isFlowMark(c byte) bool { return strings.IndexByte("[]{},", c) >= 0 }
