package secrets

import (
	"bytes"
	"time"

	"github.com/connkit/connkit/internal/yamltext"
)

// reseal encrypts a changed plain text with the data key of the file that it came
// from. Values that are as they were keep their ciphertext; of the sops block only
// lastmodified and mac change, and the layout where the way of writing has.
func (o *opened) reseal(plain []byte, opts EncryptOptions) ([]byte, error) {
	d, err := parse(o.file, o.format, plain)
	if err != nil {
		return nil, err
	}
	if o.meta.EncryptedSuffix != "" {
		if _, err := d.checkPlain(o.meta.EncryptedSuffix, opts); err != nil {
			return nil, err
		}
	}
	w, err := d.weave(o.meta, o.key, o.cipher)
	if err == nil && o.meta.EncryptedSuffix != "" {
		err = w.checkComments()
	}
	if err != nil {
		return nil, err
	}
	return w.finishWith(o)
}

// keptBlock makes the splice that puts the sops block of old behind the new text. A
// block that has to gain or lose a member is not kept.
func (w *weaver) keptBlock(old *opened, notes string) (yamltext.Splice, bool) {
	if old == nil || old.root.flow != w.root.flow {
		return yamltext.Splice{}, false
	}
	at, _ := old.root.member(sopsKey)
	m := old.root.members[at]
	fresh := map[string]string{
		"lastmodified": w.tree.Metadata.LastModified.Format(time.RFC3339), "mac": w.tree.Metadata.MessageAuthenticationCode, layoutKey: notes,
	}
	var splices []yamltext.Splice
	for key, value := range fresh {
		i, found := m.value.member(key)
		if found != (value != "") {
			return yamltext.Splice{}, false
		}
		if found {
			n := m.value.members[i].value
			splices = append(splices, old.replace(n, old.render(value, &node{flow: n.flow, quote: quoteFor(key, n)}))...)
		}
	}
	start, end := m.key.span.Start, m.value.end()
	if !old.root.flow {
		start = bytes.LastIndexByte(old.document.text[:start], '\n') + 1
		end = old.lineEnd(end)
	}
	keep := []yamltext.Splice{{Span: yamltext.Span{End: start}}, {Span: yamltext.Span{Start: end, End: len(old.document.text)}}}
	text := string(yamltext.Apply(old.document.text, append(splices, keep...)))
	if old.root.flow {
		gap, _ := old.memberGap(m.key)
		return w.putMember(text, gap), true
	}
	return w.addLines(text), true
}

// quoteFor keeps the quotes of a value of the sops block; a time without any would be read as a date.
func quoteFor(key string, n *node) quoting {
	if key == "lastmodified" && n.quote == plain {
		return double
	}
	if n.quote == literal {
		return plain
	}
	return n.quote
}
