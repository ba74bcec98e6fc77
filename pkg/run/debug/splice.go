package debug

import (
	"bytes"
	"slices"
	"strings"

	"github.com/tailscale/hujson"
)

// addresses are the members that connkit keeps right in an entry that is there.
// The others are whoever's who changed them.
var addresses = []string{"connect", "host", "port"}

// update gives an entry the address, and leaves all else of it as it is.
func (d *document) update(found *hujson.Value, members []member) error {
	for _, m := range members {
		if !slices.Contains(addresses, m.name) {
			continue
		}
		at := get(found, m.name)
		switch {
		case at == nil:
			d.insert(found, func(l layout) string {
				value := jsonText(m.value)
				if m.members != nil {
					value = object(m.members, l)
				}
				return jsonText(m.name) + ": " + value
			})
		case m.members != nil && isObject(at):
			if err := d.unique(at); err != nil {
				return err
			}
			if err := d.update(at, m.members); err != nil {
				return err
			}
		case m.members != nil:
			d.replace(at, object(m.members, d.layout(at)))
		case m.value == loopback && text(at) == "localhost": // says the same
		default:
			d.replace(at, jsonText(m.value))
		}
	}
	return nil
}

// isObject tells an object that holds something: an empty one is replaced.
func isObject(v *hujson.Value) bool {
	o, ok := v.Value.(*hujson.Object)
	return ok && len(o.Members) > 0
}

func (d *document) replace(v *hujson.Value, with string) {
	if string(d.text[v.StartOffset:v.EndOffset]) != with {
		d.splices = append(d.splices, splice{v.StartOffset, v.EndOffset, with})
	}
}

// insert puts something before the first thing of a list or object: there no
// comma of another line has to change, and no comment changes its owner.
func (d *document) insert(into *hujson.Value, render func(layout) string) {
	at := into.StartOffset + 1
	blanks := len(d.text[at:]) - len(bytes.TrimLeft(d.text[at:], " \t"))
	if bytes.HasPrefix(d.text[at+blanks:], []byte("//")) { // it is about the whole
		at += blanks + lineLength(d.text[at+blanks:])
	}
	l := d.layout(into)
	outer := l.indent
	l.indent += l.unit
	first := firstOf(into)
	if first >= 0 && strings.TrimLeft(string(d.text[d.lineStart(first):first]), " \t") == "" {
		l.indent = string(d.text[d.lineStart(first):first])
	}
	text := l.nl + l.indent + render(l)
	switch {
	case first >= 0:
		text += ","
	case !bytes.Contains(d.text[at:into.EndOffset], []byte("\n")):
		text += l.nl + outer
	}
	d.splices = append(d.splices, splice{at, at, text})
}

// firstOf is where the first thing of a list or object begins, -1 in an empty one.
func firstOf(v *hujson.Value) int {
	switch x := v.Value.(type) {
	case *hujson.Object:
		if len(x.Members) > 0 {
			return x.Members[0].Name.StartOffset
		}
	case *hujson.Array:
		if len(x.Elements) > 0 {
			return x.Elements[0].StartOffset
		}
	}
	return -1
}

// lineLength is that of the first line, without its end.
func lineLength(text []byte) int {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return len(bytes.TrimSuffix(text[:i], []byte("\r")))
	}
	return len(text)
}

func (d *document) lineStart(offset int) int {
	return bytes.LastIndexByte(d.text[:offset], '\n') + 1
}

// layout is that of the file, with the indent of the line that v begins in.
func (d *document) layout(v *hujson.Value) layout {
	l := layout{nl: "\n", unit: "    "}
	if i := bytes.IndexByte(d.text, '\n'); i > 0 && d.text[i-1] == '\r' {
		l.nl = "\r\n"
	}
	line := d.text[d.lineStart(v.StartOffset):v.StartOffset]
	l.indent = string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
	if first := firstOf(d.root); first >= 0 {
		if unit := string(d.text[d.lineStart(first):first]); unit != "" && strings.TrimLeft(unit, " \t") == "" {
			l.unit = unit
		}
	}
	return l
}

// spliced is the text with all splices. Of two at one place the later stands first.
func (d *document) spliced() []byte {
	slices.SortStableFunc(d.splices, func(a, b splice) int { return a.start - b.start })
	var out []byte
	at := 0
	for _, s := range d.splices {
		out = append(append(out, d.text[at:s.start]...), s.text...)
		at = s.end
	}
	return append(out, d.text[at:]...)
}
