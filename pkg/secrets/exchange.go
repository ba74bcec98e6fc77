package secrets

import (
	"slices"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/yamltext"
)

// exchange makes the splices that put the ciphertexts of a tree where those of the file stand.
func (o *opened) exchange(t sops.Tree) ([]yamltext.Splice, error) {
	closed := o.closed
	var splices []yamltext.Splice
	err := eachLeaf(o.bare(), nil, closed, t.Branches[0], func(l leaf) error {
		text, isText := l.after.(string)
		switch {
		case same(l.before, l.after, false):
			return nil
		case !isText || l.expanded || l.kind == alias:
			return errShape
		}
		splices = append(splices, o.replace(l.node, written{inline: o.sealedText(l.node, text)})...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	old, now := remarks(closed, closed), remarks(t.Branches[0], closed)
	if len(old) != len(now) {
		return nil, errShape
	}
	for i, was := range old {
		if was.text == now[i].text {
			continue
		}
		at := slices.IndexFunc(o.comments, func(s yamltext.Span) bool { return o.bytes(s)[1:] == was.text })
		if at < 0 {
			return nil, errShape
		}
		s := o.comments[at]
		splices = append(splices, yamltext.Splice{Span: yamltext.Span{Start: s.Start + 1, End: s.End}, Text: now[i].text})
	}
	return splices, nil
}

// bare is the root without the sops block.
func (d *document) bare() *node {
	bare := *d.root
	bare.members = slices.DeleteFunc(slices.Clone(d.root.members), func(m member) bool { return m.key.value == sopsKey })
	return &bare
}

// swapBlock makes the splice that writes the sops block anew where it stands.
func (d *document) swapBlock(meta sops.Metadata, notes string) (yamltext.Splice, error) {
	branch, err := metadataBranch(meta, notes)
	if err != nil {
		return yamltext.Splice{}, err
	}
	text, err := d.blockText(branch)
	if err != nil {
		return yamltext.Splice{}, err
	}
	at, found := d.root.member(sopsKey)
	if !found {
		return yamltext.Splice{}, errShape
	}
	m := d.root.members[at]
	span := yamltext.Span{Start: m.key.span.Start, End: max(m.value.end(), m.key.span.End)}
	if !d.root.flow {
		span = d.linesOf(m)
		if d.eolBefore(span.End) == "" { // the text ends without a newline
			text = text[:len(text)-len(d.eol)]
		}
	}
	return yamltext.Splice{Span: span, Text: text}, nil
}
