package secrets

import (
	"time"

	"github.com/connkit/connkit/internal/yamltext"
)

// blockFor gives the text of the sops block: that of an opened file, which may be
// nil, with the new date, signature and layout in it, else one that sops writes.
func (w *weaver) blockFor(o *opened) (string, error) {
	notes, err := w.sealedNotes()
	if err != nil {
		return "", err
	}
	if o != nil {
		if text, ok := o.blockAgain(w, notes); ok {
			return text, nil
		}
	}
	branch, err := metadataBranch(w.tree.Metadata, notes)
	if err != nil {
		return "", w.unfit(err)
	}
	text, err := w.blockText(branch)
	if err != nil {
		return "", w.unfit(err)
	}
	return text, nil
}

// blockAgain is [weaver.blockFor] a file, or false when the new text is laid out in another way.
func (o *opened) blockAgain(w *weaver, notes string) (string, bool) {
	at, _ := o.root.member(sopsKey)
	m := o.root.members[at]
	switch {
	case o.anew, w.root.flow != o.root.flow, w.eol != o.eol, w.format != o.format:
		return "", false
	case !w.root.flow && w.root.members[0].key.col != m.key.col, !m.value.flow && m.value.end() < m.key.span.End:
		return "", false
	}
	splices, ok := o.stamp(m.value, w.tree.Metadata.LastModified, w.tree.Metadata.MessageAuthenticationCode, notes)
	if !ok {
		return "", false
	}
	span := yamltext.Span{Start: m.key.span.Start, End: m.value.end()}
	if !w.root.flow {
		span = o.linesOf(m)
	}
	for i := range splices {
		splices[i].Start -= span.Start
		splices[i].End -= span.Start
	}
	text := string(yamltext.Apply(o.document.text[span.Start:span.End], splices))
	if !w.root.flow && o.eolBefore(span.End) == "" {
		text += w.eol
	}
	return text, true
}

// stamp makes the splices that put a date, a signature and a layout into a sops block.
func (d *document) stamp(block *node, date time.Time, mac, notes string) ([]yamltext.Splice, bool) {
	var splices []yamltext.Splice
	for key, text := range map[string]string{"lastmodified": date.Format(time.RFC3339), "mac": mac, layoutKey: notes} {
		at, found := block.member(key)
		switch {
		case !found && key == layoutKey && notes == "":
		case !found || block.members[at].value.kind != scalar || text == "":
			return nil, false
		case block.members[at].value.value != text:
			v := block.members[at].value
			like := *v
			if key == "lastmodified" && v.quote == plain {
				like.quote = double // without quotes it would be read as a date
			}
			splices = append(splices, d.replace(v, written{inline: d.sealedText(&like, text)})...)
		}
	}
	return splices, true
}
