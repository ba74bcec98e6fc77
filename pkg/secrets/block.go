package secrets

import (
	"bytes"
	"strings"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/yamltext"
)

// sopsKey is the member that sops keeps its metadata in.
const sopsKey = "sops"

// addBlock makes the splice that adds the sops block: behind the last line, or,
// in brackets, behind the last member.
func (d *document) addBlock(block sops.TreeBranch) (yamltext.Splice, error) {
	text, err := d.blockText(block)
	return d.insertBlock(text), err
}

// insertBlock makes the splice that adds the text of a sops block.
func (d *document) insertBlock(text string) yamltext.Splice {
	if d.root.flow {
		return d.insertMember(text)
	}
	at := d.documentEnd()
	if at > 0 && d.text[at-1] != '\n' {
		text = d.eol + strings.TrimSuffix(text, d.eol)
	}
	return yamltext.Splice{Span: yamltext.Span{Start: at, End: at}, Text: text}
}

// documentEnd is the end of the text, or the line "..." that ends the document.
func (d *document) documentEnd() int {
	for at := d.lineEnd(d.root.end()); at < len(d.text); {
		next := bytes.IndexByte(d.text[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
		if bytes.HasPrefix(d.text[at:], []byte("...")) {
			return at
		}
	}
	return len(d.text)
}

// insertMember makes the splice that adds a member behind the last one of a root in brackets.
func (d *document) insertMember(text string) yamltext.Splice {
	last := d.root.members[len(d.root.members)-1]
	gap, _ := d.memberGap(d.root.members[0].key)
	at := max(last.value.end(), last.key.span.End)
	if comma, ok := d.trailingComma(at); ok {
		return yamltext.Splice{Span: yamltext.Span{Start: comma + 1, End: comma + 1}, Text: gap + text + ","}
	}
	return yamltext.Splice{Span: yamltext.Span{Start: at, End: at}, Text: "," + gap + text}
}
