package yamltext

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"
)

func (s *Seq) insertLines(at int, lines []string) ([]Splice, error) {
	indent, ok := s.doc.indent(s.Items[0].Start)
	if !ok {
		return nil, errShape
	}
	where := s.Items[0].Start - len(indent)
	if at > 0 {
		if where, ok = s.doc.lineAfter(s.Items[at-1].End); !ok {
			return nil, errShape
		}
		where = s.doc.afterNotes(where, len(indent))
	}
	return s.doc.InsertLines(where, indent, lines), nil
}

// afterNotes gives where the comments end that stand below an item on lines of
// their own and deeper than its dash: they are about the item.
func (d *Doc) afterNotes(where, indent int) int {
	for where < len(d.Text) && d.Text[where-1] == '\n' {
		end := d.lineEnd(d.lineOf(where))
		line := bytes.TrimLeft(d.Text[where:end], " ")
		if len(line) == 0 || line[0] != '#' || end-where-len(line) <= indent {
			break
		}
		where = end
	}
	return where
}

// InsertLines makes the splice that puts indented lines at where, which is the
// begin of a line or the end of the text.
func (d *Doc) InsertLines(where int, indent string, lines []string) []Splice {
	eol := d.newline(where)
	var b bytes.Buffer
	for _, line := range lines {
		if line != "" {
			b.WriteString(indent + line)
		}
		b.WriteString(eol)
	}
	text := b.String()
	if where > 0 && d.Text[where-1] != '\n' { // the last line has no ending, nor will it then
		text = eol + text[:len(text)-len(eol)]
	}
	return []Splice{{Span{where, where}, text}}
}

// InsertAfter makes the splice that puts lines behind the last pair of a block
// map, as deep as its keys.
func (d *Doc) InsertAfter(n *yaml.Node, lines []string) ([]Splice, error) {
	if n.Kind != yaml.MappingNode || n.Style&yaml.FlowStyle != 0 {
		return nil, errShape
	}
	end, err := d.endOf(n)
	if err != nil {
		return nil, err
	}
	indent, alone := d.indent(d.offset(n.Content[0]))
	where, free := d.lineAfter(end)
	if !alone || !free {
		return nil, errShape
	}
	return d.InsertLines(where, indent, lines), nil
}

// InsertPair makes the splice that puts "key: value" behind the last pair of a map.
func (d *Doc) InsertPair(n *yaml.Node, pair string) ([]Splice, error) {
	if n.Style&yaml.FlowStyle == 0 {
		end, err := d.endOf(n)
		if err != nil {
			return nil, err
		}
		where, free := d.lineAfter(end)
		if !free {
			return nil, errShape
		}
		_, col := d.Position(d.offset(n.Content[0]))
		return d.InsertLines(where, strings.Repeat(" ", col-1), []string{pair}), nil
	}
	b, err := d.brackets(n)
	if err != nil {
		return nil, err
	}
	return b.insert(len(b.items), pair)
}

func (s *Seq) removeLines(at int) ([]Splice, error) { return s.doc.RemoveLines(s.Items[at]) }

// RemoveLines makes the splice that takes away the lines of a span, which must
// have them for itself, comments behind it apart.
func (d *Doc) RemoveLines(s Span) ([]Splice, error) {
	indent, alone := d.indent(s.Start)
	end, free := d.lineAfter(s.End)
	if !alone || !free {
		return nil, errShape
	}
	start := s.Start - len(indent)
	if end == len(d.Text) && start > 0 && d.Text[end-1] != '\n' {
		start -= len(d.newline(start))
	}
	return []Splice{{Span{start, end}, ""}}, nil
}
