package debug

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

var bom = []byte("\xef\xbb\xbf")

// merge puts the entry into a launch.json that people wrote: an entry of its
// name gets its address, else it is added as the first. All other bytes stay.
func (e entry) merge(file []byte) (after []byte, action string, err error) {
	text := bytes.TrimPrefix(file, bom)
	mark := file[:len(file)-len(text)]
	if len(bytes.TrimSpace(text)) == 0 {
		return append(bytes.Clone(mark), e.newFile()...), "create", nil
	}
	d, err := parseLaunch(text)
	if err != nil {
		return nil, "", err
	}
	found, err := d.find(e.name())
	if err != nil {
		return nil, "", err
	}
	switch {
	case found != nil:
		action, err = "update", d.update(found, e)
	case d.list != nil:
		action = "add"
		d.insert(d.list, e.text)
	default:
		action = "add"
		d.insert(d.root, func(l layout) string {
			inner := layout{l.nl, l.indent + l.unit, l.unit}
			return `"configurations": [` + l.nl + inner.indent + e.text(inner) + l.nl + l.indent + "]"
		})
	}
	if err == nil && len(d.splices) == 0 {
		action = "keep"
	}
	return append(bytes.Clone(mark), d.spliced()...), action, err
}

// document is a launch.json, without a mark of byte order.
type document struct {
	text    []byte
	root    *hujson.Value
	list    *hujson.Value // configurations; nil where there are none
	splices []splice      // in the order of their places
}

// splice puts text in the place of some bytes.
type splice struct {
	start, end int
	text       string
}

var parserPlace = pattern.Lazy(`^hujson: line (\d+), column (\d+): `)

// parseLaunch reads the file. The parser wants a line end behind a comment,
// which is why it gets one.
func parseLaunch(text []byte) (*document, error) {
	root, err := hujson.Parse(append(bytes.Clone(text), '\n'))
	if err != nil {
		f := fault.Usagef("it is no JSON with comments: %s", parserPlace().ReplaceAllString(err.Error(), ""))
		if m := parserPlace().FindStringSubmatch(err.Error()); m != nil {
			f.Line, _ = strconv.Atoi(m[1])
			f.Col, _ = strconv.Atoi(m[2])
		}
		return nil, f
	}
	d := &document{text: text, root: &root}
	if _, ok := root.Value.(*hujson.Object); !ok {
		return nil, d.wrong(&root, "an object is wanted")
	}
	if err := d.unique(&root); err != nil {
		return nil, err
	}
	if d.list = get(&root, "configurations"); d.list != nil {
		if _, ok := d.list.Value.(*hujson.Array); !ok {
			return nil, d.wrong(d.list, `a list is wanted of "configurations"`)
		}
	}
	return d, nil
}

func (d *document) wrong(v *hujson.Value, text string) error {
	before := d.text[:v.StartOffset]
	f := fault.Usagef("%s", text)
	f.Line = bytes.Count(before, []byte("\n")) + 1
	f.Col = len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:]))) + 1
	return f
}

// unique refuses an object with a name twice, of which programs take one or the other.
func (d *document) unique(v *hujson.Value) error {
	o, ok := v.Value.(*hujson.Object)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for i := range o.Members {
		name := text(&o.Members[i].Name)
		if seen[name] {
			return d.wrong(&o.Members[i].Name, strconv.Quote(name)+" stands there twice")
		}
		seen[name] = true
	}
	return nil
}

func text(v *hujson.Value) string {
	s, ok := v.Value.(hujson.Literal)
	if !ok || s.Kind() != '"' {
		return ""
	}
	return s.String()
}

// get gives a member of an object; nil where there is none.
func get(v *hujson.Value, name string) *hujson.Value {
	if o, ok := v.Value.(*hujson.Object); ok {
		for i := range o.Members {
			if text(&o.Members[i].Name) == name {
				return &o.Members[i].Value
			}
		}
	}
	return nil
}

// find gives the configuration of that name; nil where there is none.
func (d *document) find(name string) (*hujson.Value, error) {
	if d.list == nil {
		return nil, nil
	}
	var found *hujson.Value
	elements := d.list.Value.(*hujson.Array).Elements
	for i := range elements {
		at := get(&elements[i], "name")
		if at == nil || text(at) != name {
			continue
		}
		if found != nil {
			return nil, d.wrong(at, strconv.Quote(name)+" stands there twice")
		}
		found = &elements[i]
		if err := d.unique(found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// port gives the port of an entry in a file; 0 where nothing tells.
func (e entry) port(file []byte) int {
	d, err := parseLaunch(bytes.TrimPrefix(file, bom))
	if err != nil {
		return 0
	}
	found, err := d.find(e.name())
	if err != nil || found == nil {
		return 0
	}
	if connect := get(found, "connect"); connect != nil {
		found = connect
	}
	port := get(found, "port")
	if port == nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(d.text[port.StartOffset:port.EndOffset])))
	return n
}
