package secrets

import (
	"bytes"
	"context"
	"strings"
	"unicode/utf8"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// SetOptions say how one value of a sealed file is changed.
type SetOptions struct {
	OpenOptions
	JSON  bool     // the value is JSON, not a text
	Allow []string // keys that may stay in clear
}

// Set plans to put a value at a JSON pointer (RFC 6901) of a sealed file. Its
// parent must be there; /- behind a list adds to it. Nothing is written.
func Set(ctx context.Context, file, pointer string, value []byte, opts SetOptions) (*Rewrite, error) {
	v, err := opts.value(value)
	if err != nil {
		return nil, err
	}
	return change(ctx, file, opts, func(d *document) ([]byte, error) {
		p, err := d.find(pointer)
		if err != nil {
			return nil, err
		}
		if p.node != nil && sameValue(p.node, v) {
			return d.text, nil
		}
		return d.put(p, v)
	})
}

func (o SetOptions) value(text []byte) (*node, error) {
	switch {
	case !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0:
		return nil, fault.Usagef("reading the value: it is not UTF-8 text").WithHint("encode it: base64 FILE | connkit secrets set …")
	case o.JSON:
		return fromJSON(text)
	}
	return fromText(string(text)), nil
}

func sameValue(a, b *node) bool {
	all, other := spotsOf(a), spotsOf(b)
	if len(all) != len(other) {
		return false
	}
	for i := range all {
		if !all[i].is(other[i]) || all[i].place.String() != other[i].place.String() || all[i].kind != other[i].kind {
			return false
		}
	}
	return true
}

// Unset plans to take the value at a JSON pointer out of a sealed file. One that
// is not there is no change. Nothing is written.
func Unset(ctx context.Context, file, pointer string, opts SetOptions) (*Rewrite, error) {
	return change(ctx, file, opts, func(d *document) ([]byte, error) {
		p, err := d.find(pointer)
		switch {
		case err != nil:
			return nil, err
		case p.node == nil:
			return d.text, nil
		}
		return d.cut(p)
	})
}

// change opens a file, lets a function change its plain text, and seals that.
func change(ctx context.Context, file string, opts SetOptions, edit func(*document) ([]byte, error)) (*Rewrite, error) {
	o, path, err := openAt(ctx, file, opts.OpenOptions)
	if err != nil {
		return nil, err
	}
	if err := o.sound(); err != nil {
		return nil, err
	}
	r := &Rewrite{File: o.file, Before: o.document.text, path: path}
	before, err := parse(o.file, o.format, o.text)
	if err != nil {
		return nil, err
	}
	text, err := edit(before)
	if err != nil || bytes.Equal(text, o.text) {
		return r, err
	}
	r.Done = "edited"
	return r, r.seal(o, before, text, opts.Allow)
}

// seal fills in what becomes of an opened file whose plain text is changed.
func (r *Rewrite) seal(o *opened, before *document, text []byte, allow []string) error {
	after, err := parse(o.file, o.format, text)
	if err != nil {
		return err
	}
	reg, err := regimeOf(o.meta)
	if err != nil {
		return err
	}
	if o.anew {
		r.Notes = append(r.Notes, "it cannot be edited in place: sops lays its text out anew")
	}
	r.Values = changes(before, after, reg)
	sealed, checked, err := o.reseal(after, EncryptOptions{Allow: allow})
	if err != nil {
		return err
	}
	r.After, r.Allowed, r.Notes = sealed, checked.used, append(r.Notes, checked.notes...)
	return nil
}

// cut gives the text without a value, its key included.
func (d *document) cut(p *pointed) ([]byte, error) {
	if len(p.parent.members)+len(p.parent.items) == 1 {
		if p.parent == d.root {
			return nil, fault.Blockedf("%s is all that it holds", p.pointer).At(d.file, 0, 0).WithHint("remove the file")
		}
		empty := &node{kind: p.parent.kind, flow: true}
		if p.parent.flow {
			return d.put(p.holder, empty)
		}
		splices, err := d.putOver(p.holder, empty)
		if err != nil {
			return nil, err
		}
		return d.edited(splices, p, nil)
	}
	span := d.lines(p)
	if p.parent.flow {
		span = d.entrySpan(p.parent, p.at)
	}
	return d.edited([]yamltext.Splice{{Span: span}}, p, nil)
}

// lines gives the lines of a member or item in block style. One that begins behind
// a dash leaves the dash to the next.
func (d *document) lines(p *pointed) yamltext.Span {
	start, end := p.node.start(), p.node.end()
	if p.parent.kind == mapping {
		key := p.parent.members[p.at].key
		start, end = key.span.Start, max(key.span.End, end)
	}
	begin := bytes.LastIndexByte(d.text[:start], '\n') + 1
	before := string(d.text[begin:start])
	if p.parent.kind == mapping && strings.Trim(before, " ") != "" {
		return yamltext.Span{Start: start, End: p.parent.members[1].key.span.Start}
	}
	end = d.lineEnd(end)
	if next := bytes.IndexByte(d.text[end:], '\n'); next >= 0 {
		return yamltext.Span{Start: begin, End: end + next + 1}
	}
	return yamltext.Span{Start: max(begin-len(d.eolBefore(begin)), 0), End: end}
}

// sound is an error when the signature of a file does not hold.
func (o *opened) sound() error {
	if !o.spoilt {
		return nil
	}
	return fault.Failedf("decrypting %q: a value was changed, moved, added or removed without sops: the signature does not hold", o.file).
		WithHint("git diff shows what; connkit secrets fix-mac %s signs it as it stands", o.file)
}
