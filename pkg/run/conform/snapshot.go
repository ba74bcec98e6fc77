package conform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/internal/textedit"
)

// redactedText stands where a value was that differs from run to run.
const redactedText = `"(redacted)"`

// snapshot compares a text with the one that is kept, or keeps it.
func (c *conformance) snapshot(name string, text []byte) error {
	if c.o.Snapshot == "" {
		return nil
	}
	path := filepath.Join(c.o.Snapshot, name)
	kept, err := os.ReadFile(path)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("reading the snapshot: %w", err)
	case err == nil && bytes.Equal(kept, text):
		c.same = append(c.same, name)
	case c.o.Update:
		if err := os.MkdirAll(c.o.Snapshot, 0o755); err != nil {
			return fmt.Errorf("writing the snapshot: %w", err)
		}
		c.same = append(c.same, name)
		return textedit.WriteFile(path, text, 0o644)
	case err != nil:
		c.diffs = append(c.diffs, fmt.Sprintf("there is no %s: --update writes it", name))
	default:
		_, changes, _ := bytes.Cut(diff.Diff("a/"+name, kept, "b/"+name, text), []byte("\n")) // it begins with a line that names the command
		lines := strings.Split(strings.TrimSuffix(string(changes), "\n"), "\n")
		c.diffs = append(append(c.diffs, name+" differs: --update takes it over"), lines[:min(len(lines), mostDiff)]...)
	}
	return nil
}

// checkSnapshots tells what differs from the answers that are kept.
func (c *conformance) checkSnapshots(context.Context) (Check, error) {
	return verdict(strings.Join(c.same, ", "), c.diffs), nil
}

// mostDiff are the lines of a diff that are shown.
const mostDiff = 60

// redactions sorts pointers by the collection that they are for; "" is all.
func redactions(list []string) map[string][][]string {
	all := map[string][][]string{"": {jsonschema.Pointer("/_meta/uuid")}}
	for _, text := range list {
		collection, pointer := redaction(text)
		all[collection] = append(all[collection], jsonschema.Pointer(pointer))
	}
	return all
}

// redaction parts a collection from the pointer.
func redaction(text string) (collection, pointer string) {
	if i := strings.Index(text, ":/"); i > 0 && !strings.HasPrefix(text, "/") {
		return text[:i], text[i+1:]
	}
	return "", text
}

// redacted gives the line of a document with the values left out that differ
// from run to run.
func (d *documents) redacted(collection string, doc jsonschema.Value) string {
	hide := map[string]bool{}
	for _, name := range []string{"", collection} {
		for _, p := range d.redact[name] {
			if v := doc.Find(p); v.Exists() {
				hide[strings.Join(p, "\x00")] = true
			}
		}
	}
	var b bytes.Buffer
	name, _ := json.Marshal(collection) // a text always encodes
	b.WriteString("[" + string(name) + ",")
	writeRedacted(&b, doc, "", hide)
	b.WriteString("]")
	return b.String()
}

func writeRedacted(b *bytes.Buffer, v jsonschema.Value, at string, hide map[string]bool) {
	if hide[at] && at != "" {
		b.WriteString(redactedText)
		return
	}
	brackets := "{}"
	switch {
	case v.Kind() == jsonschema.Array && within(at, hide):
		brackets = "[]"
	case v.Kind() != jsonschema.Object || len(hide) == 0:
		b.Write(v.Raw())
		return
	}
	b.WriteByte(brackets[0])
	i := 0
	for m := v.First(); m.Exists(); m = m.Next() {
		if i > 0 {
			b.WriteByte(',')
		}
		name := strconv.Itoa(i)
		if v.Kind() == jsonschema.Object {
			name = string(m.Key())
			key, _ := json.Marshal(name) // a text always encodes
			b.Write(key)
			b.WriteByte(':')
		}
		next := name
		if at != "" {
			next = at + "\x00" + name
		}
		writeRedacted(b, m, next, hide)
		i++
	}
	b.WriteByte(brackets[1])
}

// within tells whether something below a place is hidden.
func within(at string, hide map[string]bool) bool {
	for place := range hide {
		if strings.HasPrefix(place, at+"\x00") {
			return true
		}
	}
	return false
}
