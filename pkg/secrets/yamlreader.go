package secrets

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/yamltext"
)

// yamlReader turns the parser's tree into nodes that know their bytes. It meets
// scalars in the order of the text; comments are what # begins between them.
type yamlReader struct {
	*document
	doc     *yamltext.Doc
	anchors map[*yaml.Node]anchor
	done    int // where the last scalar ended
	values  int // that were read, those behind aliases included
	copied  int // of these, those behind aliases
}

// anchor is what an alias can stand for.
type anchor struct {
	node   *node
	values int
}

// mostCopied is how many values aliases may stand for: sops writes all of them out in
// memory, and aliases of aliases of aliases stand for very many.
const mostCopied = 1_000_000

func (r *yamlReader) node(n *yaml.Node, depth int, flow bool) (*node, error) {
	if err := r.checkTag(n); err != nil {
		return nil, err
	}
	before := r.values
	r.values++
	out := &node{line: n.Line, col: n.Column, flow: flow, depth: depth, anchored: n.Anchor != ""}
	var err error
	switch n.Kind {
	case yaml.MappingNode:
		out.kind = mapping
		err = r.mapping(n, out)
	case yaml.SequenceNode:
		out.kind = list
		err = r.list(n, out)
	default:
		err = r.scalar(n, out)
	}
	if n.Anchor != "" {
		r.anchors[n] = anchor{out, r.values - before}
	}
	return out, err
}

func (r *yamlReader) scalar(n *yaml.Node, out *node) error {
	out.value, out.tag = n.Value, n.ShortTag()
	const written = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	switch {
	case n.Kind == yaml.AliasNode:
		out.kind = alias
		to := r.anchors[n.Alias]
		out.target, r.values, r.copied = to.node, r.values+to.values, r.copied+to.values
		if to.node == nil {
			return r.doc.Errorf(n, "an alias stands within what it stands for")
		}
		if r.copied > mostCopied {
			return r.doc.Errorf(n, "up to here aliases stand for more than %d values", mostCopied)
		}
	case n.Style&yaml.DoubleQuotedStyle != 0:
		out.quote = double
	case n.Style&yaml.SingleQuotedStyle != 0:
		out.quote = single
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		out.quote = literal
	case n.Value == "" && n.Style&written == 0: // nothing stands there: it has no bytes
		out.span = yamltext.Span{Start: r.done, End: r.done}
		return nil
	}
	span, err := r.doc.Body(n)
	if err != nil || span.Start < r.done {
		r.lose(out)
		return nil //nolint:nilerr // it is said when the document is to be spliced
	}
	r.gap(span.Start)
	out.span, r.done = span, span.End
	if out.quote == literal { // a comment may stand behind the header
		end := r.lineEnd(span.Start)
		if i := strings.Index(string(r.text[span.Start:end]), " #"); i >= 0 {
			r.comments = append(r.comments, yamltext.Span{Start: span.Start + i + 1, End: end})
		}
	}
	return nil
}

// lose notes that a text is not written in a way that can be spliced.
func (r *yamlReader) lose(n *node) {
	if r.lost == nil {
		r.lost = n
	}
}

func (r *yamlReader) mapping(n *yaml.Node, out *node) error {
	out.flow = out.flow || n.Style&yaml.FlowStyle != 0
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str" && key.ShortTag() != "!!merge" {
			return r.doc.Errorf(key, "a key that is no text cannot be kept by sops").WithHint("quote the key")
		}
		if key.Value == "" && key.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0 {
			return r.doc.Errorf(key, "a key is missing")
		}
		k, err := r.node(key, 0, out.flow)
		if err != nil {
			return err
		}
		if err := r.doc.Colon(key); err != nil && !out.flow {
			r.lose(k)
		}
		v, err := r.node(n.Content[i+1], key.Column+1, out.flow)
		if err != nil {
			return err
		}
		if k.tag == "!!merge" && !v.merges() {
			return r.doc.Errorf(key, "a merge key (<<) takes a map, an alias of one, or a list of those")
		}
		out.members = append(out.members, member{k, v})
	}
	if err := r.checkKeys(out.members); err != nil {
		return err
	}
	return r.brackets(n, out)
}

func (r *yamlReader) list(n *yaml.Node, out *node) error {
	out.flow = out.flow || n.Style&yaml.FlowStyle != 0
	for _, item := range n.Content {
		v, err := r.node(item, item.Column-1, out.flow)
		if err != nil {
			return err
		}
		out.items = append(out.items, v)
	}
	return r.brackets(n, out)
}

// brackets finds the span of a collection in flow style.
func (r *yamlReader) brackets(n *yaml.Node, out *node) error {
	if !out.flow {
		return nil
	}
	span, err := r.doc.Body(n)
	if err != nil || span.End < r.done {
		r.lose(out)
		return nil //nolint:nilerr // as above
	}
	out.span = span
	r.gap(span.End)
	r.done = span.End
	return nil
}

// gap notes the comments between the last scalar and the next, which begins at end.
func (r *yamlReader) gap(end int) {
	for i := r.done; i < end; i++ {
		if r.text[i] != '#' || i > 0 && !isBlank(r.text[i-1]) && !bytes.Equal(r.text[:i], bom) {
			continue
		}
		to := r.lineEnd(i)
		r.comments = append(r.comments, yamltext.Span{Start: i, End: to})
		i = to
	}
	r.done = max(r.done, end)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
