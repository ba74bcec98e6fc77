package run

import (
	"errors"
	"fmt"

	"github.com/connkit/connkit/internal/jsonschema"
)

var errStateInCommit = errors.New(`it sent a state with "startedCommit", which Flow's newer runtime refuses: move it to "flushed"`)

// take deals with one response.
func (d *derive) take(m message) error {
	switch {
	case m.kind == "published":
		return d.published(m)
	case m.kind == "flushed" && d.waiting == "flushed":
		d.waiting, d.d.done, d.late = "", true, true
		if d.o.Runtime == "v1" {
			d.flushedOfOlder(m)
			return nil
		}
		d.more = m.value.Get("more").True()
		updated, err := d.update(m.value)
		d.flushed.add(m.value, updated)
		return err
	case m.kind == "startedCommit" && d.waiting == "startedCommit":
		d.waiting, d.d.done = "", true
		updated, err := d.update(m.value)
		if updated != nil && d.o.Runtime != "v1" {
			return errStateInCommit
		}
		return err
	}
	wanted := `"published"`
	if d.waiting != "" {
		wanted += fmt.Sprintf(" or %q", d.waiting)
	}
	return d.d.unexpected(m, wanted)
}

// flushedOfOlder warns of what Flow's older runtime does not know: what it loses connkit loses too.
func (d *derive) flushedOfOlder(m message) {
	if state := m.value.Get("state"); state.Exists() && state.Kind() != jsonschema.Null {
		d.warnOnce(`a state in "flushed" is lost with Flow's older runtime: it takes it from "startedCommit"`)
	}
	if m.value.Get("more").True() {
		d.warnOnce(`"more" in "flushed" is passed over by Flow's older runtime: it flushes once`)
	}
}

// published takes a document. Of several with one key in a transaction one is
// printed, to which they are reduced.
func (d *derive) published(m message) error {
	doc := m.value.Get("doc")
	if !doc.Exists() || doc.Kind() != jsonschema.Object {
		return fmt.Errorf("it published what is no JSON object: %s", d.excerpt(m.line))
	}
	if d.late {
		d.warnOnce(`it published after "flushed": the document counts to the next transaction`)
	}
	key, packed := keyOf(doc, d.keys)
	_, err := d.docs.put(&entry{key: key, packed: packed, doc: append([]byte(nil), doc.Raw()...)})
	d.checker.count(doc)
	return err
}
