package conform

import (
	"bytes"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/run"
)

// documents gathers what a preview prints: which keys there were, up to which
// checkpoint, and the documents themselves as far as a snapshot takes them.
type documents struct {
	keys  map[string][][]string // pointers by collection
	doc   jsonschema.Doc
	rest  []byte
	count int

	seed      maphash.Seed
	committed map[uint64]bool
	pending   []uint64
	names     map[uint64]string // of the first keys, for messages
	redact    map[string][][]string
	lines     []string // for a snapshot
	keep      bool
}

// mostLines are kept for a snapshot, and mostNames for messages.
const (
	mostLines = 1000
	mostNames = 10_000
)

var seed = maphash.MakeSeed() // one for all sessions: their keys are compared

func (c *conformance) newDocuments() (*documents, error) {
	keys, err := run.Keys(c.o.Options)
	if err != nil {
		return nil, err
	}
	d := &documents{keys: map[string][][]string{}, committed: map[uint64]bool{}, names: map[uint64]string{}, seed: seed, keep: c.o.Snapshot != "" || c.kind() == "derivation"}
	for name, pointers := range keys {
		for _, p := range pointers {
			d.keys[name] = append(d.keys[name], jsonschema.Pointer(p))
		}
	}
	d.redact = redactions(c.o.Redact)
	return d, nil
}

// Write takes the lines of a preview.
func (d *documents) Write(p []byte) (int, error) {
	d.rest = append(d.rest, p...)
	for {
		line, rest, whole := bytes.Cut(d.rest, []byte{'\n'})
		if !whole {
			return len(p), nil
		}
		d.line(line)
		d.rest = rest
	}
}

func (d *documents) line(line []byte) {
	v, err := d.doc.Parse(line)
	if err != nil {
		return // a preview prints JSON
	}
	name := v.First().Text()
	doc := v.First().Next()
	d.count++
	text := name + " " + keyText(doc, d.keys[name])
	hash := maphash.String(d.seed, text)
	if len(d.names) < mostNames {
		d.names[hash] = text
	}
	d.pending = append(d.pending, hash)
	if d.keep && len(d.lines) < mostLines {
		d.lines = append(d.lines, d.redacted(name, doc))
	}
}

// commit takes the documents so far for delivered.
func (d *documents) commit() {
	for _, k := range d.pending {
		d.committed[k] = true
	}
	d.pending = d.pending[:0]
}

func keyText(doc jsonschema.Value, key [][]string) string {
	var parts []string
	for _, p := range key {
		if v := doc.Find(p); v.Exists() {
			parts = append(parts, string(v.Raw()))
		} else {
			parts = append(parts, "null")
		}
	}
	return strings.Join(parts, " ")
}

// within tells whether all keys, also those behind the last checkpoint, are among others.
func (d *documents) within(others *documents) bool {
	for k := range d.committed {
		if !others.committed[k] {
			return false
		}
	}
	return true
}

// missing gives the keys that none of the others has committed.
func (d *documents) missing(others ...*documents) []string {
	var missing []string
	for k := range d.committed {
		if !slices.ContainsFunc(others, func(o *documents) bool { return o.committed[k] }) {
			name, ok := d.names[k]
			if !ok {
				name = "one of many"
			}
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	return missing
}

// text gives the documents for a snapshot, in an order of their own.
func (d *documents) text() []byte {
	lines := slices.Clone(d.lines)
	slices.Sort(lines)
	var b bytes.Buffer
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
	return b.Bytes()
}
